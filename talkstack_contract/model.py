"""The values of this project: what is promised, what is asked, what came back, what we say of it. Nothing here acts."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

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


@dataclass(frozen=True)
class Source:
    """Where a promise is made: page, section, printed line, address, the day read, the interpretation that applies.

    `request_interpretations` are those that decide what was sent to see the promise kept.
    """

    page: str
    section: str
    url: str
    printed: str = ""
    read: str = ""
    interpretation: str = ""
    request_interpretations: tuple[str, ...] = ()

    @property
    def interpretations(self) -> tuple[str, ...]:
        """Return each interpretation that a verdict rests on."""
        return tuple(dict.fromkeys(filter(None, (self.interpretation, *self.request_interpretations))))

    def __str__(self) -> str:
        printed = f", “{self.printed}”" if self.printed else ""
        read = f"; read {self.read}" if self.read else ""
        return f"{self.page} › {self.section}{printed}{read}"


@dataclass(frozen=True)
class Clause:
    """One promise that can be judged. `check` names a function of `checks`, `expected` is what it compares with.

    `path` leads from the body to the value (`*` is every item of a list). `depends_on` are clauses of the same case
    that must be upheld first: below a broken one there is nothing to judge. `value_is_optional` tells that a sound
    answer may lack the value. `weight` is a level other than that of the provenance: of access control, and of what an
    RFC recommends.
    """

    name: str
    statement: str
    provenance: Provenance
    source: Source
    check: str
    expected: Json = None
    path: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()
    value_is_optional: bool = False
    weight: RequirementLevel | None = None

    @property
    def level(self) -> RequirementLevel:
        """Follow the provenance, unless the clause has a weight of its own."""
        return self.weight or self.provenance.level


class ParameterLocation(StrEnum):
    """Where a value of a request stands, by OpenAPI's words; a body is described by its keys, or as a whole."""

    PATH = "path"
    QUERY = "query"
    HEADER = "header"
    COOKIE = "cookie"
    BODY = "body"
    WHOLE_BODY = "whole-body"


@dataclass(frozen=True)
class Scheme:
    """A security scheme: `bearer` sends `Authorization: Bearer TOKEN`, `apiKey` a header, query value or cookie.

    `parameter` is the name of that. `beside` are the schemes that are required together with this one, `slug` names
    them all, `is_base64` tells that user and password are sent encoded (RFC 7617).
    """

    name: str
    parameter: str
    prefix: str
    noun: str  # what an id calls it: token, key, password
    slug: str  # and how it names a case: bearer, api-key
    credential: str = ""  # the key of an account in the provider file that holds it
    location: ParameterLocation = ParameterLocation.HEADER
    is_base64: bool = False
    beside: tuple["Scheme", ...] = ()

    @property
    def all(self) -> tuple["Scheme", ...]:
        """Return every scheme of this alternative."""
        return self, *self.beside

    def in_turn(self) -> tuple["Scheme", ...]:
        """Return each scheme of this alternative with the others beside it."""
        return tuple(
            replace(each, slug=self.slug, beside=tuple(other for other in self.all if other is not each))
            if self.beside
            else each
            for each in self.all
        )


@dataclass(frozen=True)
class Location:
    """A keyword in a schema object, as it asks something of the value at `path`.

    `schema` is the identity (`id`) of that object: several may say the same, and one may stand for several values.
    """

    path: tuple[str, ...]
    schema: int
    keyword: str


@dataclass(frozen=True)
class SchemaViolation:
    """What a body breaks, by the standard: the place in the body, the schema object (its `id`), and the keyword.

    `rest_of` is None where a described value answers for it, else the provenance of what belongs to the whole.
    """

    path: tuple[str | int, ...]
    schema: int
    keyword: str
    rest_of: Provenance | None


class BodySchema(Protocol):
    """The schema of a body, as it stands; `is_text` tells that the body is text, and no JSON."""

    is_text: bool

    def violations(self, body: Json) -> tuple[SchemaViolation, ...]:
        """Return all that `body` breaks."""


@dataclass(frozen=True)
class SchemaPart:
    """What one clause answers for in the schema of a body: keywords at their places, or the rest of one provenance.

    `kinds` are the JSON types that these keywords say anything about; none where they do of each.
    """

    schema: BodySchema
    locations: tuple[Location, ...] = ()
    rest_of: Provenance | None = None
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lasting:
    """What two responses agree in: the values at `paths`, without what stands at the `volatile` paths below them."""

    paths: tuple[tuple[str, ...], ...]
    volatile: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class DescribedValue:
    """One value that a JSON Schema describes: where it stands, what is asked of it, and our notes on that.

    `is_optional` tells that a sound body may lack it: its key, or one around it, need not be there or may be null.
    """

    path: tuple[str, ...]
    required: bool
    keywords: Mapping[str, Json]
    notes: Mapping[str, str]
    is_optional: bool = False
    locations: tuple[Location, ...] = ()


