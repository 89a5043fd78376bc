"""Writes the pages of `greenhouse` in the renderings in which copies of such pages exist: seven as text, and HTML."""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.docs.greenhouse import PAGES, DocsPage, Field

RENDERINGS = ("text-nav", "text", "squeezed", "glued", "dash", "flat", "md", "html")
_RUN = re.compile(r"`(?P<code>[^`]+)`|\*\*(?P<bold>[^*]+)\*\*|(?P<text>[^`*]+)")
_NEIGHBOURS, _UPDATED = "PreviousNew KeyNextGet Bed", "Last updated 3 months ago"
META = {0: (_NEIGHBOURS,), 1: (_NEIGHBOURS, _UPDATED), 2: (_NEIGHBOURS, _UPDATED, _UPDATED)}


@dataclass(frozen=True)
class Element:
    """A heading, paragraph, bullet or code of a page."""

    kind: str  # step, heading, p, li, code, const
    text: str
    level: int = 1
    in_list: bool = False
    on_bullet: bool = False
    part: str = ""  # request or response, of code


def elements(page: DocsPage) -> Iterator[Element]:
    """Yield what a page says, in its order."""
    first, second, third, fourth = page.steps
    yield Element("step", f"{first} Prepare Your Request")
    yield Element("li", f"**Endpoint:** `{page.path}`")
    yield Element("li", f"**Method:** `{page.method}`")
    yield Element("li", f"**URL:** `{page.address}`")
    yield Element("li", f"**Headers:** Include `{page.header}`.")
    if page.authorization:
        yield Element("li", f"**Authorization:** {page.authorization}")
    if page.parameter_heading:
        yield Element("step", f"{second} {page.parameter_heading}")
        yield from map(_listed, page.parameters)
    if page.body_heading:
        yield Element("step", f"{second} {page.body_heading}")
        yield from map(_listed, page.fields)
    if page.prompt:
        yield Element("p", page.prompt)
    if page.request_label:
        yield Element("p", page.request_label)
    if page.request:
        yield Element("code", page.request, part="request")
    yield Element("step", f"{third} Send the Request")
    yield Element("p", f"Send the {page.method} request with a client of your choice.")
    if page.response_heading:
        yield from _response(page, fourth)
    yield from _errors(page)


def _response(page: DocsPage, step: str) -> Iterator[Element]:
    yield Element("step", f"{step} {page.response_heading}")
    yield Element("p", page.response_prose)
    if page.status != "none":
        yield Element("heading", "Success Response:")
        if page.status == "bullet":
            yield Element("li", f"**Status Code:** `{page.success}`")
        elif page.status == "paragraph":
            yield Element("p", f"Status Code: {page.success}")
        else:
            yield Element("p", "Status Code:")
            yield Element("p", page.success)
    if page.body_label:
        yield Element("li" if page.body_label.startswith("**") else "p", page.body_label)
    if page.response:
        yield Element("code", page.response, in_list=page.body_in_list, on_bullet=page.body_on_bullet, part="response")
    yield from map(_listed, page.response_fields)
    if page.constant:
        yield Element("const", page.constant)
    for advice in page.advice:
        yield Element("li", advice)


def _errors(page: DocsPage) -> Iterator[Element]:
    if page.errors:
        yield Element("heading", "Troubleshooting")
    for error in page.errors:
        yield Element("li", f"**{error.code} {error.phrase}**: {error.condition}")
    if page.classes:
        yield Element("heading", "Error Responses:")
    for name, kind in page.classes:
        yield Element("li", f"`{name}` - {kind}")


def _listed(each: Field) -> Element:
    mark = f"({each.mark})" if each.mark else ""
    return Element("li", f"{each.prefix}`{each.name}`{mark}{each.before_colon}: {each.meaning}", level=each.level)


def rendered(page: DocsPage, rendering: str, *, without: frozenset[str] = frozenset()) -> str:
    """Return a page in a rendering; `without` names the code (`request`, `response`) that the copy has lost."""
    kept = [each for each in elements(page) if each.kind != "code" or each.part not in without]
    if rendering == "md":
        return _markdown(page, kept)
    if rendering == "html":
        return "\n".join([*_html_head(page), *_html(page, kept), "</main>", "</body>", "</html>", ""])
    body = {
        "text-nav": _text,
        "text": _text,
        "squeezed": _squeezed,
        "glued": _glued,
        "dash": _dash,
        "flat": _flat,
    }[rendering](page, kept)
    return (_navigation() if rendering == "text-nav" else "") + body


