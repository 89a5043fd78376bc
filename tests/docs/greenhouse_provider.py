"""A provider of the invented API, made of the same source as its docs pages: it does what the pages say."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

from talkstack_contract.model import Json
from tests.docs.expectation import READABLE
from tests.docs.greenhouse import PAGES, DocsPage

TOKEN, KEY = "leaf.leaf.leaf-of-the-greenhouse", "0a1b2c3d4e5f-of-the-greenhouse"
KNOWN = {"bedId": "bed-of-the-account", "plantId": "plant-of-the-account", "runId": "run-of-the-account"}


@dataclass(frozen=True)
class Reply:
    status: int
    body: Json


def _error(status: int) -> Reply:
    return Reply(status, {"message": f"refused with {status}"})


def _found(method: str, path: str) -> tuple[DocsPage, Mapping[str, str]] | None:
    exact_first = sorted(PAGES, key=lambda page: ":" in page.path)
    for page in exact_first:
        match = re.fullmatch(re.sub(r":(\w+)", r"(?P<\1>[^/]+)", page.path), path)
        if match and page.method == method:
            return page, match.groupdict()
    return None


def _is_let_in(page: DocsPage, headers: Mapping[str, str]) -> bool:
    if not page.credential:
        return True
    by_key = "x-api-key" in page.credential and headers.get("x-api-key") == KEY
    return by_key or headers.get("authorization") == f"Bearer {TOKEN}"


def _sent(page: DocsPage, content: bytes) -> Json:
    """Return the fields of a body; None for what is no object."""
    if page.header.endswith("form-data"):
        names = re.findall(rb'name="([^"]+)"', content)
        return {name.decode(): "sent" for name in names}
    try:
        value = json.loads(content or b"{}")
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def reply(method: str, path: str, headers: Mapping[str, str], content: bytes) -> Reply:
    """Answer as the page says."""
    found = _found(method, path)
    if not found:
        return _error(405 if any(_found(page.method, path) for page in PAGES) else 404)
    page, parameters = found
    if not _is_let_in(page, headers):
        return _error(401)
    body = _sent(page, content) if method not in ("GET",) else {}
    if body is None or any(not _holds(body, each.name) for each in page.fields if each.required and each.level == 1):
        return _error(400)
    if page.title == "Pick Bed" and not body:
        return _error(400)
    shown = _typed(page, body)
    if not shown:
        return _error(400)
    named = {**parameters, **{name: body[name] for name in KNOWN if name in body}}
    if any(value != KNOWN[name] for name, value in named.items()):
        return _error(404 if any(each.code == 404 for each in page.errors) else 400)
    return Reply(200, _body(page))


def _holds(body: Mapping[str, Json], name: str) -> bool:
    return body.get(name) not in (None, "", []) and (name != "email" or "@" in str(body[name]))


def _typed(page: DocsPage, body: Mapping[str, Json]) -> bool:
    """Tell whether each field has the type of the page's example."""
    example = json.loads(page.request) if page.request and page.title not in ("Move Plant", "All Plants") else {}
    return all(
        isinstance(body[name], (int, float) if isinstance(value, float) else type(value))
        and not (isinstance(body[name], bool) and not isinstance(value, bool))
        for name, value in example.items()
        if name in body
    )


def _body(page: DocsPage) -> Json:
    text = page.request if page.title == "Move Plant" else page.response
    if page.title in READABLE:
        return READABLE[page.title]
    return json.loads(text) if text else {"message": "done"}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    lacks = ""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def _answer(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        given = reply(self.command, unquote(urlsplit(self.path).path), headers, content)
        body = json.dumps(given.body).replace(f'"{self.server.lacks}"', '"something-else"').encode()
        self.send_response(given.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if given.status == 405:
            path = urlsplit(self.path).path
            self.send_header("Allow", ", ".join(sorted({page.method for page in PAGES if _found(page.method, path)})))
        if given.status == 401:
            self.send_header("WWW-Authenticate", "Bearer")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def __getattr__(self, name: str) -> object:
        """Answer any method that HTTP knows, or that somebody makes up."""
        if name.startswith("do_"):
            return self._answer
        raise AttributeError(name)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def served(lacks: str = "") -> Iterator[str]:
    """Serve the provider on this machine; yield its base URL. Its bodies have another name for the key `lacks`."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.lacks = lacks
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def provider_file(base_url: str) -> str:
    """Return a provider file for it, with an account that may do everything."""
    values = "\n".join(f'{name} = "{value}"' for name, value in KNOWN.items())
    others = "\n".join(f'{name} = "{value}-of-another"' for name, value in KNOWN.items())
    return (
        f'base_url = "{base_url}"\npumps_base_url = "{base_url}"\nallow = ["reads", "writes"]\n'
        f'[accounts."an account"]\ntoken = "{TOKEN}"\napi_key = "{KEY}"\n[accounts."an account".values]\n{values}\n'
        f'[accounts."another account".values]\n{others}\n'
        f'[accounts."an expired credential"]\ntoken = "{TOKEN[::-1]}"\napi_key = "{KEY[::-1]}"\n'
    )
