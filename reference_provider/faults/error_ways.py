"""Ways in which an error shows what it must not, or is no error at all to who reads it."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from reference_provider.faults.encoding_ways import HTML_PAGE
from reference_provider.faults.model import Scene, Way
from reference_provider.faults.printed import Printed
from reference_provider.faults.recognition import values_of, whom
from reference_provider.faults.spoils import chosen, dropped, page, put, with_body, with_header

TRACES = {
    "python": 'Traceback (most recent call last):\n  File "/srv/app/projects.py", line 41, in read_active\n'
    "    return rows[0]\nIndexError: list index out of range",
    "node": "TypeError: Cannot read properties of undefined (reading 'id')\n"
    "    at readActive (/usr/src/app/projects.js:41:17)\n"
    "    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)",
    "java": 'Exception in thread "main" java.lang.NullPointerException\n'
    "\tat test.example.Projects.readActive(Projects.java:41)\n\tat test.example.Service.run(Service.java:12)",
    "php": "PHP Fatal error:  Uncaught Error: Call to a member function id() on null in /var/www/app/Projects.php:41\n"
    "Stack trace:\n#0 /var/www/app/index.php(12): Projects->readActive()\n#1 {main}",
    "dotnet": "System.NullReferenceException: Object reference not set to an instance of an object.\n"
    "   at Example.Projects.ReadActive(String id) in C:\\app\\Projects.cs:line 41",
    "go": "panic: runtime error: index out of range [0] with length 0\n\ngoroutine 1 [running]:\n"
    "main.readActive(...)\n\t/srv/app/projects.go:41 +0x1d",
    "ruby": "app/models/project.rb:41:in `read_active': undefined method `id' for nil:NilClass (NoMethodError)\n"
    "\tfrom app/controllers/projects_controller.rb:12:in `show'",
}

SERVER_PATHS = {
    "unix": "The file /opt/app/projects/active.json cannot be read.",
    "home": "No such file: /home/deploy/app/config/projects.yml",
    "windows": "Could not find file 'C:\\inetpub\\app\\App_Data\\projects.mdf'.",
}

HEADER_TRACES = {
    "trace": "Error: no rows at readActive (/usr/src/app/projects.js:41:17)",
    "path": "/var/www/app/Projects.php:41",
}

NO_TEXTS: dict[str, object] = {"null": None, "number": 500, "array": ["failed"], "object": {"text": "failed"}}


def ways_of_internals() -> Iterator[Way]:
    """A stack trace or a file path of the server, in body or headers."""
    clauses = ("body.shows-no-server-internals",)
    for name, trace in TRACES.items():
        yield Way(f"shows-{name}-trace", clauses, f"is shown a stack trace of {name}", put(("stack",), trace))
    for name, text in SERVER_PATHS.items():
        yield Way(f"shows-{name}-path", clauses, f"is shown a {name} path of the server", put(("message",), text))
    for name, value in HEADER_TRACES.items():
        words = f"is shown a {name} of the server in a header"
        yield Way(f"shows-{name}-in-header", clauses, words, with_header("X-Debug-Info", value))
    words = "is shown a stack trace on an HTML page"
    html = page("text/html", f"<html><body><pre>{TRACES['python']}</pre></body></html>")
    yield Way("shows-trace-on-page", clauses, words, html)


def ways_of_success_marks(printed: Printed) -> Iterator[Way]:
    """The marks of a success in what shall be an error."""
    for key in printed.envelope:
        if key.literal is not None:
            name = "says-success" if key.literal == printed.status else f"has-{key.name}-{key.literal}"
            clauses = (key.clause.replace("-is-", "-is-not-"),)
            words = f"gets {json.dumps({key.shown: key.literal})[1:-1]}"
            yield Way(name, clauses, words, put(key.place, key.literal))
    if printed.payload:
        words = f"gets {printed.keys[0].shown} all the same"
        spoil = chosen((), lambda scene, error: _with_payload(printed, scene, error))
        yield Way("holds-payload", ("body.holds-no-success-payload",), words, spoil)


def _with_payload(printed: Printed, scene: Scene, error: Any) -> Any:
    document = printed.document(values_of(scene, whom(scene)))
    if isinstance(document, list):
        return document
    wrapping = {key.place[0] for key in printed.envelope}
    return error | {name: value for name, value in document.items() if name not in wrapping}


def ways_of_error_form() -> Iterator[Way]:
    """An error that no JSON reader can make sense of."""
    is_json, message = ("body.is-strict-json",), ("envelope.message-is-text",)
    yield Way("is-html", ("media-type.is-json", *is_json), "gets an HTML page", page("text/html", HTML_PAGE))
    yield Way("is-plain-text", ("media-type.is-json", *is_json), "gets plain text", page("text/plain", "refused"))
    yield Way("without-media-type", ("media-type.is-json",), "gets no media type", with_header("Content-Type", None))
    yield Way("with-empty-body", is_json, "gets an empty body", with_body(lambda _: b""))
    yield Way("with-half-a-body", is_json, "gets half a body", with_body(lambda body: body[: len(body) // 2]))
    yield Way("with-nan", is_json, "gets NaN as a value", with_body(lambda body: b'{"code": NaN, ' + body[1:]))
    yield Way("with-duplicate-key", is_json, "gets status twice", with_body(lambda b: b'{"status": "no", ' + b[1:]))
    yield Way("without-message", message, "gets no message", dropped(("message",)))
    for kind, value in NO_TEXTS.items():
        yield Way(f"with-message-{kind}", message, f"gets {kind} as message", put(("message",), value))


def telling(name: str, clause: str, words: str, tell: Callable[[Scene], str]) -> Way:
    """The message tells something that the error must not."""
    return Way(name, (clause,), words, chosen(("message",), lambda scene, _: f"Not for you: {tell(scene)}"))
