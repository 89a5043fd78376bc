"""The record grows as a run goes, decides by what it holds, and leaves no secret in any artefact."""

import json
import tomllib
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from talkstack_contract.contract.cases import derive_cases
from talkstack_contract.contract.profiles import profile_of, profile_text
from talkstack_contract.errors import BadInput
from talkstack_contract.judging.decision import DecisionKind
from talkstack_contract.judging.judge import judgement_of
from talkstack_contract.judging.waivers import Waiver
from talkstack_contract.model import Effect, Exchange, Judgement, Request, RequirementLevel, Verdict
from talkstack_contract.provider.evidence import evidence_of
from talkstack_contract.provider.redaction import Secrets
from talkstack_contract.provider.settings import Account, Credential, Settings
from talkstack_contract.reports.rebuild import read_part
from talkstack_contract.reports.record import Record
from talkstack_contract.reports.verify import differences, read_page
from talkstack_contract.results.records import RunConfiguration, exchange_line, header_line, verdict_line, written
from tests.unit.contracts import PROJECT, contract_of, operation_of
from tests.unit.setting_names import ACTIVE

CONTRACT = contract_of(operation_of(PROJECT))
CASES = derive_cases(CONTRACT)
SECRET = "hunter2hunter2hunter2"
LATER = "given-by-the-states-url-1"


def configuration(*waivers: Waiver) -> RunConfiguration:
    accounts = {ACTIVE: Account(ACTIVE, {"token": Credential(SECRET, "TALKSTACK_TOKEN")})}
    settings = Settings("https://api.example", False, frozenset({Effect.READS}), accounts)
    started = datetime(2026, 11, 24, 10, 30, tzinfo=UTC)
    return RunConfiguration(
        settings, CONTRACT, CASES, waivers, RequirementLevel.MUST, require_all=False, seed=1, started=started
    )


def opened(folder: Path, *waivers: Waiver) -> Record:
    record = Record(folder / "reports", configuration(*waivers))
    record.open()
    return record


def lines(record: Record) -> list[dict[str, Any]]:
    return [json.loads(line) for line in record.jsonl.read_text(encoding="ascii").splitlines()]


def upheld() -> list[Judgement]:
    return [judgement_of(case, clause, Verdict.UPHELD) for case in CASES for clause in case.clauses]


def line_of(judgement: Judgement) -> str:
    return written(verdict_line(judgement))


EXCHANGE = Exchange(
    "getActiveProject/by-bearer", Request("GET", "https://a.example", (), Effect.READS), 200, "OK", (), b"{}", "", 1.0
)
FIRST, FIRST_CASE = upheld()[0], CASES[0]


# As it goes


def test_record_starts_with_the_header(tmp_path: Path) -> None:
    record = opened(tmp_path)
    assert lines(record) == [json.loads(written(header_line(record.configuration.run_header)))]


def test_record_of_an_earlier_run_is_replaced(tmp_path: Path) -> None:
    opened(tmp_path).take([line_of(FIRST)])
    assert len(lines(opened(tmp_path))) == 1


def test_folder_that_cannot_be_written_is_bad_input(tmp_path: Path) -> None:
    (tmp_path / "reports").write_text("a file", encoding="utf-8")
    with pytest.raises(BadInput, match=r"^--reports: .*/reports cannot be written \(FileExistsError\); name another"):
        Record(tmp_path / "reports", configuration()).open()


def test_lines_are_written_as_they_come(tmp_path: Path) -> None:
    record = opened(tmp_path)
    sent = [written(exchange_line(evidence_of(EXCHANGE, Secrets()))), line_of(FIRST)]
    record.take(sent)
    assert lines(record)[1:] == [json.loads(line) for line in sent]


def test_lines_become_what_is_known(tmp_path: Path) -> None:
    record = opened(tmp_path)
    evidence = evidence_of(EXCHANGE, Secrets())
    record.take([written(exchange_line(evidence)), line_of(FIRST)])
    assert (record.exchanges, record.judgements) == ({EXCHANGE.id: evidence}, {FIRST.id: FIRST})


