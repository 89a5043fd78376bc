"""A credential as it is sent: sound, or altered as a case wants it, and what is shown in its place."""

from base64 import b64encode
from collections.abc import Callable

from talkstack_contract.model import CredentialVariant, Header, Operation, Scheme, SentCredential
from talkstack_contract.provider.settings import Account, Credential

WRONG_CREDENTIAL = "nobody-holds-this-credential-0000"
WRONG_PASSWORD = f"nobody:{WRONG_CREDENTIAL}"


def scheme_for(operation: Operation, account: Account) -> Scheme | None:
    """Return a scheme that the account can prove itself by; without one the first, which then says what is missing."""
    schemes = operation.schemes
    usable = (each for each in schemes if all(map(account.credential, each.all)))
    return next(usable, next(iter(schemes), None))


def sent_credential(scheme: Scheme, variant: CredentialVariant, credential: Credential | None) -> SentCredential:
    """Write what proves, or fails to prove, who asks. Shown with a shell variable in place of the value."""
    prefix = scheme.prefix
    if variant is CredentialVariant.WRONG:
        value = shown = prefix + _encoded(scheme, WRONG_PASSWORD if scheme.is_base64 else WRONG_CREDENTIAL)
    elif variant is CredentialVariant.EMPTY:
        value = shown = prefix
    else:
        assert credential is not None, "a case is sent only where its credential is known"
        if variant is CredentialVariant.OTHER_SCHEME:
            prefix = "Bearer " if scheme.is_base64 else "Basic "
        sent, told = _VARIANTS.get(variant, _unchanged)(credential.value, credential.variable)
        value = prefix + _encoded(scheme, sent)
        shown = prefix + (f"$(printf %s {told} | base64 -w0)" if scheme.is_base64 else told)
    return SentCredential(scheme.location, Header(scheme.parameter, value, shown))


def _encoded(scheme: Scheme, text: str) -> str:
    return b64encode(text.encode()).decode() if scheme.is_base64 else text


def _unchanged(value: str, variable: str) -> tuple[str, str]:
    return value, f"${variable}"


def _altered(value: str, variable: str) -> tuple[str, str]:
    """Change a character in the middle of the signature: a last one of base64url may stand for the same bytes."""
    middle = len(value) - max(len(value.rpartition(".")[2]) // 2, 1)
    digit = "1" if value[middle] != "1" else "2"  # a letter could differ from the one it replaces by its case only
    return value[:middle] + digit + value[
        middle + 1 :
    ], f"${{{variable}:0:{middle}}}{digit}${{{variable}:{middle + 1}}}"


def _lengthened(value: str, variable: str) -> tuple[str, str]:
    return f"{value}x", f"${{{variable}}}x"


def _cut_short(value: str, variable: str) -> tuple[str, str]:
    kept = len(value) * 3 // 4
    return value[:kept], f"${{{variable}:0:{kept}}}"


def _in_other_case(value: str, variable: str) -> tuple[str, str]:
    return value.swapcase(), f"${{{variable}~~}}"


_VARIANTS: dict[CredentialVariant, Callable[[str, str], tuple[str, str]]] = {
    CredentialVariant.ALTERED: _altered,
    CredentialVariant.LENGTHENED: _lengthened,
    CredentialVariant.CUT_SHORT: _cut_short,
    CredentialVariant.OTHER_CASE: _in_other_case,
}
