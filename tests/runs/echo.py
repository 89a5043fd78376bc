"""A provider that gives every credential back, wherever an answer has room for it, in whatever encoding there is."""

from __future__ import annotations

import base64
import html
import json
import re
from urllib.parse import quote, quote_plus

from tests.detection.mutating_proxy import Answer, Forward, Request

# Each has characters that every encoding changes, and is legal in a header.
TOKEN = "canary+/=&%~<'\">\\-token-Zq81"
API_KEY = "canary+/=&%~<'\">\\-key-Wv52"
STATE_TOKEN = "canary+/=&%~<'\">\\-state-Xu63"
CANARIES = {"token": TOKEN, "api_key": API_KEY, "state": STATE_TOKEN}

STATES_PATH = "/states-that-echo"


def encodings(value: str) -> dict[str, str]:
    """The value in each form in which a provider may give it back."""
    encoded, quoted = value.encode(), quote(value, safe="")
    return {
        "plain": value,
        "url": quoted,
        "url-path": quote(value),
        "url-form": quote_plus(value),
        "url-lower-case": re.sub("%..", lambda escape: escape[0].lower(), quoted),
        "base64": base64.b64encode(encoded).decode(),
        "base64-url": base64.urlsafe_b64encode(encoded).decode(),
        "basic": base64.b64encode(b"user:" + encoded).decode(),
        "html": html.escape(value),
        "json": json.dumps(value),
        "hexadecimal": encoded.hex(),
    }


def leaks(text: str) -> set[str]:
    """Names each canary and encoding that stands in the text, however the text itself is escaped or wrapped."""
    bared = _bared(text)
    return {
        f"{name} {encoding}"
        for name, value in CANARIES.items()
        for encoding, form in encodings(value).items()
        if _bared(form)[8:-4] in bared
    }


def _bared(text: str) -> str:
    """The text without what HTML, JSON, Markdown and the width of a terminal add to it."""
    text = re.sub(r"\\+u00([0-9a-f]{2})", lambda escape: chr(int(escape[1], 16)), text)
    return re.sub(r"[\\\s]", "", html.unescape(html.unescape(text)))


def echoing(request: Request, _: Forward) -> Answer:
    """The relay: a success by token, a redirect by API key, and an error of another kind for each other request."""
    if request.path == STATES_PATH:
        return _json(200, {"token": STATE_TOKEN, "user_id": "u"})
    sent = request.header("Authorization") or request.header("x-api-key") or "nothing"
    secret = sent.removeprefix("Bearer ")
    answer = _answer(request, secret).with_header("X-Echo", sent)
    for name, form in encodings(secret).items():
        answer = answer.with_header(f"X-Echo-{name}", form)
    return answer


def _answer(request: Request, secret: str) -> Answer:
    forms = encodings(secret)
    if request.method == "POST":
        return Answer(200, "OK", (), b"", version=secret)  # no HTTP: a client's error shows the line
    if request.method == "PUT":
        return _text(500, f"Failed for {secret}", f"Traceback of {secret}, {forms['base64']}")
    if secret == TOKEN and "?" not in request.target:
        return _json(200, {"message": f"hello {secret}", "status": forms["url"], "projectData": _project(forms)})
    if secret == API_KEY:
        target = f"http://{request.header('Host')}/elsewhere?key={forms['url']}&form={forms['url-form']}"
        return _text(302, "Found", "moved").with_header("Location", target)
    return _text(401, "Unauthorized", " ".join([f"refused: {secret}", *forms.values()]))


def _project(forms: dict[str, str]) -> dict[str, object]:
    values = {key: forms[form] for key, form in zip(("name", "user_id", "status", "id"), forms, strict=False)}
    return values | {"description": list(forms.values()), "call_status_webhook": f"not a uri {forms['url']}"}


def _json(status: int, document: object) -> Answer:
    return _text(status, "OK", json.dumps(document)).with_header("Content-Type", "application/json")


def _text(status: int, reason: str, text: str) -> Answer:
    return Answer(status, reason, (), b"").with_body(text.encode())