def test_each_clause_of_a_case_whose_item_broke_is_blocked(tmp_path: Path) -> None:
    record = opened(tmp_path)
    record.take_silence(FIRST_CASE.id, "a trace\nKeyError: 'x'")
    blocked = {each.id: (each.verdict, each.reason) for each in record.judgements_of(FIRST_CASE.id)}
    ids = [f"{FIRST_CASE.id}/{clause.name}" for clause in FIRST_CASE.clauses]
    assert blocked == dict.fromkeys(ids, (Verdict.BLOCKED, "a bug of ours: KeyError: 'x'"))


def test_silence_blocks_only_the_clause_that_the_run_was_to_judge(tmp_path: Path) -> None:
    record = Record(tmp_path / "reports", replace(configuration(), only=FIRST.id))
    record.open()
    record.take_silence(FIRST_CASE.id, "a trace\nKeyError: 'x'")
    assert list(record.judgements) == [FIRST.id]


def test_clause_whose_worker_died_is_blocked_and_the_run_cut_short(tmp_path: Path) -> None:
    record = opened(tmp_path)
    record.take_silence(FIRST_CASE.id, "worker 'gw0' crashed while running 'x'")
    reason = "a process that asked died before it could tell"
    assert (record.judgements[FIRST.id].reason, record.cut_short) == (reason, reason)


def test_silence_of_a_clause_shows_no_secret(tmp_path: Path) -> None:
    record = opened(tmp_path)
    record.take_silence(FIRST_CASE.id, f"ValueError: {SECRET}")
    assert SECRET not in record.jsonl.read_text(encoding="ascii")


def test_silence_changes_no_verdict_that_is_known(tmp_path: Path) -> None:
    record = opened(tmp_path)
    record.take([line_of(FIRST)])
    record.take_silence(FIRST_CASE.id, "teardown failed")
    _, *others = record.judgements_of(FIRST_CASE.id)
    assert (record.judgements[FIRST.id], {each.verdict for each in others}) == (FIRST, {Verdict.BLOCKED})


def test_silence_of_what_is_no_case_is_none(tmp_path: Path) -> None:
    record = opened(tmp_path)
    record.take_silence("tests/contract/test_generated.py::test_generated", "boom")
    assert record.judgements == {}


def test_counts_of_two_processes_are_added(tmp_path: Path) -> None:
    record = opened(tmp_path)
    for number in (1, 2):
        record.take_over(
            {
                "requests": 10 * number,
                "generated": number,
                "left_behind": [f"state {number}"],
                "secrets": [],
                "learned": [],
            }
        )
    assert (record.requests, record.generated, record.left_behind) == (30, 3, ["state 1", "state 2"])


# At the end


def whole(folder: Path, *waivers: Waiver) -> Record:
    record = opened(folder, *waivers)
    record.take(map(line_of, upheld()))
    return record


def test_findings_decide_by_all_lines(tmp_path: Path) -> None:
    assert whole(tmp_path).findings().decision.word is DecisionKind.ACCEPTED


def test_run_that_was_cut_short_is_inconclusive(tmp_path: Path) -> None:
    record = whole(tmp_path)
    record.cut_short = "the run was interrupted"
    decision = record.findings().decision
    assert (decision.word, decision.reason) == (DecisionKind.INCONCLUSIVE, "the run was interrupted")


def test_waiver_that_is_not_needed_rejects(tmp_path: Path) -> None:
    record = whole(tmp_path, Waiver(FIRST.id, "slow vendor", "anna", "T-1", date(2027, 1, 1)))
    found = record.findings()
    assert (found.decision.word, len(found.waiver_problems)) == (DecisionKind.REJECTED, 1)


def test_record_ends_with_the_footer(tmp_path: Path) -> None:
    record = whole(tmp_path)
    decision = record.close(record.findings(), [record.jsonl], [])
    last = lines(record)[-1]
    assert (last["kind"], last["decision"], decision.word) == ("footer", "ACCEPTED", DecisionKind.ACCEPTED)


def test_summary_is_written_beside_the_record(tmp_path: Path) -> None:
    record = whole(tmp_path)
    path = record.write_summary(record.findings())
    assert (path, path.read_text(encoding="utf-8")[:11]) == (tmp_path / "reports" / "summary.md", "## ACCEPTED")


