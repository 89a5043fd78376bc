"""The pages in a real browser: it runs whatever it takes for a script, and knows what a reader sees and can press."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from talkstack_contract.model import Json, Verdict, Violation
from talkstack_contract.reports.acceptance import acceptance_page
from talkstack_contract.reports.findings import Findings, page
from tests.detection.mutating_proxy import Answer, Forward, Request
from tests.runs.provider_files import ask
from tests.runs.suite_process import Finished
from tests.unit.found import A_MUST, EVERYTHING, PROFILE, PROMISES, RUNS, exchange, findings, judged, violated

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

AUDIT = (Path(__file__).parent / "audit.js").read_text(encoding="utf-8")
# Presses a button, and says of the one that has the focus then what it said before, what it says now, what is open.
PRESS = """addEventListener("load", () => {{
  const state = (button) => button.ariaExpanded ?? button.parentElement.ariaSort;
  const button = document.querySelector("{}"), told = document.documentElement.dataset;
  told.before = state(button);
  button.click();
  told.after = state(document.activeElement);
  told.shown = Boolean(document.activeElement.closest("tbody")?.querySelector(".extras-row:not(.hidden)"));
}});"""

# Sets one control of the filter, and says how many cases are left, what the filter says, and which headings are.
FILTER = """addEventListener("load", () => {{
  const told = document.documentElement.dataset;
  const [named, value] = {};
  const labels = [...document.querySelectorAll(".filter-cases label")];
  const label = labels.find((each) => each.textContent.startsWith(named));
  label.control.value = value;
  label.control.dispatchEvent(new Event("input", {{ bubbles: true }}));
  const left = (selector) => [...document.querySelectorAll(selector)].filter((each) => each.checkVisibility());
  told.cases = left(".case > summary code").map((each) => each.textContent).join(" ");
  told.headings = left(".pair").length;
  told.says = document.querySelector(".filter-cases [role=status]").textContent;
}});"""
ALL_GONE = {"cases": "", "headings": "0"}

pytestmark = pytest.mark.skipif(BROWSER is None, reason="needs Chromium (Debian: apt-get install chromium)")


def spiteful(request: Request, forward: Forward) -> Answer:
    """Put scripts wherever a report shows something: status line, headers, keys, values, what is not JSON."""
    answer = forward(request).with_header("X-Note", HOSTILE[0])
    body = json.loads(answer.body)
    body["message"] = " ".join(HOSTILE)
    if answer.status == 200:
        body["projectData"] |= {"name": {HOSTILE[1]: HOSTILE[2]}, "status": HOSTILE[3]}
    text = json.dumps(body) if answer.status != 404 else "".join(HOSTILE)
    return answer.with_body(text.encode())


def dom_of(page: Path, profile: Path, *flags: str) -> str:
    """Return the page as it stands after its scripts have run, in a new profile."""
    command = [str(BROWSER), *FLAGS.split(), *flags, f"--user-data-dir={profile}", page.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout


def told_by(script: str, page: str, folder: Path, *flags: str) -> dict[str, str]:
    """Return what a script that is put into the page leaves on its root element."""
    permitted = page.replace("default-src 'none'", "default-src 'unsafe-inline'")
    (folder / "page.html").write_text(permitted.replace("</head>", f"<script>{script}</script></head>", 1), "utf-8")
    root = re.search(r"<html[^>]*>", dom_of(folder / "page.html", folder / "profile", *flags))
    assert root
    return {name: unescape(value) for name, value in re.findall(r'data-(\w+)="([^"]*)"', root.group())}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    return ask(tmp_path_factory.mktemp("run"), relay=spiteful)


@pytest.fixture(scope="module")
def pages(run: Finished) -> dict[str, str]:
    everything = replace(EVERYTHING, run_header=replace(EVERYTHING.run_header, profile=PROFILE))
    return {
        "of-a-run": (run.reports / "report.html").read_text(encoding="utf-8"),
        "made-again": page(EVERYTHING, "page.html"),
        "nightly": page(RUNS["nightly"], "page.html"),
        "acceptance": acceptance_page(everything, []),
    }


def test_what_a_provider_sends_is_never_run(run: Finished, tmp_path: Path) -> None:
    dom = dom_of(run.reports / "report.html", tmp_path / "profile")
    root = re.search(r"<html[^>]*>", dom)
    assert root and (run.exit_status, "data-mark" in root.group(), "&lt;script&gt;document" in dom) == (1, False, True)


def test_acceptance_page_runs_nothing_either(tmp_path: Path) -> None:
    broken = violated(A_MUST, *(Violation(text, text) for text in HOSTILE), reason=HOSTILE[2])
    received = exchange(" ".join(HOSTILE).encode(), reason=HOSTILE[0], headers=((HOSTILE[1], HOSTILE[3]),))
    found = findings([broken], [received])
    path = tmp_path / "acceptance.html"
    run_header = replace(found.run_header, profile=PROFILE)
    path.write_text(acceptance_page(replace(found, run_header=run_header), []), encoding="utf-8")
    dom = dom_of(path, tmp_path / "profile")
    assert ("data-mark" in dom[: dom.index("<head")], "&lt;script&gt;document" in dom) == (False, True)


def test_the_browser_would_have_told(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(f"<!doctype html><p>{HOSTILE[0]}</p>")
    assert 'data-mark="set"' in dom_of(path, tmp_path / "profile")


# Whoever looks for a case

FILTERED = {
    "text": (["Text", "unknown-query"], lambda line: line["case"] == "unknown-query"),
    "verdict": (["Verdict", "violated"], lambda line: line["verdict"] == "violated"),
    "level": (["Level", "should"], lambda line: line["level"] == "should"),
    "operation": (["Operation", "getActiveProject"], lambda line: line["operation"] == "getActiveProject"),
}


@pytest.mark.parametrize(("given", "is_wanted"), FILTERED.values(), ids=FILTERED)
def test_filter_leaves_the_cases_that_fit(
    given: list[str], is_wanted: Callable[[Json], bool], run: Finished, pages: dict[str, str], tmp_path: Path
) -> None:
    verdicts = [line for line in run.lines if line["kind"] == "verdict"]
    cases = {f"{line['operation']}/{line['case']}" for line in verdicts}
    wanted = {f"{line['operation']}/{line['case']}" for line in verdicts if is_wanted(line)}
    told = told_by(FILTER.format(json.dumps(given)), pages["of-a-run"], tmp_path)
    shown = told["cases"].split()
    assert (len(shown), told["says"], wanted <= set(shown)) == (
        len(set(shown)),
        f"{len(shown)} of {len(cases)} cases",
        True,
    )
    assert given[0] == "Text" or set(shown) == wanted


def test_filter_that_nothing_fits_leaves_nothing(pages: dict[str, str], tmp_path: Path) -> None:
    told = told_by(FILTER.format('["Text", "no such text anywhere"]'), pages["of-a-run"], tmp_path)
    assert {name: told[name] for name in ALL_GONE} == ALL_GONE


# Whoever prints them


def test_printed_report_is_a_few_pages(pages: dict[str, str], tmp_path: Path) -> None:
    text = pages["of-a-run"]
    printed, unstyled = (pages_of(each, tmp_path) for each in (text, text.replace("@media print", "@media tty")))
    assert (printed <= 8, unstyled > printed) == (True, True)


def pages_of(text: str, folder: Path) -> int:
    """Count the sheets of paper that a page takes."""
    (folder / "page.html").write_text(text, "utf-8")
    flags = f"--no-pdf-header-footer --print-to-pdf={folder / 'page.pdf'} --user-data-dir={folder / 'profile'}"
    command = [str(BROWSER), *FLAGS.replace("--dump-dom", flags).split(), (folder / "page.html").as_uri()]
    subprocess.run(command, capture_output=True, timeout=120, check=True)
    return len(re.findall(rb"/Type\s*/Page\b", (folder / "page.pdf").read_bytes()))


def sheet_to_sign(found: Findings, many: int) -> str:
    """Return the page of a run without its annex, with so many questions and pages that are not covered."""
    question = replace(found.run_header.interpretations[0], question="Which of these is it, and why? " * 10)
    run_header = replace(
        found.run_header,
        profile=PROFILE,
        interpretations=(question,) * many,
        pages_not_covered=(("A page › of a long name", "Only its title is known. " * 10),) * many,
    )
    digests = [(f"verdicts-{number}.jsonl", "ab" * 32) for number in range(many)]
    return acceptance_page(replace(found, run_header=run_header), digests).partition('<div class="annex">')[0]


def test_sheet_to_sign_takes_four_pages_at_most_whatever_was_found(tmp_path: Path) -> None:
    long = "a long text of a provider " * 20
    names = list(PROMISES)
    broken = [violated(name, Violation("$.message", f"{number} {long}")) for number, name in enumerate(names[:20])]
    waived = [judged(name, Verdict.WAIVED, Violation("$", long), reason=long) for name in names[20:25]]
    open_ = [judged(name, Verdict.BLOCKED, reason=f"{name} {long}", remedy=long) for name in names[25:]]
    found = findings([*broken, *waived, *open_], waiver_problems=[f"{number} {long}" for number in range(20)])
    text = sheet_to_sign(found, 100)
    assert ('id="sign"' in text, len(open_) > 10, pages_of(text, tmp_path)) == (True, True, 4)


def test_sheet_to_sign_of_a_plain_run_takes_two_pages_at_most(tmp_path: Path) -> None:
    assert pages_of(sheet_to_sign(findings(), 3), tmp_path) in (1, 2)


# Whoever reads them


@pytest.mark.parametrize("scheme", ["dark", "light"])
@pytest.mark.parametrize("name", ["of-a-run", "made-again", "nightly", "acceptance"])
def test_page_is_for_everybody(name: str, scheme: str, pages: dict[str, str], tmp_path: Path) -> None:
    told = told_by(AUDIT, pages[name], tmp_path, f"--blink-settings=preferredColorScheme={int(scheme == 'light')}")
    assert told == {"flaws": "[]", "scheme": scheme}


def test_audit_would_have_told(tmp_path: Path) -> None:
    poor = "<html><head></head><h1>a</h1><h3>b</h3><input><p style='color:#999'>c</p></html>"
    flaws = json.loads(told_by(AUDIT, poor, tmp_path)["flaws"])
    assert [flaw.partition(":")[0] for flaw in flaws] == [
        "no language",
        "not one main part",
        "skips a level",
        "no name",
        "too little contrast",
    ]


def test_button_of_a_row_opens_it_and_keeps_the_focus(pages: dict[str, str], tmp_path: Path) -> None:
    told = told_by(PRESS.format("#results-table td button"), pages["of-a-run"], tmp_path)
    assert told == {"before": "false", "after": "true", "shown": "true"}


def test_button_of_a_heading_sorts_and_keeps_the_focus(pages: dict[str, str], tmp_path: Path) -> None:
    told = told_by(PRESS.format("#results-table th button"), pages["of-a-run"], tmp_path)
    assert told == {"before": "ascending", "after": "descending", "shown": "false"}
