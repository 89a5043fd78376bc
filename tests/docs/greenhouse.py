"""The docs of an invented API, as one source: what each page says, and what a reader has to find in it.

Backticks mark inline code, double asterisks bold text, as GitBook exports them. The quirks are those that pages of
this generator were seen to have; names, paths, sentences and values are our own.
"""

import json
from dataclasses import dataclass, field

from talkstack_contract.model import Json

HOST = "api.greenhouse.example"
BOTH = "Bearer token or x-api-key in Headers"


@dataclass(frozen=True)
class Field:
    """A listed field; `required` is what a reader has to conclude, None where the page leaves it open."""

    name: str
    meaning: str
    required: bool | None = True
    mark: str = ""
    prefix: str = ""
    before_colon: str = ""
    level: int = 1
    place: str = ""


@dataclass(frozen=True)
class Reply:
    """An error as printed: code, phrase, condition."""

    code: int
    phrase: str
    condition: str


@dataclass(frozen=True)
class DocsPage:
    """One page, in printed texts; `shown` names what only the example of the request shows, and if it is required."""

    title: str
    method: str
    path: str
    description: str = ""
    url: str = ""
    header: str = "Content-Type: application/json"
    authorization: str = BOTH
    credential: str = "bearer or x-api-key"
    steps: tuple[str, str, str, str] = ("Step 1:", "Step 2:", "Step 3:", "Step 4:")
    body_heading: str = "Create the Request Body"
    parameter_heading: str = ""
    parameters: tuple[Field, ...] = ()
    fields: tuple[Field, ...] = ()
    shown: dict[str, bool | None] = field(default_factory=dict)
    request_label: str = ""
    prompt: str = ""
    request: str = ""
    response_heading: str = "Handle the response"
    response_prose: str = "The response tells how it went."
    success: str = "200 OK"
    status: str = "bullet"  # bullet, paragraph, split, none
    body_label: str = "**Body:**"
    body_in_list: bool = False
    body_on_bullet: bool = False
    response_fields: tuple[Field, ...] = ()
    response: str = ""
    advice: tuple[str, ...] = ()
    constant: str = ""
    errors: tuple[Reply, ...] = ()
    classes: tuple[tuple[str, str], ...] = ()
    meta_first: bool = False
    updated: int = 1
    trailer: str = ""  # one, two: the two forms
    preamble: bool = False
    breaks_lines: bool = False  # squeezed: line ends around inline code in place of lost blanks
    defects: tuple[str, ...] = ()

    @property
    def address(self) -> str:
        return self.url or f"https://{HOST}{self.path}"


def pretty(body: Json) -> str:
    return json.dumps(body, indent=4)


def lines(*each: str) -> str:
    return "\n".join(each)


UNAUTHORIZED = Reply(401, "Unauthorized", "If the caller is not known or sent no token.")


def failure(what: str) -> Reply:
    return Reply(500, "Internal Server Error", f"For trouble while {what}.")


