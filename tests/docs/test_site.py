"""A docs site on loopback: read once, asked again by ETag, never another origin; failures are named."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from talkstack_contract.docs.cli import main
from talkstack_contract.docs.facts import FactKind
from talkstack_contract.docs.reading import read_facts
from talkstack_contract.docs.sites.site import Limits, SitePages, read_site
from talkstack_contract.errors import BadInput
from tests.docs.checked import page_of, written
from tests.docs.other_layouts import OPERATIONS, openapi
from tests.docs.renderings import rendered

BED = rendered(page_of("Get Bed"), "md")
PLANT = rendered(page_of("Read Plant"), "md")
Table = dict[str, tuple[int, dict[str, str], str]]
QUICK = Limits(pause_s=0, timeout_s=0.5)


class Pages(ThreadingHTTPServer):
    """Answers by a table of paths; keeps what was asked, and on how many connections."""

    daemon_threads = True

    def __init__(self, table: Table) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.table = table
        self.asked: list[tuple[str, str]] = []
        self.connections = 0
        self.may_end = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Pages

    def setup(self) -> None:
        super().setup()
        self.server.connections += 1

    def do_GET(self) -> None:
        etag = self.headers.get("If-None-Match") or self.headers.get("If-Modified-Since") or ""
        self.server.asked.append((self.path, etag))
        status, headers, text = self.server.table.get(self.path, (404, {}, "nothing"))
        if text == "slow":
            self.server.may_end.wait()
        if etag and etag in (headers.get("ETag"), headers.get("Last-Modified")):
            status, text = 304, ""
        body = text.encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if "Content-Length" not in headers and status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = "Content-Length" in headers

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def served(table: Table) -> Iterator[Pages]:
    server = Pages(table)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.may_end.set()
        server.shutdown()
        server.server_close()
        thread.join()


MARKDOWN = {"Content-Type": "text/markdown; charset=utf-8"}
LIST = """# Docs
- [Bed](/bed.md)
- [Plant](plant)
- [Hidden](/private/x.md)
- [Gone](/gone.md)
- [Slow](/slow.md)
- [Broken](/broken.md)
- [Away](/away.md)
- [Elsewhere](https://elsewhere.example/page.md)
- [Short](/short.md)
"""
TABLE: Table = {
    "/robots.txt": (200, {}, "User-agent: *\nDisallow: /private/\n"),
    "/llms.txt": (200, {"Content-Type": "text/plain"}, LIST),
    "/bed.md": (200, {**MARKDOWN, "ETag": '"b1"'}, BED),
    "/plant": (200, {"Content-Type": "text/html"}, "<p>Plant</p>"),
    "/plant.md": (200, {**MARKDOWN, "ETag": '"p1"'}, PLANT),
    "/private/x.md": (200, MARKDOWN, "# Hidden"),
    "/slow.md": (200, MARKDOWN, "slow"),
    "/broken.md": (500, MARKDOWN, "no"),
    "/away.md": (302, {"Location": "https://elsewhere.example/a.md"}, ""),
    "/short.md": (200, {**MARKDOWN, "Content-Length": "4000"}, "# Short"),
}


def read(server: Pages, cache: Path) -> SitePages:
    return read_site(server.url, cache, QUICK, lambda _: None)


def test_pages_are_read_and_each_failure_is_named(tmp_path: Path) -> None:
    with served(TABLE) as server:
        found = read(server, tmp_path / "cache")
    assert [page.text for page in found.pages] == [BED, PLANT]
    assert {failure.url.rpartition("/")[2]: failure.reason for failure in found.failures} == {
        "x.md": "is forbidden by robots.txt",
        "gone.md": "is answered 404",
        "slow.md": "cannot be read (TimeoutError)",
        "broken.md": "is answered 500",
        "away.md": "leads to another origin, https://elsewhere.example",
        "page.md": "leads to another origin, https://elsewhere.example",
        "short.md": "ends before its announced length",
    }
    assert "/private/x.md" not in {path for path, _ in server.asked}


def test_second_time_nothing_is_downloaded_again(tmp_path: Path) -> None:
    table = {**TABLE, "/llms.txt": (200, {}, "[Bed](/bed.md)\n")}
    with served(table) as server:
        read(server, tmp_path)
        found = read(server, tmp_path)
    assert [(page.text, page.is_from_cache) for page in found.pages] == [(BED, True)]
    assert [each for each in server.asked if each[0] == "/bed.md"] == [("/bed.md", ""), ("/bed.md", '"b1"')]


def test_changed_page_is_read_anew(tmp_path: Path) -> None:
    table = {**TABLE, "/llms.txt": (200, {}, "[Bed](/bed.md)\n")}
    with served(table) as server:
        read(server, tmp_path)
        table["/bed.md"] = (200, {**MARKDOWN, "ETag": '"b2"'}, PLANT)
        found = read(server, tmp_path)
    assert [(page.text, page.is_from_cache) for page in found.pages] == [(PLANT, False)]


def test_one_connection_is_used_with_a_pause_between_requests(tmp_path: Path) -> None:
    pauses: list[float] = []
    table = {**TABLE, "/llms.txt": (200, {}, "[Bed](/bed.md) [Plant](/plant.md)\n")}
    with served(table) as server:
        read_site(server.url, tmp_path, Limits(pause_s=3, timeout_s=5), pauses.append)
    assert (server.connections, pauses) == (1, [3, 3, 3])


def test_sitemap_lists_pages_where_there_is_no_list_for_machines(tmp_path: Path) -> None:
    table = {name: each for name, each in TABLE.items() if name != "/llms.txt"}
    with served(table) as server:
        table["/sitemap.xml"] = (200, {}, f"<urlset><url><loc>{server.url}/bed.md</loc></url></urlset>")
        found = read(server, tmp_path)
    assert [page.text for page in found.pages] == [BED]


START = "# Start\n\nWords.\n\n```\n# no page\n```\n"
WHOLE = f"{START}\n{BED.rstrip()}\n\n# Plant\nSource: https://docs.example/plant\n\n{PLANT.partition(chr(10))[2]}"


def test_one_file_with_all_pages_is_read_page_by_page(tmp_path: Path) -> None:
    with served({"/llms-full.txt": (200, {**MARKDOWN, "ETag": '"f1"'}, WHOLE)}) as server:
        found = read(server, tmp_path)
        again = read(server, tmp_path)
    names = [page.url.removeprefix(f"{server.url}/llms-full.txt#") for page in found.pages]
    facts = [fact for page in found.pages for fact in read_facts(page.text, page.url).facts]
    places = [(fact.value, fact.place) for fact in facts if fact.kind is FactKind.PATH]
    lines = WHOLE.split("\n")
    assert names == ["Start", "Get Bed", "https://docs.example/plant"]
    assert [lines[place.line - 1][place.column - 1 :].rstrip("`") for _, place in places if place] == [
        "/beds/:bedId", "/plants",
    ]  # fmt: skip
    assert [page.is_from_cache for page in again.pages] == [True, True, True]


def test_sitemaps_of_a_sitemap_are_read_where_they_are_of_this_origin(tmp_path: Path) -> None:
    table = {"/bed.md": TABLE["/bed.md"]}
    with served(table) as server:
        maps = ("https://elsewhere.example/map.xml", f"{server.url}/pages.xml")
        index = "".join(f"<sitemap><loc>{each}</loc></sitemap>" for each in maps)
        table["/sitemap.xml"] = (200, {}, f"<sitemapindex>{index}</sitemapindex>")
        table["/pages.xml"] = (200, {}, f"<urlset><url><loc>{server.url}/bed.md</loc></url></urlset>")
        found = read(server, tmp_path)
    assert ([page.text for page in found.pages], found.failures) == ([BED], ())


def test_html_is_read_where_a_page_has_no_markdown_and_not_downloaded_again(tmp_path: Path) -> None:
    page = rendered(page_of("Get Bed"), "html")
    table = {
        "/llms.txt": (200, {"Content-Type": "text/plain", "ETag": '"l"'}, "[Bed](/bed)\n"),
        "/bed": (200, {"Content-Type": "text/html", "ETag": '"h"'}, page),
    }
    with served(table) as server:
        found = [read(server, tmp_path), read(server, tmp_path)]
    assert [[(each.text, each.is_from_cache) for each in one.pages] for one in found] == [
        [(page, False)], [(page, True)],
    ]  # fmt: skip


def test_markdown_beside_a_page_is_asked_for_at_once_the_second_time(tmp_path: Path) -> None:
    table = {**TABLE, "/llms.txt": (200, {"ETag": '"l"'}, "[Plant](/plant)\n")}
    with served(table) as server:
        read(server, tmp_path)
        asked = len(server.asked)
        found = read(server, tmp_path)
    assert server.asked[asked:] == [("/robots.txt", ""), ("/llms.txt", '"l"'), ("/plant.md", '"p1"')]
    assert [(page.text, page.is_from_cache) for page in found.pages] == [(PLANT, True)]


def test_page_with_a_date_only_is_asked_for_by_its_date(tmp_path: Path) -> None:
    day = "Mon, 05 May 2031 00:00:00 GMT"
    table = {"/llms.txt": (200, {}, "[Bed](/bed.md)\n"), "/bed.md": (200, {**MARKDOWN, "Last-Modified": day}, BED)}
    with served(table) as server:
        read(server, tmp_path)
        found = read(server, tmp_path)
    assert [page.is_from_cache for page in found.pages] == [True]


def test_list_that_robots_forbid_is_left_and_the_next_is_taken(tmp_path: Path) -> None:
    table = {**TABLE, "/robots.txt": (200, {}, "User-agent: *\nDisallow: /llms\n")}
    with served(table) as server:
        table["/sitemap.xml"] = (200, {}, f"<urlset><url><loc>{server.url}/bed.md</loc></url></urlset>")
        found = read(server, tmp_path)
    assert [page.text for page in found.pages] == [BED]
    assert {path for path, _ in server.asked} == {"/robots.txt", "/sitemap.xml", "/bed.md"}


def test_answer_that_nothing_changed_without_anything_kept_is_a_failure(tmp_path: Path) -> None:
    table: Table = {"/llms.txt": (200, {}, "[Bed](/bed.md)\n"), "/bed.md": (304, {}, "")}
    with served(table) as server:
        found = read(server, tmp_path)
    assert [failure.reason for failure in found.failures] == ["is answered 304"]


def test_document_of_openapi_that_a_site_lists_is_a_page(tmp_path: Path) -> None:
    text = json.dumps(openapi(OPERATIONS))
    table = {
        "/llms.txt": (200, {}, "[API](/openapi.json)\n"),
        "/openapi.json": (200, {"Content-Type": "application/json"}, text),
    }
    with served(table) as server:
        found = read(server, tmp_path)
    assert [page.text for page in found.pages] == [text]


@pytest.mark.parametrize(
    ("robots", "reason"),
    [
        ((503, {}, ""), "robots.txt is answered 503: nothing may be read"),
        ((200, {}, "User-agent: *\nDisallow: /\n"), "is forbidden by robots.txt"),
        ((404, {}, ""), "neither llms.txt nor llms-full.txt nor sitemap.xml lists its pages"),
    ],
)
def test_site_that_cannot_be_read_is_one_failure(
    robots: tuple[int, dict[str, str], str], reason: str, tmp_path: Path
) -> None:
    with served({"/robots.txt": robots}) as server:
        found = read(server, tmp_path)
    assert (found.pages, [each.reason for each in found.failures]) == ((), [reason])


@pytest.mark.parametrize("url", ["ftp://docs.example", "docs.example", "https://me:secret@docs.example"])
def test_address_that_cannot_be_asked_is_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="--site"):
        read_site(url, tmp_path)


def test_check_of_a_site_is_by_what_could_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    schemas = str(written(tmp_path / "schemas"))
    table = {**TABLE, "/llms.txt": (200, {}, "[Bed](/bed.md) [Gone](/gone.md)\n")}
    with served(table) as server:
        words = [
            "check",
            "--site",
            server.url,
            "--pause",
            "0",
            "--cache",
            str(tmp_path / "cache"),
            "--contract",
            schemas,
        ]
        statuses = [main(words)]
        table["/llms.txt"] = (200, {}, "[Gone](/gone.md)\n")
        statuses.append(main(words))
    assert statuses == [0, 6]
    assert "gone.md is answered 404" in capsys.readouterr().out


def test_either_pages_or_a_site_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["read"]) == 4
    assert "PAGE" in capsys.readouterr().err
