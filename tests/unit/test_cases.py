"""The cases derived from the contract, compared with a list of all cases and clauses written by hand."""

import re
from collections import Counter
from dataclasses import replace

import pytest

from talkstack_contract.contract.cases import REFUSAL, derive_cases
from talkstack_contract.contract.cases import SUCCESS as SUCCESS_RANK
from talkstack_contract.judging.checks import CHECKS
from talkstack_contract.judging.judge import GENERATED_CHECKS
from talkstack_contract.model import (
    Case,
    Clause,
    Effect,
    Field,
    MutationKind,
    ParameterLocation,
    Provenance,
    RequirementLevel,
)
from tests.unit.contracts import PROJECT, billing_contract, cases_of, contract_of, operation_of

OPERATION = operation_of(PROJECT)
CONTRACT = contract_of(OPERATION)
CASES = derive_cases(CONTRACT)
ALL = derive_cases(billing_contract())
DEMANDING = derive_cases(billing_contract(), fail_on_undocumented=True)
DEMAND = "body.holds-nothing-undocumented"
PROMISES = {f"{case.id}/{clause.name}": (case, clause) for case in ALL for clause in case.clauses}
WITHOUT_A_DOCUMENT = (Provenance.ASSUMED, Provenance.OURS, Provenance.PRACTICE, Provenance.DEMANDED)

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
advice envelope.status-is-not-success
advice body.holds-no-success-payload
should body.shows-no-server-internals
advice media-type.is-json
advice body.is-strict-json
advice envelope.message-is-text
"""
REFUSED = f"must   status.is-401{ERROR}".replace("advice body.holds", "must   body.holds")
MISSING = f"must   status.is-404{ERROR}"
ODD = """
should status.is-no-server-error
advice answer.is-unchanged
"""
METHOD = """
should status.is-no-server-error
advice method.is-refused
advice account.is-unchanged
"""
EXPECTED = {
    "by-bearer": SUCCESS,
    "by-api-key": f"{SUCCESS}advice answer.is-the-same-by-bearer",
    "asked-twice": "advice answer.is-the-same-again",
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
        should status.is-no-server-error
    """,
    "no-credential": REFUSED,
    "wrong-token": REFUSED,
    "empty-token": REFUSED,
    "token-altered": REFUSED,
    "token-lengthened": REFUSED,
    "token-cut-short": REFUSED,
    "token-in-other-case": REFUSED,
    "other-scheme": REFUSED,
    "token-expired": REFUSED,
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
    assert {(str(clause.level), clause.name) for clause in case.clauses} == clauses_of(EXPECTED[case.name])


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
    counted = Counter(f"{case.id}/{clause.name}" for case in ALL for clause in case.clauses)
    assert [id_ for id_, count in counted.items() if count > 1] == []


KEBAB = r"[a-z0-9]+(-[a-z0-9]+)*"


def test_id_goes_from_the_general_to_the_particular() -> None:
    grammar = re.compile(rf"[a-z][a-zA-Z]*/{KEBAB}/[a-z]+(-[a-z]+)*\.{KEBAB}")
    assert [id_ for id_ in PROMISES if not grammar.fullmatch(id_)] == []


def test_no_number_in_an_id_only_counts() -> None:
    statuses = {str(response.status) for each in billing_contract().operations for response in each.responses}
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
    sentences = {clause.statement for case in DEMANDING for clause in case.clauses}
    assert [each for each in sentences if wrong.search(each) or not 0 < len(each) < 70] == []


def test_clause_with_no_document_behind_it_names_a_reading() -> None:
    known = {reading.id for reading in CONTRACT.interpretations}
    bare = {
        id_: clause.source.interpretation
        for id_, clause in ((case.id, clause) for case in DEMANDING for clause in case.clauses)
        if clause.source.interpretation not in (known if clause.provenance in WITHOUT_A_DOCUMENT else {*known, ""})
    }
    assert bare == {}


