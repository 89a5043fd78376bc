"""The faults: each changes the response to one case, and says which clause that breaks, or why none."""

from dataclasses import replace
from itertools import count

from examples.jupyter.pretences import Pretence, gone, instead_read, let_in
from examples.real_server.changes import (
    HTML_PAGE,
    SCHEMA,
    STRICT_JSON,
    Fault,
    cut_short,
    in_turn,
    setting,
    with_bytes,
    with_header,
    with_json,
    with_status,
    without,
    without_header,
)
from examples.real_server.proxy import Change, unchanged

TRACE = 'Traceback (most recent call last):\n  File "/srv/app/contents.py", line 41, in get'

VERSION, STATUS, ME = "getVersion/without-credential", "getStatus/by-token", "getIdentity/by-token"
GET, FOLDER, UNKNOWN = "getContents/by-token", "getContents/a-folder", "getContents/path-unknown"
BAD_TYPE, BAD_FORMAT = "getContents/a-folder-as-a-file", "getContents/a-binary-file-as-text"
CREATE, SAVE, REPLACE = "createUntitled/by-token", "saveContents/by-token", "saveContents/a-file-that-exists"
RENAME, DELETE = "renameContents/by-token", "deleteContents/by-token"
REFUSED, EFFECT = "status.is-403", "write.takes-effect"
CONTENT = "body.content-is-text-or-list-or-object-or-null"
ENTRY = ("content", 0)

STATUSES = (
    Fault("success answered 202", VERSION, with_status(202), "status.is-200"),
    Fault("new untitled file answered 200", CREATE, with_status(200), "status.is-201"),
    Fault("new file answered 200", SAVE, with_status(200), "status.is-201"),
    Fault("replaced file answered 201", REPLACE, with_status(201), "status.is-200"),
    Fault("rename answered 201", RENAME, with_status(201), "status.is-200"),
    Fault("removal answered 200", DELETE, with_status(200), "status.is-204"),
    Fault(
        "missing file answered 200",
        UNKNOWN,
        in_turn(with_status(200), with_bytes(lambda _: b"{}")),
        "status.is-404",
    ),
    Fault("missing file answered 500", UNKNOWN, with_status(500), "status.is-404"),
    Fault("wrong type answered 404", BAD_TYPE, with_status(404), "status.is-400"),
    Fault("refusal answered 401", "getStatus/no-credential", with_status(401), REFUSED),
    Fault(
        "refusal as a redirect to a login page",
        "getContents/no-credential",
        in_turn(with_status(302), with_header("Location", "/login"), with_bytes(lambda _: b"")),
        REFUSED,
    ),
)

CREDENTIALS = tuple(
    Fault(name, case, unchanged, REFUSED, before=let_in)
    for name, case in {
        "no token accepted": "getContents/no-credential",
        "any token accepted": "getStatus/wrong-token",
        "empty token accepted": "getIdentity/empty-token",
        "altered token accepted": "getContents/token-altered",
        "longer token accepted": "getContents/token-lengthened",
        "beginning of the token accepted": "getContents/token-cut-short",
        "token in other case accepted": "getContents/token-in-other-case",
        "token under another scheme accepted": "getContents/other-scheme",
        "any token in the query accepted": "getContents/wrong-key",
        "empty token in the query accepted": "getStatus/empty-key",
        "save without a token accepted": "saveContents/no-credential",
        "removal without a token accepted": "deleteContents/no-credential",
    }.items()
)

LEAKS = (
    Fault(
        "refused, and the identity shown all the same",
        "getIdentity/no-credential",
        with_status(403),
        "body.holds-no-success-payload",
        before=let_in,
    ),
    Fault(
        "refused, and the file shown all the same",
        "getContents/no-credential",
        with_status(403),
        "body.holds-no-success-payload",
        before=let_in,
    ),
    Fault(
        "path of a file on the server in an error",
        BAD_TYPE,
        setting("no such file: /srv/data/documents", "message"),
        "body.shows-no-server-internals",
    ),
    Fault("stack trace in an error", BAD_TYPE, setting(TRACE, "message"), "body.shows-no-server-internals"),
    Fault(
        "stack trace in a refusal",
        "getIdentity/wrong-token",
        setting(TRACE, "message"),
        "body.shows-no-server-internals",
    ),
)

