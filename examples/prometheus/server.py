"""Starts Prometheus for a run: on a free port of this machine, its data in a temporary folder, scraping itself."""

import json
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import urlopen

STATE = "a server that has scraped itself"
HOST, JOB, METRIC = "127.0.0.1", "prometheus", "up"
READY_S, LOOK_AGAIN_S, ENDED_S = 60, 0.05, 20
SAMPLES = 4  # of the metric: two seconds of them, which the range queries ask for
ATTEMPTS = 3  # the port may be taken between the look for a free one and the start

CONFIGURATION = """\
global: {{scrape_interval: 500ms, scrape_timeout: 500ms}}
scrape_configs:
  - job_name: {job}
    static_configs:
      - targets: ["{host}:{port}"]
      - targets: ["dropped.invalid:9090"]
    relabel_configs:
      - {{source_labels: [__address__], regex: "dropped.*", action: drop}}
"""


@dataclass(frozen=True)
class Server:
    """A running server, and the time of its newest sample when it was ready, in seconds since 1970."""

    url: str
    scraped_at: float

    def provider_file(self) -> str:
        """Return a provider file with the values that the provider state yields."""
        values = {"metric": METRIC, "job": JOB, "start": f"{self.scraped_at - 1:.3f}", "end": f"{self.scraped_at:.3f}"}
        lines = [f'[accounts."{STATE}".values]', *(f'{name} = "{value}"' for name, value in values.items())]
        return "\n".join(lines) + "\n"


class NotReady(Exception):
    """The server ended, or was not ready in time."""


@contextmanager
def prometheus(folder: Path) -> Iterator[Server]:
    """Run Prometheus until the block ends. Raises `NotReady`, and `OSError` where it is not installed."""
    for attempt in range(1, ATTEMPTS + 1):
        port = _free_port()
        process = _start(folder, port)
        try:
            server = _ready(process, f"http://{HOST}:{port}")
        except NotReady:
            _end(process)
            if attempt == ATTEMPTS:
                raise
            continue
        try:
            yield server
        finally:
            _end(process)
        return


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _start(folder: Path, port: int) -> "subprocess.Popen[bytes]":
    configuration, log = folder / "prometheus.yml", folder / "prometheus.log"
    configuration.write_text(CONFIGURATION.format(job=JOB, host=HOST, port=port), encoding="utf-8")
    options = [f"--config.file={configuration}", f"--storage.tsdb.path={folder / 'data'}"]
    with log.open("wb") as output:
        return subprocess.Popen(
            ["prometheus", *options, f"--web.listen-address={HOST}:{port}"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(ENDED_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _ready(process: "subprocess.Popen[bytes]", url: str) -> Server:
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise NotReady(f"prometheus ended with {process.returncode}")
        with suppress(URLError, OSError):
            if (scraped_at := _scraped_at(url)) is not None:
                return Server(url, scraped_at)
        time.sleep(LOOK_AGAIN_S)
    raise NotReady(f"prometheus was not ready after {READY_S} s")


def _scraped_at(url: str) -> float | None:
    """Return when the newest sample was scraped; None before there are enough of them."""
    with urlopen(f"{url}/-/ready") as response:  # raises until it is ready
        response.read()
    count = _value(url, f"count_over_time({METRIC}[1m])")
    return _value(url, f"timestamp({METRIC})") if count is not None and count >= SAMPLES else None


def _value(url: str, expression: str) -> float | None:
    with urlopen(f"{url}/api/v1/query?{urlencode({'query': expression})}") as response:
        series = json.load(response)["data"]["result"]
    return float(series[0]["value"][1]) if series else None
