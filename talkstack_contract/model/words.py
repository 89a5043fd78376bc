"""The words of this project that a value is one of: levels, verdicts, effects, mutations."""

from enum import StrEnum
from typing import Any

Json = Any  # decoded JSON; looked into by `schema` and `checks` only


class RequirementLevel(StrEnum):
    """How much a clause weighs, the heaviest first."""

    MUST = "must"
    SHOULD = "should"
    ADVICE = "advice"

    def is_at_least(self, threshold: "RequirementLevel") -> bool:
        """Tell whether a violation of this strength fails a run with `--fail-on THRESHOLD`."""
        order = list(RequirementLevel)
        return order.index(self) <= order.index(threshold)


class Provenance(StrEnum):
    """Where a promise comes from; its requirement level follows."""

    DOCUMENTED = "documented"
    STANDARD = "standard"
    SAMPLED = "sampled"
    PRACTICE = "practice"
    ASSUMED = "assumed"
    OURS = "ours"
    DEMANDED = "demanded"  # promised by nobody, and asked for by an option of the run, so that it weighs all the same

    @property
    def level(self) -> RequirementLevel:
        """Documented, standard and demanded are must, read off a sample or good practice should, the rest advice."""
        if self in (Provenance.DOCUMENTED, Provenance.STANDARD, Provenance.DEMANDED):
            return RequirementLevel.MUST
        return RequirementLevel.SHOULD if self in (Provenance.SAMPLED, Provenance.PRACTICE) else RequirementLevel.ADVICE


class Verdict(StrEnum):
    """What is said of a clause, the worst first: the order in which a documented response shows them."""

    VIOLATED = "violated"
    BLOCKED = "blocked"
    WAIVED = "waived"
    NOT_TESTED = "not tested"
    UPHELD = "upheld"


class Effect(StrEnum):
    """What an operation does to the world."""

    READS = "reads"
    WRITES = "writes"
    ISSUES_CREDENTIALS = "issues-credentials"
    SENDS_MAIL = "sends-mail"
    PLACES_CALLS = "places-calls"


class CredentialVariant(StrEnum):
    """What becomes of an account's credential before it is sent."""

    VALID = "valid"
    LEFT_OUT = "left-out"
    WRONG = "wrong"
    EMPTY = "empty"
    OTHER_SCHEME = "other-scheme"
    ALTERED = "altered"
    LENGTHENED = "lengthened"
    CUT_SHORT = "cut-short"
    OTHER_CASE = "in-other-case"
    EXPIRED = "expired"


class MutationKind(StrEnum):
    """What becomes of a value before it is sent; `SENT` is another one, by a template, `GIVEN` another one as it is.

    `WRITTEN_AS` is the same value in another media type.
    """

    ABSENT = "absent"
    EMPTY = "empty"
    NULL = "null"
    OTHER_TYPE = "of-another-type"
    UNKNOWN = "unknown"
    FOREIGN = "foreign"
    MALFORMED = "malformed"
    SENT = "sent"
    GIVEN = "given"
    WRITTEN_AS = "as"


class ParameterLocation(StrEnum):
    """Where a value of a request stands, by OpenAPI's words; a body is described by its keys, or as a whole."""

    PATH = "path"
    QUERY = "query"
    HEADER = "header"
    COOKIE = "cookie"
    BODY = "body"
    WHOLE_BODY = "whole-body"


class Side(StrEnum):
    """Whose body a schema describes; the keyword is that of the values which only the other side has."""

    REQUEST = "readOnly"
    RESPONSE = "writeOnly"


class Refusal(StrEnum):
    """Which credentials a status refuses."""

    ANY = "any"
    MISSING = "missing"
    WRONG = "wrong"