def _plain(text: str) -> str:
    return text.replace("`", "").replace("**", "")


def _meta(page: DocsPage, *, glue: bool = False) -> list[str]:
    lines = [*META[page.updated]]
    return ["".join(lines)] if glue else lines


def _navigation() -> str:
    names = "\n".join(f"    \u2022 {page.title}" for page in PAGES)
    return f"Greenhouse\n  \u2022 Start\n  \u2022 Beds\n{names}\nPowered by GitBook\nOn this page\n  1. Beds\n\n"


def _text(page: DocsPage, kept: Sequence[Element]) -> str:
    lines: list[str] = [page.title, ""]
    if page.meta_first:
        lines += [*META[1], ""]
    if page.description:
        lines += [_plain(page.description), ""]
    for each in kept:
        if each.kind in ("code", "const"):
            lines += [*_indented(each), ""]
        elif each.kind == "li":
            lines += ["  " * (2 * each.level - 1) + f"\u2022 {_plain(each.text)}", ""]
        else:
            lines += [_plain(each.text), ""]
    return "\n".join([*lines, *[line for meta in _meta(page) for line in (meta, "")]])


def _indented(each: Element) -> list[str]:
    lines = each.text.split("\n")
    if each.on_bullet:
        return [f"  \u2022 {lines[0]}", *(f"    {line}" for line in lines[1:])]
    return [f"    {line}" for line in lines] if each.in_list else lines


def _one_line(each: Element) -> str:
    lines = [line.strip() for line in each.text.split("\n")]
    return " ".join(lines) if each.in_list else "\n".join(lines)


def _runs(text: str) -> list[tuple[str, str]]:
    return [(match.lastgroup or "", match.group(match.lastgroup or 0)) for match in _RUN.finditer(text)]


def _squeezed(page: DocsPage, kept: Sequence[Element]) -> str:
    out = [page.title, "\n"]
    if page.meta_first:
        out += ["".join(META[1]), "\n"]
    if page.description:
        out += [_inline(_runs(page.description), page.breaks_lines), "\n"]
    in_text = False
    for number, each in enumerate(kept):
        if each.kind == "li":
            out.append("" if in_text or out[-1].endswith("\n") else "\n")
            shown = _squeezed_item(_runs(each.text), page.breaks_lines)
            out.append(shown)
            is_next = number + 1 < len(kept) and kept[number + 1].kind == "li"
            in_text = is_next and not each.text.endswith("`")
            out.append("" if in_text else "\n")
            continue
        text = _one_line(each) if each.kind in ("code", "const") else _inline(_runs(each.text), page.breaks_lines)
        out += ["" if out[-1].endswith("\n") else "\n", text, "\n"]
        in_text = False
    return "".join(out) + "\n".join(_meta(page, glue=True)) + "\n"


def _squeezed_item(runs: list[tuple[str, str]], breaks: bool) -> str:
    kind, first = runs[0]
    if kind == "bold" and first.endswith(":"):
        label = first + (
            " " + runs[1][1].strip() if len(runs) > 1 and runs[1][0] == "text" and runs[1][1].strip() else ""
        )
        rest = runs[2:] if len(runs) > 1 and runs[1][0] == "text" else runs[1:]
        return label + "".join(f"\n{text}" if which == "code" else f"\n{text.strip()}" for which, text in rest)
    if kind == "text":  # a full stop before the name
        return first + _squeezed_item(runs[1:], breaks) if first == "." else _inline(runs, breaks)
    return first + "\n" + _inline(runs[1:], breaks)


def _inline(runs: list[tuple[str, str]], breaks: bool) -> str:
    """Return a sentence as squeezed has it: no blanks around inline code, or a line end on either side."""
    parts: list[str] = []
    for number, (kind, text) in enumerate(runs):
        if kind == "code" and breaks:
            parts.append(f"\n{text}\n")
        else:
            left = number > 0 and runs[number - 1][0] == "code"
            right = number + 1 < len(runs) and runs[number + 1][0] == "code"
            shown = text.lstrip(" ") if left and kind == "text" else text
            parts.append(shown.rstrip(" ") if right and kind == "text" else shown)
    return "".join(parts).strip("\n")


