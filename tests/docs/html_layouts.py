"""The operations of `other_layouts` as HTML pages, in the layouts of four generators."""

import html
import json
from collections.abc import Sequence

from tests.docs.other_layouts import HOST, Parameter, Told, openapi, pretty

_LOOKALIKES = '<script>window.x = {"method": "TRACE", "status": 418};</script><style>p { content: "410 Gone" }</style>'


def _page(head: str, body: str) -> str:
    """Return a page with what generators put around its content, on few lines as they do."""
    navigation = '<nav><ul><li><a href="/a">DELETE /everything</a></li><li>Status Code: 418</li></ul></nav>'
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">{head}{_LOOKALIKES}</head>\n'
        f"<body><header>{navigation}</header>\n{body}\n<footer>Powered by words</footer></body></html>\n"
    )


def _code(value: object, language: str = "json") -> str:
    return f'<pre><code class="language-{language}">{html.escape(pretty(value))}</code></pre>'


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{each}</th>" for each in heads)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>\n" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead>\n<tbody>{body}</tbody></table>"


def mintlify_html(told: Told) -> str:
    """Parts of fields and of the path as elements of their own; a file name of code that is its status."""
    segments = told.path.strip("/").split("/")
    path = "".join(f"<div>/</div><div>{segment}</div>" for segment in segments)
    parts = [
        f"<article><header><h1>{told.title}</h1><div><p>{told.description}</p></div></header>",
        f'<div class="bar"><div class="method-pill">{told.method}</div><div>https://{HOST}</div>{path}</div>',
    ]
    for where, head in (("path", "Path Parameters"), ("query", "Query Parameters"), ("body", "Body")):
        if told.of(where):
            parts += [
                f'<h4>{head}<a class="heading-anchor" href="#x">#</a></h4>',
                *map(_mintlify_field, told.of(where)),
            ]
    parts += ["<h4>Response</h4>", _mintlify_code(str(told.status), told.response)]
    parts += [_mintlify_code(str(code), {"error": phrase}) for code, phrase, _ in told.errors]
    return _page('<meta name="generator" content="Mintlify">', "\n".join([*parts, "</article>"]))


def _mintlify_field(each: Parameter) -> str:
    required = '<div data-component-part="field-required-pill">required</div>' if each.required else ""
    return (
        f'<div class="field"><div data-component-part="field-name">{each.name}</div>'
        f'<div data-component-part="field-info-pill"><span>{each.kind}</span></div>{required}</div>'
        f'<div class="prose"><p>{each.meaning}</p></div>'
    )


def _mintlify_code(name: str, value: object) -> str:
    return f'<div><div data-component-part="code-block-header-filename">{name}</div>{_code(value)}</div>'


def readme_html(told: Told) -> str:
    """The document in an attribute of a script; the page around it shows the names of no field."""
    state = html.escape(json.dumps({"doc": {"title": told.title}, "oasDefinition": openapi((told,))}))
    script = f'<script id="ssr-props" data-initial-props="{state}"></script>'
    return _page(script, f"<main>{_readme_words(told)}</main>")


def readme_html_without_document(told: Told) -> str:
    """The same page where the document was left out of the copy."""
    return _page('<script id="ssr-props"></script>', f"<main>{_readme_words(told)}</main>")


def _readme_words(told: Told) -> str:
    fields = "".join(f"<section><i>{each.kind}</i><i>{each.meaning}</i></section>" for each in told.parameters)
    return (
        f"<h1>{told.title}</h1><p>{told.description}</p><div>{told.method.lower()}</div>"
        f"<div>https://{HOST}{told.path}</div>{fields}<button>Try It!</button>"
    )


def slate_html(told: Sequence[Told]) -> str:
    """One page for the whole API, with its contents beside it and samples in several languages."""
    titles = "".join(f'<li><a href="#{each.path}">{each.title}</a></li>' for each in told)
    parts = [
        f'<div class="toc-wrapper"><div class="lang-selector">shell python</div><ul>{titles}</ul></div>',
        '<div class="page-wrapper"><div class="content">',
        "<h1 id='introduction'>Introduction</h1><p>All about trees.</p>",
        "<h1 id='authentication'>Authentication</h1><p>Send your key with each request:</p>",
        "<p><code>Authorization: Bearer orchard</code></p><h1 id='trees'>Trees</h1>",
    ]
    for each in told:
        parts += [
            f"<h2>{each.title}</h2>",
            *_slate_samples(each),
            f"<p>{each.description}</p>",
            "<h3>HTTP Request</h3>",
        ]
        shown = html.escape(each.path.replace("{", "<").replace("}", ">"))
        parts += [f"<p><code>{each.method} https://{HOST}{shown}</code></p>", *_parameter_tables(each)]
    errors = dict.fromkeys(error for each in told for error in each.errors)
    rows = [(str(code), f"{phrase} -- {condition}") for code, phrase, condition in errors]
    parts += ["<h1 id='errors'>Errors</h1>", _table(("Error Code", "Meaning"), rows), "</div></div>"]
    return _page("", "\n".join(parts))


def _slate_samples(each: Told) -> list[str]:
    return [
        f'<pre class="highlight shell tab-shell"><code>curl "https://{HOST}{each.path}"</code></pre>',
        '<pre class="highlight python tab-python"><code>import orchard</code></pre>',
        "<blockquote><p>The above command returns JSON structured like this:</p></blockquote>",
        f'<pre class="highlight json tab-json"><code>{html.escape(pretty(each.response))}</code></pre>',
    ]


def _parameter_tables(told: Told) -> list[str]:
    heads = ("Parameter", "Type", "Required", "Description")
    kinds = (("path", "URL Parameters"), ("query", "Query Parameters"), ("body", "Body Parameters"))
    return [
        f"<h3>{head}</h3>"
        + _table(heads, [(p.name, p.kind, "yes" if p.required else "no", p.meaning) for p in told.of(where)])
        for where, head in kinds
        if told.of(where)
    ]


def plain_html(told: Told) -> str:
    """What a person writes: headings, lists of terms, a table of statuses."""
    parts = [f"<h1>{told.title}</h1>", f"<p>{told.description}", f"<pre>{told.method} https://{HOST}{told.path}</pre>"]
    for where, head in (("path", "Path parameters"), ("query", "Query parameters"), ("body", "Request body")):
        if told.of(where):
            parts += [f"<h3>{head}</h3><dl>", *map(_term, told.of(where)), "</dl>"]
    statuses = [(f"{code} {phrase}", condition) for code, phrase, condition in told.errors]
    parts += ["<h3>Response</h3>", f"<p>Status Code: <b>{told.status}</b>", _code(told.response)]
    parts += ["<h3>Errors</h3>", _table(("Status", "Description"), statuses)]
    return _page("", "\n".join(parts))


def _term(each: Parameter) -> str:
    required = "required" if each.required else "optional"
    return f"<dt><code>{each.name}</code> <i>({each.kind}, {required})</i><dd>{each.meaning}"
