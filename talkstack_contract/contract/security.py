"""Who may call an operation: the security schemes of the contract, and the alternatives that an operation accepts.

Source: OpenAPI 3.1, Security Scheme Object and Security Requirement Object.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from talkstack_contract.contract.clauses import kebab
from talkstack_contract.errors import BadInput, nearest
from talkstack_contract.model import Json, ParameterLocation, Scheme

# Schemes of HTTP whose credential answers a challenge, so that no value of the settings can be sent as it stands.
CHALLENGE_RESPONSE = frozenset({"digest", "hoba", "mutual", "negotiate", "scram-sha-1", "scram-sha-256", "vapid"})
_USUAL_KEYS = {"apiKey": "api_key", "basic": "basic"}


def credential_key(entry: Json) -> str:
    """Return the key of an account in the provider file that holds the credential of a security scheme."""
    kind = "basic" if entry.get("scheme", "").lower() == "basic" else entry["type"]
    return str(entry.get("x-contract", {}).get("credential", _USUAL_KEYS.get(kind, "token")))


def security_schemes(declared: Mapping[str, Json]) -> dict[str, Scheme]:
    """Return the security schemes by name; two of one kind are distinguished by their names."""
    found = {name: _scheme(name, entry) for name, entry in declared.items()}
    kinds = Counter(each.slug for each in found.values())
    return {
        name: each if kinds[each.slug] == 1 else replace(each, slug=kebab(name), noun=kebab(name))
        for name, each in found.items()
    }


def _scheme(name: str, entry: Json) -> Scheme:
    key = credential_key(entry)
    if entry["type"] == "apiKey":
        return Scheme(name, entry["name"], "", "key", "api-key", key, ParameterLocation(entry["in"]))
    word = entry.get("scheme", "bearer").lower()  # OAuth 2 and OpenID Connect send a bearer token
    if word in CHALLENGE_RESPONSE:
        problem = f"the HTTP scheme {word!r} answers a challenge, which is not supported"
        raise BadInput("schemas/openapi.yaml", f"components.securitySchemes.{name}", problem, "describe another scheme")
    noun = "password" if word == "basic" else "token"
    return Scheme(name, "Authorization", f"{word.title()} ", noun, word, key, is_base64=word == "basic")


def accepted(
    file: str, place: str, security: Sequence[Mapping[str, Json]], schemes: Mapping[str, Scheme]
) -> tuple[Scheme, ...]:
    """Return the alternatives of a security requirement, without the empty one that makes a credential optional."""
    for name in (name for alternative in security for name in alternative):
        if name not in schemes:
            raise BadInput(
                f"schemas/{file}", f"{place}.security", f"{name!r} is not a security scheme", nearest(name, schemes)
            )
    return tuple(_together([schemes[name] for name in alternative]) for alternative in security if alternative)


def _together(schemes: Sequence[Scheme]) -> Scheme:
    first, *others = schemes
    return replace(first, slug="-and-".join(each.slug for each in schemes), beside=tuple(others))
