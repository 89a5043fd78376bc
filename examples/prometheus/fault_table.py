"""The faults: each changes the response to one case, and says which clause that breaks, or why none."""

from examples.real_server.changes import (
    HTML_PAGE,
    SCHEMA,
    STRICT_JSON,
    Fault,
    at,
    cut_short,
    each_time_another,
    in_turn,
    setting,
    with_bytes,
    with_header,
    with_json,
    with_status,
    without,
)

TRACE = "panic: runtime error\n\ngoroutine 17 [running]:\nmain.query(0xc000)\n\t/srv/app/query.go:41 +0x1d"
EMPTY_SUCCESS = with_json(lambda _: {"status": "success", "data": {"resultType": "vector", "result": []}})

SUCCESS = "without-credential"
INSTANT, FORM, RANGE = (f"{each}/{SUCCESS}" for each in ("queryInstant", "queryInstantByForm", "queryRange"))
SERIES, VALUES, TARGETS = (f"{each}/{SUCCESS}" for each in ("findSeries", "listLabelValues", "listTargets"))
METADATA, FEDERATE, HEALTH = (f"{each}/{SUCCESS}" for each in ("getMetricMetadata", "federate", "checkHealth"))
ABSENT, UNPARSED = "queryInstant/query-absent", "queryInstant/an-expression-that-does-not-parse"
WRONG_PATTERN = "queryRange/an-expression-with-a-wrong-pattern"
TIMED_OUT = "queryRange/a-query-that-times-out"
SAMPLE = ("data", "result", 0, "value")
SAMPLES = ("data", "result", 0, "values")
TARGET, ENTRY = ("data", "activeTargets", 0), ("data", "go_goroutines", 0)

STATUSES = (
    Fault("success answered 201", RANGE, with_status(201), "status.is-200"),
    Fault("bad expression answered 200", UNPARSED, in_turn(with_status(200), EMPTY_SUCCESS), "status.is-400"),
    Fault("bad expression answered 500", UNPARSED, with_status(500), "status.is-400"),
    Fault("form refused with 415", FORM, with_status(415), "status.is-200"),
    Fault("expression that cannot run answered 400", WRONG_PATTERN, with_status(400), "status.is-422"),
    Fault("timeout answered 500", TIMED_OUT, with_status(500), "status.is-503"),
    Fault("health answered 500", HEALTH, with_status(500), "status.is-200"),
)