FORMS = (
    Fault("JSON labelled text/html", STATUS, with_header("Content-Type", "text/html"), "media-type.is-json"),
    Fault("error as an HTML page", BAD_FORMAT, HTML_PAGE, "media-type.is-json"),
    Fault("body cut in half", GET, with_bytes(lambda body: body[: len(body) // 2]), STRICT_JSON),
    Fault("body shorter than its Content-Length", GET, cut_short, STRICT_JSON),
    Fault("NaN in JSON", STATUS, setting(float("nan"), "connections"), STRICT_JSON),
    Fault("key twice", VERSION, with_bytes(lambda body: b'{"version":"0",' + body[1:]), STRICT_JSON),
    Fault("byte order mark", ME, with_bytes(lambda body: b"\xef\xbb\xbf" + body), STRICT_JSON),
    Fault("Location of a new file missing", CREATE, without_header("Location"), "header.location-is-there"),
    Fault(
        "Location of a new file no address",
        SAVE,
        with_header("Location", "http://["),
        "header.location-is-as-described",
    ),
    Fault("Location of a rename missing", RENAME, without_header("Location"), "header.location-is-there"),
    Fault("Last-Modified missing", GET, without_header("Last-Modified"), "header.last-modified-is-there"),
)

DATA = (
    Fault("version missing", VERSION, without("version"), "body.version-is-text"),
    Fault("version as a number", VERSION, setting(2, "version"), "body.version-is-text"),
    Fault("start of the server missing", STATUS, without("started"), "body.started-is-text"),
    Fault("time of another format", STATUS, setting("noon", "started"), "body.started-is-date-time"),
    Fault("number of kernels as a text", STATUS, setting("0", "kernels"), "body.kernels-is-number"),
    Fault("identity null", ME, setting(None, "identity"), "body.identity-is-object"),
    Fault("empty user name", ME, setting("", "identity", "username"), "body.identity-username-is-not-empty"),
    Fault("permissions as a list", ME, setting([], "permissions"), "body.permissions-is-object"),
    Fault("permission as a text", ME, setting("read", "permissions", "contents"), SCHEMA),
    Fault("key of an entry missing", GET, without("mimetype"), "body.mimetype-is-text-or-null"),
    Fault("unknown type of entry", GET, setting("link", "type"), "body.type-is-one-of-the-printed"),
    Fault("unknown format", GET, setting("utf-8", "format"), "body.format-is-one-of-the-printed"),
    Fault("writable as a text", GET, setting("yes", "writable"), "body.writable-is-boolean"),
    Fault("size as a text", GET, setting("12", "size"), "body.size-is-whole-number-or-null"),
    Fault("another file", GET, setting("documents/other.txt", "path"), "answer.shows-path"),
    Fault("hash without its algorithm", GET, setting("9f", "hash"), SCHEMA),
    Fault("folder with an object instead of a list", FOLDER, setting({}, "content"), SCHEMA),
    Fault("entry of a folder without its path", FOLDER, without(*ENTRY, "path"), SCHEMA),
    Fault("entry of a folder with its content", FOLDER, setting("Bread", *ENTRY, "content"), SCHEMA),
    Fault("content sent back after a save", SAVE, setting("Tea and rice", "content"), CONTENT),
    Fault("saved under another path", SAVE, setting("documents/other.txt", "path"), "answer.shows-path"),
    Fault("folder instead of a file made", CREATE, setting("directory", "type"), "answer.shows-type"),
    Fault("rename to another path", RENAME, setting("documents/other.txt", "path"), "answer.shows-body-path"),
    Fault("unknown reason of an error", BAD_TYPE, setting("no", "reason"), "body.reason-is-one-of-the-printed"),
    Fault("reason of an error missing", BAD_TYPE, without("reason"), "body.reason-is-text"),
)


def each_time_another_content() -> Change:
    """Show another content of a file each time."""
    numbers = count(1)
    return with_json(lambda body: body.__setitem__("content", f"{next(numbers)}"))


NEW, SAME_PATH, NEW_PATH = Pretence(201), Pretence(200), Pretence(200)
EFFECTS = (
    Fault(
        "another content each time", "getContents/asked-twice", each_time_another_content(), "answer.is-the-same-again"
    ),
    Fault("new file not saved", REPLACE, NEW.change, "status.is-200", before=NEW.before),
    Fault(
        "replaced file not saved",
        "saveContents/then-read",
        SAME_PATH.change,
        EFFECT,
        before=SAME_PATH.before,
        method="PUT",
    ),
    Fault(
        "rename that renames nothing",
        "renameContents/then-read",
        NEW_PATH.change,
        EFFECT,
        before=NEW_PATH.before,
        method="PATCH",
    ),
    Fault(
        "removal that removes nothing",
        "deleteContents/afterwards",
        gone,
        "target.is-gone",
        before=instead_read,
        method="DELETE",
    ),
)

UNPROMISED = (
    Fault("other version", VERSION, setting("0.1", "version"), unpromised="no page says which version answers"),
    Fault("other identity", ME, setting("Nora", "identity", "name"), unpromised="without a cookie it is new each time"),
    Fault("key that no page prints", STATUS, setting(1, "uptime"), unpromised="no page says that there are no others"),
    Fault("other text of an error", BAD_TYPE, setting("no", "message"), unpromised="no page prints its text"),
    Fault(
        "other order in a folder",
        FOLDER,
        with_json(lambda body: body["content"].reverse()),
        unpromised="no page says in which order",
    ),
    Fault("other size", GET, setting(7, "size"), unpromised="no page says of what the size is, beyond bytes"),
    Fault("another Server header", STATUS, with_header("Server", "other"), unpromised="no page promises that header"),
)

METHODS = {"createUntitled": "POST", "saveContents": "PUT", "renameContents": "PATCH", "deleteContents": "DELETE"}
FAULTS = tuple(
    replace(each, method=METHODS.get(each.case.partition("/")[0], "GET"))
    for each in (*STATUSES, *CREDENTIALS, *LEAKS, *FORMS, *DATA, *EFFECTS, *UNPROMISED)
)
