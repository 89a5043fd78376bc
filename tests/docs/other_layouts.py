"""Five operations of an invented API, as other generators lay their pages out."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from talkstack_contract.model import Json

HOST = "api.orchard.example"


@dataclass(frozen=True)
class Parameter:
    """A parameter or field: where it stands, its name, type, whether it is required, and its meaning."""

    where: str  # path, query, body
    name: str
    kind: str
    required: bool
    meaning: str


@dataclass(frozen=True)
class Told:
    """One operation."""

    title: str
    method: str
    path: str
    description: str
    parameters: tuple[Parameter, ...]
    response: dict[str, Json]
    status: int
    errors: tuple[tuple[int, str, str], ...]

    def of(self, where: str) -> list[Parameter]:
        return [each for each in self.parameters if each.where == where]


TREE = Parameter("path", "tree_id", "string", True, "Which tree.")
NAME = Parameter("body", "name", "string", True, "What it is called.")
AGE = Parameter("body", "age", "integer", False, "In years.")
LIMIT = Parameter("query", "limit", "integer", False, "How many.")
AFTER = Parameter("query", "after", "string", False, "From here on.")
NO_TREE = (404, "Not Found", "There is no such tree.")
NO_KEY = (401, "Unauthorized", "The key is not known.")
ONE = {"id": "t1", "name": "Quince", "age": 7}
OPERATIONS = (
    Told(
        "List trees", "GET", "/trees", "Shows every tree.",
        (LIMIT, AFTER),
        {"trees": [ONE], "more": False}, 200, (NO_KEY,),
    ),
    Told("Get a tree", "GET", "/trees/{tree_id}", "Shows one tree.", (TREE,), ONE, 200, (NO_KEY, NO_TREE)),
    Told("Plant a tree", "POST", "/trees", "Adds a tree.", (NAME, AGE), ONE, 201, (NO_KEY,)),
    Told("Rename a tree", "PATCH", "/trees/{tree_id}", "Gives it another name.", (TREE, NAME), ONE, 200, (NO_TREE,)),
    Told("Fell a tree", "DELETE", "/trees/{tree_id}", "Takes it away.", (TREE,), {"felled": True}, 200, (NO_TREE,)),
)  # fmt: skip


def pretty(value: Json) -> str:
    return json.dumps(value, indent=2)


def mintlify(told: Told) -> str:
    """Components for fields, a fence for each status, the request line in the head of the file."""
    lines = ["---", f'title: "{told.title}"', f'api: "{told.method} https://{HOST}{told.path}"', "---", ""]
    lines += [
        "> ## Documentation Index",
        "> The whole index is at https://docs.orchard.example/llms.txt",
        "",
        told.description,
        "",
    ]
    for each in told.parameters:
        mark = " required" if each.required else ""
        lines += [
            f'<ParamField {each.where}="{each.name}" type="{each.kind}"{mark}>',
            f"  {each.meaning}",
            "</ParamField>",
            "",
        ]
    lines += [
        "<RequestExample>",
        "",
        "```bash cURL",
        f"curl https://{HOST}{told.path}",
        "```",
        "",
        "</RequestExample>",
        "",
    ]
    lines += ["<ResponseExample>", "", f"```json {told.status}", pretty(told.response), "```", ""]
    for code, phrase, _ in told.errors:
        lines += [f"```json {code}", pretty({"error": phrase}), "```", ""]
    return "\n".join([*lines, "</ResponseExample>", ""])


def slate(told: tuple[Told, ...]) -> str:
    """One page for the whole API; credential and errors once for all, no status of a success."""
    lines = [
        "---",
        "title: Orchard",
        "language_tabs:",
        "  - shell",
        "  - python",
        "---",
        "",
        "# Introduction",
        "",
        "All about trees.",
        "",
    ]
    lines += [
        "# Authentication",
        "",
        "Send your key with each request:",
        "",
        "`Authorization: Bearer orchard`",
        "",
        "# Trees",
        "",
    ]
    for each in told:
        lines += [
            f"## {each.title}",
            "",
            "```shell",
            f'curl "https://{HOST}{each.path}"',
            "```",
            "",
            "```python",
            "import orchard",
            "```",
            "",
        ]
        lines += [
            "> The command above returns JSON structured like this:",
            "",
            "```json",
            pretty(each.response),
            "```",
            "",
            each.description,
            "",
        ]
        lines += [
            "### HTTP Request",
            "",
            f"`{each.method} https://{HOST}{each.path.replace('{', '<').replace('}', '>')}`",
            "",
        ]
        for where, head in (("path", "URL Parameters"), ("query", "Query Parameters"), ("body", "Body Parameters")):
            if each.of(where):
                lines += [
                    f"### {head}",
                    "",
                    "Parameter | Type | Required | Description",
                    "--------- | ---- | -------- | -----------",
                ]
                lines += [
                    f"{p.name} | {p.kind} | {'yes' if p.required else 'no'} | {p.meaning}" for p in each.of(where)
                ]
                lines += [""]
    lines += ["# Errors", "", "Error Code | Meaning", "---------- | -------"]
    errors = dict.fromkeys(error for each in told for error in each.errors)
    return "\n".join([*lines, *(f"{code} | {phrase} -- {condition}" for code, phrase, condition in errors), ""])


def gitbook_tables(told: Told) -> str:
    """GitBook with tables: the request line as code, fields and errors as rows."""
    lines = [
        f"# {told.title}",
        "",
        told.description,
        "",
        "### Endpoint",
        "",
        "```",
        f"{told.method} https://{HOST}{told.path}",
        "```",
        "",
    ]
    for where, head in (("path", "Path Parameters"), ("query", "Query Parameters"), ("body", "Request Body")):
        if told.of(where):
            lines += [f"### {head}", "", "| Field | Type | Required | Description |", "| --- | --- | --- | --- |"]
            lines += [
                f"| `{p.name}` | {p.kind} | {'Yes' if p.required else 'No'} | {p.meaning} |" for p in told.of(where)
            ]
            lines += [""]
    lines += ["### Response", "", f"Status Code: {told.status}", "", "```json", pretty(told.response), "```", ""]
    lines += ["### Errors", "", "| Status | Description |", "| --- | --- |"]
    return "\n".join([*lines, *(f"| `{code} {phrase}` | {condition} |" for code, phrase, condition in told.errors), ""])


def openapi(told: tuple[Told, ...]) -> dict[str, Json]:
    paths: dict[str, dict[str, Json]] = {}
    for each in told:
        fields = each.of("body")
        entry: dict[str, Json] = {"summary": each.title, "description": each.description}
        entry["parameters"] = [
            {
                "name": p.name,
                "in": p.where,
                "required": p.required,
                "description": p.meaning,
                "schema": {"type": p.kind},
            }
            for p in each.parameters
            if p.where != "body"
        ]
        if fields:
            properties = {p.name: {"type": p.kind, "description": p.meaning} for p in fields}
            schema = {"type": "object", "required": [p.name for p in fields if p.required], "properties": properties}
            entry["requestBody"] = {"content": {"application/json": {"schema": schema}}}
        shown = {"description": "As asked.", "content": {"application/json": {"example": each.response}}}
        errors = {str(code): {"description": condition} for code, _, condition in each.errors}
        entry["responses"] = {str(each.status): shown, **errors}
        paths.setdefault(each.path, {})[each.method.lower()] = entry
    return {
        "openapi": "3.0.3",
        "info": {"title": "Orchard", "version": "1"},
        "servers": [{"url": f"https://{HOST}"}],
        "security": [{"key": []}],
        "paths": paths,
        "components": {"securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}},
    }


def gitbook_openapi(told: Told) -> str:
    """GitBook's export of a page with an OpenAPI block: the document as JSON in a fence."""
    head = f"# {told.title}\n\n{told.description}\n\n## {told.title}\n\n> Made from a document.\n\n"
    return f"{head}```json\n{json.dumps(openapi((told,)))}\n```\n"


