"""What is asked follows from the contract: the whole list of cases and clauses, written down here a second time."""

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from talkstack_contract.cases import derive_cases
from talkstack_contract.catalogue import load_contract
from talkstack_contract.checks import CHECKS
from talkstack_contract.model import Case, Effect, Provenance, Strength
from talkstack_contract.run import GENERATED_CHECKS

CONTRACT = load_contract(Path(__file__).parents[2] / "schemas")
[OPERATION] = CONTRACT.operations
CASES = derive_cases(CONTRACT)
PROMISES = {f"{case.id}/{clause.name}": (case, clause) for case in CASES for clause in case.clauses}
WITHOUT_A_DOCUMENT = (Provenance.ASSUMED, Provenance.OURS, Provenance.PRACTICE)

SUCCESS = """
must   status.is-200
must   media-type.is-json
must   body.is-strict-json
must   envelope.message-is-text
should envelope.message-is-as-printed
must   envelope.status-is-success
must   body.project-data-is-object
must   body.project-data-name-is-text
should body.project-data-name-is-not-empty
must   body.project-data-user-id-is-text
should body.project-data-user-id-is-not-empty
must   body.project-data-status-is-text
should body.project-data-status-is-active
must   body.project-data-description-is-text
must   body.project-data-call-status-webhook-is-text-or-null
should body.project-data-call-status-webhook-is-uri
must   body.project-data-id-is-text
should body.project-data-id-is-not-empty
must   account.is-the-asking-one
"""
ERROR = """
must   envelope.status-is-not-success
must   body.holds-no-success-payload
should body.shows-no-server-internals
advice media-type.is-json
advice body.is-strict-json
advice envelope.message-is-text
"""
REFUSED = f"must   status.is-401{ERROR}"
MISSING = f"must   status.is-404{ERROR}"
ODD = """
must   status.is-no-server-error
advice answer.is-unchanged
"""
METHOD = """
must   status.is-no-server-error
advice method.is-refused
advice account.is-unchanged
"""
EXPECTED = {
    "by-bearer": SUCCESS,
    "by-api-key": f"{SUCCESS}must   answer.is-the-same-by-bearer",
    "asked-twice": "must   answer.is-the-same-again",
    "no-active-project": MISSING,
    "no-active-project-by-api-key": MISSING,
    "unknown-query": ODD,
    "unusual-accept": ODD,
    "method-post": METHOD,
    "method-put": METHOD,
    "method-patch": METHOD,
    "method-delete": METHOD,
    "generated": """
        must   answer.keeps-the-contract
        advice schemathesis.finds-nothing
    """,
    "no-credential": REFUSED,
    "wrong-token": REFUSED,
    "empty-token": REFUSED,
    "token-altered": REFUSED,
    "token-lengthened": REFUSED,
    "token-cut-short": REFUSED,
    "token-in-other-case": REFUSED,
    "other-scheme": REFUSED,
    "wrong-key": REFUSED,
    "empty-key": REFUSED,
    "key-altered": REFUSED,
    "key-lengthened": REFUSED,
    "key-cut-short": REFUSED,
    "key-in-other-case": REFUSED,
    "internal-error": f"must   status.is-500{ERROR}",
}


def clauses_of(text: str) -> set[tuple[str, ...]]:
    return {tuple(line.split()) for line in text.splitlines() if line.strip()}


def test_cases_are_those_written_down_here() -> None:
    assert sorted(case.id for case in CASES) == sorted(f"getActiveProject/{name}" for name in EXPECTED)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_clauses_of_a_case_are_those_written_down_here(case: Case) -> None:
    assert {(str(clause.strength), clause.name) for clause in case.clauses} == clauses_of(EXPECTED[case.name])


# The order of asking

RANKS = [
    {"by-bearer", "by-api-key", "asked-twice"},
    {"no-active-project", "no-active-project-by-api-key"},
    {"unknown-query", "unusual-accept", "method-post", "method-put", "method-patch", "method-delete"},
    {"generated"},
    {name for name, text in EXPECTED.items() if text == REFUSED},
    {"internal-error"},
]


def test_wrong_credentials_are_asked_late_and_the_server_error_last() -> None:
    order = [case.name for case in CASES]
    asked = [{order.pop(0) for _ in names} for names in RANKS]
    assert (asked, order) == (RANKS, [])


def test_derivation_is_the_same_each_time() -> None:
    assert derive_cases(CONTRACT) == CASES


# Ids


def test_ids_are_unique() -> None:
    counted = Counter(f"{case.id}/{clause.name}" for case in CASES for clause in case.clauses)
    assert [id_ for id_, count in counted.items() if count > 1] == []


KEBAB = r"[a-z0-9]+(-[a-z0-9]+)*"


def test_id_goes_from_the_general_to_the_particular() -> None:
    grammar = re.compile(rf"[a-z][a-zA-Z]*/{KEBAB}/[a-z]+(-[a-z]+)*\.{KEBAB}")
    assert [id_ for id_ in PROMISES if not grammar.fullmatch(id_)] == []


def test_no_number_in_an_id_only_counts() -> None:
    statuses = {str(response.status) for response in OPERATION.responses}
    assert [id_ for id_ in PROMISES if not set(re.findall(r"\d+", id_)) <= statuses] == []


