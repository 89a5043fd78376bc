"""Reads the pages of a docs site: politely, from one origin only, and nothing twice.

`robots.txt` is kept to, one connection is used, with a pause between requests. Pages are found in `llms.txt`, else in
`sitemap.xml`, and asked for as Markdown. What was read is kept in a folder and asked for again by its ETag. A page that
cannot be had is a failure with its reason; nothing is concluded from it.
"""

import hashlib
import http.client
import json
import re
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urljoin, urlsplit
from urllib.robotparser import RobotFileParser

from talkstack_contract.errors import BadInput
from talkstack_contract.model import Json

USER_AGENT = "talkstack-contract"
MAX_BYTES = 4_000_000
MAX_PAGES = 2_000
MAX_REDIRECTS = 3
_LINK = re.compile(r"\[[^\[\]\n]{0,300}\]\((?P<link>[^()\s]{1,1000})\)")
_LOCATION = re.compile(r"<loc>\s*(?P<link>[^<>\s]{1,1000})\s*</loc>")
_TEXTS = ("text/markdown", "text/plain", "text/x-markdown")


class _Failure(Exception):
    """A page cannot be had, and why."""


@dataclass(frozen=True)
class Limits:
    """How long a site is waited for, and how long it is left alone between two requests."""

    pause_s: float = 1.0
    timeout_s: float = 20.0


@dataclass(frozen=True)
class SitePage:
    """A page of a site as it was stored: whole, since its end was received."""

    url: str
    text: str
    is_from_cache: bool


@dataclass(frozen=True)
class SiteFailure:
    """A page that could not be had."""

    url: str
    reason: str


@dataclass(frozen=True)
class SitePages:
    """What a site gave."""

    pages: tuple[SitePage, ...]
    failures: tuple[SiteFailure, ...]


@dataclass(frozen=True)
class _Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