STRENGTHS = {
    Provenance.DOCUMENTED: RequirementLevel.MUST,
    Provenance.STANDARD: RequirementLevel.MUST,
    Provenance.SAMPLED: RequirementLevel.SHOULD,
    Provenance.PRACTICE: RequirementLevel.SHOULD,
    Provenance.ASSUMED: RequirementLevel.ADVICE,
    Provenance.OURS: RequirementLevel.ADVICE,
    Provenance.DEMANDED: RequirementLevel.MUST,
}


@pytest.mark.parametrize("provenance", Provenance)
def test_strength_follows_from_provenance(provenance: Provenance) -> None:
    clause = replace(CASES[0].clauses[0], provenance=provenance)
    assert (provenance.level, clause.level) == (STRENGTHS[provenance], STRENGTHS[provenance])


def test_clause_is_judged_by_a_check_that_there_is() -> None:
    assert {clause.check for case in DEMANDING for clause in case.clauses} == {*CHECKS, *GENERATED_CHECKS}


def test_demand_is_made_of_each_printed_success_and_of_nothing_else() -> None:
    demanding = {f"{case.id}/{clause.name}" for case in DEMANDING for clause in case.clauses}
    successes = [case for case in ALL if case.kind == SUCCESS_RANK and case.name != "asked-twice"]
    printed = {case.id for case in successes if case.operation.success and case.operation.success.keys}
    assert demanding - PROMISES.keys() == {f"{id_}/{DEMAND}" for id_ in printed}


def test_demand_weighs_though_nobody_promised_it() -> None:
    [demand, *_] = [each for case in DEMANDING for each in case.clauses if each.name == DEMAND]
    shown = demand.provenance, demand.level, demand.source.interpretation, demand.depends_on
    assert shown == (Provenance.DEMANDED, RequirementLevel.MUST, "undocumented-fields", ("body.is-strict-json",))


def test_clause_needs_earlier_clauses_of_its_case_only() -> None:
    strangers = {}
    for id_, (case, clause) in PROMISES.items():
        names = [each.name for each in case.clauses]
        strangers[id_] = set(clause.depends_on) - set(names[: names.index(clause.name)])
    assert {id_: names for id_, names in strangers.items() if names} == {}


def test_no_clause_hangs_on_a_weaker_one() -> None:
    weaker = {
        id_: name
        for id_, (case, clause) in PROMISES.items()
        for name in clause.depends_on
        if not case.clause(name).level.is_at_least(clause.level)
    }
    assert weaker == {}


# Cases


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_only_another_method_writes(case: Case) -> None:
    assert (case.effect is Effect.WRITES, case.reads_after) == (case.name.startswith("method-"),) * 2


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case_belongs_to_the_pair_of_its_status(case: Case) -> None:
    asks = [clause.expected for clause in case.clauses if clause.check == "status"]
    of_another_promise = {"asked-twice": (200,), "token-expired": None}  # a token's age is printed elsewhere
    expected = of_another_promise.get(case.name, next(iter(asks), None))
    assert (case.status and (case.status,)) == (expected and expected[:1])  # a malformed one may also be a 400


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
    asked_all_the_same = {"no-credential", "wrong-token", "wrong-key"}  # the operation asks for a credential
    assert without(401, 404, 500) == RANKS[0] | RANKS[2] | {"generated"} | asked_all_the_same


def test_page_without_a_success_is_asked_for_its_errors_only() -> None:
    assert without(200) == RANKS[1] | RANKS[4] | {"generated", "internal-error"}


def test_operation_that_writes_is_asked_neither_for_its_robustness_nor_with_what_is_nearly_a_credential() -> None:
    contract = replace(CONTRACT, operations=(replace(OPERATION, effect=Effect.WRITES),))
    nearly_good = {name for name in EXPECTED if name.startswith(("token-", "key-", "other-"))} - {"token-expired"}
    names = {case.name for case in derive_cases(contract)}
    assert names == set(EXPECTED) - RANKS[2] - {"asked-twice", "empty-key"} - nearly_good


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
    assert {case.name for case in derive_cases(contract)} == {
        "without-credential",
        "asked-twice",
        "no-active-project",
        "no-credential",
        "internal-error",
        "unknown-query",
        "unusual-accept",
        "method-post",
        "method-put",
        "method-patch",
        "method-delete",
        "generated",
    }


