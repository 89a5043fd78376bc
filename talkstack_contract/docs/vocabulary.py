"""The words by which pages say what a line is: labels, headings of steps, statuses. Matched without regard to case."""

import re
from enum import StrEnum


class Section(StrEnum):
    """Parts of a page about one operation."""

    INTRODUCTION = "introduction"
    REQUEST = "request"
    HEADERS = "headers"
    PARAMETERS = "parameters"
    QUERY = "query parameters"
    BODY = "request body"
    SENDING = "sending"
    RESPONSE = "response"
    ERRORS = "errors"
    UNKNOWN = "unknown"


CREDENTIAL_LABELS = ("authorization", "authentication", "auth")
HOST_LABELS = ("base url", "server url", "api url", "host")
REQUEST_LABELS = ("endpoint", "method", "url", "headers", "header", *CREDENTIAL_LABELS, *HOST_LABELS)
BODY_LABELS = ("example request body", "request body", "response body", "example response", "response", "body")
HEADING_LABELS = ("success response", "troubleshooting", "error responses", "error response", "errors")
STATUS_LABELS = ("status code", "status")
_ALL = sorted((*REQUEST_LABELS, *BODY_LABELS, *HEADING_LABELS, *STATUS_LABELS), key=len, reverse=True)
_WORDS = "|".join(each.replace(" ", "[ ]") for each in _ALL)
_GLUED = "Endpoint|Method|URL|Headers|Authorization|Status Code|Example Request Body|Response Body|Success Response"

STEP = re.compile(r"(?P<stray>[a-z])?step ?(?P<number>\d{1,3}) ?[:.)-] ?(?P<words>[^\n]*)", re.IGNORECASE)
LABEL = re.compile(
    rf"(?P<label>{_WORDS})(?: ?\((?:optional|(?:string|text)(?:, ?(?:optional|required))?)\))? ?:(?P<value>.*)",
    re.IGNORECASE | re.DOTALL,
)
BARE_HEADING = re.compile(r"(?:success response|troubleshooting|error responses?|errors) ?:?", re.IGNORECASE)
STATUS = re.compile(r"(?P<code>[1-5]\d\d)(?: ?[-:]? ?(?P<phrase>[A-Za-z][A-Za-z' -]{0,60}))?\.?", re.IGNORECASE)
ERROR = re.compile(
    r"(?P<code>[1-5]\d\d) ?[-:]? ?(?P<phrase>[A-Za-z][A-Za-z'-]*(?: [A-Za-z][A-Za-z'-]*){0,5}`?)"
    r"(?:(?: ?:| - )(?P<condition>.*))? ?",
    re.DOTALL,
)
META = re.compile(
    r"last updated\b.{0,80}|previous[A-Z].{0,200}|next[A-Z].{0,100}|was this helpful\?|powered by gitbook"
    r"|copy(?: page)?|export as pdf|ask ?ai",
    re.IGNORECASE,
)
META_CASED = re.compile(
    r"Last updated\b|Previous(?=[A-Z])|Next(?=[A-Z])|Was this|Powered by|Copy\b|Export as|Ask ?AI|ask ai"
)
MACHINE = re.compile(
    r"#{0,6} ?(?:agent instructions|instructions for (?:ai|llms?|agents?)\b|for ai (?:agents|assistants|readers)\b).*",
    re.IGNORECASE,
)
MACHINE_WORDS = re.compile(
    r"\b(?:note|notice|message|instructions?|important|attention)\b[^.\n]{0,20}\b(?:to|for) (?:all |any )?(?:AI|LLMs?|"
    r"(?:large )?language models?|AI[ -](?:agents?|assistants?|models?)|chat ?bots?|coding (?:agents?|assistants?))\b"
    r"|\bif you(?:'re| are) (?:an? )?(?:AI|LLM|(?:large )?language model|(?:coding |automated )?assistant|chat ?bot)\b"
    r"|\b(?:ignore|disregard|forget) (?:all |any )?(?:of )?(?:the |your )?(?:previous|prior|above|earlier|preceding) "
    r"(?:instructions?|prompts?|text|rules)\b",
    re.IGNORECASE,
)
"""In a paragraph: it speaks to a machine that reads the page, not to a person."""
INDEX_OF_DOCS = re.compile(r".*\b(?:llms(?:-full)?\.txt|documentation index)\b.*", re.IGNORECASE)

