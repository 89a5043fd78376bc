"""The command `docs`: read pages of a vendor's docs, and show what they promise."""

import argparse
import json
import shutil
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import TextIO

from talkstack_contract.docs.contracts.comparison import Compared, Difference, Outcome, compared
from talkstack_contract.docs.contracts.promised import promised_operations
from talkstack_contract.docs.contracts.scaffold import Scaffold, scaffold, yaml_text
from talkstack_contract.docs.facts import Fact, FactKind, How, LineAccount, PageFacts
from talkstack_contract.docs.pages.page import BlockKind
from talkstack_contract.docs.reading import page_files, read_facts, read_file
from talkstack_contract.docs.sites.site import Limits, read_site
from talkstack_contract.errors import BadInput
from talkstack_contract.model import Json

SAME, DIFFERS, BAD_INPUT, CANNOT_TELL = 0, 1, 4, 6
_SHOWN = 100
"""Characters of a value in the text; `--json` gives all of them."""

_SHOWN_ROLES = (
    *map(str, (BlockKind.NAVIGATION, BlockKind.META, BlockKind.MACHINE, BlockKind.COMMENT)),
    "around an OpenAPI document",
)


def main(words: Sequence[str], schemas: Path = Path("schemas")) -> int:
    """Do what the words behind `docs` say; `schemas` is the contract where they name none. Return the exit status."""
    given = _parser(schemas).parse_args(words)
    try:
        status: int = given.act(given)
    except BadInput as error:
        print(f"ERROR: {error}", file=sys.stderr)
        return BAD_INPUT
    return status


def _parser(schemas: Path) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="talkstack-contract docs", description=__doc__.partition("\n")[0])
    acts = parser.add_subparsers(required=True, metavar="read|check|scaffold")
    read = acts.add_parser(
        "read", help="print what pages promise, each fact with its place, and what was not understood"
    )
    _add_pages(read)
    read.add_argument("--json", action="store_true", help="print JSON")
    read.set_defaults(act=_read)
    check = acts.add_parser("check", help="hold pages against the contract: what is the same, added, removed, changed")
    _add_pages(check)
    check.add_argument("--json", action="store_true", help="print JSON")
    check.add_argument(
        "--contract", type=Path, default=schemas, metavar="DIR", help="the contract (default: that of this checkout)"
    )
    check.set_defaults(act=_check)
    make = acts.add_parser("scaffold", help="make a contract of pages, ready for review")
    _add_pages(make)
    make.add_argument("--into", required=True, type=Path, metavar="DIR", help="the folder to make; must not exist")
    make.add_argument("--title", default="An API", help="the title of the contract")
    make.add_argument("--read", default=None, metavar="DATE", help="the day the pages were read (default: today)")
    make.set_defaults(act=_scaffold, schemas=schemas)
    return parser


