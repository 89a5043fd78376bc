"""A contract made of the pages of `greenhouse`, and what a check of changed pages against it says."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from talkstack_contract.docs.cli import write_scaffold
from talkstack_contract.docs.contracts.comparison import Outcome, compared
from talkstack_contract.docs.contracts.promised import PromisedOperation, promised_operations
from talkstack_contract.docs.contracts.scaffold import scaffold
from talkstack_contract.docs.facts import PageFacts
from talkstack_contract.docs.reading import read_facts
from tests.docs.greenhouse import PAGES, DocsPage
from tests.docs.renderings import rendered

SCHEMAS = Path(__file__).parents[2] / "schemas"
DAY = "2031-05-06"

Shown = tuple[str, str, str, bool]
"""Outcome, kind, name, and whether it breaks a client."""


def page_of(title: str) -> DocsPage:
    return next(page for page in PAGES if page.title == title)


def written(folder: Path, rendering: str = "text") -> Path:
    """Write the contract of the pages in a rendering into a folder."""
    pages = [read_facts(rendered(page, rendering), page.title, is_whole=True) for page in PAGES]
    write_scaffold(scaffold(pages, "Greenhouse", DAY), folder, SCHEMAS)
    return folder


@cache
def promised() -> tuple[PromisedOperation, ...]:
    with TemporaryDirectory() as folder:
        return tuple(promised_operations(written(Path(folder, "schemas"))))


def differences(*pages: PageFacts) -> set[Shown]:
    """Return what a check of pages says, without what the copies do not show."""
    found = (each for one in compared(pages, promised()) for each in one.differences)
    return {
        (str(each.outcome), str(each.kind), each.name, each.is_breaking)
        for each in found
        if each.outcome is not Outcome.CUT
    }


def check(pages: Sequence[DocsPage], rendering: str, *, is_whole: bool = True) -> set[Shown]:
    """Return what a check says of pages in a rendering."""
    return differences(*(read_facts(rendered(page, rendering), page.title, is_whole=is_whole) for page in pages))
