"""The files that `talkstack-contract init` writes: settings, what Git is to leave alone, a contract to begin with.

Raises `BadInput` for a file that is there already, or that cannot be written.
"""

import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from talkstack_contract.contract.interpretations import OWN
from talkstack_contract.errors import BadInput
from talkstack_contract.locations import PACKAGE
from talkstack_contract.provider_options import SETTINGS_FILE

IGNORE_FILE = ".gitignore"
IGNORED = {
    "reports/": "records of runs, and what they left behind at the provider",
    ".pytest_cache/": "what pytest remembers of a run",
    ".docs-cache/": "pages of the vendor",
    ".env": "secrets",
    "*.key": "the key of a client certificate",
}
"""What must not be committed beside a settings file, and what it is."""
NEW_CONTRACT = PACKAGE / "new_contract" / "openapi.yaml"
INTERPRETATIONS = """\
# What the docs leave open, and what we decided: one entry for each x-contract.interpretation of the contract.
# These are the decisions of the suite itself. Change one where you decide otherwise; one that is removed still holds.
"""


def is_new(folder: Path) -> bool:
    """Tell whether a contract may be begun in a folder: it is not there, or has nothing in it."""
    return not folder.exists() or (folder.is_dir() and not any(folder.iterdir()))


def write_contract(folder: Path, today: date) -> tuple[Path, ...]:
    """Write a contract of one operation, to write over, with the interpretations of the suite itself."""
    openapi = NEW_CONTRACT.read_text(encoding="utf-8").replace("{today}", today.isoformat())
    texts = {"openapi.yaml": openapi, "interpretations.yaml": INTERPRETATIONS + "".join(_interpretations())}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise _not_written(str(folder), error) from None
    return tuple(folder / name for name in texts)


def _interpretations() -> Iterable[str]:
    for each in OWN.values():
        words = {"decision": each.decision, "reason": each.reason, "question": each.question}
        told = "".join(f"  {key}: {json.dumps(text, ensure_ascii=False)}\n" for key, text in words.items())
        yield f"\n{each.id}:\n  kind: {each.kind}\n  pages: [{', '.join(each.pages)}]\n{told}"


def write_settings(folder: Path, text: str) -> Path:
    """Write the settings file, never over one that is there."""
    path = folder / SETTINGS_FILE
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        raise BadInput(SETTINGS_FILE, "", "exists already", "change it, or move it away and repeat") from None
    except OSError as error:
        raise _not_written(SETTINGS_FILE, error) from None
    return path


def ignore(folder: Path) -> tuple[str, ...]:
    """Add to `.gitignore` what it does not hold yet, and return that."""
    path = folder / IGNORE_FILE
    try:
        before = path.read_bytes().decode() if path.exists() else ""
        added = missing_patterns(before.splitlines())
        if added:
            path.write_bytes("".join([_ended(before), *(f"{each}\n" for each in added)]).encode())
    except (OSError, UnicodeDecodeError) as error:
        raise _not_written(IGNORE_FILE, error) from None
    return added


def missing_patterns(lines: Iterable[str]) -> tuple[str, ...]:
    """Return the patterns that no line stands for: `/reports`, `reports/` and `reports/*` are the same to us."""
    known = {_bare(line) for line in lines}
    return tuple(each for each in IGNORED if _bare(each) not in known)


def _bare(line: str) -> str:
    return line.strip().removesuffix("/*").strip("/")


def _ended(text: str) -> str:
    return text if not text or text.endswith("\n") else f"{text}\n"


def _not_written(name: str, error: Exception) -> BadInput:
    return BadInput(name, "", f"cannot be written ({type(error).__name__})", "make it writable, or use another folder")