@dataclass(frozen=True)
class Serialization:
    """How a parameter is written, by OpenAPI's words: by a style, or where `media_type` is given as that."""

    style: str = "form"
    explode: bool = True
    allow_reserved: bool = False
    media_type: str = ""


@dataclass(frozen=True)
class ResponseHeader:
    """A header of a response. `kinds` are the JSON types of its value, as which its text is read."""

    name: str
    schema: BodySchema
    kinds: tuple[str, ...] = ()
    is_required: bool = False
    explode: bool = False


class Side(StrEnum):
    """Whose body a schema describes; the keyword is that of the values which only the other side has."""

    REQUEST = "readOnly"
    RESPONSE = "writeOnly"


class Refusal(StrEnum):
    """Which credentials a status refuses."""

    ANY = "any"
    MISSING = "missing"
    WRONG = "wrong"


@dataclass(frozen=True)
class Field:
    """One value of a request: where it stands, how a parameter is written, and what our request sends for it.

    `sends` is a template, JSON in whose texts `{name}` is a value of the provider state and `{fresh}` a text of the
    request's own; None is not sent. `alone` is what is sent for a field that is looked at only where the others that
    would do as well are left out. `names_object` tells that it is the id of an object, `is_shared` that every account
    may see that object, `file` that it is uploaded under this name. `media_types` are those in which a part of a form
    may be sent, the usual one first. `schema` is that of a parameter.
    `interpretation` names what was decided about the field, where the page is silent or contradicts itself.
    """

    name: str
    place: ParameterLocation
    keywords: Mapping[str, Json]
    is_required: bool
    sends: Json = None
    alone: Json = None
    names_object: bool = False
    is_shared: bool = False
    file: str = ""
    media_types: tuple[str, ...] = ()
    interpretation: str = ""
    written: Serialization = Serialization()
    schema: BodySchema | None = field(default=None, compare=False)
    wire_name: str = ""

    @property
    def sent_as(self) -> str:
        """Return the name in the request; `name` is another one where two fields would have the same."""
        return self.wire_name or self.name


@dataclass(frozen=True)
class Scenario:
    """A named way to bring an answer about: another provider state, other values sent, other statuses as good.

    `is_guarded` tells that a credential is at stake: whatever the page says, it has to be refused.
    """

    name: str
    state: str = ""
    sends: tuple[tuple[str, Json], ...] = ()
    other_statuses: tuple[int, ...] = ()
    interpretation: str = ""
    is_guarded: bool = False


@dataclass(frozen=True)
class Creation:
    """What an operation makes: a value, the path in its answer where it stands, and the operation that removes it."""

    value: str
    at: tuple[str, ...]
    removed_by: str


@dataclass(frozen=True)
class Response:
    """What is promised about one status of an operation.

    `provenance` is assumed where the page prints no such response; then it is not a documented one. `shows` maps the
    name of a request value to the path where the response repeats it. `absent` are the fields (groups are left out
    together), `malformed` and `unknown` those, for which the page prints this status; `scenarios` what else it is
    printed for. `refuses` is the provenance of its being the response to a wrong credential, None where it is not.
    `volatile` are the paths of values that change by themselves, so that two answers may differ in them (an empty one
    is the whole body), `secrets`
    those of the credentials in the body, `keys` those of all keys that the page prints in it, none where it prints no
    body. `refusal` tells which of these credentials. `has_body` is false where HTTP allows none (the response to HEAD,
    a 204, a 304), and where a success is described without one. `schema` is that of the body, `rest` the provenances of
    what it asks beside what the described values answer for.
    """

    status: int
    source: Source
    described_values: tuple[DescribedValue, ...]
    state: str = ""
    owner: tuple[str, ...] = ()
    provenance: Provenance = Provenance.DOCUMENTED
    shows: tuple[tuple[str, tuple[str, ...]], ...] = ()
    shows_interpretation: str = ""
    secrets: tuple[tuple[str, ...], ...] = ()
    absent: tuple[tuple[str, ...], ...] = ()
    malformed: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    scenarios: tuple[Scenario, ...] = ()
    refuses: Provenance | None = None
    refusal: Refusal = Refusal.ANY
    volatile: tuple[tuple[str, ...], ...] = ()
    keys: tuple[tuple[str, ...], ...] = ()
    has_body: bool = True
    schema: BodySchema | None = None
    rest: tuple[Provenance, ...] = ()
    media_type: str = "application/json"
    headers: tuple[ResponseHeader, ...] = ()

    @property
    def is_success(self) -> bool:
        """Tell whether this is the 2xx of the operation."""
        return 200 <= self.status < 300

    @property
    def is_documented(self) -> bool:
        """Tell whether the page prints this answer, so that it makes a pair."""
        return self.provenance is Provenance.DOCUMENTED


