"""What the suite asks where the docs of no API promise anything: the decisions behind its own clauses.

A contract that decides otherwise, or knows more, has an entry of the same name in its `interpretations.yaml`.
"""

from collections.abc import Collection, Iterable

from talkstack_contract.model import Interpretation

SILENCE, OURS = "silence", "ours"
EVERY_PAGE = ("every page",)
_DECISIONS = {
    "same-answer-twice": (
        SILENCE,
        "Two requests in a row get the same values. The order of a list, what is not documented and what changes by "
        "itself may differ. Judged as advice.",
        "The operation reads, the same thing is asked for, and nothing changed it in between.",
    ),
    "error-body": (
        SILENCE,
        "An error is JSON, and carries nothing that only a success may show. Judged as advice.",
        "Clients tell an error from a success by its body too.",
    ),
    "server-internals": (
        OURS,
        "An error shows no stack trace and no path of a file on the server. Judged as should, by security practice "
        "(OWASP ASVS 5.0, 16.5.1; CWE-209).",
        "Both help an attacker, and no client needs them.",
    ),
    "unknown-input": (
        OURS,
        "A query parameter that is not documented, or an unusual Accept header that allows any type, changes nothing. "
        "Judged as advice.",
        "Proxies and clients add such things. Nobody promised it.",
    ),
    "undocumented-method": (
        OURS,
        "A method that is not documented is refused with a 4xx or 501, and changes nothing. Judged as advice.",
        "RFC 9110, section 15.5.6 has 405 for it, but a provider may have operations that its docs do not show.",
    ),
    "generated-requests": (
        OURS,
        "What Schemathesis' own checks find is advice; the answer to a generated request is judged by the clauses of "
        "its status.",
        "Its checks expect things that the docs do not promise.",
    ),
    "undocumented-fields": (
        OURS,
        "A key that a page does not print is recorded, and breaks nothing unless the run asks for that.",
        "No page says that an object holds nothing else, and APIs grow by adding keys.",
    ),
    "undocumented-refusals": (
        SILENCE,
        "A request without a required field is refused with a 4xx. Judged as advice; a 5xx is a should.",
        "No page prints a status for it.",
    ),
    "unusual-values": (
        OURS,
        "A required field that is empty, null or of another type is refused with a 4xx. Judged as advice; a 5xx is a "
        "should.",
        "Clients send such things by mistake.",
    ),
    "unknown-ids": (
        SILENCE,
        "The id of an object that does not exist is refused with a 4xx. Judged as advice; a 5xx is a should.",
        "No page prints a status for it.",
    ),
    "malformed-ids": (
        OURS,
        "What cannot be an id is refused like an unknown one. Judged as advice; a 5xx is a should.",
        "Clients send such things by mistake.",
    ),
    "another-accounts-object": (
        SILENCE,
        "The id of another account's object is refused with a 4xx, and nothing of that object shows. Judged as must, "
        "as security practice.",
        "No page promises the data of others.",
    ),
    "undocumented-401": (
        SILENCE,
        "A missing or wrong credential is refused. The status is advice, the refusal a must, as security practice.",
        "The page asks for a credential and prints no status for a wrong one.",
    ),
    "expired-token": (
        SILENCE,
        "A token that has expired is refused like a wrong one.",
        "No page says what comes after the end of a token.",
    ),
}
OWN = {
    name: Interpretation(name, kind, EVERY_PAGE, decision, reason, None)
    for name, (kind, decision, reason) in _DECISIONS.items()
}
"""The interpretations that derived clauses name, by name."""


def with_own(given: Iterable[Interpretation], named: Collection[str]) -> tuple[Interpretation, ...]:
    """Return the interpretations of a contract, and our own of those that its clauses name and it lacks."""
    found = tuple(given)
    known = {each.id for each in found}
    return (*found, *(each for name, each in OWN.items() if name in named and name not in known))
