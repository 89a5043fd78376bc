"""How cost grows with the contract: `python -m bench.growth [OPERATIONS...]` (33, 100, 330 and 1000 unless told).

Makes contracts of invented operations and a small provider for them, runs the suite on each in a process of its own,
and prints seconds and CPU for each operation beyond those of a contract with one, peak memory, and what report.html
takes for each. `--workers` compares one worker with two instead, with and without latency at the provider.

Ends with 1 where cost for each operation grows by more than 15 % from the smallest contract to the largest, a run takes
more than 600 MB, its report more than 80 kB for each operation, or two workers are not 1.6 times as fast at a provider
with latency.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import parse_qs, urlsplit

import yaml

ROOT = Path(__file__).resolve().parents[1]
SIZES = (33, 100, 330, 1000)
GROWTH, PEAK_MB, REPORT_KB, FASTER = 1.15, 600, 80, 1.6
PAIRS, LATENCY_S, PAIRED_SIZE = 5, 0.02, 33
TOKEN = "growth-4f1c2ab97d50e6"  # of a provider that exists for one bench
THING = "thing-000000001"
KINDS = ("list", "read", "make")


def _response(status: int, schema: dict[str, Any], **notes: Any) -> dict[str, Any]:
    printed = {"source": {"section": "Responses", "printed": str(status)}}
    return {
        "description": "As told.",
        "content": {"application/json": {"schema": schema}},
        "x-contract": printed | notes,
    }


def _operation(number: int) -> tuple[str, str, dict[str, Any]]:
    """Return path, method and the operation of a number: they list, read and make things in turn."""
    kind, path = KINDS[number % len(KINDS)], f"/things-{number // len(KINDS)}"
    text, whole = {"type": "string"}, {"type": "integer", "minimum": 0}
    thing = {
        "type": "object",
        "required": ["id", "name", "size", "tags"],
        "properties": {"id": text, "name": text, "size": whole, "tags": {"type": "array", "items": text}},
    }
    error = {"type": "object", "required": ["error"], "properties": {"error": text}}
    operation: dict[str, Any] = {
        "operationId": f"{kind}Things{number // len(KINDS)}",
        "tags": ["things"],
        "externalDocs": {"description": "Things", "url": "file:///things.md"},
        "security": [{"bearer": []}],
        "x-contract": {"effect": "reads", "source": {"section": "Request"}},
        "responses": {"401": _response(401, error)},
    }
    if kind == "list":
        operation["parameters"] = [{"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1}}]
        operation["responses"]["200"] = _response(200, {"type": "array", "items": thing}, state="an account")
        operation["responses"]["400"] = _response(400, error, malformed=["limit"])
        return path, "get", operation
    if kind == "read":
        notes = {"x-contract": {"sends": "{thing}", "id": True}}
        operation["parameters"] = [{"name": "thing", "in": "path", "required": True, "schema": text | notes}]
        operation["responses"]["200"] = _response(200, thing, state="an account")
        operation["responses"]["404"] = _response(404, error, unknown=["thing"])
        return f"{path}/{{thing}}", "get", operation
    sent = {
        "type": "object",
        "required": ["name"],
        "properties": {"name": {"type": "string", "minLength": 1, "example": "North"}, "size": whole | {"example": 3}},
    }
    operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": sent}}}
    operation["x-contract"]["effect"] = "writes"
    operation["responses"]["201"] = _response(201, thing, state="an account")
    operation["responses"]["400"] = _response(400, error, absent=["name"])
    return path, "post", operation


def write_contract(folder: Path, count: int) -> None:
    """Write a contract of so many invented operations."""
    paths: dict[str, dict[str, Any]] = {}
    for number in range(count):
        path, method, operation = _operation(number)
        paths.setdefault(path, {})[method] = operation
    scheme = {"type": "http", "scheme": "bearer", "x-contract": {"credential": "token"}}
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Things API", "version": "1", "x-contract": {"docs_read": "2031-05-06"}},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {"securitySchemes": {"bearer": scheme}},
    }
    (folder / "openapi.yaml").write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")


class _Things(BaseHTTPRequestHandler):
    """A provider that keeps the contract, for any number of operations."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer goes out in one piece
    latency_s = 0.0

    def _answered(self) -> tuple[int, Any]:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            return 401, {"error": "no such token"}
        address = urlsplit(self.path)
        thing = {"id": THING, "name": "North", "size": 3, "tags": ["red"]}
        steps = address.path.strip("/").split("/")
        if self.command == "POST":
            return self._made(body, thing)
        if len(steps) > 1:
            return (200, thing) if steps[1] == THING else (404, {"error": "no such thing"})
        limit = parse_qs(address.query, keep_blank_values=True).get("limit", ["1"])
        is_number = len(limit) == 1 and limit[0].isascii() and limit[0].isdecimal() and int(limit[0]) > 0
        return (200, [thing]) if is_number else (400, {"error": "limit is no number"})

    @staticmethod
    def _made(body: bytes, thing: dict[str, Any]) -> tuple[int, Any]:
        try:
            sent = json.loads(body)
        except ValueError:
            return 400, {"error": "not JSON"}
        is_named = isinstance(sent, dict) and isinstance(sent.get("name"), str) and sent["name"]
        size = sent.get("size", 0) if isinstance(sent, dict) else None
        is_sized = isinstance(size, int) and not isinstance(size, bool) and size >= 0
        return (
            (201, thing | {"name": sent["name"], "size": size}) if is_named and is_sized else (400, {"error": "name"})
        )

    def _answer(self) -> None:
        time.sleep(self.latency_s)
        status, document = self._answered()
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if status == 401:
            self.send_header("WWW-Authenticate", "Bearer")
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def __getattr__(self, name: str) -> Callable[[], None]:
        """Answer every method in the same way."""
        if name.startswith("do_"):
            return self._answer
        raise AttributeError(name)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def provider(latency_s: float = 0.0) -> Iterator[str]:
    """Serve the provider on a free port; yield its base URL."""
    handler = type("Things", (_Things,), {"latency_s": latency_s})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


