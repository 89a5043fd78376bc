"""Starts Prometheus for a run: on a free port of this machine, its data in a temporary folder, scraping itself."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

from examples.real_server.process import HOST, Command, running

STATE = "a server that has scraped itself"
JOB, METRIC = "prometheus", "up"
SAMPLES = 4  # of the metric: two seconds of them, which the range queries ask for

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


@contextmanager
def prometheus(folder: Path) -> Iterator[Server]:
    """Run Prometheus until the block ends. Raises `NotReady`, and `OSError` where it is not installed."""
    with running(partial(_command, folder), _server) as server:
        yield server


def _command(folder: Path, port: int) -> Command:
    configuration = folder / "prometheus.yml"
    configuration.write_text(CONFIGURATION.format(job=JOB, host=HOST, port=port), encoding="utf-8")
    options = [f"--config.file={configuration}", f"--storage.tsdb.path={folder / 'data'}"]
    return Command(["prometheus", *options, f"--web.listen-address={HOST}:{port}"], folder / "prometheus.log", {})


def _server(url: str) -> Server | None:
    scraped_at = _scraped_at(url)
    return None if scraped_at is None else Server(url, scraped_at)


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
