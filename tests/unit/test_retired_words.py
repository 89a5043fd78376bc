"""Words that this project has given up stand nowhere in what users read: pages, messages of options, documentation."""

import re
from pathlib import Path

import pytest

from talkstack_contract.run_options import GROUPS

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "talkstack_contract" / "reports" / "templates"
RETIRED = {
    "documented pairs": "documented responses",
    "pairs upheld": "documented responses upheld",
    "not asked": "not tested",
    "unexercised": "not tested",
    "no longer exercised": "no longer tested",
    "readings.yaml": "interpretations.yaml",
    "a reading": "an interpretation",
    "Asked was": "Target",
    "Not so": "Violated",
    "stand below": "depend on",
    "stands below": "depends on",
    "mend": "fix",
    "mends": "fixes",
    "taught": "ignored in comparisons",
    "teach": "ignored in comparisons",
    "is no TOML": "is not valid TOML",
    "is no URL": "is not a URL",
    "is not to be had": "is not configured",
    "put to the test": "tested",
    "without weight": "does not fail the run",
    "makes this run red": "fails this run",
    "Red from": "Fails on",
    "blanked": "redacted",
}
"""Each retired term, and what is said in its place."""
DOCUMENTS = [ROOT / "README.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").glob("*.md"))]
READ = {path.name: path.read_text(encoding="utf-8") for path in [*DOCUMENTS, *sorted(TEMPLATES.glob("*"))]} | {
    "options": "\n".join(option.help for options in GROUPS.values() for option in options)
}


@pytest.mark.parametrize("name", READ)
def test_retired_word_is_not_read_by_users(name: str) -> None:
    text = " ".join(READ[name].split())
    assert [term for term in RETIRED if re.search(rf"(?<![\w-]){re.escape(term)}(?![\w-])", text)] == []


@pytest.mark.parametrize("module", sorted((ROOT / "talkstack_contract").rglob("*.py")), ids=lambda path: path.stem)
def test_retired_word_is_in_no_message(module: Path) -> None:
    said = " ".join(re.findall(r'f?"((?:[^"\\\n]|\\.)*)"', module.read_text(encoding="utf-8")))
    assert [term for term in RETIRED if re.search(rf"(?<![\w-]){re.escape(term)}(?![\w-])", said)] == []