@dataclass(frozen=True)
class Measured:
    """What one run took."""

    seconds: float
    cpu_s: float
    peak_mb: float
    report_kb: float
    last_line: str


def measured(count: int, base_url: str, *words: str) -> Measured:
    """Run the suite once on a contract of so many operations, in a process of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "api").mkdir()
        write_contract(folder / "api", count)
        settings = f'base_url = "{base_url}"\nallow = ["reads", "writes"]\nlimits.requests = 100000\n'
        settings += '\n[accounts."an account"]\ntoken = {env = "GROWTH_TOKEN"}\nvalues.thing = "' + THING + '"\n'
        (folder / "things.toml").write_text(settings, encoding="utf-8")
        command = [sys.executable, "-m", "talkstack_contract", "run", "--contract", "api", "--provider", "things.toml"]
        started = time.perf_counter()
        with (folder / "out").open("w", encoding="utf-8") as out:
            process = subprocess.Popen(
                [*command, "-q", *words],
                cwd=folder,
                stdout=out,
                stderr=subprocess.STDOUT,
                env={**os.environ, "GROWTH_TOKEN": TOKEN, "PYTHONPATH": str(ROOT)},
            )
            _, _, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        report = folder / "reports" / "report.html"
        size = report.stat().st_size / 1000 if report.exists() else 0.0
        lines = (folder / "out").read_text(encoding="utf-8").splitlines() or [""]
        return Measured(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1000, size, lines[-1])


def growth(sizes: list[int]) -> int:
    """Print the table of growth; return the exit status."""
    with provider() as base_url:
        one = measured(1, base_url)
        print(f"start-up: {one.seconds:.1f} s, {one.cpu_s:.1f} s of CPU, {one.peak_mb:.0f} MB   {one.last_line}")
        costs: list[float] = []
        is_within = True
        for count in sizes:
            run = measured(count, base_url)
            each_s, each_cpu_s = ((run.seconds - one.seconds) / count, (run.cpu_s - one.cpu_s) / count)
            costs.append(each_cpu_s)
            is_within &= run.peak_mb <= PEAK_MB and run.report_kb / count <= REPORT_KB and "ACCEPTED" in run.last_line
            print(
                f"{count:5} operations: {run.seconds:6.1f} s, {each_s:.3f} s and {each_cpu_s:.3f} s of CPU each, "
                f"{run.peak_mb:4.0f} MB, {run.report_kb / count:5.1f} kB of report each   {run.last_line}"
            )
    ratio = costs[-1] / costs[0]
    print(f"CPU for each operation, largest over smallest contract: x {ratio:.2f}, limit x {GROWTH}")
    return int(not is_within or ratio > GROWTH)


def workers() -> int:
    """Print what a second worker brings; return the exit status."""
    gains: list[float] = []
    for latency_s in (0.0, LATENCY_S):
        with provider(latency_s) as base_url:
            pairs = [
                (measured(PAIRED_SIZE, base_url, "-n", "1").seconds, measured(PAIRED_SIZE, base_url, "-n", "2").seconds)
                for _ in range(PAIRS)
            ]
        gains.append(median(one / two for one, two in pairs))
        print(f"latency {latency_s:.2f} s: -n 2 is {gains[-1]:.2f} times as fast as -n 1 (median of {PAIRS} pairs)")
    return int(gains[-1] < FASTER)


if __name__ == "__main__":
    sys.exit(workers() if "--workers" in sys.argv else growth([int(each) for each in sys.argv[1:]] or [*SIZES]))
