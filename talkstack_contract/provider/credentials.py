"""A credential as it is sent: sound, or altered as a case wants it, and what is shown in its place."""

from base64 import b64encode
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from urllib.parse import quote, quote_plus

from talkstack_contract.model import (
    CredentialVariant,
    Header,
    Operation,
    ParameterLocation,
    Request,
    Scheme,
    SentCredential,
)
from talkstack_contract.provider.redaction import REDACTED
from talkstack_contract.provider.settings import Account, Credential

WRONG_CREDENTIAL = "nobody-holds-this-credential-0000"
WRONG_PASSWORD = f"nobody:{WRONG_CREDENTIAL}"
PERCENT_ENCODING = "od -An -v -tx1 | tr -d ' \\n' | sed 's/../%&/g'"  # by POSIX tools: no shell has it built in


def scheme_for(operation: Operation, account: Account) -> Scheme | None:
    """Return a scheme that the account can prove itself by; without one the first, which then says what is missing."""
    schemes = operation.schemes
    usable = (each for each in schemes if all(map(account.credential, each.all)))
    return next(usable, next(iter(schemes), None))


def sent_credential(scheme: Scheme, variant: CredentialVariant, credential: Credential | None) -> SentCredential:
    """Write what proves, or fails to prove, who asks. Shown with a shell variable in place of the value (POSIX)."""
    prefix = scheme.prefix
    if variant is CredentialVariant.WRONG:
        wrong = prefix + _encoded(scheme, WRONG_PASSWORD if scheme.is_base64 else WRONG_CREDENTIAL)
        return SentCredential(scheme.location, Header(scheme.parameter, wrong, wrong))
    if variant is CredentialVariant.EMPTY:
        return SentCredential(scheme.location, Header(scheme.parameter, prefix, prefix))
    assert credential is not None, "a case is sent only where its credential is known"
    if variant is CredentialVariant.OTHER_SCHEME:
        prefix = "Bearer " if scheme.is_base64 else "Basic "
    sent, expansion = _VARIANTS.get(variant, _unchanged)(credential.value, credential.variable)
    if scheme.is_base64:
        expansion = f"$({_printing(expansion)} | base64 | tr -d '\\n')"
    if scheme.location is ParameterLocation.QUERY and quote(sent, safe="") != sent:
        expansion = f"$({_printing(expansion)} | {PERCENT_ENCODING})"
    parameter = Header(scheme.parameter, prefix + _encoded(scheme, sent), prefix + expansion)
    return SentCredential(scheme.location, parameter, expansion, credential.variable, credential.hint)


def with_shown_credentials(request: Request, sent: Sequence[SentCredential], places: Collection[str]) -> Request:
    """Return a generated request with each of the credentials shown as the variable that stands for it.

    `places` are the headers (lower case) in which a credential of the contract stands: another value there was
    generated, and is no secret.
    """
    at = {each.parameter.name.lower(): each.parameter for each in sent if each.location is ParameterLocation.HEADER}
    cookies = [each.parameter for each in sent if each.location is ParameterLocation.COOKIE]
    in_url = [each.parameter for each in sent if each.location is ParameterLocation.QUERY]
    headers = tuple(
        _shown(each, at.get(each.name.lower()), cookies, each.name.lower() in places) for each in request.headers
    )
    return replace(request, headers=headers, credentials=tuple(sent), shown_url=_shown_url(request.url, in_url))


def _shown(header: Header, credential: Header | None, cookies: Sequence[Header], is_place: bool) -> Header:
    if credential and header.value == credential.value:
        return replace(header, shown=credential.shown)
    if header.name.lower() != "cookie":
        return replace(header, shown=header.value) if is_place else header
    shown = "; ".join(_shown_pair(each, cookies) for each in header.value.split("; "))
    return replace(header, shown=shown) if shown != header.value else header


def _shown_pair(pair: str, cookies: Sequence[Header]) -> str:
    """Return a cookie as it may be shown: one that is no credential of ours might be another's."""
    name, _, value = pair.partition("=")
    known = next((each for each in cookies if (each.name, each.value) == (name, value)), None)
    return f"{name}={known.shown if known else REDACTED}"


def _shown_url(url: str, credentials: Sequence[Header]) -> str:
    base, mark, query = url.partition("?")
    pairs = [_shown_query(pair, credentials) for pair in query.split("&")]
    return f"{base}{mark}{'&'.join(pairs)}"


def _shown_query(pair: str, credentials: Sequence[Header]) -> str:
    written = {f"{quote_plus(each.name)}={quote_plus(each.value)}": each for each in credentials}
    return f"{quote_plus(known.name)}={known.shown}" if (known := written.get(pair)) else pair


def _encoded(scheme: Scheme, text: str) -> str:
    return b64encode(text.encode()).decode() if scheme.is_base64 else text


def _unchanged(value: str, variable: str) -> tuple[str, str]:
    return value, f"${variable}"


def _altered(value: str, variable: str) -> tuple[str, str]:
    """Change a character in the middle of the signature: a last one of base64url may stand for the same bytes."""
    middle = len(value) - max(len(value.rpartition(".")[2]) // 2, 1)
    digit = "1" if value[middle] != "1" else "2"  # a letter could differ from the one it replaces by its case only
    changed = value[:middle] + digit + value[middle + 1 :]
    return changed, f"$({_printing(f'${variable}')} | sed 's/./{digit}/{middle + 1}')"


def _lengthened(value: str, variable: str) -> tuple[str, str]:
    return f"{value}x", f"${{{variable}}}x"


def _cut_short(value: str, variable: str) -> tuple[str, str]:
    kept = len(value) * 3 // 4
    return value[:kept], f"$({_printing(f'${variable}')} | cut -c1-{kept})"


def _in_other_case(value: str, variable: str) -> tuple[str, str]:
    return value.swapcase(), f"$({_printing(f'${variable}')} | tr A-Za-z a-zA-Z)"


def _printing(expansion: str) -> str:
    return f'printf %s "{expansion}"'


_VARIANTS: dict[CredentialVariant, Callable[[str, str], tuple[str, str]]] = {
    CredentialVariant.ALTERED: _altered,
    CredentialVariant.LENGTHENED: _lengthened,
    CredentialVariant.CUT_SHORT: _cut_short,
    CredentialVariant.OTHER_CASE: _in_other_case,
}