def _glued(page: DocsPage, kept: Sequence[Element]) -> str:
    out = [page.title, "\n"]
    if page.meta_first:
        out += ["".join(META[1]), "\n"]
    if page.description:
        out += [_inline(_runs(page.description), breaks=False), "\n"]
    for number, each in enumerate(kept):
        if each.kind == "li":
            runs = _runs(each.text)
            if runs[0][0] == "bold" and runs[0][1].endswith(":"):
                out.append(runs[0][1] + (" " + runs[1][1].strip() if runs[1:2] and runs[1][1].strip() else ""))
                out += [f"\n{text}" if kind == "code" else text for kind, text in runs[2:]]
            else:
                out.append(_inline(runs, breaks=False))
            follows = kept[number + 1].kind if number + 1 < len(kept) else ""
            is_status = "Status Code" in each.text
            out.append("" if follows == "li" or (is_status and follows == "code") else "\n")
        elif each.kind in ("code", "const"):
            out.append(_one_line(each))  # the closing brace runs into what follows
        else:
            text = _inline(_runs(each.text), breaks=False)
            out += [text, "" if text == page.success else "\n"]
    return "".join(out) + "".join(_meta(page)) + "\n"


def _dash(page: DocsPage, kept: Sequence[Element]) -> str:
    out = [page.title, "\n"]
    if page.meta_first:
        out += ["\n".join(META[1]), "\n"]
    if page.description:
        out += [_dashed(page.description), "\n"]
    for each in kept:
        if each.kind == "li":
            out += ["" if out[-1].endswith("\n") else "\n", f"- {_dashed(each.text)}", "\n"]
        elif each.kind in ("code", "const"):
            out.append("\n".join(_indented(Element("code", each.text, in_list=each.in_list))))
        else:
            out += [_dashed(each.text), "\n"]
    return "".join(out) + "\n".join(_meta(page)) + "\n"


def _dashed(text: str) -> str:
    """Return a line as dash has it: a dash before inline code in place of the blank."""
    shown = re.sub(r"(?<=\S) `", "- `", text.replace("**", ""))
    return re.sub(r":- `", ": - `", shown).replace("`", "")


def _flat(page: DocsPage, kept: Sequence[Element]) -> str:
    lines = [page.title]
    codes = [each for each in kept if each.kind in ("code", "const")]
    lines += [line for each in codes if each.part == "request" for line in each.text.split("\n")]
    lines += META[1]
    if page.description:
        lines.append(_plain(page.description))
    lines += [_plain(each.text) for each in kept if each.kind not in ("code", "const")]
    lines += _meta(page)
    lines += [line for each in codes if each.part != "request" for line in each.text.split("\n")]
    return "\n".join([*lines, ""])


def _markdown(page: DocsPage, kept: Sequence[Element]) -> str:
    lines: list[str] = []
    if page.preamble:
        lines += ["> The whole index of these pages is at <https://docs.greenhouse.example/llms.txt>.", ""]
    lines += [f"# {page.title}", ""]
    for number, each in enumerate(kept):
        if each.kind == "step":
            head, _, words = each.text.partition(": ")
            lines += [f"**{head}:** **{words}**" if number % 4 == 3 else f"### {each.text}", ""]
        elif each.kind == "heading":
            lines += [f"**{each.text}**", ""]
        elif each.kind in ("code", "const"):
            lines += [*_fenced(each), ""]
        elif each.kind == "li":
            shown = each.text.replace(". - ", ".<br>\\- ").replace("_", "\\_")
            shown = re.sub(r"`[^`]*`", lambda match: match.group().replace("\\_", "_"), shown)
            lines += ["  " * (each.level - 1) + f"* {shown}" + ("&#x20;" if number % 5 == 0 else "")]
            if number + 1 >= len(kept) or kept[number + 1].kind != "li":
                lines.append("")
        else:
            lines += [each.text, ""]
    return "\n".join([*lines, *_trailer(page.trailer)])


