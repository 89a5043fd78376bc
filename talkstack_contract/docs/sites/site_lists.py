"""Which pages a site has, by what it lists them in: `llms.txt`, `sitemap.xml`; and the pages in `llms-full.txt`."""

import re
from collections.abc import Iterator

_LINK = re.compile(r"\[[^\[\]\n]{0,300}\]\((?P<link>[^()\s]{1,1000})\)")
_LOCATION = re.compile(r"<loc>\s*(?:<!\[CDATA\[)?(?P<link>[^<>\s\]]{1,1000})(?:\]\]>)?\s*</loc>")
_FENCE = re.compile(r" {0,3}(?P<fence>`{3,}|~{3,})")
_SOURCE = re.compile(r"(?:Source|URL): (?P<url>https?://\S+) *", re.IGNORECASE)


def linked(text: str) -> list[str]:
    """Return the addresses that a list in Markdown links to."""
    return _LINK.findall(text)


def located(text: str) -> tuple[list[str], bool]:
    """Return the addresses of a sitemap, and whether they are those of further sitemaps."""
    return _LOCATION.findall(text), "<sitemapindex" in text


def pages_of(text: str) -> Iterator[tuple[str, str]]:
    """Yield the pages of a file that holds all of them: its address or title, and its text.

    A page begins at a heading of the first level. Its text keeps the lines before it as empty ones, so that a place
    in it is one in the file.
    """
    lines = text.split("\n")
    starts = [*_starts(lines)] or [0]
    for first, last in zip(starts, [*starts[1:], len(lines)], strict=True):
        head = lines[first].removeprefix("# ").strip()
        source = next((match["url"] for line in lines[first + 1 : first + 4] if (match := _SOURCE.fullmatch(line))), "")
        shown = ("" if _SOURCE.fullmatch(line) else line for line in lines[first:last])
        yield source or head, "\n" * first + "\n".join(shown)


def _starts(lines: list[str]) -> Iterator[int]:
    fence = ""
    for number, line in enumerate(lines):
        match = _FENCE.match(line)
        if match and not fence:
            fence = match["fence"]
        elif match and match["fence"].startswith(fence):
            fence = ""
        elif not fence and line.startswith("# "):
            yield number
