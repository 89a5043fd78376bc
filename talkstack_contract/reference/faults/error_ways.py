"""Ways in which an error shows what it must not, or is no error at all to who reads it."""

from collections.abc import Iterator
from dataclasses import asdict

from talkstack_contract.reference.answers import Answer, json_answer
from talkstack_contract.reference.faults.encoding_ways import HTML_PAGE
from talkstack_contract.reference.faults.grounds import nearest_account
from talkstack_contract.reference.faults.model import Scene, Spoil, Way
from talkstack_contract.reference.faults.spoils import chosen, dropped, instead, page, put, with_body, with_header
from talkstack_contract.reference.operations import project_answer, project_data
from talkstack_contract.reference.world import Project

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


def ways_of_success_marks(payload_key: str) -> Iterator[Way]:
    """The marks of a success in what shall be an error."""
    status, payload = ("envelope.status-is-not-success",), ("body.holds-no-success-payload",)
    yield Way("says-success", status, 'gets "status": "success"', put(("status",), "success"))
    spoil = chosen((payload_key,), lambda scene, _: project_data(_project_of(scene)))
    yield Way("holds-payload", payload, f"gets {payload_key} all the same", spoil)


def ways_of_leaked_value() -> Iterator[Way]:
    """A value of the account's project inside the message.

    Only values that nobody writes by chance: a name or a description may stand in any message.
    """
    for name in ("user_id", "call_status_webhook", "id"):
        words = f"is told the project's {name} in the message"
        yield Way(f"tells-{name.replace('_', '-')}", ("body.holds-no-success-payload",), words, _telling(name))


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


def with_data(scene: Scene) -> Answer:
    """A success with the project of whom the provider takes the asking one for."""
    return project_answer(_project_of(scene))


def without_data(payload_key: str, empty: object) -> Spoil:
    """A success whose payload is there and empty."""
    return instead(lambda _: json_answer(200, {"message": "fetched", "status": "success", payload_key: empty}))


def _telling(name: str) -> Spoil:
    return chosen(("message",), lambda scene, _: f"Not for you: {asdict(_project_of(scene))[name]}")


def _project_of(scene: Scene) -> Project:
    # The active one comes last; where none is active, an inactive one does.
    account = scene.account or nearest_account(scene)
    return account.projects[-1]