@dataclass(frozen=True)
class FallbackResponse:
    """What is promised about every status of a range, `4XX` or `default`, that has no response of its own."""

    name: str
    statuses: range
    response: Response


@dataclass(frozen=True)
class Operation:
    """One method and path, with all that the docs promise about it.

    `finds` leads from the names of values to where a success shows them, so that an id may be read off it. `server`
    names the setting that holds its base URL, where that is one of its own. `is_open` tells that it may be called
    without a credential as well. `uses_up_state` tells that a success uses
    its provider state up. `undocumented` are requests to which the page prints no answer,
    `printed_headers` those of its documented request that OpenAPI has no parameter for.
    """

    id: str
    method: str
    path: str
    tag: str
    title: str
    effect: Effect
    source: Source
    schemes: tuple[Scheme, ...]
    responses: tuple[Response, ...]
    documented_methods: frozenset[str]
    fields: tuple[Field, ...] = ()
    media_type: str = ""
    server: str = ""
    uses_up_state: bool = False
    creates: Creation | None = None
    finds: tuple[tuple[str, tuple[str, ...]], ...] = ()
    undocumented: tuple[Scenario, ...] = ()
    is_open: bool = False
    interpretation: str = ""
    body_schema: BodySchema | None = field(default=None, compare=False)
    fallbacks: tuple[FallbackResponse, ...] = ()
    printed_headers: tuple[tuple[str, str], ...] = ()

    @property
    def accepts(self) -> str:
        """Return the media types that the documented responses have, as a client names them in Accept."""
        kinds = (each.media_type.partition(";")[0].strip() for each in self.responses if each.has_body)
        return ", ".join(dict.fromkeys(kinds)) or "*/*"

    @property
    def request_interpretations(self) -> tuple[str, ...]:
        """Return the interpretations that decide what a request of it holds, and where it goes."""
        fields = (field.interpretation for field in self.fields if field.sends is not None)
        return tuple(dict.fromkeys(filter(None, (self.interpretation, *fields))))

    def field(self, name: str) -> Field | None:
        """Return the field of that name."""
        return next((field for field in self.fields if field.name == name), None)

    @property
    def documented_responses(self) -> tuple[Response, ...]:
        """Return the answers that the page prints."""
        return tuple(response for response in self.responses if response.is_documented)

    def response(self, status: int) -> Response | None:
        """Return the documented response of that status: its own, or what is said of every other one in its range."""
        found = next((response for response in self.responses if response.status == status), None)
        return found or self.fallback(status)

    def fallback(self, status: int) -> Response | None:
        """Return what is said of a status that has no response of its own; a range goes before `default`."""
        if any(response.status == status for response in self.responses):
            return None
        mine = next((each.response for each in self.fallbacks if status in each.statuses), None)
        return replace(mine, status=status) if mine else None

    @property
    def success(self) -> Response | None:
        """Return the documented 2xx, or None where the page prints none."""
        return next((response for response in self.responses if response.is_success), None)


@dataclass(frozen=True)
class Interpretation:
    """What we decided where the docs are silent or contradict themselves, and what we would ask the vendor."""

    id: str
    kind: str
    pages: tuple[str, ...]
    decision: str
    reason: str
    question: str | None


@dataclass(frozen=True)
class SettingNames:
    """What the settings of a provider of this API are called.

    `default_state` is the state whose account is taken where a states URL names none, `other_account` the one whose
    objects must never show, `expired` the one whose credential no longer works. `credentials` are the keys of an
    account that hold one, `headers` those that carry one, in lower case; `base_urls` are the settings that name further
    hosts. `variables` names an environment variable for each key of an account, by state. `schema` is the JSON Schema
    of a provider file.
    """

    default_state: str = ""
    other_account: str = "another account"
    expired: str = "an expired credential"
    credentials: tuple[str, ...] = ()
    headers: frozenset[str] = frozenset()
    base_urls: tuple[str, ...] = ()
    variables: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    schema: Json = True

    def variable(self, state: str, key: str) -> str:
        """Return the variable for a key of the account in a state; "" without one."""
        return self.variables.get(state, {}).get(key, "")


@dataclass(frozen=True)
class Contract:
    """All that is promised. `digest` is the SHA-256 of every file it was read from.

    `docs_read` is the day on which the docs were looked up, `docs_as_of` the age of the copies, where that is older.

    `pages_not_covered` are pages of the docs of which too little is known, each with the reason. `server_url` is the
    first server that the document names, "" without one.
    """

    title: str
    version: str
    docs_read: str
    operations: tuple[Operation, ...]
    interpretations: tuple[Interpretation, ...]
    digest: str
    pages_not_covered: tuple[tuple[str, str], ...] = ()
    setting_names: SettingNames = field(default_factory=SettingNames)
    docs_as_of: str = ""
    server_url: str = ""