# An API that writes, with bodies, ids and files

READ = "unknown-query unusual-accept asked-twice generated"
BILLING = {
    "logIn": """
        without-credential generated a-wrong-password a-stranger
        email-absent email-empty email-null email-of-another-type email-malformed
        password-absent password-empty password-null password-of-another-type
    """,
    "listInvoices": f"by-bearer no-invoices {READ} method-put method-patch method-delete no-credential wrong-token",
    "createInvoice": """
        by-bearer by-api-key generated a-taken-title a-negative-amount internal-error
        title-absent title-empty title-null title-of-another-type
        amount-absent amount-empty amount-null amount-of-another-type
        no-credential wrong-token empty-token token-expired wrong-key
    """,
    "getInvoice": f"""
        by-bearer by-api-key {READ} method-post method-patch no-credential wrong-token wrong-key
        invoice-id-unknown invoice-id-malformed invoice-id-foreign
    """,
    "updateInvoice": """
        by-bearer generated a-locked-invoice title-and-note-absent no-credential wrong-token
        invoice-id-unknown invoice-id-malformed invoice-id-foreign
    """,
    "deleteInvoice": """
        by-bearer generated no-credential wrong-token
        invoice-id-unknown invoice-id-malformed invoice-id-foreign
    """,
    "findInvoice": f"""
        by-bearer {READ} method-put method-patch method-delete no-credential wrong-token
        invoice-id-and-number-absent invoice-id-unknown invoice-id-malformed invoice-id-foreign
    """,
    "importInvoices": "by-bearer generated no-credential wrong-token file-absent file-empty column-absent column-empty",
    "remind": """
        by-api-key generated no-credential wrong-key
        invoice-id-absent invoice-id-empty invoice-id-null invoice-id-of-another-type
        invoice-id-unknown invoice-id-malformed invoice-id-foreign
        to-absent to-empty to-null to-of-another-type
    """,
    "getRate": f"""
        by-api-key {READ} method-post method-put method-patch method-delete no-credential wrong-key
        rate-id-unknown rate-id-malformed
    """,
}


@pytest.mark.parametrize(("operation", "names"), BILLING.items(), ids=BILLING)
def test_cases_of_an_operation_follow_from_what_its_page_says(operation: str, names: str) -> None:
    assert sorted(each.name for each in ALL if each.operation.id == operation) == sorted(names.split())


def case_of(id_: str) -> Case:
    return next(case for case in ALL if case.id == id_)


SPOILS = {
    "logIn/email-absent": (("email", MutationKind.ABSENT, None),),
    "logIn/email-malformed": (("email", MutationKind.MALFORMED, None),),
    "logIn/a-stranger": (("email", MutationKind.SENT, "talkstack-contract-{fresh}@example.test"),),
    "createInvoice/amount-of-another-type": (("amount", MutationKind.OTHER_TYPE, None),),
    "createInvoice/a-negative-amount": (("amount", MutationKind.SENT, -1),),
    "updateInvoice/title-and-note-absent": (("title", MutationKind.ABSENT, None), ("note", MutationKind.ABSENT, None)),
    "getInvoice/invoice-id-unknown": (("invoiceId", MutationKind.UNKNOWN, None),),
    "getInvoice/invoice-id-foreign": (("invoiceId", MutationKind.FOREIGN, None),),
    "getRate/rate-id-malformed": (("rate_id", MutationKind.MALFORMED, None),),
    "getInvoice/by-bearer": (),
    "createInvoice/wrong-token": (),
}


@pytest.mark.parametrize(("id_", "expected"), SPOILS.items(), ids=SPOILS)
def test_case_mutations_what_its_name_says_and_nothing_else(id_: str, expected: object) -> None:
    assert case_of(id_).mutations == expected


