"""Derives what to ask from what is promised: each case is one request, with the clauses it puts to the test.

From `security` come the credentials that must do and those that must not, from a response's schema the clauses of its
body, from its `state` the account that asks, from the fields of the request the values that are left out, ill-formed,
unknown, or another account's. Nothing here knows an operation by name.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from talkstack_contract.contract.clauses import (
    AUTHENTICATION,
    OBJECT_ACCESS,
    access_control,
    closed_clauses,
    error_clauses,
    fallback_clauses,
    form_clause,
    in_words,
    kebab,
    lasting,
    success_clauses,
)
from talkstack_contract.errors import BadInput
from talkstack_contract.media_types import FORM, MULTIPART, bare_type, extension
from talkstack_contract.model import (
    Case,
    Clause,
    Contract,
    CredentialVariant,
    Effect,
    Field,
    Json,
    MutationKind,
    Operation,
    ParameterLocation,
    Provenance,
    Refusal,
    RequirementLevel,
    Response,
    Scenario,
    Scheme,
    Source,
)

# The order of asking. Wrong credentials come late, in case the provider locks accounts out; the server error is last,
# since its clauses judge every 5xx that the run has seen.
SUCCESS, STATE, INPUT, ROBUSTNESS, WORKFLOW, GENERATED, REFUSAL, SERVER_ERROR = range(8)

RFC_9110_5XX = Source("RFC 9110", "15.6", "https://www.rfc-editor.org/rfc/rfc9110#section-15.6")

MALFORMED_CREDENTIAL = 400
REDIRECTS = (301, 302, 303, 307, 308)  # to where one logs in: what was asked for is not handed out
WITHOUT_CREDENTIAL = "without-credential"
UNUSUAL = (MutationKind.EMPTY, MutationKind.NULL, MutationKind.OTHER_TYPE)
PLAIN_FORMS = (CredentialVariant.WRONG, CredentialVariant.EMPTY)
REFUSED_FORMS = (
    CredentialVariant.WRONG,
    CredentialVariant.EMPTY,
    CredentialVariant.ALTERED,
    CredentialVariant.LENGTHENED,
    CredentialVariant.CUT_SHORT,
    CredentialVariant.OTHER_CASE,
)
UNKNOWN_QUERY = (("contract-probe", "1"),)
# Allows any type, so that a provider that looks at the header has no ground for a 406.
UNUSUAL_ACCEPT = (("Accept", "application/xml;q=0.9, */*;q=0.1"),)
OTHER_METHODS = ("POST", "PUT", "PATCH", "DELETE")


def derive_cases(contract: Contract, *, fail_on_undocumented: bool = False) -> tuple[Case, ...]:
    """Return every case of the contract, in the order of asking; at demand a success may hold what is printed only."""
    usual = contract.setting_names.default_state
    derived = (case for operation in contract.operations for case in _cases(operation, fail_on_undocumented))
    cases = in_order(replace(case, state=case.state or usual) for case in derived)
    _check_ids(cases)
    return cases


def _check_ids(cases: Sequence[Case]) -> None:
    """Refuse two promises of one id, as of the fields `userId` and `user_id`: one of them would be lost."""
    ids = Counter(f"{case.id}/{clause.name}" for case in cases for clause in case.clauses)
    for id_, count in ids.items():
        if count > 1:
            operation, case, clause = id_.split("/")
            problem = f"{count} clauses of the case {case!r} are called {clause!r}"
            remedy = "give one of the fields another x-contract.topic, so that their ids differ"
            raise BadInput("schemas", operation, problem, remedy)


def in_order(cases: Iterable[Case]) -> tuple[Case, ...]:
    """Return cases in the order of asking: what only reads goes first, before anything is changed."""
    return tuple(sorted(cases, key=lambda case: (case.kind > ROBUSTNESS, not _reads(case), case.kind)))


def _reads(case: Case) -> bool:
    return case.operation.effect is Effect.READS or case.kind > ROBUSTNESS


def _cases(operation: Operation, fail_on_undocumented: bool) -> Iterator[Case]:
    yield from _success_cases(operation, fail_on_undocumented)
    for response in operation.responses:
        if not response.is_success:
            yield from _error_cases(operation, response)
    if operation.schemes and not operation.is_open and not any(each.refuses for each in operation.responses):
        yield from _unpromised_refusals(operation)
    yield from _undocumented_cases(operation)
    if operation.success and operation.effect is Effect.READS:
        yield from _robustness_cases(operation)
    yield _case(operation, "generated", _generated_clauses(operation), rank=GENERATED)


def _case(
    operation: Operation, name: str, clauses: Iterable[Clause], *, rank: int, response: Response | None = None
) -> Case:
    """Make a case as a success would ask it: in its provider state, by the first scheme."""
    success = operation.success
    return Case(
        operation=operation,
        name=name,
        clauses=tuple(clauses),
        status=response.status if response and response.is_documented else None,
        kind=rank,
        effect=operation.effect,
        method=operation.method,
        state=success.state if success else "",
        scheme=next(iter(operation.schemes), None),
    )


# A success


def _success_cases(operation: Operation, fail_on_undocumented: bool) -> Iterator[Case]:
    response = operation.success
    if response is None:
        return
    clauses = (*_sent_clauses(operation, response), *(closed_clauses(response) if fail_on_undocumented else ()))
    first = _first_success(operation)
    case = _case(operation, first, clauses, rank=SUCCESS, response=response)
    case = replace(case, needs_own_account=operation.uses_up_state)
    yield case
    is_read = operation.effect is Effect.READS
    for scheme in (*operation.schemes[1:], *([None] if operation.is_open and operation.schemes else [])):
        sentence = f"the answer is the same {in_words(first)}"
        same = _same(response, f"answer.is-the-same-{first}", sentence)
        also = (replace(same, depends_on=(form_clause(response),) if response.has_body else ()),) if is_read else ()
        compared_with = first if is_read else ""
        name = f"by-{scheme.slug}" if scheme else WITHOUT_CREDENTIAL
        yield replace(case, name=name, scheme=scheme, clauses=(*clauses, *also), compared_with=compared_with)
    if is_read:
        same = _same(response, "answer.is-the-same-again", "asked twice, the answer is the same")
        yield replace(case, name="asked-twice", clauses=(same,), compared_with=first)
    for field in operation.fields:
        for media_type in field.media_types[1:]:
            written = (field.name, MutationKind.WRITTEN_AS, media_type)
            name = f"{kebab(field.name)}-{MutationKind.WRITTEN_AS}-{extension(media_type)}"
            yield replace(case, name=name, mutations=(written,), takes_any_scheme=True)
    for each in operation.responses:
        if each.is_success:
            for scenario in each.scenarios:
                yield _success_scenario_case(operation, each, scenario, fail_on_undocumented)


def _sent_clauses(operation: Operation, response: Response) -> Iterator[Clause]:
    """Yield the clauses of a success; that of the status names the interpretations that the request rests on."""
    status, *others = success_clauses(response)
    yield replace(status, source=replace(status.source, request_interpretations=operation.request_interpretations))
    yield from others


def _success_scenario_case(
    operation: Operation, response: Response, scenario: Scenario, fail_on_undocumented: bool
) -> Case:
    """Make a case of another way to a success, or of the way to another success."""
    interpretation = scenario.interpretation or response.source.interpretation
    state = scenario.state or response.state
    response = replace(response, source=replace(response.source, interpretation=interpretation), state=state)
    clauses: Iterable[Clause] = _sent_clauses(operation, response)
    for other in scenario.other_statuses:
        clauses = _also_answered(tuple(clauses), response.status, other)
    also = closed_clauses(response) if fail_on_undocumented else ()
    case = _case(operation, scenario.name, (*clauses, *also), rank=SUCCESS, response=response)
    case = replace(case, state=state or case.state, needs_own_account=operation.uses_up_state)
    return _by_scenario(case, scenario)


def _first_success(operation: Operation) -> str:
    return f"by-{operation.schemes[0].slug}" if operation.schemes else WITHOUT_CREDENTIAL


def _same(response: Response, name: str, sentence: str) -> Clause:
    source = replace(response.source, interpretation="same-answer-twice")
    return Clause(name, sentence, Provenance.ASSUMED, source, "same-payload", lasting(response))


# A printed error, however it is brought about


def _error_cases(operation: Operation, response: Response) -> Iterator[Case]:
    if response.refuses:
        yield from _refusal_cases(operation, response, response.refuses)
    if response.state:
        yield from _state_cases(operation, response)
    for scenario in response.scenarios:
        yield _scenario_case(operation, response, scenario)
    for names in response.absent:
        words = f"a request without {', '.join(names)}"
        yield _input_case(operation, response, words, MutationKind.ABSENT, *names)
    for mutation, names in ((MutationKind.MALFORMED, response.malformed), (MutationKind.UNKNOWN, response.unknown)):
        for name in names:
            yield _input_case(operation, response, f"{_article(mutation)} {name}", mutation, name)


def _state_cases(operation: Operation, response: Response) -> Iterator[Case]:
    clauses = tuple(error_clauses(operation, response))
    is_server_error = response.status >= 500
    name = "internal-error" if is_server_error else kebab(response.state)
    rank = SERVER_ERROR if is_server_error else STATE
    case = replace(_case(operation, name, clauses, rank=rank, response=response), state=response.state)
    yield case
    for scheme in () if is_server_error else operation.schemes[1:]:
        yield replace(case, name=f"{name}-by-{scheme.slug}", scheme=scheme)


def _scenario_case(operation: Operation, response: Response, scenario: Scenario) -> Case:
    interpretation = scenario.interpretation or response.source.interpretation
    response = replace(response, source=replace(response.source, interpretation=interpretation), state=scenario.state)
    words = (
        f"an account in the state “{scenario.state}”"
        if response.status >= 500 and scenario.state
        else in_words(scenario.name)
    )
    if scenario.is_guarded:
        response = replace(response, provenance=Provenance.ASSUMED)
    clauses = tuple(error_clauses(operation, response, words, also=scenario.other_statuses))
    if scenario.is_guarded:
        clauses = (_guarded_refusal(f"{words} is refused", interpretation), *clauses)
    rank = SERVER_ERROR if response.status >= 500 else STATE
    return _by_scenario(_case(operation, scenario.name, clauses, rank=rank, response=response), scenario)


def _by_scenario(case: Case, scenario: Scenario) -> Case:
    mutations = tuple((name, MutationKind.SENT, template) for name, template in scenario.sends)
    return replace(case, state=scenario.state or case.state, mutations=mutations, takes_any_scheme=True)


def _input_case(operation: Operation, response: Response, words: str, mutation: MutationKind, *names: str) -> Case:
    clauses = error_clauses(operation, response, words)
    case = _case(operation, _mutated_name(names, mutation), clauses, rank=INPUT, response=response)
    return replace(case, mutations=_mutations(operation, names, mutation), takes_any_scheme=True)


def _mutations(
    operation: Operation, names: Sequence[str], mutation: MutationKind
) -> tuple[tuple[str, MutationKind, Json], ...]:
    """Spoil some fields; one that is looked at only where it stands alone is sent without the others of its kind."""
    is_alone = any(field.alone is not None for field in operation.fields if field.name in names)
    groups = [group for response in operation.responses for group in response.absent if set(group) & set(names)]
    others = {name for group in groups for name in group} - set(names) if is_alone else set()
    left_out = ((name, MutationKind.ABSENT, None) for name in sorted(others))
    return (*((name, mutation, None) for name in names), *left_out)


def _mutated_name(names: Sequence[str], mutation: MutationKind) -> str:
    return f"{'-and-'.join(map(kebab, names))}-{mutation}"


def _article(mutation: MutationKind) -> str:
    return f"an {mutation}" if mutation is MutationKind.UNKNOWN else f"a {mutation}"


def _refusal_cases(operation: Operation, response: Response, provenance: Provenance) -> Iterator[Case]:
    """Yield every credential that is none.

    One that is nearly good is sent to an operation that reads only: were it accepted, it would change something. Where
    no page prints that a credential is refused, only the plainest are sent.
    """
    is_printed = provenance is Provenance.DOCUMENTED
    is_read = operation.effect is Effect.READS
    forms = REFUSED_FORMS if is_printed and is_read else PLAIN_FORMS if is_printed else (CredentialVariant.WRONG,)
    interpretation = response.source.interpretation or ("" if is_printed else "undocumented-401")
    response = replace(response, provenance=provenance, source=replace(response.source, interpretation=interpretation))
    clauses = tuple(error_clauses(operation, response, "a missing or wrong credential"))
    if not is_printed:  # the page asks for a credential all the same
        clauses = (_guarded_refusal("a missing or wrong credential is refused", "undocumented-401"), *clauses)
    base = _case(operation, "no-credential", clauses, rank=REFUSAL, response=response)
    if response.refusal is not Refusal.WRONG and not operation.is_open:
        yield replace(base, scheme=None)
    seen: set[str] = set()
    for scheme in (each for alternative in operation.schemes for each in alternative.in_turn()):
        if not _is_enough(operation, scheme.beside):
            found = list(_refused_variants(replace(base, scheme=scheme), response, forms))
            yield from (each for each in found if each.name not in seen)
            seen |= {each.name for each in found}


def _unpromised_refusals(operation: Operation) -> Iterator[Case]:
    """Yield no credential and wrong ones, where the contract asks for one and says of no status that it refuses."""
    assumed = Provenance.ASSUMED
    refusal = Response(401, operation.source, (), provenance=assumed, refuses=assumed)
    guarded = _guarded_refusal("a missing or wrong credential is refused", "undocumented-401")
    for case in _refusal_cases(operation, refusal, assumed):
        yield replace(case, clauses=(guarded, *fallback_clauses(operation)), status=None)


def _is_enough(operation: Operation, schemes: Sequence[Scheme]) -> bool:
    """Tell whether credentials of these schemes open an operation, whatever else comes with them."""
    names = {each.name for each in schemes}
    return any({each.name for each in alternative.all} <= names for alternative in operation.schemes)


def _refused_variants(base: Case, response: Response, forms: Sequence[CredentialVariant]) -> Iterator[Case]:
    """Yield what is wrong with one credential; those that are required beside it are sound."""
    scheme, operation = base.scheme, base.operation
    assert scheme is not None, "a variant is one of a scheme"
    beside = "".join(f"-with-{each.noun}" for each in scheme.beside)
    if scheme.beside and response.refusal is not Refusal.WRONG:
        left_out = CredentialVariant.LEFT_OUT
        yield replace(base, name=f"{scheme.noun}-{left_out}{beside}", credential_variant=left_out)
    if response.refusal is Refusal.MISSING:
        return
    for form in forms:
        if form is CredentialVariant.EMPTY and not scheme.prefix and operation.effect is not Effect.READS:
            continue  # an empty value is no credential at all, which is sent as well
        is_before = form in (CredentialVariant.WRONG, CredentialVariant.EMPTY)
        name = f"{form}-{scheme.noun}" if is_before else f"{scheme.noun}-{form}"
        case = replace(base, name=f"{name}{beside}", credential_variant=form)
        if form is CredentialVariant.EMPTY and scheme.prefix:  # which is malformed, so that RFC 6750, 3.1 allows a 400
            case = replace(case, clauses=tuple(_also_answered(case.clauses, response.status, MALFORMED_CREDENTIAL)))
        yield case
    is_printed = response.provenance is Provenance.DOCUMENTED
    if scheme.prefix and is_printed and operation.effect is Effect.READS:
        other = CredentialVariant.OTHER_SCHEME
        yield replace(base, name=f"{other}{beside}", credential_variant=other)
    if scheme.prefix and not scheme.is_base64 and is_printed:
        source = replace(response.source, interpretation="expired-token")
        late = error_clauses(operation, replace(response, source=source), "an expired token")
        # How long a token lives is the promise of another page, so it decides no pair of this one.
        late_case = replace(base, credential_variant=CredentialVariant.EXPIRED, clauses=tuple(late), status=None)
        yield replace(late_case, name=f"{scheme.noun}-{CredentialVariant.EXPIRED}{beside}")


def _also_answered(clauses: Sequence[Clause], status: int, other: int) -> Iterator[Clause]:
    """Let another status do as well; the clause keeps the name of the one that the page prints."""
    for clause in clauses:
        if clause.check == "status":
            sentence = clause.statement.replace(f"answered {status}", f"answered {status} or {other}")
            clause = replace(clause, statement=sentence, expected=(*clause.expected, other))
        yield clause


def _guarded_refusal(sentence: str, interpretation: str) -> Clause:
    """Return the clause that whoever has no sound credential is refused, with whatever status."""
    guarded = access_control(AUTHENTICATION, interpretation)
    return replace(guarded, name="status.is-a-refusal", statement=sentence, check="refused", expected=REDIRECTS)


# What no page prints an answer to


def _undocumented_cases(operation: Operation) -> Iterator[Case]:
    """Yield what a careless or hostile client sends: it is refused, and nobody's data shows."""
    for field in operation.fields:
        for mutation, interpretation, provenance in _undocumented_mutations(operation, field):
            words = f"{kebab(field.name).replace('-', ' ')} {in_words(mutation)}"
            clauses = _refused_clauses(operation, words, interpretation, provenance)
            case = _case(operation, _mutated_name([field.name], mutation), clauses, rank=INPUT)
            yield replace(case, mutations=_mutations(operation, [field.name], mutation), takes_any_scheme=True)
        if field.names_object and not field.is_shared:
            yield _foreign_case(operation, field.name)
    # A provider that only checks that an agent belongs to its project would let everybody in.
    together = [each.name for each in operation.fields if each.names_object and not each.is_shared and each.sends]
    if len(together) > 1:
        yield _foreign_case(operation, *sorted(together))
    for scenario in operation.undocumented:
        clauses = _refused_clauses(operation, in_words(scenario.name), scenario.interpretation, Provenance.ASSUMED)
        yield _by_scenario(_case(operation, scenario.name, clauses, rank=INPUT), scenario)