def _fenced(each: Element) -> list[str]:
    language = "javascript" if each.kind == "const" else "json" if each.part == "request" else ""
    text = each.text.split("\n")
    if each.on_bullet:
        return [f"* ```{language or 'json'}", *(f"  {line}" for line in text), "  ```"]
    indent = "  " if each.in_list else ""
    return [f"{indent}```{language}", *(f"{indent}{line}" for line in text), f"{indent}```"]


def _trailer(form: str) -> list[str]:
    if not form:
        return []
    heads = ["# Agent Instructions: Asking These Pages"] if form == "one" else ["# Agent Instructions", "", "## Asking"]
    fence = ["```", "GET https://docs.greenhouse.example/page.md?ask=<question>", "```"]
    return ["---", "", *heads, "", "Send a question to this address.", "", *fence, ""]


def _html_head(page: DocsPage) -> Iterator[str]:
    """Yield what stands around a page: scripts, styles and navigation that hold lookalikes of facts."""
    yield from ("<!DOCTYPE html>", '<html lang="en">', "<head>", '<meta charset="utf-8">')
    yield from ('<meta name="generator" content="GitBook (invented)">', f"<title>{html.escape(page.title)}</title>")
    yield from ('<script>window.page = {"method": "TRACE", "Endpoint": "/nowhere"};</script>', "<style>")
    yield from ("h1 { content: 'Method: TRACE' }", "</style>", "</head>", "<body>", '<aside><nav class="pages"><ul>')
    yield from (f'<li><a href="/{number}">{html.escape(each.title)}</a></li>' for number, each in enumerate(PAGES))
    yield from ("<li>Method: TRACE</li>", "</ul></nav></aside>", "<!-- Method: TRACE -->", "<main>")


def _html(page: DocsPage, kept: Sequence[Element]) -> Iterator[str]:
    yield f"<header><h1>{html.escape(page.title)}</h1>"
    if page.description:
        yield f'<p class="text-lg">{_html_runs(page.description)}</p>'
    yield "</header>"
    if page.meta_first:
        yield from _html_meta(META[1])
    depth = 0
    for each in kept:
        wanted = each.level if each.kind == "li" or each.in_list else 0
        yield from ("<ul>" for _ in range(wanted - depth))
        yield from ("</ul>" for _ in range(depth - wanted))
        depth = wanted
        yield from _html_element(each)
    yield from ("</ul>" for _ in range(depth))
    yield from _html_meta(META[page.updated])


def _html_element(each: Element) -> Iterator[str]:
    if each.kind == "step":
        anchor = '<a class="hash-link" href="#here">#</a>'
        yield f'<h3 id="here"><div>{html.escape(each.text)}</div>{anchor}</h3>'
    elif each.kind in ("code", "const"):
        language = "javascript" if each.kind == "const" else "json"
        lines = "\n".join(f'<span class="line">{_html_tokens(line)}</span>' for line in each.text.split("\n"))
        code = f'<div><button>Copy</button><pre><code class="language-{language}">{lines}</code></pre></div>'
        yield f"<li>{code}</li>" if each.in_list else code
    elif each.kind == "li":
        yield f"<li><p>{_html_runs(each.text)}</p></li>"
    elif each.kind == "heading":
        yield f"<p><strong>{html.escape(each.text)}</strong></p>"
    else:
        yield f"<p>{_html_runs(each.text)}</p>"


def _html_tokens(line: str) -> str:
    return re.sub(r"&quot;.*?&quot;", lambda match: f'<span class="string">{match.group()}</span>', html.escape(line))


def _html_runs(text: str) -> str:
    marks = {"code": "<code>{}</code>", "bold": "<strong>{}</strong>", "text": "{}"}
    shown = "".join(marks[kind].format(html.escape(words)) for kind, words in _runs(text))
    return shown.replace(". - ", ".<br>- ")


def _html_meta(lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        words = re.split(r"(?<=Previous)|(?=Next)|(?<=Next)", line) if line.startswith("Previous") else [line]
        inner = "".join(f"<div>{word}</div>" for word in words)
        yield f'<a href="/near">{inner}</a>' if len(words) > 1 else f"<p>{line}</p>"
