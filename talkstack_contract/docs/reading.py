"""Reads pages whole: text to blocks, blocks to drafts, drafts to facts, with an account of every line."""

from collections.abc import Iterator
from pathlib import Path

from talkstack_contract.contract.documents import read_text
from talkstack_contract.docs.derived.defects import defects_of
from talkstack_contract.docs.derived.derivation import Derivation
from talkstack_contract.docs.derived.openapi_text import Document, documents, facts_of_document
from talkstack_contract.docs.drafts.extraction import walked
from talkstack_contract.docs.drafts.walk import Walk
from talkstack_contract.docs.facts import NOT_UNDERSTOOD, Defect, Fact, LineAccount, PageFacts
from talkstack_contract.docs.pages.page import BlockKind, Page
from talkstack_contract.docs.pages.readers import read_page
from talkstack_contract.errors import BadInput

MAX_CHARACTERS = 4_000_000
"""Of one page. The longest page we know of, a whole API on one Slate page, has under a million."""
SUFFIXES = (".md", ".mdx", ".txt", ".html", ".htm", ".json", ".yaml", ".yml")


def read_facts(text: str, name: str, *, is_whole: bool = False) -> PageFacts:
    """Return what one page promises. `is_whole` says that the copy is known to be complete, whatever its end shows."""
    page = read_page(text, name)
    if is_whole and not page.is_whole and not _is_torn(page):
        page = Page(page.name, page.generator, page.rendering, page.source, page.blocks, True, page.has_displaced_code)
    if found := documents(page):
        return _of_documents(page, found)
    walk = walked(page)
    facts: list[Fact] = []
    defects: list[Defect] = []
    for draft in walk.drafts:
        is_displaced = page.has_displaced_code and not is_whole
        derivation = Derivation(draft, is_whole=page.is_whole, has_displaced_code=is_displaced)
        facts += derivation.facts()
        defects += defects_of(derivation)
    return PageFacts(
        page.name, page.generator, page.rendering, page.is_whole, tuple(facts), tuple(defects), tuple(_account(walk))
    )


def _is_torn(page: Page) -> bool:
    """Tell whether a page holds what nobody can read: behind a fence that does not end, or made by its scripts."""
    code = [block for block in page.blocks if block.kind is BlockKind.CODE]
    if page.rendering == "html":
        return page.generator == "readme" and not page.documents
    return bool(code) and page.rendering == "md" and not code[-1].is_closed and code[-1] is page.blocks[-1]


def _of_documents(page: Page, found: list[Document]) -> PageFacts:
    """Return what the OpenAPI documents of a page promise; the text around them was made from them."""
    source = page.source
    facts = [fact for each in found for fact in facts_of_document(source, each.root)]
    spans = [(source.line_number(each.text.start), source.line_number(each.text.end - 1)) for each in found]
    account: list[LineAccount] = []
    for number, line in enumerate(source.text.split("\n"), 1):
        inside = any(first <= number <= last for first, last in spans)
        role = "OpenAPI document" if inside else "around an OpenAPI document"
        if account and account[-1].role == role:
            account[-1] = LineAccount(account[-1].first, number, role)
        elif line.strip():
            account.append(LineAccount(number, number, role))
    whole = page.is_whole or all(each.is_whole for each in found)
    return PageFacts(page.name, page.generator, "openapi", whole, tuple(facts), (), tuple(account))


def _account(walk: Walk) -> Iterator[LineAccount]:
    """Yield what the lines of a page were taken for, neighbours of one role together; what nobody knows one by one."""
    source, first, last, role = walk.page.source, 0, 0, ""
    unplaced = {example.code.start for draft in walk.drafts for example in draft.unplaced}
    for number, block in enumerate(walk.page.blocks):
        begin, end = source.line_number(block.start), source.line_number(max(block.start, block.end - 1))
        this = NOT_UNDERSTOOD if block.start in unplaced else walk.roles[number]
        if this == role and this != NOT_UNDERSTOOD:
            last = max(last, end)
            continue
        if role and role != NOT_UNDERSTOOD:
            yield LineAccount(first, last, role)
        first, last, role = begin, end, this
        if this == NOT_UNDERSTOOD:
            yield LineAccount(begin, end, this, source.place(block.start).column, block.text.text.strip())
    if role and role != NOT_UNDERSTOOD:
        yield LineAccount(first, last, role)


def page_files(paths: list[Path]) -> list[Path]:
    """Return the files that are meant: those named, and those in a folder that have the suffix of a page."""
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            found = sorted(each for each in path.rglob("*") if each.suffix.lower() in SUFFIXES and each.is_file())
            if not found:
                raise BadInput(str(path), "", f"holds no page ({', '.join(SUFFIXES)})", "name a folder of pages")
            files += found
        else:
            files.append(path)
    return files


def read_file(path: Path, *, is_whole: bool = False) -> PageFacts:
    """Read one page from a file. Raises `BadInput` where it cannot be read or is too long."""
    text = read_text(path, str(path))
    if len(text) > MAX_CHARACTERS:
        raise BadInput(str(path), "", f"is longer than {MAX_CHARACTERS:,} characters", "cut it into its pages")
    return read_facts(text, str(path), is_whole=is_whole)
