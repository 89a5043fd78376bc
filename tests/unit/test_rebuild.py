"""What a record holds is found again from its files: from one, from parts, from one that was cut."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from talkstack_contract.errors import BadInput
from talkstack_contract.judging.decision import DecisionKind
from talkstack_contract.model import Judgement, Verdict
from talkstack_contract.provider.evidence import evidence_of
from talkstack_contract.provider.redaction import Secrets
from talkstack_contract.reports.findings import page
from talkstack_contract.reports.rebuild import Part, is_shown, joined, read_part, views
from talkstack_contract.results.records import (
    Line,
    RunConfiguration,
    Totals,
    exchange_line,
    footer_line,
    header_line,
    verdict_line,
    written,
)
from tests.unit.found import A_MUST, A_SHOULD, CONFIGURATION, PROFILE, PROMISES, exchange, findings, judged, violated

ACCEPTANCE = replace(CONFIGURATION, profile=PROFILE)
ALL = list(PROMISES)
HALF = len(ALL) // 2
EXCHANGES = [exchange_line(evidence_of(exchange(), Secrets()))]


def record(
    path: Path,
    names: Sequence[str] = ALL,
    others: Sequence[Judgement] = (),
    configuration: RunConfiguration = CONFIGURATION,
    cut_short: str = "",
    exchanges: Sequence[Line] = EXCHANGES,
) -> Path:
    """Write the record of a run that judged these, all upheld but `others`."""
    made = {each.id: each for each in [*map(judged, names), *others]}
    decision = findings(configuration=configuration).decision
    verdicts = [verdict_line(each) for each in made.values()]
    footer = footer_line(decision, Totals(30, 0, 1.25), cut_short)
    lines = [header_line(configuration.run_header), *exchanges, *verdicts, footer]
    path.write_text("".join(map(written, lines)), encoding="ascii")
    return path


def read(*paths: Path) -> list[Part]:
    return [read_part(path) for path in paths]


def word(*paths: Path) -> DecisionKind:
    return joined(read(*paths)).decision.word


def test_findings_of_a_run_are_found_again(tmp_path: Path) -> None:
    found = joined(read(record(tmp_path / "v.jsonl", others=[violated(A_MUST)])))
    assert found == replace(findings([violated(A_MUST)], [exchange()]), waiver_problems=[])


@pytest.mark.parametrize("template", ["report.html", "summary.md"])
def test_page_made_again_is_the_same(template: str, tmp_path: Path) -> None:
    found = joined(read(record(tmp_path / "v.jsonl", others=[violated(A_SHOULD)])))
    assert page(found, template) == page(findings([violated(A_SHOULD)], [exchange()]), template)


def test_order_of_the_lines_is_of_no_matter(tmp_path: Path) -> None:
    given = read(record(tmp_path / "a.jsonl"), record(tmp_path / "b.jsonl", ALL[::-1]))
    assert joined(given[:1]) == joined(given[1:])


# Cut short


def cut(path: Path, lines: int, rest: str = "") -> Path:
    kept = path.read_text(encoding="ascii").splitlines(keepends=True)[:lines]
    path.write_text("".join(kept) + rest, encoding="ascii")
    return path


def test_record_without_its_last_line_is_inconclusive(tmp_path: Path) -> None:
    path = cut(record(tmp_path / "v.jsonl"), 2 + len(ALL))
    decision = joined(read(path)).decision
    assert (decision.word, decision.reason) == (DecisionKind.INCONCLUSIVE, "the record has no last line: it was cut")


def test_line_that_was_cut_is_dropped(tmp_path: Path) -> None:
    path = cut(record(tmp_path / "v.jsonl"), 10, '{"kind": "verd')
    assert (len(read_part(path).judgements), word(path)) == (8, DecisionKind.INCONCLUSIVE)


def test_what_was_violated_before_the_cut_rejects(tmp_path: Path) -> None:
    assert word(cut(record(tmp_path / "v.jsonl", [A_MUST], [violated(A_MUST)]), 3)) is DecisionKind.REJECTED


def test_run_that_told_why_it_was_cut_is_inconclusive_for_that_reason(tmp_path: Path) -> None:
    path = record(tmp_path / "v.jsonl", cut_short="the run was interrupted")
    decision = joined(read(path)).decision
    assert (decision.word, decision.reason) == (DecisionKind.INCONCLUSIVE, "the run was interrupted")


# Parts


def test_parts_that_share_the_clauses_decide_together(tmp_path: Path) -> None:
    parts = record(tmp_path / "a.jsonl", ALL[:HALF]), record(tmp_path / "b.jsonl", ALL[HALF:])
    assert (word(parts[0]), word(parts[1]), word(*parts)) == (
        DecisionKind.NONE,
        DecisionKind.NONE,
        DecisionKind.ACCEPTED,
    )


def test_parts_that_leave_something_out_decide_nothing(tmp_path: Path) -> None:
    assert word(record(tmp_path / "a.jsonl", ALL[:5]), record(tmp_path / "b.jsonl", ALL[6:])) is DecisionKind.NONE


def test_part_that_was_cut_leaves_the_whole_inconclusive(tmp_path: Path) -> None:
    parts = record(tmp_path / "a.jsonl"), cut(record(tmp_path / "b.jsonl"), 3)
    assert word(*parts) is DecisionKind.INCONCLUSIVE


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["first", "last"])
def test_worse_of_two_verdicts_stands(order: tuple[int, int], tmp_path: Path) -> None:
    parts = [record(tmp_path / "a.jsonl"), record(tmp_path / "b.jsonl", others=[violated(A_MUST)])]
    assert word(*(parts[place] for place in order)) is DecisionKind.REJECTED


def test_costs_of_the_parts_are_added(tmp_path: Path) -> None:
    found = joined(read(record(tmp_path / "a.jsonl"), record(tmp_path / "b.jsonl")))
    assert (found.requests, found.seconds) == (60, 2.5)


def test_exchange_that_both_parts_hold_is_evidence_twice(tmp_path: Path) -> None:
    other = [exchange_line(evidence_of(exchange(b"[]"), Secrets()))]
    first = record(tmp_path / "a.jsonl")
    second = record(tmp_path / "b.jsonl", [A_MUST], [violated(A_MUST)], exchanges=other)
    found = joined(read(first, second))
    [judgement] = [each for each in found.judgements if each.verdict is Verdict.VIOLATED]
    assert ([found.exchanges[id_].body for id_ in judgement.exchanges], len(found.exchanges)) == (["[]"], 2)


OTHERS = {
    "another-provider": (
        replace(CONFIGURATION, settings=replace(CONFIGURATION.settings, base_url="https://b")),
        "provider",
    ),
    "another-contract": (replace(CONFIGURATION, contract=replace(CONFIGURATION.contract, digest="0")), "contract"),
    "another-profile": (ACCEPTANCE, "profile"),
    "another-demand": (replace(CONFIGURATION, fail_on_undocumented=True), "fail_on_undocumented"),
    "another-requirement": (replace(CONFIGURATION, require_all=True), "require"),
}


@pytest.mark.parametrize(("configuration", "key"), OTHERS.values(), ids=OTHERS)
def test_parts_of_two_runs_are_not_joined(configuration: RunConfiguration, key: str, tmp_path: Path) -> None:
    parts = read(record(tmp_path / "a.jsonl"), record(tmp_path / "b.jsonl", configuration=configuration))
    with pytest.raises(BadInput, match=rf"^b.jsonl: {key}: is another one than in a.jsonl; give the files of one run$"):
        joined(parts)


def test_embedded_reference_is_one_provider_whatever_its_port(tmp_path: Path) -> None:
    ports = [
        replace(
            CONFIGURATION,
            settings=replace(CONFIGURATION.settings, is_reference=True, base_url=f"http://127.0.0.1:{port}"),
        )
        for port in (8001, 8002)
    ]
    assert (
        word(*(record(tmp_path / f"{n}.jsonl", configuration=each) for n, each in enumerate(ports)))
        is DecisionKind.ACCEPTED
    )


# Files that are no record

HEADER = written(header_line(CONFIGURATION.run_header))
BAD = {
    "empty": ("", "line 1: is not the header of a record"),
    "no-json": ("no json\n", "line 1: is not JSON"),
    "header-cut": (HEADER[:50], "line 1: is not the header of a record"),
    "another-thing": ('{"kind": "invoice"}\n', "line 1: is not the header of a record"),
    "another-format": ('{"kind": "header", "format": 1}\n', "line 1: is of format 1, and this version reads 3"),
    "header-without-a-key": (
        written({**json.loads(HEADER), "cases": None}),
        "line 1: is not what a record holds there",
    ),
    "line-that-is-no-object": (f"{HEADER}7\n", "line 2: is not a line of a record"),
    "line-of-another-kind": (f'{HEADER}{{"kind": "note"}}\n', "line 2: is not what a record holds there (ValueError)"),
    "verdict-without-a-key": (f'{HEADER}{{"kind": "verdict"}}\n', "line 2: is not what a record holds there"),
    "exchange-without-a-key": (f'{HEADER}{{"kind": "exchange"}}\n', "line 2: is not what a record holds there"),
    "two-records-in-one-file": (HEADER + HEADER, "line 2: is not what a record holds there"),
    "broken-line-in-the-middle": (f'{HEADER}{{"kind": "verd\n{HEADER}', "line 2: is not JSON"),
}


@pytest.mark.parametrize(("text", "told"), BAD.values(), ids=BAD)
def test_file_that_is_no_record_is_refused_in_one_line(text: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "v.jsonl").write_text(text, encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        read_part(tmp_path / "v.jsonl")
    expected = f"v.jsonl: {told}"
    assert (str(caught.value)[: len(expected)], "\n" in str(caught.value)) == (expected, False)


def test_file_that_is_not_there_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"none.jsonl: is not there; give a readable file$"):
        read_part(tmp_path / "none.jsonl")


# Views

ALWAYS = ["summary.md", "report.html", "junit.xml"]
GIVEN = {
    "with-a-profile": (ACCEPTANCE, ALL, [*ALWAYS, "acceptance.html"]),
    "without-one": (CONFIGURATION, ALL, ALWAYS),
    "narrowed": (ACCEPTANCE, ALL[:3], ALWAYS),
}


@pytest.mark.parametrize(("configuration", "names", "expected"), GIVEN.values(), ids=GIVEN)
def test_only_a_run_that_decides_by_a_profile_gives_an_acceptance_page(
    configuration: RunConfiguration, names: Sequence[str], expected: list[str], tmp_path: Path
) -> None:
    parts = read(record(tmp_path / "v.jsonl", names, configuration=configuration))
    assert [name for name, _ in views(joined(parts), parts)] == expected


def test_page_of_several_files_names_the_digest_of_each(tmp_path: Path) -> None:
    paths = [
        record(tmp_path / f"{n}.jsonl", mine, configuration=ACCEPTANCE) for n, mine in enumerate([ALL[:9], ALL[9:]])
    ]
    parts = read(*paths)
    shown = dict(views(joined(parts), parts))["acceptance.html"]
    assert [part.sha256 in shown for part in parts] == [True, True]


def test_report_made_again_loads_nothing_and_holds_what_the_run_shows(tmp_path: Path) -> None:
    parts = read(record(tmp_path / "v.jsonl", others=[violated(A_MUST)]))
    found = joined(parts)
    shown = dict(views(found, parts))["report.html"]
    section = page(found, "report.html").partition('<h2 class="screen">Results in pytest')[0]
    assert ("<script" in shown, "<link" in shown, section in shown) == (False, False, True)


def test_report_of_the_run_itself_is_told_from_one_made_again(tmp_path: Path) -> None:
    parts = read(record(tmp_path / "v.jsonl", others=[violated(A_MUST)]))
    found, other = joined(parts), findings()
    mine = tmp_path / "report.html"
    texts = {"of-the-run": page(found, "report.html"), "of-another": page(other, "report.html")}
    told = {}
    for name, text in texts.items():
        mine.write_text(f'{text}<div data-jsonblob="{{}}"></div>', encoding="utf-8")
        told[name] = is_shown(found, mine)
    mine.write_text(dict(views(found, parts))["report.html"], encoding="utf-8")
    assert told | {"again": is_shown(found, mine)} == {"of-the-run": True, "of-another": False, "again": False}
