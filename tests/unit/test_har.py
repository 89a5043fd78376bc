"""A record as HTTP Archive is what HAR 1.2 describes, holds each exchange once, and says what it leaves out."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from talkstack_contract.model import Header
from talkstack_contract.provider.evidence import BODY_SHOWN_BYTES, Evidence, evidence_of
from talkstack_contract.provider.redaction import Secrets
from talkstack_contract.reports.findings import Findings
from talkstack_contract.reports.har import har
from tests.unit.found import REQUEST, RUNS, SCRIPT, exchange, findings

TEXT, WHOLE, NUMBER = "text", "whole number", "number"
PAIRS = [{"name": TEXT, "value": TEXT, "comment?": TEXT}]
SPECIFICATION: dict[str, Any] = {  # what has to be there, and with `?` what may be
    "log": {
        "version": TEXT,
        "creator": {"name": TEXT, "version": TEXT, "comment?": TEXT},
        "entries": [
            {
                "startedDateTime": TEXT,
                "time": NUMBER,
                "request": {
                    "method": TEXT,
                    "url": TEXT,
                    "httpVersion": TEXT,
                    "cookies": PAIRS,
                    "headers": PAIRS,
                    "queryString": PAIRS,
                    "headersSize": WHOLE,
                    "bodySize": WHOLE,
                    "comment?": TEXT,
                    "postData?": {"mimeType": TEXT, "text?": TEXT, "comment?": TEXT},
                },
                "response": {
                    "status": WHOLE,
                    "statusText": TEXT,
                    "httpVersion": TEXT,
                    "cookies": PAIRS,
                    "headers": PAIRS,
                    "content": {"size": WHOLE, "mimeType": TEXT, "text?": TEXT, "comment?": TEXT},
                    "redirectURL": TEXT,
                    "headersSize": WHOLE,
                    "bodySize": WHOLE,
                    "comment?": TEXT,
                },
                "cache": {},
                "timings": {"send": NUMBER, "wait": NUMBER, "receive": NUMBER, "comment?": TEXT},
                "comment?": TEXT,
            }
        ],
        "comment?": TEXT,
    }
}
KINDS: dict[str, type | tuple[type, ...]] = {TEXT: str, WHOLE: int, NUMBER: (int, float)}


def departures(value: Any, specified: Any, at: str = "$") -> Iterator[str]:
    """Yield each place at which a value is not as specified."""
    if isinstance(specified, str):
        if not isinstance(value, KINDS[specified]):
            yield f"{at} is no {specified}"
    elif isinstance(specified, list):
        for number, each in enumerate(value):
            yield from departures(each, specified[0], f"{at}[{number}]")
    else:
        known = {key.rstrip("?"): inner for key, inner in specified.items()}
        missing = {key for key in specified if not key.endswith("?")} - value.keys()
        yield from (f"{at}.{key} is missing" for key in missing)
        yield from (f"{at}.{key} is not specified" for key in value.keys() - known.keys())
        for key in value.keys() & known.keys():
            yield from departures(value[key], known[key], f"{at}.{key}")


def entry(*, clipped: bool = False, **others: Any) -> Any:
    body = b"x" * (BODY_SHOWN_BYTES + 1) if clipped else b'{"message": 7}'
    made = evidence_of(exchange(body, **others), Secrets())
    [found] = entries(findings(evidence=[made]))
    return found


def entries(found: Findings) -> list[Any]:
    made: list[Any] = json.loads(har(found))["log"]["entries"]
    return made


@pytest.mark.parametrize("found", RUNS.values(), ids=RUNS)
def test_archive_is_what_har_specifies(found: Findings) -> None:
    assert list(departures(json.loads(har(found)), SPECIFICATION)) == []


def test_departure_is_found() -> None:
    archive = json.loads(har(RUNS["everything"]))
    first = archive["log"]["entries"][0]
    del first["cache"], first["request"]["url"]
    first["time"], first["response"]["more"] = "x", 1
    at = "$.log.entries[0]"
    told = [f"{at}.cache is missing", f"{at}.request.url is missing", f"{at}.response.more is not specified"]
    assert sorted(departures(archive, SPECIFICATION)) == [*told, f"{at}.time is no number"]


@pytest.mark.parametrize("found", RUNS.values(), ids=RUNS)
def test_archive_holds_each_exchange_once(found: Findings) -> None:
    assert sorted(each["comment"].partition(";")[0] for each in entries(found)) == sorted(found.exchanges)


def test_entry_shows_what_was_sent_and_what_came() -> None:
    started = datetime(2026, 11, 24, 9, 30, 1, 234567, UTC)
    shown = entry(started=started, headers=(("Content-Type", "application/json"), ("Location", "/x")))
    request, response = shown["request"], shown["response"]
    assert (shown["startedDateTime"], shown["time"], shown["comment"]) == (
        "2026-11-24T09:30:01.234+00:00",
        12.3,
        "getActiveProject/by-bearer",
    )
    assert (request["method"], request["url"], request["headers"]) == (
        "GET",
        "https://api.example/user",
        [{"name": "Authorization", "value": "Bearer $TALKSTACK_TOKEN"}],
    )
    expected = (200, "OK", "/x", {"size": 14, "mimeType": "application/json", "text": '{"message": 7}', "comment": ""})
    assert (response["status"], response["statusText"], response["redirectURL"], response["content"]) == expected


def test_entries_stand_in_the_order_of_sending() -> None:
    times = {"by-bearer": 3, "by-api-key": 1, "wrong-key": 2}
    made = [
        evidence_of(exchange(name=name, started=datetime(2026, 11, 24, 9, 30, second, tzinfo=UTC)), Secrets())
        for name, second in times.items()
    ]
    assert [each["comment"] for each in entries(findings(evidence=made))] == [
        f"getActiveProject/{name}" for name in ("by-api-key", "wrong-key", "by-bearer")
    ]


def test_entry_of_an_older_record_has_the_time_of_the_run_and_says_so() -> None:
    shown = entry()
    expected = (
        "2026-11-24T09:30:00.000+00:00",
        "getActiveProject/by-bearer; the record does not say when: the time is that of the run",
    )
    assert (shown["startedDateTime"], shown["comment"]) == expected


def test_clipped_response_is_said_to_be() -> None:
    content = entry(clipped=True)["response"]["content"]
    told = "clipped: the first 4096 characters of 4097 bytes that were received"
    assert (len(content["text"]), content["size"], content["comment"]) == (BODY_SHOWN_BYTES, 4097, told)


def test_clipped_request_is_said_to_be() -> None:
    sent = replace(REQUEST, method="POST", body=b"x" * 4097, headers=(Header("Content-Type", "a/b", "a/b"),))
    shown = entry(request=sent)["request"]
    told = "clipped: the first 4096 characters of 4097 bytes that were sent"
    assert (shown["bodySize"], shown["postData"]) == (4097, {"mimeType": "a/b", "text": "x" * 4096, "comment": told})


def test_body_that_could_not_be_read_whole_is_said_to_be() -> None:
    content = entry(body_trouble="ends early, after 3 bytes")["response"]["content"]
    assert content["comment"] == "the body ends early, after 3 bytes"


def test_request_without_a_response_has_the_status_0_and_the_reason() -> None:
    response = entry(status=0, reason="no answer (late)", headers=(), body_trouble="")["response"]
    shown = (response["status"], response["statusText"], response["comment"], response["content"]["mimeType"])
    assert shown == (0, "", "no answer (late)", "x-unknown")


def test_query_is_shown_in_pairs() -> None:
    shown = entry(request=replace(REQUEST, url="https://api.example/user?a=%24x&b=&c d={1}"))["request"]
    pairs = [(each["name"], each["value"]) for each in shown["queryString"]]
    expected = ("https://api.example/user?a=%24x&b=&c%20d=%7B1%7D", [("a", "$x"), ("b", ""), ("c d", "{1}")])
    assert (shown["url"], pairs) == expected


def test_archive_is_text_whatever_was_received() -> None:
    made = replace(evidence_of(exchange(), Secrets()), body="\ud800\x00\x1b", reason=SCRIPT)
    [shown] = entries(findings(evidence=[made]))
    assert (shown["response"]["content"]["text"], shown["response"]["statusText"]) == ("?\x00\x1b", SCRIPT)


def test_secret_is_in_no_entry() -> None:
    sent = Header("Authorization", "Bearer s3cret-token-1", "Bearer $TALKSTACK_TOKEN")
    told = exchange(b'{"echo": "s3cret-token-1"}', request=replace(REQUEST, headers=(sent,), body=b"s3cret-token-1"))
    made: Evidence = evidence_of(told, Secrets([("s3cret-token-1", "TALKSTACK_TOKEN")]))
    text = har(findings(evidence=[made]))
    assert ("s3cret-token-1" in text, text.count("[redacted]")) == (False, 2)