def read_site(
    url: str, cache: Path, limits: Limits | None = None, pause: Callable[[float], object] = time.sleep
) -> SitePages:
    """Return the pages of a site. Raises `BadInput` where the URL is none that can be asked."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        raise BadInput(
            "--site", "", f"{url!r} is not an http address without credentials", "name one like https://docs.example"
        )
    return _Site(url, _Cache(cache), limits or Limits(), pause).pages()


@dataclass
class _Cache:
    """The pages that were read before, in a folder: a file for each, and an index with their ETags."""

    folder: Path
    index: dict[str, Json] = field(default_factory=dict)

    def __post_init__(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self.index = json.loads((self.folder / "index.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            self.index = {}
        except (OSError, ValueError) as error:
            problem = f"{self.folder} is not a cache of pages ({type(error).__name__})"
            raise BadInput("--cache", "", problem, "name another folder") from None

    def etag(self, url: str) -> str:
        entry = self.index.get(url)
        return str(entry.get("etag", "")) if isinstance(entry, dict) and self._file(url).is_file() else ""

    def text(self, url: str) -> str:
        return self._file(url).read_text(encoding="utf-8")

    def keep(self, url: str, text: str, etag: str) -> None:
        self._file(url).write_text(text, encoding="utf-8")
        self.index[url] = {"etag": etag}
        (self.folder / "index.json").write_text(json.dumps(self.index, indent=1), encoding="utf-8")

    def _file(self, url: str) -> Path:
        return self.folder / f"{hashlib.sha256(url.encode()).hexdigest()[:32]}.md"


class _Site:
    """One site while it is read."""

    def __init__(self, url: str, cache: _Cache, limits: Limits, pause: Callable[[float], object]) -> None:
        self.root = url if url.endswith("/") else f"{url}/"
        self.origin = _origin(url)
        self.cache = cache
        self.limits = limits
        self.pause = pause
        self.connection: http.client.HTTPConnection | None = None
        self.has_asked = False
        self.robots: RobotFileParser | None = None

    def pages(self) -> SitePages:
        pages: list[SitePage] = []
        failures: list[SiteFailure] = []
        try:
            self.robots = self._robots()
            found = [*dict.fromkeys(self._listed())][:MAX_PAGES]
        except _Failure as failure:
            return SitePages((), (SiteFailure(self.root, str(failure)),))
        for url in found:
            try:
                pages.append(self._page(url))
            except _Failure as failure:
                failures.append(SiteFailure(url, str(failure)))
        self._close()
        return SitePages(tuple(pages), tuple(failures))

    def _robots(self) -> RobotFileParser:
        answer = self._ask(urljoin(self.root, "/robots.txt"), {})
        if answer.status >= 500:
            raise _Failure(f"robots.txt is answered {answer.status}: nothing may be read")
        robots = RobotFileParser()
        robots.parse(answer.text.splitlines() if answer.status == 200 else [])
        return robots

    def _listed(self) -> Iterator[str]:
        """Yield the addresses of the pages, as the site lists them."""
        for name, links in (("llms.txt", _LINK), ("sitemap.xml", _LOCATION)):
            answer = self._allowed(urljoin(self.root, name), {})
            if answer.status == 200 and (found := links.findall(answer.text)):
                yield from (urljoin(self.root, link.partition("#")[0]) for link in found)
                return
        raise _Failure("neither llms.txt nor sitemap.xml lists its pages")

    def _page(self, url: str) -> SitePage:
        etag = self.cache.etag(url)
        headers = {"Accept": "text/markdown", **({"If-None-Match": etag} if etag else {})}
        answer = self._allowed(url, headers)
        if answer.status == 304:
            return SitePage(url, self.cache.text(url), is_from_cache=True)
        if answer.status == 200 and answer.media_type not in _TEXTS and not url.endswith(".md"):
            answer = self._allowed(f"{url.rstrip('/')}.md", {"Accept": "text/markdown"})
        if answer.status != 200:
            raise _Failure(f"is answered {answer.status}")
        if answer.media_type not in _TEXTS:
            raise _Failure(f"is {answer.media_type or 'of no media type'}, not Markdown")
        self.cache.keep(url, answer.text, answer.headers.get("etag", ""))
        return SitePage(url, answer.text, is_from_cache=False)

    def _allowed(self, url: str, headers: dict[str, str]) -> _Answer:
        """Ask for an address of this origin that robots.txt allows, and follow it within the origin."""
        for _ in range(MAX_REDIRECTS + 1):
            if _origin(url) != self.origin:
                raise _Failure(f"leads to another origin, {_origin(url)}")
            if self.robots and not self.robots.can_fetch(USER_AGENT, url):
                raise _Failure("is forbidden by robots.txt")
            answer = self._ask(url, headers)
            if answer.status not in (301, 302, 303, 307, 308):
                return answer
            url = urljoin(url, answer.headers.get("location", ""))
        raise _Failure(f"is redirected more than {MAX_REDIRECTS} times")

    def _ask(self, url: str, headers: dict[str, str]) -> _Answer:
        if self.has_asked:
            self.pause(self.limits.pause_s)
        self.has_asked = True
        parts = urlsplit(url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            connection = self._connected()
            connection.request("GET", target, headers={"User-Agent": USER_AGENT, **headers})
            response = connection.getresponse()
            body = self._body(response)
        except (OSError, http.client.HTTPException) as error:
            self._close()
            raise _Failure(f"cannot be read ({type(error).__name__})") from None
        return _Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, body)

    def _body(self, response: http.client.HTTPResponse) -> bytes:
        ends = time.monotonic() + self.limits.timeout_s
        parts, size = [], 0
        while part := response.read1(65_536):
            parts.append(part)
            size += len(part)
            if size > MAX_BYTES:
                self._close()
                raise _Failure(f"is longer than {MAX_BYTES:,} bytes")
            if time.monotonic() > ends:
                self._close()
                raise _Failure(f"takes longer than {self.limits.timeout_s:g} s")
        response.read()  # nothing is left; only this tells the connection that the response is over
        if (announced := response.getheader("Content-Length")) and announced.isdigit() and size < int(announced):
            self._close()
            raise _Failure("ends before its announced length")
        return b"".join(parts)

    def _connected(self) -> http.client.HTTPConnection:
        if self.connection is None:
            parts = urlsplit(self.root)
            timeout = self.limits.timeout_s
            if parts.scheme == "https":
                context = ssl.create_default_context()
                self.connection = http.client.HTTPSConnection(parts.netloc, timeout=timeout, context=context)
            else:
                self.connection = http.client.HTTPConnection(parts.netloc, timeout=timeout)
        return self.connection

    def _close(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()
