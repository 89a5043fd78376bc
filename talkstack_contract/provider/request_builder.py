"""The request of a case, written out: who asks, and every value filled in, or altered as the case wants it."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from urllib.parse import quote

from talkstack_contract.contract.request_fields import WHOLE_BODY
from talkstack_contract.errors import NotTested
from talkstack_contract.media_types import FORM, JSON, MULTIPART, XLSX, bare_type, extension, is_json
from talkstack_contract.model import (
    Case,
    CredentialVariant,
    Field,
    Header,
    Json,
    MutationKind,
    Operation,
    ParameterLocation,
    Request,
    SentCredential,
    Serialization,
)
from talkstack_contract.provider.credentials import sent_credential
from talkstack_contract.provider.parameter_styles import in_header, in_path, in_query, text_of
from talkstack_contract.provider.settings import Credential, Settings
from talkstack_contract.provider.transport import Part, multipart
from talkstack_contract.provider.workbooks import workbook

MALFORMED_EMAIL = "talkstack-contract.example.test"
MALFORMED_ID = "contract-probe"
MALFORMED = (MALFORMED_ID, "contract probe", "Contract.Probe", "contract_probe!", "0", f"{MALFORMED_ID}-" * 20)
LIMITING = frozenset({"pattern", "format", "enum", "const"})
EMPTY_VALUES: dict[str, Json] = {"array": [], "object": {}}
PLACEHOLDER = re.compile(r"\{(\w+)\}")
TEMPLATE = re.compile(r"\{([^{}/]+)\}")  # of a path
USUAL_FORM = Serialization()
BODIES = (ParameterLocation.BODY, ParameterLocation.WHOLE_BODY)
STILL_VALID = (MutationKind.UNKNOWN, MutationKind.FOREIGN, MutationKind.WRITTEN_AS)
UNKNOWN_NUMBER = 2_147_480_000
TAIL = 8  # so many letters and digits at the end of an id are changed: enough that nobody has it, the form kept

Values = Callable[[str], str]


def request_of(
    case: Case, sent: Mapping[str, Json], credentials: Mapping[str, Credential], settings: Settings
) -> Request:
    """Write the request of a case; `credentials` are those of the account, by the name of the scheme.

    Raises `NotTested` where the settings do not name its host.
    """
    operation = case.operation
    proofs = tuple(_proofs(case, credentials))
    base = f"{base_url_of(operation, settings)}{_path(operation, sent)}"
    query = [*(f"{name}={value}" for name, value in case.query), *_query(operation, sent)]
    content = None if _lacks_body(case) else _body_content(operation, sent)
    body, media_type = _body(case, content)
    return Request(
        case.method,
        _with_query(base, query, proofs, is_shown=False),
        (*_headers(case, sent, proofs), *([Header("Content-Type", media_type, media_type)] if media_type else ())),
        case.effect,
        body,
        operation.success.secrets if operation.success else (),
        proofs,
        _with_query(base, query, proofs, is_shown=True),
    )


def _proofs(case: Case, credentials: Mapping[str, Credential]) -> Iterator[SentCredential]:
    """Yield each credential that a case sends: the one that it is about, and those that are required beside it."""
    if case.scheme is None:
        return
    if case.credential_variant is not CredentialVariant.LEFT_OUT:
        yield sent_credential(case.scheme, case.credential_variant, credentials.get(case.scheme.name))
    for scheme in case.scheme.beside:
        yield sent_credential(scheme, CredentialVariant.VALID, credentials.get(scheme.name))


def _query(operation: Operation, sent: Mapping[str, Json]) -> Iterator[str]:
    for field in operation.fields:
        if field.place is ParameterLocation.QUERY and field.name in sent:
            yield from in_query(field.sent_as, sent[field.name], field.written)


def _with_query(base: str, query: Sequence[str], proofs: Iterable[SentCredential], *, is_shown: bool) -> str:
    given = [each.parameter for each in proofs if each.location is ParameterLocation.QUERY]
    pairs = [f"{quote(each.name, safe='')}={each.shown if is_shown else quote(each.value, safe='')}" for each in given]
    return "?".join([base, *filter(None, ["&".join([*query, *pairs])])])


def _headers(case: Case, sent: Mapping[str, Json], proofs: Sequence[SentCredential]) -> Iterator[Header]:
    usual = {"Accept": case.operation.accepts, **dict(case.operation.printed_headers), **dict(case.headers)}
    yield from (Header(name, value, value) for name, value in usual.items())
    yield from (each.parameter for each in proofs if each.location is ParameterLocation.HEADER)
    cookies = [each.parameter for each in proofs if each.location is ParameterLocation.COOKIE]
    pairs = [(f"{each.name}={each.value}", f"{each.name}={each.shown}") for each in cookies]
    for field in case.operation.fields:
        if field.name not in sent:
            continue
        if field.place is ParameterLocation.HEADER:
            value = in_header(sent[field.name], field.written)
            yield Header(field.sent_as, value, value)
        elif field.place is ParameterLocation.COOKIE:
            pairs += [(each, each) for each in in_query(field.sent_as, sent[field.name], field.written)]
    if pairs:
        yield Header("Cookie", "; ".join(value for value, _ in pairs), "; ".join(shown for _, shown in pairs))


def sent_values(case: Case, values: Values, foreign: Values) -> dict[str, Json]:
    """Return what a case sends for each field of its operation, by the field's name.

    `values` and `foreign` look up what the asking account has, and what another one has, by name.
    """
    mutations = {name: (mutation, template) for name, mutation, template in case.mutations}
    sent = {}
    for field in case.operation.fields:
        mutation, template = mutations.get(field.name, (MutationKind.SENT, field.sends))
        if mutation is not MutationKind.ABSENT and (mutation is not MutationKind.SENT or template is not None):
            sent[field.name] = _mutated(
                field, mutation, template, foreign if mutation is MutationKind.FOREIGN else values
            )
    return sent


def check_valid(case: Case, sent: Mapping[str, Json]) -> None:
    """Hold back a request that the contract itself does not allow, unless its case is about that. Raises `NotTested`.

    An id that nobody has, or another account's, is as valid as the account's own.
    """
    operation = case.operation
    left_out = {name for name, kind, _ in case.mutations if kind is MutationKind.ABSENT}
    for field in operation.fields:
        is_there = field.name in sent or field.name in left_out or field.place in BODIES
        if field.is_required and not is_there:
            reason = f"nothing says what to send as {field.sent_as}, which is required"
            raise NotTested(reason, "x-contract.sends, an example or an enum in its schema")
    if any(kind not in STILL_VALID for _, kind, _ in case.mutations):
        return
    for field in operation.fields:
        if field.name in sent and field.schema and field.schema.violations(sent[field.name]):
            raise _not_allowed(field.name)
    if operation.body_schema and (body := _body_content(operation, sent)) is not None:
        for violation in operation.body_schema.violations(body):
            raise _not_allowed(".".join(map(str, violation.path)) or "the body")


def _not_allowed(name: str) -> NotTested:
    reason = f"what it would send as {name} is not what the contract allows"
    return NotTested(reason, "another value in the provider file", by_settings=True)


def _lacks_body(case: Case) -> bool:
    """Tell whether a case sends no body at all, where the operation has one that is described by its keys."""
    is_field = any(field.name == WHOLE_BODY for field in case.operation.fields)
    return not is_field and (WHOLE_BODY, MutationKind.ABSENT, None) in case.mutations


def _body_content(operation: Operation, sent: Mapping[str, Json]) -> Json:
    """Return what the body of a request says, None where it has none."""
    whole = next((each for each in operation.fields if each.place is ParameterLocation.WHOLE_BODY), None)
    if whole:
        return sent.get(whole.name)
    return _placed(operation, sent, ParameterLocation.BODY) if operation.media_type else None


def _mutated(field: Field, mutation: MutationKind, template: Json, values: Values) -> Json:
    if mutation is MutationKind.GIVEN:
        return template
    if mutation is MutationKind.SENT:
        return _typed(field, filled(template, values))
    if mutation is MutationKind.WRITTEN_AS:
        return _typed(field, filled(field.sends, values))
    usual = field.sends if field.sends is not None else field.alone
    if mutation is MutationKind.FOREIGN:
        return _typed(field, filled(usual, values))
    if mutation is MutationKind.UNKNOWN:
        return _typed(field, unknown_like(text_of(filled(usual, values))))
    if mutation is MutationKind.MALFORMED:
        return MALFORMED_EMAIL if field.keywords.get("format") == "email" else _malformed(field)
    if mutation is MutationKind.NULL:
        return None
    given = field.keywords.get("type", "string")
    kinds = given if isinstance(given, list) else [given]
    if mutation is MutationKind.EMPTY:
        return EMPTY_VALUES.get(kinds[0], "")
    return "text" if "string" not in kinds else [7]


def _malformed(field: Field) -> str:
    """Return a text that the schema of a field does not allow, where it says what it allows."""
    if field.schema is None or LIMITING.isdisjoint(field.keywords):
        return MALFORMED_ID
    found = next((each for each in MALFORMED if not _allows(field, each)), "")
    if not found:
        raise NotTested(f"no value is known here that the schema of {field.sent_as} does not allow")
    return found


def _typed(field: Field, value: Json) -> Json:
    """Return a value of the settings, which is text, as the number or truth that its field describes."""
    is_text = "string" in field.keywords.get("type", "string")
    if not isinstance(value, str) or (is_text and _allows(field, value)):
        return value
    with suppress(ValueError):
        found = json.loads(value)
        return value if is_text and not _allows(field, found) else found
    return value


def _allows(field: Field, value: Json) -> bool:
    return field.schema is None or not field.schema.violations(value)


def filled(template: Json, values: Values) -> Json:
    """Return a template with each `{name}` in its texts replaced."""
    if isinstance(template, str):
        return PLACEHOLDER.sub(lambda hit: values(hit[1]), template)
    if isinstance(template, dict):
        return {key: filled(inner, values) for key, inner in template.items()}
    return [filled(inner, values) for inner in template] if isinstance(template, list) else template


def names_in(template: Json) -> Iterator[str]:
    """Yield the names of the values that a template needs."""
    yield from PLACEHOLDER.findall(json.dumps(template))


def value_names(cases: Iterable[Case]) -> frozenset[str]:
    """Return the names of all values that these cases ask an account for, or that an operation makes or shows."""
    templates = [template for case in cases for _, _, template in case.mutations]
    operations = {case.operation.id: case.operation for case in cases}.values()
    templates += [each for operation in operations for field in operation.fields for each in (field.sends, field.alone)]
    made = {operation.creates.value for operation in operations if operation.creates}
    found = {name for operation in operations for name, _ in operation.finds}
    sent = {name for template in templates for name in names_in(template)} - {"fresh"}
    return frozenset(sent | made | found)


def unknown_like(known: str) -> str:
    """Return an id of the same form that nobody has: its last letters and digits each another one.

    Numbers that count up are all taken up to some point, so that a short one becomes a large one (below 2 ** 31).
    """
    if known.isdecimal() and len(known) <= TAIL:
        return str(UNKNOWN_NUMBER + int(known) % 1_000)
    letters = list(known)
    places = [at for at, letter in enumerate(letters) if letter.isascii() and letter.isalnum()][-TAIL:]
    for at in places:
        letters[at] = _another(letters[at])
    return "".join(letters) if places else f"{known}0"


def _another(letter: str) -> str:
    alphabet = next(
        each
        for each in ("0123456789", "abcdef", "ghijklmnopqrstuvwxyz", "ABCDEF", "GHIJKLMNOPQRSTUVWXYZ")
        if letter in each
    )
    return alphabet[(alphabet.index(letter) + len(alphabet) // 2) % len(alphabet)]


def _placed(operation: Operation, sent: Mapping[str, Json], place: ParameterLocation) -> dict[str, Json]:
    mine = (field for field in operation.fields if field.place is place and field.name in sent)
    return {field.sent_as: sent[field.name] for field in mine}


def base_url_of(operation: Operation, settings: Settings) -> str:
    """Return the base URL of an operation. Raises `NotTested` where the settings do not name its host."""
    if not operation.server:
        return settings.base_url
    if operation.server not in settings.base_urls:
        raise NotTested(
            "it has a host of its own, which the settings do not name",
            f"{operation.server} in the provider file",
            by_settings=True,
        )
    return settings.base_urls[operation.server]


def _path(operation: Operation, sent: Mapping[str, Json]) -> str:
    written = {each.name: each.written for each in operation.fields if each.place is ParameterLocation.PATH}

    def value(hit: re.Match[str]) -> str:
        return in_path(hit[1], sent[hit[1]], written[hit[1]]) if hit[1] in sent else ""

    return TEMPLATE.sub(value, operation.path)


def _body(case: Case, content: Json) -> tuple[bytes, str]:
    media_type = case.operation.media_type
    if content is None:
        return b"", ""
    kind = bare_type(media_type)
    if is_json(kind):
        return json.dumps(content).encode(), media_type
    if kind == FORM:
        return "&".join(_form_pairs(case.operation, content)).encode(), media_type
    if kind == MULTIPART:
        return multipart([*_parts(case, content)])
    return text_of(content).encode(), media_type


def _form_pairs(operation: Operation, content: Mapping[str, Json]) -> Iterator[str]:
    """Write a form: a list as a pair an item, an object as JSON, unless it is described otherwise (Encoding Object)."""
    described = {field.sent_as: field.written for field in operation.fields if field.place is ParameterLocation.BODY}
    for name, value in content.items():
        written = described.get(name, USUAL_FORM)
        if written == USUAL_FORM and isinstance(value, dict):
            written = Serialization(media_type=JSON)
        yield from (pair.replace("%20", "+") for pair in in_query(name, value, written))


def _parts(case: Case, content: Mapping[str, Json]) -> Iterator[tuple[str, str | Part]]:
    """Write the parts of a form: a file under its name, another one with a media type where one is described."""
    fields = {field.sent_as: field for field in case.operation.fields if field.place is ParameterLocation.BODY}
    others = {name: template for name, kind, template in case.mutations if kind is MutationKind.WRITTEN_AS}
    for name, value in content.items():
        field = fields[name]
        usual = next(iter(field.media_types), str(field.keywords.get("contentMediaType", "text/plain")))
        media_type = others.get(field.name, usual)
        if field.file:
            stem, _, ending = field.file.rpartition(".")
            file = f"{stem or ending}.{extension(media_type)}" if media_type != usual else field.file
            yield name, (file, _written_as(media_type, value), media_type)
        elif field.media_types:
            yield name, (None, _written_as(media_type, value), media_type)
        else:
            yield name, text_of(value)


def _written_as(media_type: str, value: Json) -> str | bytes:
    if is_json(media_type):
        return json.dumps(value)
    return workbook(text_of(value)) if bare_type(media_type) == XLSX else text_of(value)
