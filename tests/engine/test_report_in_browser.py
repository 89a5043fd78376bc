"""What a provider sends is shown as text: proven in a real browser, which runs whatever it takes for a script."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from talkstack_contract.acceptance import acceptance_page
from talkstack_contract.model import Violation
from tests.engine.found import A_MUST, PROFILE, exchange, findings, violated
from tests.engine.mutating_proxy import Answer, Forward, Request
from tests.engine.provider_files import ask

BROWSER = shutil.which("chromium")
MARK = "document.documentElement.dataset.mark='set'"
HOSTILE = (
    f"<script>{MARK}</script>",
    f'</script><img src=x onerror="{MARK}">',
    f"'\"--></pre></style></template><svg onload={MARK}>",
    f'"><a href="javascript:{MARK}" autofocus onfocus={MARK}>',
)
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync --virtual-time-budget=3000 --dump-dom"
)

pytestmark = pytest.mark.skipif(BROWSER is None, reason="needs Chromium (Debian: apt-get install chromium)")


def spiteful(request: Request, forward: Forward) -> Answer:
    """Put scripts wherever a report shows something: status line, headers, keys, values, what is no JSON."""
    answer = forward(request).with_header("X-Note", HOSTILE[0])
    body = json.loads(answer.body)
    body["message"] = " ".join(HOSTILE)
    if answer.status == 200:
        body["projectData"] |= {"name": {HOSTILE[1]: HOSTILE[2]}, "status": HOSTILE[3]}
    text = json.dumps(body) if answer.status != 404 else "".join(HOSTILE)
    return answer.with_body(text.encode())


def dom_of(page: Path, profile: Path) -> str:
    """Return the page as it stands after its scripts have run, in a new profile."""
    command = [str(BROWSER), *FLAGS.split(), f"--user-data-dir={profile}", page.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout


def test_what_a_provider_sends_is_never_run(tmp_path: Path) -> None:
    run = ask(tmp_path, relay=spiteful)
    dom = dom_of(run.reports / "report.html", tmp_path / "profile")
    root = re.search(r"<html[^>]*>", dom)
    assert root and (run.exit_status, "data-mark" in root.group(), "&lt;script&gt;document" in dom) == (1, False, True)


def test_acceptance_page_runs_nothing_either(tmp_path: Path) -> None:
    broken = violated(A_MUST, *(Violation(text, text) for text in HOSTILE), reason=HOSTILE[2])
    received = exchange(" ".join(HOSTILE).encode(), reason=HOSTILE[0], headers=((HOSTILE[1], HOSTILE[3]),))
    found = findings([broken], [received])
    page = tmp_path / "acceptance.html"
    heading = replace(found.heading, profile=PROFILE)
    page.write_text(acceptance_page(replace(found, heading=heading), []), encoding="utf-8")
    dom = dom_of(page, tmp_path / "profile")
    assert ("data-mark" in dom[: dom.index("<head")], "&lt;script&gt;document" in dom) == (False, True)


def test_the_browser_would_have_told(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(f"<!doctype html><p>{HOSTILE[0]}</p>")
    assert 'data-mark="set"' in dom_of(page, tmp_path / "profile")