@dataclass(frozen=True)
class Case:
    """One request to one operation in one provider state, with the clauses it puts to the test.

    `status` is the documented status whose pair the clauses belong to, None where they belong to no pair.
    `compared_with` is the case whose answer this one is held against; `reads_after` repeats that case's request
    after this one and judges the second answer. `mutations` say which fields are sent otherwise than a success sends
    them: `(field, how, template)`. `needs_own_account` tells that the state is used up, so that no other case may
    share it.
    `takes_any_scheme` tells that another scheme does as well, where the account has no credential for this one.
    """

    operation: Operation
    name: str
    clauses: tuple[Clause, ...]
    status: int | None
    kind: int
    effect: Effect
    method: str
    state: str = ""
    scheme: Scheme | None = None
    credential_variant: CredentialVariant = CredentialVariant.VALID
    query: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    compared_with: str = ""
    reads_after: bool = False
    mutations: tuple[tuple[str, MutationKind, Json], ...] = ()
    needs_own_account: bool = False
    takes_any_scheme: bool = False

    @property
    def id(self) -> str:
        """`operation/case`."""
        return f"{self.operation.id}/{self.name}"

    @property
    def expects_success(self) -> bool:
        """Tell whether the credential of this case is one that the provider has to accept."""
        return self.scheme is not None and self.credential_variant is CredentialVariant.VALID

    def clause(self, name: str) -> Clause:
        """Return the clause of that name."""
        return next(clause for clause in self.clauses if clause.name == name)


@dataclass(frozen=True)
class Header:
    """A request header: what is sent, and how it may be shown."""

    name: str
    value: str = field(repr=False)
    shown: str


@dataclass(frozen=True)
class SentCredential:
    """A credential as it is sent: in a header, in the query, or as a cookie, by the name of `parameter`.

    `expansion` is what becomes its value in a shell in which `variable` is set; nothing where there is no secret in it.
    `hint` says what to set that to, nothing where the environment of the run holds it.
    """

    location: ParameterLocation
    parameter: Header
    expansion: str = ""
    variable: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Request:
    """A request as it is sent. Its values are secret until `evidence` has shown them.

    `yields` are the paths at which a success shows credentials, `credentials` are what proves who asks, `shown_url` is
    the URL as it may be shown, where that is another one.
    """

    method: str
    url: str
    headers: tuple[Header, ...]
    effect: Effect
    body: bytes = field(default=b"", repr=False)
    yields: tuple[tuple[str, ...], ...] = ()
    credentials: tuple[SentCredential, ...] = ()
    shown_url: str = ""


@dataclass(frozen=True)
class Exchange:
    """A request as sent and the response as received; `body` is decoded from its transfer and content encoding.

    `body_trouble` tells why the body could not be read whole (a length or an encoding that lies), else it is empty.
    `started` is when the request was sent.
    """

    id: str
    request: Request
    status: int
    reason: str
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: bytes = field(repr=False)
    body_trouble: str
    latency_ms: float
    started: datetime | None = None

    def header(self, name: str) -> str | None:
        """Return the value of the first header of that name, in any letter case."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


@dataclass(frozen=True)
class Violation:
    """One broken promise at one place of an answer."""

    at: str
    received: str


@dataclass(frozen=True)
class Judgement:
    """The verdict for one clause of one case, with what led to it: a `verdict` line of `verdicts.jsonl`.

    `status` is that of the pair the clause belongs to, if any. `exchanges` are the ids of the evidence.
    `by_settings` tells that the provider's settings leave the clause out of reach, `run_wide` that the reason is one
    for the whole run, `unmet_dependency` the clause that is not upheld, so that there was nothing to judge, and
    `value_is_optional` that the value occurred nowhere, as the schema allows. `more_violations` counts those that are
    not kept: a list of 300,000 broken items would fill the record. `docs` is what the pages given with `--docs` say of
    a violated clause.
    """

    operation: str
    case: str
    clause: str
    statement: str
    level: RequirementLevel
    provenance: Provenance
    status: int | None
    verdict: Verdict
    source: Source
    violations: tuple[Violation, ...] = ()
    reason: str = ""
    remedy: str = ""
    by_settings: bool = False
    run_wide: bool = False
    unmet_dependency: str = ""
    value_is_optional: bool = False
    exchanges: tuple[str, ...] = ()
    more_violations: int = 0
    docs: str = ""

    @property
    def id(self) -> str:
        """`operation/case/clause`: the pytest id, the key in `verdicts.jsonl`, what a waiver matches."""
        return f"{self.operation}/{self.case}/{self.clause}"
