"""What may be shown of an exchange: redacted, clipped, and with the line that repeats it.

Redaction happens here and nowhere else, where evidence is made. It goes by the name of a header, by the name of a JSON
key, and by the secret values of this run, in the encodings in which a provider may give them back.
"""

import base64
import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from talkstack_contract.model import Exchange, Request

REDACTED = "[redacted]"
BODY_SHOWN_BYTES = 4096
HEADER_SHOWN_CHARACTERS = 1024
SHORTEST_SECRET = 8  # a shorter value would also be found, and cut, in words that are no secret
BEGINNING = 4  # by so many characters a form is looked up; a secret is longer, if not all of it is escapes
WINDOW = 16  # so many characters of a secret in a row are taken for a piece of it

SECRET_HEADERS = frozenset(
    ["authorization", "proxy-authorization", "x-api-key", "cookie", "set-cookie", "authentication-info", "x-auth-token"]
)
_KEY = r"(?:[a-z_]*token|(?:x-)?api[-_]?key|[a-z_]*password|[a-z_]*secret|authorization|credential)"
_SECRET_KEY = re.compile(rf'("{_KEY}"\s*:\s*)"((?:[^"\\]|\\.)*)"?', re.IGNORECASE)
# A mailed code opens an account; in an answer a code names an error, and shows.
_SENT_KEY = re.compile(r'("[a-z_]*code"\s*:\s*)"(?:[^"\\]|\\.)*"?', re.IGNORECASE)
_SECRET_KEY_IN_TEXT = re.compile(rf'(\\+"{_KEY}\\+"\s*:\s*\\+").*?(\\+"|$)', re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class Evidence:
    """A redacted exchange. Bodies are text, clipped at `BODY_SHOWN_BYTES`; `size_bytes` tells how long it was.

    `operation` is the one that was asked, `undocumented` the places of the keys that no page of it documents.
    """

    id: str
    method: str
    url: str
    request_headers: tuple[tuple[str, str], ...]
    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    body: str
    size_bytes: int
    is_clipped: bool
    body_trouble: str
    latency_ms: float
    curl: str
    request_body: str = ""
    operation: str = ""
    undocumented: tuple[str, ...] = ()


class _Index:
    """Forms of secrets by how they begin, so that a text is gone through once, however many secrets there are."""

    def __init__(self) -> None:
        self._forms: dict[str, list[tuple[str, str]]] = {}

    def add(self, form: str, value: str) -> None:
        self._forms.setdefault(form[:BEGINNING], []).append((form, value))

    def found_in(self, text: str) -> Iterator[str]:
        """Yield the value of each form that stands in a text."""
        for at in range(len(text) - BEGINNING + 1):
            for form, value in self._forms.get(text[at : at + BEGINNING], ()):
                if text.startswith(form, at):
                    yield value


class Secrets:
    """The secret values of one run, each known by the name under which it was given."""

    def __init__(self, values: Iterable[tuple[str, str]] = ()) -> None:
        self._names: dict[str, str] = {}
        self._plain, self._encoded = _Index(), _Index()
        self._windows: set[str] = set()
        for value, name in values:
            self.add(value, name)

    def __repr__(self) -> str:
        return f"Secrets({len(self._names)} values)"

    def add(self, value: str, name: str) -> None:
        """Know one more value; one shorter than `SHORTEST_SECRET` is redacted by header and key only."""
        if len(value) >= SHORTEST_SECRET and value not in self._names:
            self._names[value] = name
            self._plain.add(_unescaped(value.lower()), value)
            for form in (value, *_encoded(value)):
                self._encoded.add(form.lower(), value)
            lowered = _lowered(value)
            self._windows |= {lowered[at : at + WINDOW] for at in range(len(value) - WINDOW + 1)}

    def learn(self, body: bytes) -> None:
        """Know the credentials that an answer gives away, by their keys, so that none shows anywhere else."""
        for hit in _SECRET_KEY.finditer(body.decode("utf-8", errors="replace")):
            self.add(hit[2], "credential in an answer")

    def variable_of(self, value: str) -> str:
        """Return the shell variable that stands for a value, or nothing where it has none."""
        name = self._names.get(value, "")
        return f"${name}" if name.isidentifier() else ""

    def known(self) -> list[tuple[str, str]]:
        """Return every value with its name, for another process of the same run."""
        return list(self._names.items())

    @property
    def longest_form(self) -> int:
        """How many characters the longest secret takes at most, every one of them escaped."""
        return LONGEST_ESCAPE * max(map(len, self._names), default=0)

    def redacted(self, text: str) -> str:
        """Return `text` without any secret value, nor a long piece of one."""
        return self._without_pieces(self._blanked(text))

    def _blanked(self, text: str) -> str:
        for value in sorted(self._values_in(text), key=len, reverse=True):
            text = re.sub(_any_form(value), REDACTED, text, flags=re.IGNORECASE)
        return text

    def _values_in(self, text: str) -> set[str]:
        """Return the secrets that stand in a text: found without a pattern, which is slow to make and to use."""
        lowered = text.lower()
        return {*self._plain.found_in(_unescaped(lowered)), *self._encoded.found_in(lowered)}

    def _without_pieces(self, text: str) -> str:
        lowered, at, end = _lowered(text), 0, 0
        kept: list[str] = []
        hits = (start for start in range(len(text) - WINDOW + 1) if lowered[start : start + WINDOW] in self._windows)
        for start in hits:
            if start > end or not kept:
                kept += [text[at:start], REDACTED]
            at = end = start + WINDOW
        return "".join([*kept, text[at:]])

    def found_in(self, content: bytes) -> list[str]:
        """Return the names of the secrets that stand in an artefact, in any encoding."""
        return sorted({self._names[value] for value in self._values_in(content.decode("utf-8", errors="replace"))})

    def scrubbed(self, content: bytes) -> bytes:
        """Return an artefact without them. Not by `redacted`: where there is something to scrub, that has failed."""
        return self._blanked(content.decode("utf-8", errors="replace")).encode()


def _unescaped(text: str) -> str:
    """Undo what URLs, HTML, JSON and Markdown do to a text, one inside the other too."""
    text = html.unescape(html.unescape(text))
    text = re.sub(r"%(?:25)*([0-9a-f]{2})|\\+u([0-9a-f]{4})", lambda hit: chr(int(hit[1] or hit[2], 16)), text)
    return html.unescape(text).replace("\\", "").replace("+", " ").lower()


LONGEST_ESCAPE = len(r"\\u002b")


def _any_form(value: str) -> str:
    """Return a pattern of all that a secret may look like: each letter as it is or escaped, or it is encoded whole."""
    return "|".join(["".join(map(_any_letter, value)), *map(re.escape, _encoded(value))])


def _encoded(value: str) -> tuple[str, ...]:
    return (value.encode().hex(), *_base64(value.encode()))


def _any_letter(letter: str) -> str:
    """Return a pattern of one letter: plain, or as URLs, JSON, Markdown and HTML write it, one inside the other too."""
    code = ord(letter)
    names = "".join(
        f"|&{name};" for name, each in (("amp", "&"), ("lt", "<"), ("gt", ">"), ("quot", '"')) if each == letter
    )
    blank = r"|\+" if letter == " " else ""
    plain = re.escape(letter)
    return (
        rf"(?:\\*{plain}|%(?:25)?{code:02x}|\\+u{code:04x}|&(?:amp;)?#0*{code};|&(?:amp;)?#x0*{code:x};{names}{blank})"
    )


def _lowered(text: str) -> str:
    """Return the text in lower case, letter by letter: a few letters get longer by it, and places would shift."""
    return "".join(lower if len(lower := letter.lower()) == 1 else letter for letter in text)


def _base64(value: bytes) -> Iterator[str]:
    """Yield what of `value` is the same wherever it stands in a base64 text: once for each of the three alignments."""
    for shift in range(3):
        text = base64.b64encode(b"\0" * shift + value).decode()
        first = (0, 2, 3)[shift]
        last = len(text) - (0, 3, 2)[(len(value) + shift) % 3]
        inner = text[first:last]
        yield inner
        yield inner.replace("+", "-").replace("/", "_")


def evidence_of(exchange: Exchange, secrets: Secrets) -> Evidence:
    """Make the evidence of an exchange: the one way from what was received to what may be shown."""
    body, is_clipped = _shown_body(exchange.body, secrets)
    return Evidence(
        id=exchange.id,
        method=exchange.request.method,
        url=secrets.redacted(exchange.request.url),
        request_headers=tuple((header.name, header.shown) for header in exchange.request.headers),
        status=exchange.status,
        reason=secrets.redacted(exchange.reason),
        headers=tuple(_shown_header(name, value, secrets) for name, value in exchange.headers),
        body=body,
        size_bytes=len(exchange.body),
        is_clipped=is_clipped,
        body_trouble=exchange.body_trouble,
        latency_ms=round(exchange.latency_ms, 1),
        curl=secrets.redacted(curl_of(exchange.request, secrets)),
        request_body=_shown_sent(exchange.request.body, secrets),
    )


def _shown_body(body: bytes, secrets: Secrets) -> tuple[str, bool]:
    # Redacted before it is clipped, and read with room behind: a secret across an edge would stand there by half.
    read = 4 * BODY_SHOWN_BYTES + 8 * secrets.longest_form
    text = body[:read].decode("utf-8", errors="replace")
    text = _SECRET_KEY_IN_TEXT.sub(rf"\1{REDACTED}\2", _SECRET_KEY.sub(rf'\1"{REDACTED}"', text))
    text = secrets.redacted(text)
    if len(body) > read:
        text = text[: -secrets.longest_form or None]
    return text[:BODY_SHOWN_BYTES], len(body) > BODY_SHOWN_BYTES or len(text) > BODY_SHOWN_BYTES


def _shown_sent(body: bytes, secrets: Secrets) -> str:
    return _SENT_KEY.sub(rf'\1"{REDACTED}"', _shown_body(body, secrets)[0])


def _shown_header(name: str, value: str, secrets: Secrets) -> tuple[str, str]:
    if name.lower() in SECRET_HEADERS:
        return name, REDACTED
    return secrets.redacted(name), secrets.redacted(value)[:HEADER_SHOWN_CHARACTERS]


def curl_of(request: Request, secrets: Secrets) -> str:
    """Return the line that repeats a request, with each credential as a shell variable."""
    headers = [header for header in request.headers if header.name.lower() not in ("x-request-id", "user-agent")]
    options = "".join(
        f' -H "{_for_shell(header.name)}: {_for_shell(header.shown, has_variable=header.shown != header.value)}"'
        for header in headers
    )
    method = "" if request.method == "GET" else f" -X {request.method}"
    body = _shown_sent(request.body, secrets)
    data = f' --data-binary "{_for_shell(body)}"' if body else ""
    return f'curl -i{method}{options}{data} "{_for_shell(request.url)}"'


def _for_shell(text: str, *, has_variable: bool = False) -> str:
    escaped = re.sub(r'([\\"`])', r"\\\1", text)
    return escaped if has_variable else escaped.replace("$", r"\$")