def readme(told: Told) -> str:
    """ReadMe's Markdown of a reference page: some words, then the document."""
    return f"# {told.title}\n\n{told.description}\n\n# OpenAPI definition\n\n```json\n{pretty(openapi((told,)))}\n```\n"


def readme_blocks(told: Told) -> str:
    """ReadMe's older Markdown: headings, tables and code as JSON between marks."""
    lines = ["---", f'title: "{told.title}"', f'excerpt: "{told.description}"', "hidden: false", "---"]
    lines += _block("code", {"codes": [{"code": f"{told.method} https://{HOST}{told.path}", "language": "http"}]})
    kinds = (("path", "Path Params"), ("query", "Query Params"), ("body", "Body Params"))
    for where, head in kinds:
        if told.of(where):
            rows = [(f"`{p.name}`", p.kind, "yes" if p.required else "no", p.meaning) for p in told.of(where)]
            lines += [
                *_block("api-header", {"title": head}),
                *_table_block(("Name", "Type", "Required", "Notes"), rows),
            ]
    codes = [(f"{told.status} OK", told.response), *((f"{code} {phrase}", {}) for code, phrase, _ in told.errors)]
    shown = [{"code": pretty(value), "language": "json", "name": name} for name, value in codes]
    lines += [*_block("api-header", {"title": "Response"}), *_block("code", {"codes": shown})]
    lines += [*_block("image", {"images": [{"image": ["https://a.example/b.png"]}]}), ""]
    return "\n".join(lines)


def _block(name: str, value: Json) -> list[str]:
    return [f"[block:{name}]", *pretty(value).split("\n"), "[/block]", ""]


def _table_block(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[str]:
    data = {f"h-{column}": head for column, head in enumerate(heads)}
    data |= {f"{number}-{column}": cell for number, row in enumerate(rows) for column, cell in enumerate(row)}
    return _block("parameters", {"data": data, "cols": len(heads), "rows": len(rows)})


def slate_section(told: Told) -> str:
    """One operation on a page of Slate as its sample has it: defaults, no types or marks, notices as asides."""
    lines = ["---", "title: Orchard", "language_tabs:", "  - ruby", "  - shell", "includes:", "  - errors", "---", ""]
    lines += [f"## {told.title}", "", "```ruby", "require 'orchard'", "", 'Orchard.new("key").trees', "```", ""]
    lines += ["```shell", f'curl "https://{HOST}{told.path}" \\', '  -H "Authorization: Bearer orchard"', "```", ""]
    lines += ["> The above command returns JSON structured like this:", "", "```json", pretty(told.response), "```", ""]
    path = told.path.replace("{", "<").replace("}", ">")
    lines += [told.description, "", "### HTTP Request", "", f"`{told.method} https://{HOST}{path}`", ""]
    for where, head in (("path", "URL Parameters"), ("query", "Query Parameters"), ("body", "Body Parameters")):
        if told.of(where):
            lines += [f"### {head}", "", "Parameter | Default | Description", "--------- | ------- | -----------"]
            lines += [f"{p.name} | {'' if p.required else '1'} | {p.meaning}" for p in told.of(where)]
            lines += [""]
    lines += ['<aside class="success">', "Remember that trees are slow.", "</aside>", ""]
    return "\n".join(lines)


def readme_text(told: Told) -> str:
    """The text of the same page: method, URL and the names of the fields are lost."""
    furniture = ["Recent Requests", "Log in to see them", "string", "required", "200", "As asked.", "Try It!", ""]
    return "\n".join([told.title, told.description, *furniture])
