"""The exchanges of a record as an HTTP Archive (HAR 1.2), for the tools that read one: browsers, proxies, viewers.

What the record leaves out stands in no field by guess: a size that is not known is -1, as the format has it, and what
was clipped or could not be read is said in a comment.
"""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

from talkstack_contract import __version__
from talkstack_contract.model import Json
from talkstack_contract.provider.curl_line import percent_encoded
from talkstack_contract.provider.evidence import Evidence
from talkstack_contract.reports.findings import Findings

UNKNOWN_SIZE = -1
UNKNOWN_TYPE = "x-unknown"  # what browsers write in its place


def har(findings: Findings) -> str:
    """Write the exchanges of a record, in the order in which they were sent."""
    entries = [_entry(each, findings.run_header.started) for each in findings.exchanges.values()]
    log: Json = {
        "version": "1.2",
        "creator": {"name": "talkstack-contract", "version": __version__},
        "entries": sorted(entries, key=lambda entry: str(entry["startedDateTime"])),
        "comment": f"{findings.run_header.title}: exchanges of the run of {findings.run_header.started.isoformat()}; "
        "credentials and secrets are redacted",
    }
    text = json.dumps({"log": log}, indent=1, ensure_ascii=False)
    return text.encode(errors="replace").decode() + "\n"  # a lone surrogate is no JSON to many readers


def _entry(evidence: Evidence, run_started: datetime) -> Json:
    started = datetime.fromisoformat(evidence.started) if evidence.started else run_started
    latency = max(evidence.latency_ms, 0.0)
    told = [evidence.id, "" if evidence.started else "the record does not say when: the time is that of the run"]
    return {
        "startedDateTime": started.astimezone(UTC).isoformat(timespec="milliseconds"),
        "time": latency,
        "request": _request(evidence),
        "response": _response(evidence),
        "cache": {},
        "timings": {"send": 0, "wait": latency, "receive": 0, "comment": "the whole exchange"},
        "comment": _comment(*told),
    }


def _request(evidence: Evidence) -> Json:
    query = parse_qsl(urlsplit(evidence.url).query, keep_blank_values=True)
    made: Json = {
        "method": evidence.method,
        "url": percent_encoded(evidence.url, "/".join(evidence.url.split("/")[:3])),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(evidence.request_headers),
        "queryString": _pairs(query),
        "headersSize": UNKNOWN_SIZE,
        "bodySize": evidence.request_size_bytes,
    }
    if evidence.request_body:
        clipped = evidence.is_request_clipped
        told = _clipped(evidence.request_body, evidence.request_size_bytes, "sent") if clipped else ""
        media_type = _header(evidence.request_headers, "content-type") or UNKNOWN_TYPE
        made["postData"] = {"mimeType": media_type, "text": evidence.request_body, "comment": told}
    return made


def _response(evidence: Evidence) -> Json:
    told = _clipped(evidence.body, evidence.size_bytes, "received") if evidence.is_clipped else ""
    trouble = f"the body {evidence.body_trouble}" if evidence.body_trouble else ""
    return {
        "status": evidence.status,
        "statusText": evidence.reason if evidence.status else "",
        "httpVersion": "unknown",
        "cookies": [],
        "headers": _pairs(evidence.headers),
        "content": {
            "size": evidence.size_bytes,
            "mimeType": _header(evidence.headers, "content-type") or UNKNOWN_TYPE,
            "text": evidence.body,
            "comment": _comment(told, trouble),
        },
        "redirectURL": _header(evidence.headers, "location"),
        "headersSize": UNKNOWN_SIZE,
        "bodySize": UNKNOWN_SIZE,
        "comment": "" if evidence.status else evidence.reason,
    }


def _clipped(text: str, size_bytes: int, word: str) -> str:
    return f"clipped: the first {len(text)} characters of {size_bytes} bytes that were {word}"


def _comment(*told: str) -> str:
    return "; ".join(filter(None, told))


def _pairs(pairs: Iterable[tuple[str, str]]) -> Json:
    return [{"name": name, "value": value} for name, value in pairs]


def _header(headers: Iterable[tuple[str, str]], wanted: str) -> str:
    return next((value for name, value in headers if name.lower() == wanted), "")
