"""Reads the pages of a docs site: politely, from one origin only, and nothing twice.

`robots.txt` is kept to, one connection is used, with a pause between requests. Pages are found in `llms.txt`, else read
from `llms-full.txt`, else found in `sitemap.xml`, and asked for as Markdown; where a site has none, its HTML is read.
What was read is kept in a folder and asked for again by its ETag. A page that cannot be had is a failure with its
reason; nothing is concluded from it.
"""

import http.client
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin, urlsplit
from urllib.robotparser import RobotFileParser

from talkstack_contract.docs.sites.site_cache import Cache
from talkstack_contract.docs.sites.site_lists import linked, located, pages_of
from talkstack_contract.errors import BadInput

USER_AGENT = "talkstack-contract"
MAX_BYTES = 4_000_000
MAX_PAGES = 2_000
MAX_REDIRECTS = 3
MAX_SITEMAPS = 20
_HTML = ("text/html", "application/xhtml+xml")
_TEXTS = ("text/markdown", "text/plain", "text/x-markdown")
_DOCUMENTS = (
    "application/json",
    "application/yaml",
    "text/yaml",
    "application/x-yaml",
    "application/vnd.oai.openapi+json",
)
_ACCEPT = {"Accept": "text/markdown, text/html;q=0.5, */*;q=0.1"}


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


@dataclass(frozen=True)
class _Given:
    """What an address gave, now or before."""

    status: int
    text: str
    media_type: str
    is_from_cache: bool


def read_site(
    url: str, cache: Path, limits: Limits | None = None, pause: Callable[[float], object] = time.sleep
) -> SitePages:
    """Return the pages of a site. Raises `BadInput` where the URL is none that can be asked."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        raise BadInput(
            "--site", "", f"{url!r} is not an http address without credentials", "name one like https://docs.example"
        )
    return _Site(url, Cache(cache), limits or Limits(), pause).pages()


class _Site:
    """One site while it is read."""

    def __init__(self, url: str, cache: Cache, limits: Limits, pause: Callable[[float], object]) -> None:
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
            found = self._listed()
        except _Failure as failure:
            self._close()
            return SitePages((), (SiteFailure(self.root, str(failure)),))
        for each in found[:MAX_PAGES]:
            try:
                pages.append(each if isinstance(each, SitePage) else self._page(each))
            except _Failure as failure:
                failures.append(SiteFailure(str(each), str(failure)))
        self._close()
        return SitePages(tuple(pages), tuple(failures))

    def _robots(self) -> RobotFileParser:
        answer = self._got(urljoin(self.root, "/robots.txt"))
        if answer.status >= 500:
            raise _Failure(f"robots.txt is answered {answer.status}: nothing may be read")
        robots = RobotFileParser()
        robots.parse(answer.text.splitlines() if answer.status == 200 else [])
        return robots

    def _listed(self) -> Sequence[str | SitePage]:
        """Return the addresses of the pages, or the pages themselves where one file holds all of them."""
        problem = ""
        for find in (self._by_links, self._in_one_file, self._by_sitemap):
            try:
                if found := find():
                    return found
            except _Failure as failure:
                problem = problem or str(failure)
        raise _Failure(problem or "neither llms.txt nor llms-full.txt nor sitemap.xml lists its pages")

    def _by_links(self) -> Sequence[str]:
        answer = self._got(urljoin(self.root, "llms.txt"))
        links = linked(answer.text) if answer.status == 200 and answer.media_type not in _HTML else []
        return [*dict.fromkeys(urljoin(self.root, link.partition("#")[0]) for link in links)]

    def _in_one_file(self) -> Sequence[SitePage]:
        url = urljoin(self.root, "llms-full.txt")
        answer = self._got(url)
        if answer.status != 200 or answer.media_type in _HTML or not answer.text.strip():
            return []
        return [SitePage(f"{url}#{name}", text, answer.is_from_cache) for name, text in pages_of(answer.text)]

    def _by_sitemap(self) -> Sequence[str]:
        waiting, asked, found = [urljoin(self.root, "sitemap.xml")], 0, dict[str, None]()
        while waiting and asked < MAX_SITEMAPS:
            answer = self._got(waiting.pop(0))
            asked += 1
            links, are_sitemaps = located(answer.text) if answer.status == 200 else ([], False)
            addresses = [urljoin(self.root, link) for link in links]
            if are_sitemaps:
                waiting += [address for address in addresses if _origin(address) == self.origin]
            else:
                found |= dict.fromkeys(addresses)
        return [*found]

    def _page(self, url: str) -> SitePage:
        """Return a page as Markdown, else as a document, else as HTML."""
        address = self.cache.given_by(url)
        answer = self._got(address)
        if address == url and answer.status == 200 and answer.media_type in _HTML:
            beside = f"{url.rstrip('/')}.md"
            if markdown := self._markdown(beside):
                address, answer = beside, markdown
        if answer.status != 200:
            raise _Failure(f"is answered {answer.status}")
        if answer.media_type not in (*_TEXTS, *_DOCUMENTS, *_HTML):
            raise _Failure(f"is {answer.media_type or 'of no media type'}, not Markdown, HTML or OpenAPI")
        self.cache.remember(url, address)
        return SitePage(url, answer.text, answer.is_from_cache)

    def _markdown(self, url: str) -> _Given | None:
        try:
            answer = self._got(url)
        except _Failure:
            return None  # its HTML is read
        return answer if answer.status == 200 and answer.media_type in _TEXTS else None

    def _got(self, url: str) -> _Given:
        """Return what an address gives; what is kept of it is not downloaded again."""
        known = self.cache.known(url)
        answer = self._allowed(url, {**_ACCEPT, **known})
        if answer.status == 304 and known:
            return _Given(200, self.cache.text(url), self.cache.media_type(url), is_from_cache=True)
        if answer.status == 200:
            self.cache.keep(url, answer.text, answer.media_type, answer.headers)
        return _Given(answer.status, answer.text, answer.media_type, is_from_cache=False)

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