STATES = {
    "createInvoice/by-bearer": ("an active project", 200),
    "createInvoice/a-taken-title": ("an active project", 400),
    "createInvoice/internal-error": ("the provider fails inside", 500),
    "listInvoices/no-invoices": ("no invoices", 404),
    "updateInvoice/a-locked-invoice": ("a locked invoice", 401),
    "createInvoice/title-absent": ("an active project", 400),
    "createInvoice/amount-absent": ("an active project", None),
    "findInvoice/by-bearer": ("an active project", None),
    "listInvoices/wrong-token": ("an active project", None),
    "getInvoice/invoice-id-foreign": ("an active project", None),
}


@pytest.mark.parametrize(("id_", "expected"), STATES.items(), ids=STATES)
def test_case_is_asked_in_its_state_for_the_pair_that_is_printed(id_: str, expected: object) -> None:
    assert (case_of(id_).state, case_of(id_).status) == expected


def test_only_a_success_that_uses_its_state_up_has_one_of_its_own() -> None:
    assert {case.id for case in ALL if case.needs_own_account} == {"deleteInvoice/by-bearer"}


REFUSED_WITH_ADVICE = {
    "column-absent": ("importInvoices/column-absent", "undocumented-refusals"),
    "email-empty": ("logIn/email-empty", "unusual-values"),
    "id-unknown": ("deleteInvoice/invoice-id-unknown", "unknown-ids"),
    "id-malformed": ("getInvoice/invoice-id-malformed", "malformed-ids"),
    "undocumented-way": ("createInvoice/a-negative-amount", "unusual-values"),
}


@pytest.mark.parametrize(("id_", "interpretation"), REFUSED_WITH_ADVICE.values(), ids=REFUSED_WITH_ADVICE)
def test_what_no_page_prints_an_answer_to_is_refused_as_advice(id_: str, interpretation: str) -> None:
    found = [(str(each.level), each.name, each.source.interpretation) for each in case_of(id_).clauses]
    assert found == [
        ("should", "status.is-no-server-error", interpretation),
        ("advice", "status.is-a-refusal", interpretation),
    ]


def test_nobody_sees_what_another_account_has() -> None:
    found = [
        (str(each.level), each.name, each.check, each.source.interpretation)
        for each in case_of("getInvoice/invoice-id-foreign").clauses
    ]
    reading = "another-accounts-object"
    assert found == [
        ("must", "status.is-a-refusal", "refused", reading),
        ("must", "body.shows-nothing-of-another-account", "nothing-foreign", reading),
    ]


def test_object_that_every_account_sees_is_not_asked_for_as_anothers() -> None:
    assert [case.id for case in ALL if case.id.startswith("getRate/") and "foreign" in case.name] == []


def clause_of(id_: str) -> Clause:
    return PROMISES[id_][1]


SHOWS = {
    "sent-in-the-path": ("getInvoice/by-bearer/answer.shows-invoice-id", "invoiceId", ("invoice", "id")),
    "sent-in-the-body": ("createInvoice/by-bearer/answer.shows-title", "title", ("invoice", "title")),
    "of-the-account": ("listInvoices/by-bearer/answer.shows-invoice-id", "invoiceId", ("*", "id")),
    "in-either-form": ("updateInvoice/by-bearer/answer.shows-title", "title", ("data|.", "title")),
}


@pytest.mark.parametrize(("id_", "expected", "path"), SHOWS.values(), ids=SHOWS)
def test_success_shows_what_was_asked_for(id_: str, expected: str, path: tuple[str, ...]) -> None:
    clause = clause_of(id_)
    assert (clause.check, clause.expected, clause.path) == ("shows", expected, path)


def test_value_of_an_item_is_judged_below_it_and_the_item_below_its_list() -> None:
    item = clause_of("listInvoices/by-bearer/body.is-object")
    assert (item.path, item.depends_on) == (("*",), ("body.is-strict-json", "body.is-list"))
    clause = clause_of("listInvoices/by-bearer/body.id-is-text")
    assert (clause.path, clause.depends_on) == (("*", "id"), ("body.is-strict-json", "body.is-object"))


