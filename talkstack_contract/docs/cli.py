"""The command `docs`: read pages of a vendor's docs, and show what they promise."""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from talkstack_contract.docs.facts import Fact, FactKind, How, LineAccount, PageFacts
from talkstack_contract.docs.reading import page_files, read_file
from talkstack_contract.errors import BadInput
from talkstack_contract.model import Json

SAME, DIFFERS, BAD_INPUT, CANNOT_TELL = 0, 1, 4, 6
_SHOWN = 100
"""Characters of a value in the text; `--json` gives all of them."""


def main(words: Sequence[str]) -> int:
    """Do what the words behind `docs` say; return the exit status."""
    given = _parser().parse_args(words)
    try:
        status: int = given.act(given)
    except BadInput as error:
        print(f"ERROR: {error}", file=sys.stderr)
        return BAD_INPUT
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="talkstack-contract docs", description=__doc__.partition("\n")[0])
    acts = parser.add_subparsers(required=True, metavar="read")
    read = acts.add_parser(
        "read", help="print what pages promise, each fact with its place, and what was not understood"
    )
    read.add_argument("pages", nargs="+", type=Path, metavar="PAGE", help="a file, or a folder of pages")
    read.add_argument("--json", action="store_true", help="print JSON")
    read.add_argument("--whole", action="store_true", help="the copies are known to be complete")
    read.set_defaults(act=_read)
    return parser


def _read(given: argparse.Namespace) -> int:
    pages = [read_file(path, is_whole=given.whole) for path in page_files(given.pages)]
    if given.json:
        print(json.dumps({"pages": [page_json(page) for page in pages]}, ensure_ascii=False, indent=2))
    else:
        print("\n\n".join("\n".join(page_lines(page)) for page in pages))
    return SAME if any(page.operations for page in pages) else CANNOT_TELL


def page_json(page: PageFacts) -> Json:
    """Return what was read from a page as `docs read --json` prints it."""
    return {
        "page": page.page,
        "generator": page.generator,
        "rendering": page.rendering,
        "end_was_seen": page.is_whole,
        "operations": [*page.operations],
        "facts": [fact.as_json() for fact in page.facts],
        "defects": [defect.as_json() for defect in page.defects],
        "account": [{"first": each.first, "last": each.last, "role": each.role} for each in page.account],
        "not_understood": [
            {"line": each.first, "column": each.column, "text": each.text} for each in page.not_understood
        ],
    }


def page_lines(page: PageFacts) -> Iterator[str]:
    """Yield what was read from a page, line by line."""
    end = "its end was seen" if page.is_whole else "perhaps cut: its end was not seen"
    yield f"{page.page}: {page.generator}, rendering {page.rendering}, {end}"
    for operation, facts in groupby(page.facts, key=lambda fact: fact.operation):
        yield operation or "(the page)"
        yield from (f"  {_fact_line(fact)}" for fact in facts)
    for defect in page.defects:
        yield f"docs defect  {defect.place}  {defect.kind}: {_printable(defect.message)}"
    for role, lines in groupby(sorted(page.account, key=lambda each: each.role), key=lambda each: each.role):
        yield from _account_lines(role, [*lines])
    if not page.not_understood:
        yield "not understood: nothing"


def _fact_line(fact: Fact) -> str:
    place = str(fact.place) if fact.place else "-"
    how = f"{fact.how} ({fact.rule})" if fact.rule else str(fact.how)
    subject = f"{fact.kind} {fact.name}".strip()
    value = "" if fact.how is How.NOT_FOUND or fact.value in ("", None) else _shown(fact)
    return f"{place:>8}  {subject}: {value}  [{how}]" if value else f"{place:>8}  {subject}  [{how}]"


def _shown(fact: Fact) -> str:
    value = fact.value
    if not isinstance(value, str) or fact.kind in (FactKind.REQUEST_EXAMPLE, FactKind.RESPONSE_EXAMPLE):
        value = json.dumps(value, ensure_ascii=False)
    text = _printable(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _account_lines(role: str, lines: Sequence[LineAccount]) -> Iterator[str]:
    if any(each.text for each in lines):
        for each in lines:
            yield f"{role}  {each.first}:{each.column}  {_printable(each.text)[:200]}"
    elif role in ("navigation", "page meta", "addressed to machines"):
        yield f"{role}: lines {', '.join(_range(each) for each in lines)}"


def _range(each: LineAccount) -> str:
    return str(each.first) if each.first == each.last else f"{each.first}-{each.last}"
