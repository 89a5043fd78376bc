"""In which form a page says that a credential is sent."""

import re

_SCHEMES = (
    ("bearer", re.compile(r"bearer", re.IGNORECASE)),
    ("basic", re.compile(r"\bbasic\b", re.IGNORECASE)),
)
_KEY_HEADER = re.compile(r"\bx-[a-z-]*(?:key|token)\b", re.IGNORECASE)
_PLACEHOLDER = (
    r"[`\"']?(?:[<{\[($]\S.{0,60}|[A-Z][A-Z0-9_-]{2,60}|[a-z_-]*(?:token|key)|\.{3}|x{3,}"
    r"|(?i:your[_ -](?:\w+[_ -]){0,3}(?:token|key|secret|password|credentials?)))[`\"']?"
)
_SCHEME_AND_VALUE = re.compile(rf"[`\"']?(?P<scheme>[A-Za-z][A-Za-z0-9-]{{1,30}}) (?:{_PLACEHOLDER})")
_VALUE = re.compile(_PLACEHOLDER)
_USUAL_SCHEME = re.compile(r"[`\"']?(?P<scheme>token|api-?key|key|jwt|secret|oauth|geniekey) \S+", re.IGNORECASE)
_SENDS_A_CREDENTIAL = re.compile(
    r"(?:x-)?(?:[a-z]+-)*(?:api-?key|auth-?key|access-?key|auth-?token|access-?token|api-?token|auth)|authorization|x-token|x-key"
)
_HEADER_NAME = re.compile(r"[a-z][a-z0-9-]*")


def credential_of(text: str) -> str:
    """Return a credential in one form, as `bearer or x-api-key`; the printed text where it names no scheme we know.

    A scheme of HTTP is its word in lower case, a key its header. What is sent in `Authorization` without a scheme
    is `authorization`.
    """
    found = [name for name, words in _SCHEMES if words.search(text)]
    found += [match.group().lower() for match in _KEY_HEADER.finditer(text)]
    if found:
        return (" and " if re.search(r"\band\b|\bboth\b", text, re.IGNORECASE) else " or ").join(dict.fromkeys(found))
    shown = re.sub(r"authorization ?: ?", "", text.strip(), count=1, flags=re.IGNORECASE)
    if re.fullmatch(r"(?:none|no|not required|public)", shown, re.IGNORECASE):
        return "none"
    if match := _SCHEME_AND_VALUE.fullmatch(shown) or _USUAL_SCHEME.fullmatch(shown):
        return match["scheme"].lower()
    if _VALUE.fullmatch(shown):
        return "authorization"
    return text


def is_credential_header(name: str) -> bool:
    """Tell whether a header, in lower case, is one that sends a credential, by its name."""
    return bool(_SENDS_A_CREDENTIAL.fullmatch(name))


def is_key_header(credential: str) -> bool:
    """Tell whether a credential is a header by its name, and not a scheme of HTTP."""
    return bool(_KEY_HEADER.fullmatch(credential)) or is_credential_header(credential)


def is_known(credential: str) -> bool:
    """Tell whether a credential, as `credential_of` returns it, is in a form that says how it is sent."""
    return all(_HEADER_NAME.fullmatch(each) for each in re.split(" or | and ", credential))
