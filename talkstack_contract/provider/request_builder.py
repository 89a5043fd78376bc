"""The request of a case, written out: who asks, and every value filled in, or spoilt as the case wants it."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from urllib.parse import quote, urlencode

from talkstack_contract.errors import NotTested
from talkstack_contract.model import (
    Case,
    CredentialVariant,
    Field,
    Header,
    Json,
    MutationKind,
    Operation,
    Request,
    Scheme,
)
from talkstack_contract.provider.settings import Account, Credential, Settings
from talkstack_contract.provider.transport import multipart

WRONG_CREDENTIAL = "nobody-holds-this-credential-0000"
MALFORMED_EMAIL = "talkstack-contract.example.test"
MALFORMED_ID = "contract-probe"
EMPTY_VALUES: dict[str, Json] = {"array": [], "object": {}}
PLACEHOLDER = re.compile(r"\{(\w+)\}")
TAIL = 8  # so many letters and digits at the end of an id are changed: enough that nobody has it, the form kept

Values = Callable[[str], str]


def request_of(case: Case, sent: Mapping[str, Json], credential: Credential | None, settings: Settings) -> Request:
    """Write the request of a case. Raises `NotTested` where the settings do not name its host."""
    operation = case.operation
    query = [*case.query, *_pairs(_placed(operation, sent, "query"))]
    url = f"{base_url_of(operation, settings)}{_path(operation, sent)}{f'?{urlencode(query)}' if query else ''}"
    headers = [Header("Accept", "application/json", "application/json")]
    if case.headers:
        headers = [Header(name, value, value) for name, value in case.headers]
    if case.scheme is not None:
        headers.append(credential_header(case.scheme, case.credential_variant, credential))
    body, media_type = _body(operation, _placed(operation, sent, "body"))
    if media_type:
        headers.append(Header("Content-Type", media_type, media_type))
    yields = case.operation.success.secrets if case.operation.success else ()
    return Request(case.method, url, tuple(headers), case.effect, body, yields)


def sent_values(case: Case, values: Values, foreign: Values) -> dict[str, Json]:
    """Return what a case sends for each field of its operation, by the field's name.

    `values` and `foreign` look up what the asking account has, and what another one has, by name.
    """
    spoils = {name: (spoil, template) for name, spoil, template in case.mutations}
    sent = {}
    for field in case.operation.fields:
        spoil, template = spoils.get(field.name, (MutationKind.SENT, field.sends))
        if spoil is not MutationKind.ABSENT and (spoil is not MutationKind.SENT or template is not None):
            sent[field.name] = _spoilt(field, spoil, template, foreign if spoil is MutationKind.FOREIGN else values)
    return sent


def _spoilt(field: Field, spoil: MutationKind, template: Json, values: Values) -> Json:
    if spoil is MutationKind.GIVEN:
        return template
    if spoil is MutationKind.SENT:
        return filled(template, values)
    usual = field.sends if field.sends is not None else field.alone
    if spoil is MutationKind.FOREIGN:
        return filled(usual, values)
    if spoil is MutationKind.UNKNOWN:
        return unknown_like(filled(usual, values))
    if spoil is MutationKind.MALFORMED:
        return MALFORMED_EMAIL if field.keywords.get("format") == "email" else MALFORMED_ID
    if spoil is MutationKind.NULL:
        return None
    given = field.keywords.get("type", "string")
    kinds = given if isinstance(given, list) else [given]
    if spoil is MutationKind.EMPTY:
        return EMPTY_VALUES.get(kinds[0], "")
    return "text" if "string" not in kinds else [7]


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
    """Return an id of the same form that nobody has: its last letters and digits each another one."""
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


def _placed(operation: Operation, sent: Mapping[str, Json], place: str) -> dict[str, Json]:
    return {field.name: sent[field.name] for field in operation.fields if field.place == place and field.name in sent}


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
    return PLACEHOLDER.sub(lambda hit: _in_path(sent.get(hit[1], "")), operation.path)


def _in_path(value: Json) -> str:
    """Write a value of a path; a list with commas between its items, the default of OpenAPI (style simple)."""
    return ",".join(quote(_text(each), safe="") for each in (value if isinstance(value, list) else [value]))


def _pairs(sent: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    """Write the values of a query: a list as a pair an item, the default of OpenAPI (style form, explode true)."""
    for name, value in sent.items():
        yield from ((name, _text(each)) for each in (value if isinstance(value, list) else [value]))


def _body(operation: Operation, sent: Mapping[str, Json]) -> tuple[bytes, str]:
    if not operation.media_type:
        return b"", ""
    if operation.media_type == "application/json":
        return json.dumps(sent).encode(), operation.media_type
    files = {field.name: field for field in operation.fields if field.file}
    return multipart(
        [
            (name, (files[name].file, _text(value), str(files[name].keywords.get("contentMediaType", "text/plain"))))
            if name in files
            else (name, _text(value))
            for name, value in sent.items()
        ]
    )


def _text(value: Json) -> str:
    """Write a value where there is no JSON: `true`, not `True`."""
    return value if isinstance(value, str) else json.dumps(value)


def scheme_for(operation: Operation, account: Account) -> Scheme | None:
    """Return a scheme that the account can prove itself by; without one the first, which then says what is missing."""
    schemes = operation.schemes
    return next((each for each in schemes if account.credential(each)), next(iter(schemes), None))


def credential_header(scheme: Scheme, form: CredentialVariant, credential: Credential | None) -> Header:
    """Write the header that proves, or fails to prove, who asks. Shown with a shell variable in place of the value."""
    if form is CredentialVariant.WRONG:
        return Header(scheme.header, scheme.prefix + WRONG_CREDENTIAL, scheme.prefix + WRONG_CREDENTIAL)
    if form is CredentialVariant.EMPTY:
        return Header(scheme.header, scheme.prefix, scheme.prefix)
    assert credential is not None, "a case is sent only where its credential is known"
    value, variable = credential.value, credential.variable
    prefix = "Basic " if form is CredentialVariant.OTHER_SCHEME else scheme.prefix
    middle = len(value) - max(len(value.rpartition(".")[2]) // 2, 1)
    digit = "1" if value[middle] != "1" else "2"  # a letter could differ from the one it replaces by its case only
    sent, shown = {
        CredentialVariant.VALID: (value, f"${variable}"),
        CredentialVariant.EXPIRED: (value, f"${variable}"),
        CredentialVariant.OTHER_SCHEME: (value, f"${variable}"),
        CredentialVariant.ALTERED: (
            value[:middle] + digit + value[middle + 1 :],
            f"${{{variable}:0:{middle}}}{digit}${{{variable}:{middle + 1}}}",
        ),
        CredentialVariant.LENGTHENED: (f"{value}x", f"${{{variable}}}x"),
        CredentialVariant.CUT_SHORT: (value[: len(value) * 3 // 4], f"${{{variable}:0:{len(value) * 3 // 4}}}"),
        CredentialVariant.OTHER_CASE: (value.swapcase(), f"${{{variable}~~}}"),
    }[form]
    return Header(scheme.header, prefix + sent, prefix + shown)
