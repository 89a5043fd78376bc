"""README is one screen, its links lead somewhere, and the reference names every command and option."""

import re
from pathlib import Path

import pytest

from talkstack_contract.cli import COMMANDS
from talkstack_contract.run_options import BASE_URL, GROUPS

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
LINK = re.compile(r"\]\(([^)#:]*)(?:#([\w-]+))?\)")
OPTIONS = (ROOT / "docs" / "options.md").read_text(encoding="utf-8")
MOST_LINES = 60


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", run_header.lower()).replace(" ", "-") for run_header in headings}


def test_readme_is_one_screen() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= MOST_LINES


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for name, anchor in LINK.findall(page.read_text(encoding="utf-8")):
        target = page.parent / name if name else page
        if not target.is_file() or (anchor and anchor not in anchors(target)):
            broken.append(f"{name}#{anchor}")
    assert broken == []


def test_every_page_of_the_reference_is_linked() -> None:
    linked = {name for name, _ in LINK.findall((ROOT / "README.md").read_text(encoding="utf-8"))}
    assert {f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md")} - linked == set()


@pytest.mark.parametrize("flag", [BASE_URL.flag, *(each.flag for group in GROUPS.values() for each in group)])
def test_every_option_is_explained(flag: str) -> None:
    assert f"`{flag}" in OPTIONS


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_explained(name: str) -> None:
    assert f"`{name}" in OPTIONS or f"talkstack-contract {name}" in OPTIONS