def _foreign_case(operation: Operation, *names: str) -> Case:
    case = _case(operation, _mutated_name(names, MutationKind.FOREIGN), _foreign_clauses(), rank=INPUT)
    return replace(case, mutations=_mutations(operation, names, MutationKind.FOREIGN), takes_any_scheme=True)


def _undocumented_mutations(operation: Operation, field: Field) -> Iterator[tuple[MutationKind, str, Provenance]]:
    told = operation.responses
    is_told_absent = any((field.name,) in response.absent for response in told)
    if field.place is not ParameterLocation.PATH and field.is_required and not is_told_absent:
        yield MutationKind.ABSENT, "undocumented-refusals", Provenance.ASSUMED
    if field.place is ParameterLocation.BODY and (field.is_required or is_told_absent):
        for mutation in (MutationKind.EMPTY,) if bare_type(operation.media_type) in (MULTIPART, FORM) else UNUSUAL:
            is_usual = mutation is MutationKind.EMPTY and field.sends in ("", [], {})
            is_allowed = mutation is MutationKind.NULL and "null" in field.keywords.get("type", "")
            if not (is_usual or is_allowed):
                yield mutation, "unusual-values", Provenance.OURS
    if field.names_object and not any(field.name in response.unknown for response in told):
        yield MutationKind.UNKNOWN, "unknown-ids", Provenance.ASSUMED
    may_be_malformed = field.names_object or field.keywords.get("format") == "email"
    if may_be_malformed and not any(field.name in response.malformed for response in told):
        yield MutationKind.MALFORMED, "malformed-ids" if field.names_object else "unusual-values", Provenance.OURS


