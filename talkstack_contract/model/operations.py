"""The contract: operations with what they take and answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from talkstack_contract.model.promises import Interpretation, Source
from talkstack_contract.model.schemas import (
    BodySchema,
    DescribedValue,
    ResponseHeader,
)
from talkstack_contract.model.words import (
    Effect,
    Json,
    ParameterLocation,
    Provenance,
    Refusal,
)


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
class Serialization:
    """How a parameter is written, by OpenAPI's words: by a style, or where `media_type` is given as that."""

    style: str = "form"
    explode: bool = True
    allow_reserved: bool = False
    media_type: str = ""


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
    """What an operation makes: a value, the path in its answer where it stands, and the operation that removes it.

    Where a `header` of the answer names it instead, as `Location` does, the value is its last part.
    """

    value: str
    at: tuple[str, ...]
    removed_by: str
    header: str = ""


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
class SettingNames:
    """What the settings of a provider of this API are called.

    `default_state` is the state whose account is taken where a states URL names none, `other_account` the one whose
    objects must never show, `expired` the one whose credential no longer works. `credentials` are the keys of an
    account that hold one, `headers` those that carry one, in lower case; `base_urls` are the settings that name further
    hosts. `variables` names an environment variable for each key of an account, by state. `schema` is the JSON Schema
    of a provider file.
    """

    default_state: str = "an account"
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

    @cached_property
    def operation_at(self) -> Mapping[str, Operation]:
        """The operations by method and path, `GET /beds`."""
        return {f"{each.method} {each.path}": each for each in self.operations}
