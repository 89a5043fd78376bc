"""Acceptances and what is done with their record, as processes: page, profile, pages made again, verification."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from reference_provider import serve
from tests.runs.decided_runs import decide
from tests.runs.pages import forbidden, page_text
from tests.runs.provider_files import ask, without
from tests.runs.suite_process import ROOT, Finished, run_suite
from tests.unit.small_contract import small_contract

MUST, SHOULD = "getActiveProject-success-status-absent", "getActiveProject-success-message-reworded"
BROKEN = "envelope.status-is-success"


def command(*words: str) -> subprocess.CompletedProcess[str]:
    """Run a command on a record, from another folder than the checkout."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    given = [sys.executable, "-m", "talkstack_contract", *words]
    return subprocess.run(given, cwd="/", env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def schemas(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of promises, with a profile that a run was made into by the documented command."""
    folder = tmp_path_factory.mktemp("profile")
    promises = Path(shutil.copytree(small_contract(), folder / "schemas"))
    run = run_suite(folder)
    (promises / "profiles").mkdir()
    text = command("profile", str(run.reports / "verdicts.jsonl")).stdout
    (promises / "profiles" / "2026-11.toml").write_text(text, encoding="utf-8")
    return promises


def accept(folder: Path, schemas: Path, *words: str, faults: tuple[str, ...] = ()) -> Finished:
    """Ask for an acceptance of the reference provider with these faults."""
    with serve(faults=faults) as reference:
        reference.write_provider(folder / "provider.toml")
        options = ["--acceptance", "--provider", str(folder / "provider.toml"), *words]
        return run_suite(folder, *options, contract=schemas)


def page(run: Finished) -> Path:
    return run.reports / "acceptance.html"


@pytest.mark.parametrize(
    ("faults", "expected", "workers"),
    [
        ((), (0, "ACCEPTED"), ()),
        ((SHOULD,), (0, "ACCEPTED WITH REMARKS"), ()),
        ((MUST,), (1, "REJECTED"), ()),
        ((MUST,), (1, "REJECTED"), ("-n", "2")),
    ],
    ids=["accepted", "with-remarks", "rejected", "rejected-and-two-workers"],
)
def test_acceptance_writes_a_page_that_its_record_confirms(
    faults: tuple[str, ...], expected: tuple[int, str], workers: tuple[str, ...], tmp_path: Path, schemas: Path
) -> None:
    run = accept(tmp_path, schemas, *workers, faults=faults)
    told = command("verify", "--contract", str(schemas), str(page(run)), str(run.reports / "verdicts.jsonl"))
    assert (run.decision, f" {expected[1]}</strong>" in page(run).read_text(encoding="utf-8")) == (expected, True)
    assert (told.returncode, told.stdout.strip()) == (0, f"{page(run)} matches {run.reports / 'verdicts.jsonl'}")


def test_tampering_with_one_verdict_is_found_and_named(tmp_path: Path, schemas: Path) -> None:
    run = accept(tmp_path, schemas, faults=(MUST,))
    record = run.reports / "verdicts.jsonl"
    lines = record.read_text(encoding="ascii").splitlines(keepends=True)
    forged = [line.replace('"verdict": "violated"', '"verdict": "upheld"') for line in lines]
    record.write_text("".join(forged), encoding="ascii")
    told = command("verify", str(page(run)), str(record))
    name = f"differs  getActiveProject/by-bearer/{BROKEN}: the page says '✕ violated', the record gives '✓ upheld'"
    assert (told.returncode, name in told.stdout.splitlines()) == (1, True), told.stdout


def test_narrowed_run_writes_no_page_and_leaves_no_earlier_one(tmp_path: Path, schemas: Path) -> None:
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "acceptance.html").write_text("of an earlier run", encoding="utf-8")
    run = accept(tmp_path, schemas, "-k", "by-bearer")
    assert (run.decision, page(run).exists(), "no acceptance page: the run was narrowed" in run.terminal) == (
        (0, "no decision"),
        False,
        True,
    )


def test_run_that_is_no_acceptance_writes_no_page(tmp_path: Path) -> None:
    assert page(run_suite(tmp_path)).exists() is False


def test_what_the_profile_requires_has_to_be_asked(tmp_path: Path, schemas: Path) -> None:
    words = ["--acceptance", "--profile", str(schemas / "profiles" / "2026-11.toml")]
    run = ask(tmp_path, *words, change=lambda provider: without("states")(provider) | {"allow": ["reads"]})
    assert (run.decision, " required clauses not tested: " in run.last_line) == ((6, "INCONCLUSIVE"), True), (
        run.last_line
    )


def test_check_that_was_added_later_fails_nobody(tmp_path: Path, schemas: Path) -> None:
    earlier = tmp_path / "2026-10.toml"
    text = (schemas / "profiles" / "2026-11.toml").read_text(encoding="utf-8")
    earlier.write_text(text.replace(f'"{BROKEN}", ', ""), encoding="utf-8")
    run = accept(tmp_path, schemas, "--profile", str(earlier), faults=(MUST,))
    shown = page(run).read_text(encoding="utf-8")
    assert (run.decision, run.violated(), "it was added after the profile was frozen" in shown) == (
        (0, "ACCEPTED"),
        [f"by-api-key/{BROKEN}", f"by-bearer/{BROKEN}", "generated/schemathesis.finds-nothing"],
        True,
    ), run.terminal[-2000:]


BAD = {
    "unknown-key": ("[[exceptons]]\n", "exceptons: is not a known key; nearest: 'exceptions'"),
    "pattern-that-matches-nothing": (
        '[[exceptions]]\npattern = "b/**"\nstanding = "optional"\nreason = "r"\n',
        "'b/**': matches no clause of its lists",
    ),
}


@pytest.mark.parametrize(("text", "told"), BAD.values(), ids=BAD)
def test_bad_profile_ends_with_one_line(text: str, told: str, tmp_path: Path, schemas: Path) -> None:
    profile = tmp_path / "p.toml"
    profile.write_text((schemas / "profiles" / "2026-11.toml").read_text(encoding="utf-8") + text, encoding="utf-8")
    run = run_suite(tmp_path, "--acceptance", "--profile", str(profile))
    lines = run.terminal.strip().splitlines()
    assert (run.exit_status, len(lines), told in lines[0]) == (4, 1, True), run.terminal


# Made again


def test_pages_made_again_are_the_same_to_the_letter(tmp_path: Path, schemas: Path) -> None:
    run = accept(tmp_path, schemas, faults=(SHOULD,))
    told = command("report", str(run.reports / "verdicts.jsonl"), "--reports", str(tmp_path / "again"))
    names = ("summary.md", "acceptance.html")
    same = [(tmp_path / "again" / name).read_bytes() == (run.reports / name).read_bytes() for name in names]
    assert (told.returncode, told.stdout.splitlines()[-1], same) == (run.exit_status, run.last_line, [True, True])


@pytest.mark.parametrize("require_all", [False, True], ids=["reachable", "all"])
@pytest.mark.parametrize("faults", [(), (MUST,)], ids=["upheld", "violated"])
def test_report_ends_with_the_line_and_the_status_of_the_run(
    require_all: bool, faults: tuple[str, ...], tmp_path: Path
) -> None:
    run = decide(tmp_path, faults=faults, change=without("states"), require_all=require_all)
    told = command("report", str(run.reports / "verdicts.jsonl"), "--reports", str(tmp_path / "again"))
    assert (told.returncode, told.stdout.splitlines()[-1]) == (run.exit_status, run.last_line)


@pytest.mark.parametrize("faults", [(), (MUST,)], ids=["upheld", "violated"])
def test_report_of_a_narrowed_run_ends_as_the_run_did(faults: tuple[str, ...], tmp_path: Path) -> None:
    run = ask(tmp_path, "-k", "by-bearer", faults=faults, change=without("states"))
    told = command("report", str(run.reports / "verdicts.jsonl"), "--reports", str(tmp_path / "again"))
    assert (told.returncode, told.stdout.splitlines()[-1]) == (run.exit_status, run.last_line)


def test_shards_decide_together(tmp_path: Path, schemas: Path) -> None:
    records = []
    for name, selected in (("a", "by-bearer or by-api-key"), ("b", "not (by-bearer or by-api-key)")):
        (tmp_path / name).mkdir()
        run = run_suite(tmp_path / name, "--acceptance", "-k", selected, contract=schemas)
        records.append(str(run.reports / "verdicts.jsonl"))
    told = command("report", *records, "--reports", str(tmp_path))
    confirmed = command("verify", str(tmp_path / "acceptance.html"), *records)
    assert (told.returncode, told.stdout.splitlines()[-1].partition("  ")[0], confirmed.returncode) == (
        0,
        "ACCEPTED",
        0,
    ), told.stdout + told.stderr


def test_acceptance_page_says_which_pages_were_held_against_the_contract(tmp_path: Path, schemas: Path) -> None:
    (tmp_path / "page.txt").write_text(forbidden(page_text()), encoding="utf-8")
    (tmp_path / "letter.md").write_text("# Dear reader\n\nAll is well.\n", encoding="utf-8")
    words = ("--docs", str(tmp_path / "page.txt"), "--docs", str(tmp_path / "letter.md"))
    run = accept(tmp_path, schemas, *words)
    shown = re.sub(r"<[^<>]+>", " ", page(run).read_text(encoding="utf-8").partition('id="pages"')[2])
    text = " ".join(shown.split())
    day = str(run.lines[0]["started"])[:16].replace("T", " ")
    assert run.decision == (0, "ACCEPTED")
    assert f"Read on {day} UTC" in text
    assert re.search(r"page\.txt sha256 \w{16} gitbook, text seen getActiveProject 0", text)
    assert re.search(r"letter\.md sha256 \w{16} markdown, md not seen none found \d", text)
    assert re.search(r"getActiveProject changed, \d+ facts the same .*page\.txt error status 404 is removed", text)
    assert command("verify", str(page(run)), str(run.reports / "verdicts.jsonl")).returncode == 0


def test_acceptance_page_without_docs_says_nothing_of_pages(tmp_path: Path, schemas: Path) -> None:
    assert 'id="pages"' not in page(accept(tmp_path, schemas)).read_text(encoding="utf-8")
