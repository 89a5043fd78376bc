"""Each rendering of a page gives the facts that its source holds: counted by kind of fact."""

import pytest

from talkstack_contract.docs.facts import FactKind, How, PageFacts
from talkstack_contract.docs.reading import read_facts
from tests.docs.expectation import Cell, expected_defects, table, table_text
from tests.docs.greenhouse import PAGES, DocsPage
from tests.docs.renderings import RENDERINGS, rendered

CELLS = table()
PAGES_OF_RENDERINGS = [(page, rendering) for page in PAGES for rendering in RENDERINGS]


def _name(value: object) -> str:
    return (value.title if isinstance(value, DocsPage) else str(value)).replace(" ", "-").lower()


@pytest.mark.parametrize("cell", CELLS.items(), ids=lambda item: "-".join(item[0]).replace(" ", "-"))
def test_reader_finds_facts_of_a_kind_and_invents_none(cell: tuple[tuple[str, str], Cell]) -> None:
    _, counts = cell
    assert counts.wrong == 0, table_text(CELLS)
    assert counts.right >= 0.99 * counts.expected, table_text(CELLS)


def test_every_rendering_is_measured_by_the_same_facts() -> None:
    counts = {
        rendering: sum(cell.expected for (_, name), cell in CELLS.items() if name == rendering)
        for rendering in RENDERINGS
    }
    in_md = counts.pop("md") + sum(1 for page in PAGES if page.description)
    assert {*counts.values()} == {in_md}


@pytest.mark.parametrize(("page", "rendering"), PAGES_OF_RENDERINGS, ids=_name)
class TestPage:
    def test_rendering_is_named(self, page: DocsPage, rendering: str) -> None:
        read = read_facts(rendered(page, rendering), "page")
        assert (read.generator, read.rendering) == ("gitbook", rendering)

    def test_defects_of_a_page_are_named_and_no_others(self, page: DocsPage, rendering: str) -> None:
        read = read_facts(rendered(page, rendering), "page", is_whole=True)
        assert {str(each.kind) for each in read.defects} == expected_defects(page, rendering)

    def test_no_line_is_left(self, page: DocsPage, rendering: str) -> None:
        read = read_facts(rendered(page, rendering), "page")
        assert [(each.first, each.text) for each in read.not_understood] == []

    def test_every_line_that_is_not_empty_has_an_account(self, page: DocsPage, rendering: str) -> None:
        text = rendered(page, rendering)
        accounted = {line for each in read_facts(text, "page").account for line in range(each.first, each.last + 1)}
        assert {number for number, line in enumerate(text.split("\n"), 1) if line.strip()} - accounted == set()

    def test_every_fact_stands_at_its_place(self, page: DocsPage, rendering: str) -> None:
        lines = rendered(page, rendering).split("\n")
        read = read_facts(rendered(page, rendering), "page", is_whole=True)
        places = {fact.place for fact in read.facts if fact.how in (How.PRINTED, How.DERIVED)}
        assert None not in places
        assert {place for place in places if place and not lines[place.line - 1][place.column - 1 :].strip()} == set()

    def test_printed_word_stands_where_the_fact_says(self, page: DocsPage, rendering: str) -> None:
        lines = rendered(page, rendering).split("\n")
        read = read_facts(rendered(page, rendering), "page")
        words = [
            fact for fact in read.facts if fact.kind in (FactKind.METHOD, FactKind.HOST, FactKind.TITLE) and fact.place
        ]
        shown = [(fact.value, lines[fact.place.line - 1][fact.place.column - 1 :]) for fact in words if fact.place]
        assert [word for word, rest in shown if word not in rest] == []
        assert len(shown) == 3


@pytest.mark.parametrize("rendering", ["text", "text-nav", "squeezed", "glued", "dash", "flat", "md"])
def test_code_that_a_copy_has_lost_is_not_taken_for_absent(rendering: str) -> None:
    page = next(page for page in PAGES if page.title == "Get Bed")
    read = read_facts(rendered(page, rendering, without=frozenset({"response"})), "page", is_whole=True)
    told = [(fact.how, fact.value) for fact in read.facts if fact.kind is FactKind.RESPONSE_EXAMPLE]
    assert told == [(How.CUT, None)]


@pytest.mark.parametrize("rendering", ["text", "text-nav", "squeezed", "glued", "dash"])
def test_page_without_errors_is_absent_only_where_its_end_was_seen(rendering: str) -> None:
    text = rendered(next(page for page in PAGES if page.title == "Send Many"), rendering)
    cut = text[: text.index("PreviousNew")]
    assert [_errors(read_facts(each, "page")) for each in (text, cut)] == [How.NOT_FOUND, How.CUT]


def _errors(read: PageFacts) -> How:
    return next(fact.how for fact in read.facts if fact.kind is FactKind.ERROR_STATUS)


@pytest.mark.parametrize("form", ["Enter", "New Key"])
def test_text_addressed_to_machines_is_cut_and_reported(form: str) -> None:
    read = read_facts(rendered(next(page for page in PAGES if page.title == form), "md"), "page")
    roles = [each.role for each in read.account]
    assert roles[-1] == "addressed to machines"
    assert [fact for fact in read.facts if "ask=" in str(fact.value)] == []