FORMS = (
    Fault("JSON labelled text/html", INSTANT, with_header("Content-Type", "text/html"), "media-type.is-json"),
    Fault("error as an HTML page", WRONG_PATTERN, HTML_PAGE, "media-type.is-json"),
    Fault("text labelled JSON", FEDERATE, with_header("Content-Type", "application/json"), "media-type.is-text-plain"),
    Fault("body cut in half", SERIES, with_bytes(lambda body: body[: len(body) // 2]), STRICT_JSON),
    Fault("body shorter than its Content-Length", SERIES, cut_short, STRICT_JSON),
    Fault("NaN in JSON", INSTANT, with_json(lambda body: at(body, *SAMPLE).__setitem__(1, float("nan"))), STRICT_JSON),
    Fault("key twice", VALUES, with_bytes(lambda body: b'{"status":"error",' + body[1:]), STRICT_JSON),
    Fault("byte order mark", VALUES, with_bytes(lambda body: b"\xef\xbb\xbf" + body), STRICT_JSON),
    Fault("text not in its encoding", FEDERATE, with_bytes(lambda body: b"# \xff\n" + body), "body.is-readable-text"),
    Fault("text without its last newline", FEDERATE, with_bytes(bytes.rstrip), "body.is-as-described"),
)

ENVELOPES = (
    Fault("status missing", INSTANT, without("status"), "envelope.status-is-success"),
    Fault("status of another text", INSTANT, setting("ok", "status"), "envelope.status-is-success"),
    Fault("success with an error", INSTANT, setting("it broke", "error"), SCHEMA),
    Fault("warnings as one text", INSTANT, setting("slow", "warnings"), "envelope.warnings-is-list"),
    Fault("error that says success", ABSENT, setting("success", "status"), "envelope.status-is-error"),
    Fault("error type missing", ABSENT, without("errorType"), "envelope.error-type-is-text"),
    Fault("error as an object", ABSENT, setting({"text": "no"}, "error"), "envelope.error-is-text"),
    Fault("stack trace in an error", ABSENT, setting(TRACE, "error"), "body.shows-no-server-internals"),
)

DATA = (
    Fault("data missing", SERIES, without("data"), "body.data-is-list"),
    Fault("object instead of a list", SERIES, setting({}, "data"), "body.data-is-list"),
    Fault("numbers instead of texts in a list", VALUES, setting([1, 2], "data"), "body.data-is-text"),
    Fault("label with a number", SERIES, setting(1, "data", 0, "job"), SCHEMA),
    Fault("unknown result type", RANGE, setting("table", "data", "resultType"), "body.data-result-type-is-matrix"),
    Fault("result of another type", INSTANT, setting("scalar", "data", "resultType"), SCHEMA),
    Fault("number instead of text in a sample", INSTANT, setting(1, *SAMPLE, 1), SCHEMA),
    Fault("text instead of number in a sample", RANGE, setting("noon", *SAMPLES, 0, 0), SCHEMA),
    Fault(
        "sample of three values", RANGE, setting([1, "1", "1"], *SAMPLES, 0), "body.data-result-values-is-as-described"
    ),
    Fault("series without its labels", RANGE, without(*SAMPLES[:-1], "metric"), "body.data-result-metric-is-object"),
    Fault("another series", RANGE, setting("down", *SAMPLES[:-1], "metric", "__name__"), "answer.shows-metric"),
    Fault("value left out of a list", VALUES, setting(["other"], "data"), "answer.shows-job"),
    Fault(
        "null instead of an empty list",
        TARGETS,
        setting(None, "data", "droppedTargets"),
        "body.data-dropped-targets-is-list",
    ),
    Fault(
        "key of a target missing", TARGETS, without(*TARGET, "scrapeUrl"), "body.data-active-targets-scrape-url-is-text"
    ),
    Fault(
        "unknown health",
        TARGETS,
        setting("fine", *TARGET, "health"),
        "body.data-active-targets-health-is-one-of-the-printed",
    ),
    Fault(
        "time of another format",
        TARGETS,
        setting("noon", *TARGET, "lastScrape"),
        "body.data-active-targets-last-scrape-is-date-time",
    ),
    Fault(
        "negative duration",
        TARGETS,
        setting(-1, *TARGET, "lastScrapeDuration"),
        "body.data-active-targets-last-scrape-duration-is-as-described",
    ),
    Fault("unit missing from metadata", METADATA, without(*ENTRY, "unit"), SCHEMA),
    Fault("empty list of metadata", METADATA, setting([], *ENTRY[:-1]), SCHEMA),
    Fault(
        "another list each time", "listLabelValues/asked-twice", each_time_another("data"), "answer.is-the-same-again"
    ),
)

UNPROMISED = (
    Fault(
        "other text of the health check",
        HEALTH,
        with_bytes(lambda _: b"Down"),
        unpromised="the page promises a status only",
    ),
    Fault(
        "key that no page prints",
        TARGETS,
        setting(1, *TARGET, "colour"),
        unpromised="no page says that there are no others",
    ),
    Fault("other value of a sample", INSTANT, setting("7", *SAMPLE, 1), unpromised="what is measured is not promised"),
    Fault("other text of an error", ABSENT, setting("no", "error"), unpromised="no page prints its text"),
    Fault(
        "value more in a list",
        VALUES,
        with_json(lambda body: body["data"].append("other")),
        unpromised="no page says which values there are",
    ),
    Fault("another Server header", RANGE, with_header("Server", "other"), unpromised="no page promises that header"),
)

FAULTS = (*STATUSES, *FORMS, *ENVELOPES, *DATA, *UNPROMISED)