@pytest.mark.parametrize("secret", [SECRET, LATER], ids=["of-the-settings", "of-a-process"])
def test_secret_in_an_artefact_is_blanked_and_leaves_the_run_inconclusive(tmp_path: Path, secret: str) -> None:
    record = whole(tmp_path)
    record.take_over({"requests": 0, "generated": 0, "left_behind": [], "secrets": [(LATER, "LATER")], "learned": []})
    artefact = tmp_path / "junit.xml"
    artefact.write_text(f"<x>{secret}</x>", encoding="utf-8")
    decision = record.close(record.findings(), [artefact, record.jsonl], [])
    name = "LATER" if secret is LATER else "TALKSTACK_TOKEN"
    told = f"a secret was found in junit.xml and redacted: {name}"
    assert (decision.word, decision.reason, artefact.read_text(encoding="utf-8")) == (
        DecisionKind.INCONCLUSIVE,
        told,
        "<x>[redacted]</x>",
    )


def test_artefact_without_a_secret_is_left_as_it_is(tmp_path: Path) -> None:
    artefact = tmp_path / "junit.xml"
    artefact.write_bytes(b"<x>\xff\r\n</x>")
    assert (whole(tmp_path).scrub([artefact]), artefact.read_bytes()) == ([], b"<x>\xff\r\n</x>")


def test_artefact_that_was_never_written_is_no_trouble(tmp_path: Path) -> None:
    assert whole(tmp_path).scrub([tmp_path / "none.xml"]) == []


# The acceptance page


def accepting(folder: Path, *others: Judgement) -> Record:
    """Keep the record of a whole acceptance, all upheld but `others`."""
    profile = profile_of("2026-11", "", tomllib.loads(profile_text(upheld(), "2026-11-02")))
    record = Record(folder / "reports", replace(configuration(), profile=profile))
    record.open()
    record.take(line_of(each) for each in {each.id: each for each in [*upheld(), *others]}.values())
    return record


def test_acceptance_page_shows_the_closed_record(tmp_path: Path) -> None:
    record = accepting(tmp_path)
    record.close(record.findings(), [record.jsonl], record.try_acceptance(record.findings()))
    path = record.write_acceptance()
    assert path and differences(read_page(path), [read_part(record.jsonl)]) == []


def test_narrowed_run_leaves_no_acceptance_page(tmp_path: Path) -> None:
    record = opened(tmp_path)
    (record.folder / "acceptance.html").write_text("of an earlier run", encoding="utf-8")
    record.take([line_of(FIRST)])
    record.close(record.findings(), [record.jsonl], [])
    assert (record.write_acceptance(), (record.folder / "acceptance.html").exists()) == (None, False)


def test_secret_that_the_acceptance_page_would_show_leaves_the_run_inconclusive(tmp_path: Path) -> None:
    record = accepting(tmp_path, replace(FIRST, reason=SECRET))
    leaks = record.try_acceptance(record.findings()) + record.scrub([record.jsonl])
    decision = record.close(record.findings(), [record.jsonl], leaks)
    path = record.write_acceptance()
    told = [leak.partition(" and ")[0] for leak in leaks]
    assert (decision.word, told) == (
        DecisionKind.INCONCLUSIVE,
        ["a secret was found in acceptance.html", f"a secret was found in verdicts.jsonl ({FIRST.id})"],
    )
    assert path and SECRET not in path.read_text(encoding="utf-8")


def test_acceptance_page_that_cannot_be_made_costs_the_decision(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> str:
        raise ValueError(SECRET)

    monkeypatch.setattr("talkstack_contract.reports.record.acceptance_page", broken)
    record = accepting(tmp_path)
    leaks = record.try_acceptance(record.findings())
    decision = record.close(record.findings(), [record.jsonl], leaks)
    assert (decision.word, decision.reason[:60], record.write_acceptance()) == (
        DecisionKind.INCONCLUSIVE,
        "acceptance.html could not be written, a bug of ours: ValueEr",
        None,
    )