STARTS_STATUS = re.compile(r"[1-5]\d\d(?: [A-Z][A-Za-z' -]{1,60}?)? ?:(?= )")
"""At the start of a line: here begins another status."""
BARE_STATUS = re.compile(r"(?P<code>[1-5]\d\d)(?P<phrase>) ?[:-] ?(?P<condition>.+)", re.DOTALL)
SHOWS_RESPONSE = re.compile(
    r"(?:.*\b(?:returns|responds)\b.*\bJSON\b.*|(?:example|sample) response.{0,80}|(?:it |this )?returns(?: this)?):",
    re.IGNORECASE,
)
SECTION_LABEL = re.compile(
    r"(?:(?:optional|required) )?(?:(?:query|path|url|body|form|request|response)(?: string)? ?)?"
    r"(?:parameters?|params|fields|arguments|attributes)(?: ?\([a-z ]{1,20}\))? ?:"
    r"|(?:query|path|url|body|form|request|response|header) (?:parameters?|params|fields)",
    re.IGNORECASE,
)
"""A line of its own that opens a part of the page as a heading would."""
RESPONSE_LABEL = re.compile(
    r"(?:example |success |sample )?(?:response|returns) ?[-:]? ?[(`]?(?P<code>[1-5]\d\d)"
    r"(?: (?P<phrase>[A-Za-z][A-Za-z' -]{0,60}?))?[`)]? ?[:.]?",
    re.IGNORECASE,
)
ANSWERS_WITH = re.compile(
    r"(?:it |the (?:api|server|call|request|endpoint) )?(?:returns|responds with|answers(?: with)?|results in)"
    r"(?: an?| the)?(?: http)?(?: status)?(?: code)?:? (?P<code>[1-5]\d\d)\b"
    r"(?: \(?(?P<phrase>(?-i:[A-Z][A-Za-z'-]*(?: [A-Z][A-Za-z'-]*){0,4}))\)?)?"
    r"(?:,? (?P<condition>(?:if|when|where|unless|for|once|as|with|on|in|and|to)\b.*?))?[.]?",
    re.IGNORECASE | re.DOTALL,
)
"""A sentence that says which status a request is answered with, and when."""
HTTP_HEAD = re.compile(
    r"HTTP/[\d.]+ (?P<code>[1-5]\d\d)(?: (?P<phrase>[A-Za-z][A-Za-z' -]{0,60}))?[ ]*"
    r"\n(?:[A-Za-z][\w-]{0,60}:[^\n]*\n)*\s*",
)
"""What a sample of a response begins with where it shows status and headers too."""
CREDENTIAL_WORDS = re.compile(
    r"Authorization ?: ?(?:(?:Bearer|Basic)\b|(?-i:(?:[A-Z]\w{1,20} )?(?:[A-Z][A-Z0-9_]{2,60}\b|<[^<>\n]{1,60}>)))"
    r"|\bHTTP basic\b|\bbasic auth\w*|\bx-[a-z-]{0,40}(?:key|token)\b(?=[^.]{0,40}\bheader)"
    r"|(?<=header )x-[a-z-]{0,40}(?:key|token)\b|(?<!no )(?<!not )(?<!without )(?<!out a )\bbearer tokens?\b",
    re.IGNORECASE,
)
"""In a sentence of an introduction: what it says is sent as credential."""
SAMPLE_HEAD = re.compile(
    r"(?:\$ )?curl\b|import \w|from \w+ import|(?:const|let|var) \w+ ?=|await |fetch\(|requests\.|axios|<\?php|require"
    r"|package main|using \w|public class|wget\b|http(?:ie)? (?:GET|POST|PUT|PATCH|DELETE)\b"
)
"""With what code begins that sends a request, whatever language its fence names."""
STATUS_CLASS = re.compile(
    r"(?P<value>[A-Za-z][\w-]{0,60}?) ?[-:] ?(?P<class>temporary|permanent)\b.{0,400}", re.IGNORECASE | re.DOTALL
)
"""A line of a list that says of values whether they last."""
ENDS_CODE = re.compile(
    rf"[ \u2022*-]*(?:[a-z]?step ?\d{{1,3}} ?:|(?:{_WORDS}) ?:"
    r"|troubleshooting\b|[1-5]\d\d [a-z]|last updated |previous\S)",
    re.IGNORECASE,
)
"""At the start of a line: here begins something that is no code."""