def _add_pages(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("pages", nargs="*", type=Path, metavar="PAGE", help="a file, or a folder of pages")
    parser.add_argument("--whole", action="store_true", help="the copies are known to be complete")
    parser.add_argument("--site", metavar="URL", help="read the pages of a site instead")
    parser.add_argument(
        "--cache", type=Path, default=Path(".docs-cache"), metavar="DIR", help="what a site gave before"
    )
    parser.add_argument("--pause", type=float, default=1.0, metavar="SECONDS", help="between two requests to a site")


def _pages(given: argparse.Namespace) -> list[PageFacts]:
    """Return the facts of the named pages, or of a site; report at once each page that the site did not give."""
    if bool(given.pages) == bool(given.site):
        raise BadInput("PAGE", "", "either pages or a site are read", "name files or folders, or --site URL")
    if not given.site:
        return [read_file(path, is_whole=given.whole) for path in page_files(given.pages)]
    found = read_site(given.site, given.cache, Limits(pause_s=max(0.0, given.pause)))
    for failure in found.failures:
        print(f"not read  {_printable(failure.url)} {_printable(failure.reason)}", file=_notes(given))
    return [read_facts(page.text, page.url, is_whole=True) for page in found.pages]


def _notes(given: argparse.Namespace) -> TextIO:
    """Return where notes go: beside JSON they would spoil it."""
    return sys.stderr if getattr(given, "json", False) else sys.stdout


def _read(given: argparse.Namespace) -> int:
    pages = _pages(given)
    if given.json:
        print(json.dumps({"pages": [page_json(page) for page in pages]}, ensure_ascii=False, indent=2))
    else:
        print("\n\n".join("\n".join(page_lines(page)) for page in pages))
    return SAME if any(page.operations for page in pages) else CANNOT_TELL


def _check(given: argparse.Namespace) -> int:
    pages = _pages(given)
    found = compared(pages, promised_operations(given.contract))
    if given.json:
        print(json.dumps(check_json(found, pages), ensure_ascii=False, indent=2))
    else:
        print("\n".join(check_lines(found, pages)))
    return status_of(found)


def status_of(found: Sequence[Compared]) -> int:
    """Return 1 where something differs, 6 where something cannot be told or nothing was compared, else 0."""
    outcomes = {each.outcome for one in found for each in one.differences}
    if outcomes - {Outcome.CUT}:
        return DIFFERS
    return CANNOT_TELL if outcomes or not any(one.promised for one in found) else SAME


def check_json(found: Sequence[Compared], pages: Sequence[PageFacts]) -> Json:
    """Return what `docs check --json` prints."""
    return {
        "status": status_of(found),
        "operations": [
            {
                "operation": one.promised.id if one.promised else None,
                "pages_say": one.facts.operation,
                "same": one.same,
                "differences": [each.as_json() for each in one.differences],
            }
            for one in found
        ],
        "defects": [{"page": page.page, **each.as_json()} for page in pages for each in page.defects],
    }


def check_lines(found: Sequence[Compared], pages: Sequence[PageFacts]) -> Iterator[str]:
    """Yield what `docs check` prints: each operation and what differs, the defects of the pages, one line of counts."""
    for one in found:
        name = one.promised.id if one.promised else "not in the contract"
        yield f"{name}: {one.facts.operation}, {one.same} facts are the same"
        yield from (line for each in one.differences for line in _difference_lines(each))
    for page in pages:
        if not page.operations:
            yield f"{page.page}: no operation was found ({page.generator}, rendering {page.rendering})"
        for defect in page.defects:
            yield f"  docs defect  {page.page}:{defect.place}  {defect.kind}: {_printable(defect.message)}"
        for each in page.not_understood:
            yield f"  not understood  {page.page}:{each.first}:{each.column}  {_printable(each.text)[:120]}"
    yield _last_line(found, pages)


def _difference_lines(each: Difference) -> Iterator[str]:
    subject = f"{each.kind} {each.name}".strip()
    breaking = ", breaking" if each.is_breaking else ""
    yield f"  {each.outcome}{breaking}: {subject}" + (f"  ({each.clause})" if each.clause else "")
    for told in each.told:
        yield f"    page      {_value(told.fact.value)}  ({told.page}:{told.fact.place})"
    if not each.told:
        cut = each.outcome is Outcome.CUT
        yield f"    page      {'the copy does not show it' if cut else 'no longer says it'}  ({each.page})"
    if each.promised not in (None, ""):
        yield f"    contract  {_value(each.promised)}"


def _value(value: Json) -> str:
    text = _printable(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def _last_line(found: Sequence[Compared], pages: Sequence[PageFacts]) -> str:
    counts = Counter(each.outcome for one in found for each in one.differences)
    words = {SAME: "SAME", DIFFERS: "DIFFERS", CANNOT_TELL: "COULD NOT TELL"}[status_of(found)]
    told = ", ".join(f"{counts[outcome]} {outcome}" for outcome in Outcome if counts[outcome])
    same = sum(one.same for one in found)
    defects = sum(len(page.defects) for page in pages)
    parts = [f"{len(found)} operations", f"{same} facts same", *([told] if told else []), f"{defects} docs defects"]
    hint = "; name --whole if the copies are complete" if counts[Outcome.CUT] else ""
    return f"{words}: {', '.join(parts)}{hint}"


def _scaffold(given: argparse.Namespace) -> int:
    pages = _pages(given)
    made = scaffold(pages, given.title, given.read or datetime.now(UTC).date().isoformat())
    if given.into.exists():
        raise BadInput("--into", "", f"{given.into} exists", "name a new folder: what was reviewed is not written over")
    if not any("?" not in operation for page in pages for operation in page.operations):
        print("COULD NOT TELL: no operation was found with both a method and a path")
        return CANNOT_TELL
    write_scaffold(made, given.into, given.schemas)
    for question in made.questions:
        print(f"question  {_printable(question)}")
    left = sum(len(page.not_understood) for page in pages)
    print(
        f"written: {given.into}, {len(made.files)} files, {len(made.questions)} questions, {left} lines not understood"
    )
    return SAME


def write_scaffold(made: Scaffold, folder: Path, schemas: Path) -> None:
    """Write a scaffold into a new folder, with the meta schemas of the contract in `schemas` beside it."""
    try:
        for name, content in made.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            text = (
                yaml_text(content)
                if name.endswith(".yaml")
                else json.dumps(content, ensure_ascii=False, indent=2) + "\n"
            )
            path.write_text(text, encoding="utf-8")
        (folder / "questions.md").write_text("".join(f"- {each}\n" for each in made.questions), encoding="utf-8")
        shutil.copytree(schemas / "meta", folder / "meta")
    except OSError as error:
        problem = f"{folder} cannot be written ({type(error).__name__})"
        raise BadInput("--into", "", problem, "name another folder") from None


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
    elif role in _SHOWN_ROLES:
        yield f"{role}: lines {', '.join(_range(each) for each in lines)}"


def _range(each: LineAccount) -> str:
    return str(each.first) if each.first == each.last else f"{each.first}-{each.last}"