def _refused_clauses(operation: Operation, words: str, interpretation: str, provenance: Provenance) -> Iterator[Clause]:
    source = replace(operation.source, interpretation=interpretation)
    sentence = f"{words}: no failure inside the server"
    practice = Provenance.PRACTICE
    yield Clause("status.is-no-server-error", sentence, practice, source, "no-server-error", (501,))
    yield Clause("status.is-a-refusal", f"{words}: refused", provenance, source, "refused")
    yield from fallback_clauses(operation)


def _foreign_clauses() -> Iterator[Clause]:
    guarded = access_control(OBJECT_ACCESS, "another-accounts-object")
    sentence = "the id of another account's object is refused"
    yield replace(guarded, name="status.is-a-refusal", statement=sentence, check="refused")
    name, sentence = "body.shows-nothing-of-another-account", "nothing of another account's object shows"
    yield replace(guarded, name=name, statement=sentence, check="nothing-foreign")


# Robustness


def _robustness_cases(operation: Operation) -> Iterator[Case]:
    success = operation.success
    if success is None:
        return
    base = replace(_case(operation, "", (), rank=ROBUSTNESS), compared_with=_first_success(operation))
    source = replace(operation.source, interpretation="unknown-input")
    unchanged = Clause(
        "answer.is-unchanged",
        "what is not known changes nothing",
        Provenance.OURS,
        source,
        "same-payload",
        lasting(success),
        depends_on=("status.is-no-server-error",),
    )
    clauses = (_no_server_error(), unchanged)
    yield replace(base, name="unknown-query", query=UNKNOWN_QUERY, clauses=clauses)
    yield replace(base, name="unusual-accept", headers=UNUSUAL_ACCEPT, clauses=clauses)
    for method in OTHER_METHODS:
        if method not in operation.documented_methods:
            case = replace(base, name=f"method-{method.lower()}", method=method, effect=Effect.WRITES, reads_after=True)
            yield replace(case, clauses=tuple(_method_clauses(operation, success)))


