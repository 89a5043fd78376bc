"""A walk over the blocks of a page: what it has gathered, and in which part of the page it is."""

from dataclasses import dataclass, field
from http import HTTPStatus

from talkstack_contract.docs.drafts.draft import Draft, Enum, Value
from talkstack_contract.docs.facts import NOT_UNDERSTOOD
from talkstack_contract.docs.pages.page import Block, Page
from talkstack_contract.docs.source_text import Excerpt, Place
from talkstack_contract.docs.vocabulary import Section, section_of

GITBOOK = "gitbook"
KEEP_BLANKS = frozenset({"text", "text-nav", "dash", "flat", "md", "html"})
PHRASES = frozenset(status.phrase.lower() for status in HTTPStatus)


@dataclass
class Walk:
    """A walk over the blocks of a page, and what it has gathered so far."""

    page: Page
    known: frozenset[str] = frozenset()
    drafts: list[Draft] = field(default_factory=list)
    roles: dict[int, str] = field(default_factory=dict)
    section: Section = Section.INTRODUCTION
    heading: str = ""
    title_level: int = 1
    draft_of_block: list[int] = field(default_factory=list)
    awaited: Section | None = None  # a label was read whose code is still to come,
    awaited_at: Place | None = None  # which stands here
    classes: list[tuple[str, str, Value]] = field(default_factory=list)
    is_behind_meta: bool = False
    is_below_status: bool = False  # a heading named a status, and its condition may follow
    open_label: int = 0  # how deep a label is whose values are listed below it,
    is_open_headers: bool = False  # and whether it is that of headers
    status_level: int = 0  # how deep the item of the last status is
    begins_anew: bool = False  # a page that has told of an operation has come to a request again
    unknown_heading: tuple[int, Value] | None = None  # the number of its block, and what it says

    @property
    def draft(self) -> Draft:
        """What is known of the operation that the walk has come to."""
        return self.drafts[-1]

    def value(self, excerpt: Excerpt, block: Block) -> Value:
        """Return an excerpt as a value with its place."""
        shown = excerpt.stripped()
        is_last = not self.page.is_whole and block is self.page.blocks[-1]
        return Value(shown.text, self.page.source.place(shown.start if shown else block.start), is_last)


def new_draft(walk: Walk) -> Draft:
    """Return a draft of one more operation."""
    is_gitbook = walk.page.generator == GITBOOK
    return Draft(walk.page.source, keeps_blanks=walk.page.rendering in KEEP_BLANKS, is_gitbook=is_gitbook)


def close(walk: Walk) -> None:
    """End what is open: a label whose code did not come, a list of values."""
    if walk.awaited and walk.awaited_at:
        walk.draft.labels_without_code.setdefault(walk.awaited, walk.awaited_at)
        walk.awaited = None
    if walk.classes:
        values: dict[str, object] = {name: kind for name, kind, _ in walk.classes}
        walk.draft.enums.append(Enum("status class", values, walk.classes[0][2]))
        walk.classes = []


def open_section(walk: Walk, words: str, block: Block) -> str:
    """Begin the part of the page that words open; return as what their line is taken."""
    close(walk)
    walk.is_below_status = walk.is_open_headers = False
    walk.open_label = walk.status_level = 0
    walk.section, walk.heading = section_of(words), block.text.text
    walk.begins_anew = walk.section is Section.REQUEST and bool(walk.draft.statuses) and walk.draft.has_request
    walk.unknown_heading = None
    if walk.section is Section.UNKNOWN:
        walk.unknown_heading = len(walk.draft_of_block), walk.value(block.text, block)
        walk.draft.notes.append((Section.UNKNOWN, walk.value(block.text, block)))
        return NOT_UNDERSTOOD
    return "heading"