def test_success_that_no_page_prints_is_advice_as_a_whole() -> None:
    assert {str(clause.level) for clause in case_of("findInvoice/by-bearer").clauses} == {"advice"}


def statuses_of(id_: str) -> object:
    return next(clause.expected for clause in case_of(id_).clauses if clause.check == "status")


def test_status_that_does_as_well_is_one_of_those_that_are_fine() -> None:
    assert (statuses_of("logIn/a-stranger"), statuses_of("logIn/a-wrong-password")) == ((404, 400), (401,))


def test_401_that_is_printed_for_something_else_refuses_no_credential() -> None:
    assert [case.id for case in ALL if case.operation.id == "logIn" and case.kind == REFUSAL] == []


@pytest.mark.parametrize("operation", ["listInvoices", "updateInvoice"])
def test_refusal_that_no_page_prints_is_a_must_and_its_status_advice(operation: str) -> None:
    cases = [case for case in ALL if case.operation.id == operation and case.kind == REFUSAL]
    told = [(str(each.level), each.name) for case in cases for each in case.clauses[:2]]
    assert told == [("must", "status.is-a-refusal"), ("advice", "status.is-401")] * 2


# Names that the case has to tell apart


def with_fields(*fields: Field) -> set[str]:
    """Derive the cases of an operation with these fields in its body."""
    operation = replace(
        operation_of("createInvoice"), fields=fields, responses=operation_of("createInvoice").responses[:1]
    )
    operation = replace(operation, undocumented=(), schemes=())
    return {case.name for case in cases_of(operation)} - {"without-credential", "generated"}


FIELD_CASES = {
    "required": (
        Field("dueDate", ParameterLocation.BODY, {"type": "string"}, True, sends="x"),
        {"due-date-absent", "due-date-empty", "due-date-null", "due-date-of-another-type"},
    ),
    "optional": (Field("dueDate", ParameterLocation.BODY, {"type": "string"}, False, sends="x"), set()),
    "optional-email": (Field("cc", ParameterLocation.BODY, {"format": "email"}, False, sends="x"), {"cc-malformed"}),
    "path": (Field("dueDate", ParameterLocation.PATH, {"type": "string"}, True, sends="x"), set()),
    "path-id": (
        Field("dueId", ParameterLocation.PATH, {"type": "string"}, True, sends="{x}", names_object=True),
        {"due-id-unknown", "due-id-malformed", "due-id-foreign"},
    ),
    "shared-id": (
        Field(
            "dueId", ParameterLocation.PATH, {"type": "string"}, True, sends="{x}", names_object=True, is_shared=True
        ),
        {"due-id-unknown", "due-id-malformed"},
    ),
    "query-id": (
        Field("dueId", ParameterLocation.QUERY, {"type": "string"}, False, sends="{x}", names_object=True),
        {"due-id-unknown", "due-id-malformed", "due-id-foreign"},
    ),
}


@pytest.mark.parametrize(("field", "expected"), FIELD_CASES.values(), ids=FIELD_CASES)
def test_cases_of_a_field_follow_from_what_it_is(field: Field, expected: set[str]) -> None:
    assert with_fields(field) == expected


def test_ids_of_one_request_are_foreign_one_at_a_time_and_together() -> None:
    path, body = ParameterLocation.PATH, ParameterLocation.BODY
    project = Field("projectId", path, {"type": "string"}, True, sends="{p}", names_object=True)
    agent = Field("agentId", body, {"type": "string"}, True, sends="{a}", names_object=True)
    voice = Field("voiceId", body, {"type": "string"}, True, sends="{v}", names_object=True, is_shared=True)
    found = {name for name in with_fields(project, agent, voice) if name.endswith("-foreign")}
    assert found == {"project-id-foreign", "agent-id-foreign", "agent-id-and-project-id-foreign"}


def test_null_is_no_unusual_value_of_a_field_that_may_be_null() -> None:
    assert "due-date-null" not in with_fields(
        Field("dueDate", ParameterLocation.BODY, {"type": ["string", "null"]}, True, sends="x")
    )