# Clauses


def test_clause_has_a_source() -> None:
    sources = {id_: clause.source for id_, (_, clause) in PROMISES.items()}
    without = [
        id_ for id_, each in sources.items() if not (each.page and each.section and each.url.startswith("https://"))
    ]
    assert without == []


def test_clause_is_a_short_claim_in_the_present() -> None:
    wrong = re.compile(r"\b(should|shall|test|verify|ensure)\b|[.!]$")
    sentences = {clause.sentence for _, clause in PROMISES.values()}
    assert [each for each in sentences if wrong.search(each) or not 0 < len(each) < 70] == []


def test_clause_with_no_document_behind_it_names_a_reading() -> None:
    known = {reading.id for reading in CONTRACT.readings}
    bare = {
        id_: clause.source.reading
        for id_, (_, clause) in PROMISES.items()
        if clause.source.reading not in (known if clause.provenance in WITHOUT_A_DOCUMENT else {*known, ""})
    }
    assert bare == {}


STRENGTHS = {
    Provenance.DOCUMENTED: Strength.MUST,
    Provenance.STANDARD: Strength.MUST,
    Provenance.SAMPLED: Strength.SHOULD,
    Provenance.PRACTICE: Strength.SHOULD,
    Provenance.ASSUMED: Strength.ADVICE,
    Provenance.OURS: Strength.ADVICE,
}


@pytest.mark.parametrize("provenance", Provenance)
def test_strength_follows_from_provenance(provenance: Provenance) -> None:
    clause = replace(CASES[0].clauses[0], provenance=provenance)
    assert (provenance.strength, clause.strength) == (STRENGTHS[provenance], STRENGTHS[provenance])


def test_clause_is_judged_by_a_check_that_there_is() -> None:
    assert {clause.check for _, clause in PROMISES.values()} == {*CHECKS, *GENERATED_CHECKS}


def test_clause_needs_earlier_clauses_of_its_case_only() -> None:
    strangers = {}
    for id_, (case, clause) in PROMISES.items():
        names = [each.name for each in case.clauses]
        strangers[id_] = set(clause.needs) - set(names[: names.index(clause.name)])
    assert {id_: names for id_, names in strangers.items() if names} == {}


def test_no_clause_hangs_on_a_weaker_one() -> None:
    weaker = {
        id_: name
        for id_, (case, clause) in PROMISES.items()
        for name in clause.needs
        if not case.clause(name).strength.reaches(clause.strength)
    }
    assert weaker == {}


# Cases


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_only_another_method_writes(case: Case) -> None:
    assert (case.effect is Effect.WRITES, case.reads_after) == (case.name.startswith("method-"),) * 2


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case_belongs_to_the_pair_of_its_status(case: Case) -> None:
    asks = [clause.expected for clause in case.clauses if clause.check == "status"]
    without_a_status_clause = {"asked-twice": 200}
    assert case.status == next(iter(asks), without_a_status_clause.get(case.name))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_compared_case_is_asked_no_later(case: Case) -> None:
    names = [each.name for each in CASES]
    assert case.compared_with == "" or names.index(case.compared_with) < names.index(case.name)


def without(*statuses: int) -> set[str]:
    """Derive the cases of an operation whose page leaves out some statuses."""
    responses = tuple(response for response in OPERATION.responses if response.status not in statuses)
    contract = replace(CONTRACT, operations=(replace(OPERATION, responses=responses),))
    return {case.name for case in derive_cases(contract)}


def test_status_that_is_not_documented_is_not_asked_for() -> None:
    assert without(401, 404, 500) == RANKS[0] | RANKS[2] | {"generated"}


def test_page_without_a_success_is_asked_for_its_errors_only() -> None:
    assert without(200) == RANKS[1] | RANKS[4] | {"generated", "internal-error"}


def test_operation_that_writes_is_not_asked_for_its_robustness() -> None:
    contract = replace(CONTRACT, operations=(replace(OPERATION, effect=Effect.WRITES),))
    assert {case.name for case in derive_cases(contract)} == set(EXPECTED) - RANKS[2] - {"asked-twice"}


def test_documented_method_is_not_asked_as_an_undocumented_one() -> None:
    documented = replace(OPERATION, documented_methods=frozenset({"GET", "PUT"}))
    names = {case.name for case in derive_cases(replace(CONTRACT, operations=(documented,)))}
    assert set(EXPECTED) - names == {"method-put"}


def test_operation_with_one_credential_has_no_case_for_the_other() -> None:
    only = replace(OPERATION, schemes=OPERATION.schemes[1:])
    names = {case.name for case in derive_cases(replace(CONTRACT, operations=(only,)))}
    token = {name for name in EXPECTED if "token" in name}
    assert set(EXPECTED) - names == token | {"by-bearer", "other-scheme", "no-active-project-by-api-key"}


def test_open_operation_is_asked_for_no_credential() -> None:
    contract = replace(CONTRACT, operations=(replace(OPERATION, schemes=()),))
    assert {case.name for case in derive_cases(contract)} == {"no-credential", "generated"}