GLUE = re.compile(
    rf"(?<=[^\s(/])(?=(?:{_GLUED}) ?:)"
    r"|(?<=[A-Za-z\d)}.])(?=(?:Request )?Body ?:)"
    r"|(?<=[^\sA-Za-z(])(?=[a-z]?Step ?\d{1,3} ?:)|(?<=[a-z][a-z])(?=Step ?\d{1,3} ?:)"
    r"|(?<=[^\s\d/.(])(?=[1-5]\d\d [A-Z][a-z])|(?<=[a-z)][.!?])(?=[1-5]\d\d [A-Z][a-z])"
    r"|(?<=[^\s(])(?=Troubleshooting|Last updated |Previous[A-Z])"
    r"|(?<=[a-z.] )(?=Last updated \d)"
    r"|(?<=- temporary)(?=[a-z])|(?<=- permanent)(?=[a-z])"
)
"""Where a rendering that loses line ends has put two lines together."""
LABEL_AS_TAIL = re.compile(r"(?:Endpoint|Method|URL|Headers|Authorization) ?:(?!\s*\Z)")
GLUED_TO_VALUE = re.compile(
    r"(?:/|https?://|(?:GET|POST|PUT|PATCH|DELETE)(?=[a-z]))\S{0,400}?(?<=[\w)}/])"
    r"(?P<label>(?:method|url|headers|authorization) ?:)\Z",
    re.IGNORECASE,
)
"""The same for a path or an address that ends in a label, however it is written."""

_PREPARE = re.compile(
    r"prepare|request (?:details|line)|\bhttp request\b|^(?:end)?point$"
    r"|^(?:the )?requests?$|authenti|authori",
    re.IGNORECASE,
)
_PAST = re.compile(r"\b(?:removed|deprecated|legacy|old|former|ignored|retired|obsolete)\b", re.IGNORECASE)
_HEADERS = re.compile(r"(?:(?:request|http|required|optional|custom) )*headers?(?: param[a-z]*)?", re.IGNORECASE)
_QUERY = re.compile(r"quer(?:y|ies)|filter", re.IGNORECASE)
_PARAMETERS = re.compile(r"param|^path$", re.IGNORECASE)
_BODY = re.compile(r"body|payload", re.IGNORECASE)
_SEND = re.compile(r"\bsend\b|execute|make the (?:request|call)", re.IGNORECASE)
_RESPONSE = re.compile(r"handle|response|success|repl(?:y|ies)", re.IGNORECASE)
_ERRORS = re.compile(r"troubleshoot|\berrors?\b|\b(?:status|response) codes?\b", re.IGNORECASE)


def is_past(heading: str) -> bool:
    """Tell whether what a heading opens is no longer so, or has no effect."""
    return bool(_PAST.search(heading))


def section_of(heading: str) -> Section:
    """Return the part of a page that a heading opens; numbers, case and the words around do not matter."""
    if is_past(heading):
        return Section.UNKNOWN
    kinds = (
        (re.compile("response headers?", re.IGNORECASE), Section.UNKNOWN),
        (_ERRORS, Section.ERRORS),
        (_QUERY, Section.QUERY),
        (re.compile(r"body param", re.IGNORECASE), Section.BODY),
        (_PARAMETERS, Section.PARAMETERS),
        (_PREPARE, Section.REQUEST),
        (_SEND, Section.SENDING),
        (re.compile("handle", re.IGNORECASE), Section.RESPONSE),
        (re.compile("response body", re.IGNORECASE), Section.RESPONSE),
        (_BODY, Section.BODY),
        (_RESPONSE, Section.RESPONSE),
    )
    if _HEADERS.fullmatch(heading.strip(" :")):
        return Section.HEADERS
    return next((section for words, section in kinds if words.search(heading)), Section.UNKNOWN)
