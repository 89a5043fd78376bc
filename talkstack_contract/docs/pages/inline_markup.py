"""The text of a line of Markdown, without its markup and the tags of HTML that Markdown may hold."""

import re

from talkstack_contract.docs.source_text import Excerpt, joined

_TAGS = (
    "a|abbr|aside|b|big|blockquote|center|cite|code|dd|del|dfn|div|dl|dt|em|font|h[1-6]|i|img|ins|kbd|li|mark|ol|p|pre|s"
    "|samp|section|small|span|strike|strong|sub|sup|tt|u|ul|var"
)
_MARKUP = re.compile(
    r"\\(?P<escaped>[!-/:-@\[-`{-~])"
    r"|(?P<drop><!--(?:[^-\n]|-(?!->))*-->|\*{1,3}|_{2,3}|`{1,3}|<br ?/?>"
    rf"|(?<!/)</?(?:{_TAGS})(?: [^<>\n]{{0,200}})?/?>)"
    r"|(?P<entity>&(?:#x20|#32|nbsp);)|(?P<ampersand>&(?:amp|lt|gt|quot|#39|#x27);)"
    r"|!?\[(?P<link>[^\[\]\n]{0,300})\]\([^()\n]{0,500}\)"
    r"|(?P<hard>\\(?=\n|\Z))"
)
_AMPERSANDS = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'", "&#x27;": "'"}


def unmarked(line: Excerpt) -> Excerpt:
    """Return a line without its markup."""
    parts, position = [], 0
    for match in _MARKUP.finditer(line.text):
        parts.append(line.part(position, match.start()))
        position = match.end()
        if match["escaped"]:
            parts.append(line.group(match, "escaped"))
        elif match["link"]:
            parts.append(unmarked(line.group(match, "link")))
        elif match["entity"] or (match["drop"] or "").startswith("<br"):
            parts.append(Excerpt(" ", [line.offsets[match.start()]]))
        elif match["ampersand"]:
            parts.append(Excerpt(_AMPERSANDS[match["ampersand"]], [line.offsets[match.start()]]))
    parts.append(line.part(position))
    return joined(parts, "")