PAGES = (
    DocsPage(
        title="Join",
        method="POST",
        path="/people/join",
        description="Opens an account for a new gardener.",
        authorization="",
        credential="",
        steps=("Step1:", "Step 2:", "Step 3:", "Step 4:"),
        request_label="Example Request Body:",
        fields=(
            Field("email", "Where the gardener gets mail."),
            Field("password", "Chosen by the gardener."),
            Field("nickname", "Shown to others.", before_colon=" "),
        ),
        request=pretty({"email": "fern@greenhouse.example", "password": "moss-and-peat", "nickname": "Fern"}),
        response=pretty(
            {
                "message": "Gardener joined",
                "status": "success",
                "gardener": {"email": "fern@greenhouse.example", "nickname": "Fern", "active_bed": None},
                "joinStatus": 2,
            }
        ),
        response_fields=(Field("token", "Sent with later requests."), Field("joinStatus", "A value of `JOIN_STATUS`.")),
        constant="export const JOIN_STATUS = {\n    'MISSING': 0,\n    'TAKEN': 1,\n    'SUCCESS': 2\n};",
        errors=(
            Reply(400, "Bad Request", "If `email`, `password` or `nickname` is missing, or the account exists."),
            failure("joining"),
        ),
        defects=("field list contradicts the example",),
    ),
    DocsPage(
        title="Enter",
        method="POST",
        path="/people/enter",
        description="Lets a gardener in.",
        authorization="",
        credential="",
        steps=("jStep 1:", "Step 2:", "Step 3:", "Step 4:"),
        body_heading="Construct Request Body",
        fields=(Field("email", "Where the gardener gets mail."), Field("password", "As chosen.")),
        request=pretty({"email": "fern@greenhouse.example", "password": "moss-and-peat"}),
        status="paragraph",
        response=pretty(
            {"message": "Come in.", "status": "success", "token": "leaf.leaf.leaf", "till": "2031-04-05T06:07:08.000Z"}
        ),
        constant="export const ENTER_STATUS = {\n    'WRONG': 0,\n    'SUCCESS': 1\n};",
        errors=(
            Reply(400, "Bad Request", "If `email` or `password` is missing."),
            Reply(401, "Not Found", "If the password is wrong."),
            Reply(404, "Not Found", "If nobody has that address."),
            failure("entering"),
        ),
        trailer="one",
        defects=("reason phrase contradicts the code",),
    ),
    DocsPage(
        title="Confirm Address",
        method="POST",
        path="/people/confirm",
        description="Confirms where a gardener gets mail.",
        authorization="",
        credential="",
        fields=(Field("email", "The address in question."), Field("code", "What was mailed there.")),
        request=pretty({"email": "fern@greenhouse.example", "code": "K7Q2"}),
        response=pretty({"message": "address confirmed.", "status": "success"}),
        body_label="",
        errors=(
            Reply(400, "Bad Request", "One of these. - `email` or `code` is missing. - The address is malformed."),
            Reply(404, "Not Found", "If the address is not known."),
            failure("confirming"),
        ),
        updated=2,
        breaks_lines=True,
    ),
    DocsPage(
        title="New Key",
        method="GET",
        path="/keys/new-key",
        description="Makes a new key and forgets the old one.",
        authorization="Bearer token",
        credential="bearer",
        body_heading="",
        steps=("Step 1:", "", "Step 2:", "Step 3:"),
        response=pretty({"message": "New key made.", "status": "success", "apiKey": "0a1b2c"}),
        body_in_list=True,
        body_on_bullet=True,
        body_label="",
        errors=(UNAUTHORIZED, failure("making a key")),
        trailer="two",
    ),
    DocsPage(
        title="Get Bed",
        method="GET",
        path="/beds/:bedId",
        description="Shows one bed.",
        body_heading="",
        steps=("Step 1:", "Step 2:", "Step 3:", "Step 4:"),
        parameter_heading="Setting Request parameters",
        parameters=(Field("bedId", "Which bed."),),
        response_heading="Handle the request",
        response=pretty(
            {
                "message": "bed found.",
                "status": "success",
                "bed": {"id": "xxxxxxxx", "name": "North", "is_dry": False, "depth_cm": 40, "sow_before": None},
            }
        ),
        body_in_list=True,
        errors=(Reply(404, "Bad Request", "If there is no such bed."), UNAUTHORIZED, failure("looking for the bed")),
        defects=("reason phrase contradicts the code",),
    ),
    DocsPage(
        title="Add a Bed",
        method="POST",
        path="/beds/add-bed",
        description="Adds a bed to the greenhouse. Its name has to be new.",
        body_heading="Construct the JSON Body with Dynamic Variables",
        steps=("Step 1:", "Step 2:", "Step 3:", "Step 3:"),
        fields=(
            Field("name", "What the bed is called."),
            Field("soil", "What it holds. Allowed values: peat, clay, sand.", False, "optional"),
        ),
        request_label="Request Body:",
        request=pretty({"name": "South", "soil": "peat"}),
        body_label="Response Body",
        response=pretty(
            {"message": "bed added.", "status": "success", "bed": {"id": "xxxxxxxx", "name": "South", "sensors": []}}
        ),
        response_fields=(Field("id", "The new bed.", place="bed.id"),),
        errors=(Reply(400, "Bad Request", "If `name` is missing or taken."), UNAUTHORIZED, failure("adding the bed")),
    ),
    DocsPage(
        title="Change Bed",
        method="PUT",
        path="/beds/:bedId",
        description="Use `/beds/add-bed` for a new plot.",
        body_heading="Request Body(optional)",
        fields=(Field("name", "A new name."), Field("soil", "What it holds now.")),
        shown={"hookUrl": None},
        request=pretty({"name": "South", "soil": "clay", "hookUrl": "https://hook.example/beds"}),
        response=pretty({"message": "bed changed.", "status": "success", "bed": {"name": "South"}}),
        errors=(
            Reply(400, "Bad Request", "If the new values are not missing, or none is known."),
            Reply(404, "Not found", "If there is no such bed."),
            UNAUTHORIZED,
            failure("changing the bed"),
        ),
        defects=(
            "field list contradicts the example",
            "condition is inverted",
            "description names another endpoint",
        ),
    ),
    DocsPage(
        title="Clear Bed",
        method="DELETE",
        path="/beds/:bedId",
        description="Clears a bed for good.",
        fields=(Field("withPlants", "Whether plants go too.", False, "optional"),),
        request=pretty({"withPlants": True}),
        response=pretty({"message": "bed cleared.", "status": "success"}),
        errors=(Reply(404, "Not found", "If there is no such bed."), UNAUTHORIZED, failure("clearing the bed")),
        trailer="one",
        preamble=True,
    ),
    DocsPage(
        title="Pick Bed",
        method="PATCH",
        path="/beds/picked",
        description="Makes a bed the picked one.",
        fields=(Field("bedId", "The bed.", None), Field("picked_by", "Who picks it.", None)),
        request=pretty({"bedId": "xxxxxxxx", "picked_by": "yyyyyyyy"}),
        response=lines(
            "{",
            '    "message": "picked.",',
            '    "status": "success",',
            '    "bed": {',
            '        "name": "North",',
            '        "picked_by": bedData.picked_by,',
            '        "made_at": bedData.made_at,',
            "    }",
            "}",
        ),
        errors=(Reply(400, "Bad Request", "If `bedId` and `picked_by` are missing."), UNAUTHORIZED, failure("picking")),
        defects=("example is not JSON",),
    ),
    DocsPage(
        title="Read Plant",
        method="POST",
        path="/plants",
        description="Shows a plant.",
        fields=(Field("bedId", "Its bed."), Field("plantId", "The plant.")),
        request=pretty({"bedId": "xxxxxxxx", "plantId": "yyyyyyyy"}),
        response=lines(
            "{",
            '    "name": "Ivy",',
            '    "bedId": "xxxxxxxx"',
            '    "id": "yyyyyyyy"',
            '    "care": "little water"',
            "}",
        ),
        errors=(
            Reply(400, "Bad Request", "If `bedId` or `plantId` is missing."),
            Reply(404, "Not Found", "If there is no such plant."),
            failure("reading the plant"),
        ),
        breaks_lines=True,
        defects=("example is not JSON",),
    ),
    DocsPage(
        title="Move Plant",
        method="PUT",
        path="/plants",
        description="Moves a plant to another bed.",
        fields=(Field("plantId", "The plant."), Field("bedId", "Where it goes.")),
        request=pretty({"message": "plant moved.", "status": "success"}),
        response_prose="The plant with its new bed comes back.",
        status="none",
        body_label="",
        response="",
        errors=(
            Reply(400, "Bad Request", "If `plantId`, `bedId` or `gardenerName` is missing."),
            failure("moving the plant"),
        ),
        defects=(
            "response stands under the request",
            "condition names a field that the request does not have",
        ),
    ),
    DocsPage(
        title="All Plants",
        method="GET",
        path="/plants/:bedId",
        description="Lists what grows in a bed.",
        parameter_heading="Request params",
        parameters=(Field("bedId", "Whose plants."),),
        body_heading="",
        request=pretty({"bedId": "xxxxxxxx"}),
        response=lines(
            "[",
            "    {",
            '        "name": "Ivy",',
            '        "care": "little water".',
            '        "id": "yyyyyyyy"',
            "    },",
            "    {",
            '        "name": "Fig",',
            '        "care": "sun",',
            '        "id": "zzzzzzzz"',
            "    },",
            "]",
        ),
        body_label="**Body:** What grows there.",
        errors=(Reply(404, "Not Found", "If nothing grows there."), failure("listing")),
        preamble=True,
        trailer="two",
        defects=("example is not JSON", "path parameter is shown as a body"),
    ),
    DocsPage(
        title="Water Now",
        method="POST",
        path="/watering/waterNow",
        url="https://pumps.greenhouse.example/watering/waterNow",
        description="Waters a bed at once.",
        body_heading="Construct the JSON Body with Dynamic Variables",
        fields=(
            Field("bedId", "The bed."),
            Field("litres", "How much."),
            Field("hints", "Values for the words in double braces.", False, "optional"),
        ),
        prompt="Water {{plant}} as it likes.",
        request=pretty({"bedId": "xxxxxxxx", "litres": 2.5, "hints": {"plant": "Ivy"}}),
        shown={"hints.plant": None},
        status="split",
        response=pretty(
            {
                "message": "water runs.",
                "status": "success",
                "run": {"run_id": "xxxxxxxx", "litres": 2.5, "valves": ["a", "b"]},
            }
        ),
        errors=(Reply(400, "Bad Request", "If `bedId` or `litres` is missing."), UNAUTHORIZED, failure("watering")),
        defects=(),
    ),
    DocsPage(
        title="Read Run",
        method="POST",
        path="/watering",
        description="Starts the water.",
        fields=(Field("runId", "Which run."),),
        request=pretty({"runId": "xxxxxxxx"}),
        response=pretty({"seconds": 30, "cost": 0.25, "state": "done", "photos": ["https://photo.example/1.png"]}),
        advice=("Keep the `runId` of each run.", "Ask again after a minute."),
        errors=(
            Reply(400, "Bad Request", "If the `runId` is missing."),
            Reply(404, "Not Found", "If nothing is known of that run."),
            failure("reading the run"),
        ),
        classes=(("waiting", "temporary"), ("burst", "permanent"), ("in-pipe", "temporary")),
        updated=0,
    ),
    DocsPage(
        title="Past Runs",
        method="POST",
        path="/watering/past",
        description="Lists runs of the past.",
        fields=(Field("bedId", "Whose runs."), Field("pageSize", "How many. The default is 20.", False, "optional")),
        request=pretty({"bedId": "xxxxxxxx", "pageSize": 20}),
        parameter_heading="Filter using query params",
        parameters=(
            Field("from", "First day.", False, "optional"),
            Field("till", "Last day.", False, "optional", prefix="."),
            Field("valve", "One of open, shut, stuck.", False, "optional", prefix="."),
        ),
        response=lines(
            "{",
            '    "message": "runs found.",',
            '    "status": "success",',
            '    "runs": [',
            "        {",
            '            "id": 1,',
            '            "bed": "North"',
            "        },",
            "        {",
            '            "id": 2,',
            '            "bed": "South"',
            "        },",
            "        ...",
            "    ]",
            "}",
        ),
        errors=(UNAUTHORIZED, failure("listing runs")),
        defects=("example is not JSON",),
    ),
    DocsPage(
        title="Study Run",
        method="POST",
        path="/watering/study",
        url=f"https://{HOST}/watering",
        description="Answers questions about a run.",
        meta_first=True,
        updated=2,
        fields=(
            Field("runId", "Which run."),
            Field("questions", "What to answer."),
            Field("kind", "Form of the answer. One of Word, Count, Choice.", level=2, place="questions[].kind"),
        ),
        request=pretty({"runId": "xxxxxxxx", "questions": [{"kind": "Word"}]}),
        response=pretty({"message": "studied.", "status": "success", "answers": []}),
        errors=(Reply(400, "Bad Request", "If `runId` or `questions` is missing."), failure("studying")),
        defects=("URL contradicts the endpoint",),
    ),
    DocsPage(
        title="Send Many",
        method="POST",
        path="/watering/many",
        description="Waters all beds of a sheet.",
        header="Content-Type: multipart/form-data",
        fields=(Field("bedId", "The first bed."), Field("file", "A sheet of beds.")),
        response_heading="",
        response_prose="",
        status="none",
        response="",
        errors=(),
    ),
)
