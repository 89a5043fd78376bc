"""What may be shown of an exchange: redacted, clipped, and with the line that repeats it.

Redaction happens here, where evidence is made, field by field. It goes by the name of a header, by the name of a JSON
key, and by the secret values of this run, in the encodings in which a provider may give them back.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from talkstack_contract.model import Exchange
from talkstack_contract.provider.curl_line import curl_of
from talkstack_contract.provider.redaction import (
    REDACTED,
    SECRET_HEADERS,
    Secrets,
    without_secret_keys,
    without_sent_codes,
)

BODY_SHOWN_BYTES = 4096
HEADER_SHOWN_CHARACTERS = 1024
HEADERS_SHOWN_CHARACTERS = 16_384  # of all headers of an answer together


@dataclass(frozen=True)
class Evidence:
    """A redacted exchange. Bodies are text, clipped at `BODY_SHOWN_BYTES`; `size_bytes` tells how long it was.

    `operation` is the one that was asked, `undocumented` the places of the keys that no page of it documents, `started`
    when the request was sent (ISO 8601), nothing where no answer came or an older record does not say.
    """

    id: str
    method: str
    url: str
    request_headers: tuple[tuple[str, str], ...]
    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    body: str
    size_bytes: int
    is_clipped: bool
    body_trouble: str
    latency_ms: float
    curl: str
    request_body: str = ""
    operation: str = ""
    undocumented: tuple[str, ...] = ()
    request_size_bytes: int = 0
    is_request_clipped: bool = False
    started: str = ""


def evidence_of(exchange: Exchange, secrets: Secrets, tls_files: Sequence[str] = ()) -> Evidence:
    """Make the evidence of an exchange: the one way from what was received to what may be shown.

    `tls_files` are those that a line that repeats it has to name.
    """
    sent, is_sent_clipped = _shown_sent(exchange.request.body, secrets)
    marked = [path[-1].split("|") for path in exchange.request.yields]
    body, is_clipped = _shown_body(exchange.body, secrets, [key for keys in marked for key in keys])
    return Evidence(
        id=exchange.id,
        method=exchange.request.method,
        url=secrets.redacted(exchange.request.shown_url or exchange.request.url),
        request_headers=tuple((header.name, secrets.redacted(header.shown)) for header in exchange.request.headers),
        status=exchange.status,
        reason=secrets.redacted(exchange.reason),
        headers=_shown_headers(exchange.headers, secrets),
        body=body,
        size_bytes=len(exchange.body),
        is_clipped=is_clipped,
        body_trouble=exchange.body_trouble,
        latency_ms=round(exchange.latency_ms, 1),
        curl=secrets.redacted(curl_of(exchange.request, secrets, tls_files)),
        request_body=sent,
        request_size_bytes=len(exchange.request.body),
        is_request_clipped=is_sent_clipped,
        started=exchange.started.isoformat(timespec="milliseconds") if exchange.started else "",
    )


def _shown_body(body: bytes, secrets: Secrets, keys: Sequence[str] = ()) -> tuple[str, bool]:
    # Redacted before it is clipped, and read with room behind: a secret across an edge would stand there by half.
    read = 4 * BODY_SHOWN_BYTES + 8 * secrets.longest_form
    text = secrets.redacted(without_secret_keys(body[:read].decode("utf-8", errors="replace"), keys))
    if len(body) > read:
        text = text[: -secrets.longest_form or None]
    return text[:BODY_SHOWN_BYTES], len(body) > BODY_SHOWN_BYTES or len(text) > BODY_SHOWN_BYTES


def _shown_sent(body: bytes, secrets: Secrets) -> tuple[str, bool]:
    """Show a body that we sent, as far as it is text: a sheet among the parts of a form is not."""
    head = body
    if (at := body.find(b"\0")) >= 0:
        head = body[: body.rfind(b"\n", 0, at) + 1]
    text, is_clipped = _shown_body(head, secrets)
    rest = f"({len(body) - len(head)} bytes that are no text)" if len(head) < len(body) else ""
    return f"{without_sent_codes(text)}{rest}", is_clipped or bool(rest)


def _shown_headers(headers: Sequence[tuple[str, str]], secrets: Secrets) -> tuple[tuple[str, str], ...]:
    """Show what comes first of the headers, as far as there is room for them, and count the rest."""
    shown: list[tuple[str, str]] = []
    room = HEADERS_SHOWN_CHARACTERS
    for name, value in headers:
        shown.append(_shown_header(name, value, secrets))
        room -= len(shown[-1][0]) + len(shown[-1][1])
        if room < 0 and len(shown) < len(headers):
            return (*shown, ("…", f"{len(headers) - len(shown)} more headers"))
    return tuple(shown)


def _shown_header(name: str, value: str, secrets: Secrets) -> tuple[str, str]:
    if name.lower() in SECRET_HEADERS:
        return name, REDACTED
    read = 4 * HEADER_SHOWN_CHARACTERS + secrets.longest_form
    whole = secrets.redacted(name[:read])[:HEADER_SHOWN_CHARACTERS], secrets.redacted(value[:read])
    return whole[0], whole[1][:HEADER_SHOWN_CHARACTERS]
