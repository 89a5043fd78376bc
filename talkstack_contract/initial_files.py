"""The files that `talkstack-contract init` writes into a folder: the settings, and what Git is to leave alone.

Raises `BadInput` for a file that is there already, or that cannot be written.
"""

from collections.abc import Iterable
from pathlib import Path

from talkstack_contract.errors import BadInput
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