def _method_clauses(operation: Operation, success: Response) -> Iterator[Clause]:
    source = replace(operation.source, interpretation="undocumented-method")
    yield replace(_no_server_error(), expected=(501,))
    sentence = "a method that is not documented is refused"
    yield Clause("method.is-refused", sentence, Provenance.OURS, source, "refused")
    sentence = "a method that is not documented changes nothing"
    payload = lasting(success)
    yield Clause("account.is-unchanged", sentence, Provenance.OURS, source, "unchanged-after", payload)


def _no_server_error() -> Clause:
    name, sentence = "status.is-no-server-error", "a well-formed request is never answered 5xx"
    should = RequirementLevel.SHOULD  # the section says what a 5xx means, and forbids none
    return Clause(name, sentence, Provenance.STANDARD, RFC_9110_5XX, "no-server-error", (), weight=should)


def _generated_clauses(operation: Operation) -> Iterator[Clause]:
    """Yield what generated requests test; the first is stated by the item that sends them."""
    sentence = "Schemathesis' own checks find nothing"
    source = replace(operation.source, interpretation="generated-requests")
    yield Clause("schemathesis.finds-nothing", sentence, Provenance.OURS, source, "findings")
    sentence = "every answer keeps the must clauses of its status"
    yield Clause("answer.keeps-the-contract", sentence, Provenance.DOCUMENTED, operation.source, "generated")
    source = replace(operation.source, interpretation="unusual-values")
    sentence = "no request brings about a failure inside the server"
    practice, check = Provenance.PRACTICE, "generated-server-error"
    yield Clause("status.is-no-server-error", sentence, practice, source, check, (501,))
