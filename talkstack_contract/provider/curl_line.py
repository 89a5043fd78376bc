"""The line that repeats a request in a POSIX shell: sh, dash, bash, zsh.

Each credential stands there as a shell variable. Where the environment does not hold it, the line begins with a check
that says what to set it to, and sends nothing without.
"""

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from talkstack_contract.model import Header, Request
from talkstack_contract.provider.redaction import REDACTED, Secrets, without_secret_keys, without_sent_codes
from talkstack_contract.provider.shell_words import Expansion, Piece, is_plain, parted, printf, quoted, word

SENT_AT_MOST_BYTES = 65_536  # of a body that a line holds: Linux takes 128 KiB as one argument, and quotes need room
LEFT_TO_CURL = frozenset(
    [
        *("accept-encoding", "connection", "content-length", "host", "transfer-encoding", "user-agent"),
        *("x-request-id", "x-schemathesis-testcaseid"),
    ]
)
"""Headers that each client writes by itself, or that name the sender."""
HAS_LENGTH = frozenset(["POST", "PUT", "PATCH"])  # a server may insist on a length, though it is 0 (RFC 9110, 8.6)
URL_SIGNS = "!#$%&'()*+,/:;=?@~"  # what else is no letter or digit is percent-encoded, as our client does
FILE_OPTIONS = {"ca_bundle": "--cacert", "certificate": "--cert", "key": "--key"}
"""By the keys of a provider file: where they are on another machine, nobody knows."""
MOSTLY_TEXT = 2  # so many times as long as the body a `printf` is of what is text for the most part; of an image 3
SECRETS_AT_MOST = 20  # of a body: more are nothing that anybody would set
KEY_CHARACTERS = 80  # before a secret, in which its key is looked for
_VARIABLE = re.compile(r"\$\w+")
_KEY_BEFORE = re.compile(r"([\w-]+)\\*\"?\s*[:=]\s*\\*\"?\Z")
_NOT_FOR_A_NAME = re.compile(r"\W", re.ASCII)
_NOT_FOR_A_HINT = re.compile(r"[^\w ,.:/-]+", re.ASCII)


def curl_of(request: Request, secrets: Secrets, files: Iterable[str] = ()) -> str:
    """Return the line that repeats a request; `files` are keys of `FILE_OPTIONS`, which an https request needs."""
    return _Line(request, secrets, files if request.url.startswith("https:") else ()).text()


class _Line:
    """A line while it is put together: `_hints` says of each variable to be set by hand what it stands for."""

    def __init__(self, request: Request, secrets: Secrets, files: Iterable[str]) -> None:
        self._request, self._secrets, self._files = request, secrets, tuple(files)
        self._hints = {name: f"the {name} that the provider file names" for name in self._files}
        self._expansions = [each.expansion for each in request.credentials if each.expansion]

    def text(self) -> str:
        """Return the line."""
        before, data = self._body()
        url = self._url()
        files = [f'{FILE_OPTIONS[name]} "${name}"' for name in self._files]
        words = ["curl -i", *files, *self._method(bool(data)), *self._headers(bool(data)), *data, url]
        if "[" in url:  # the host is an IPv6 address, which curl would take for a range
            words.insert(1, "-g")
        line = f"{before}{' '.join(words)}"
        return self._checks(line) + line

    def _checks(self, line: str) -> str:
        for each in self._request.credentials:
            if each.hint and each.expansion and each.expansion in line:
                self._hints[each.variable] = each.hint
        told = ((name, " ".join(_NOT_FOR_A_HINT.sub(" ", hint).split())) for name, hint in self._hints.items())
        return "".join(f': "${{{name}:?set to {hint}}}"; ' for name, hint in told)

    def _method(self, has_data: bool) -> list[str]:
        method = self._request.method
        if method == "HEAD":
            return ["--head"]
        return [] if method == "GET" and not has_data else [f"-X {method if method.isalnum() else quoted(method)}"]

    def _headers(self, has_data: bool) -> Iterator[str]:
        headers = self._request.headers
        for each in headers:
            if each.name.lower() not in LEFT_TO_CURL and (each.name.lower(), each.value) != ("accept", "*/*"):
                yield f"-H {self._header(each)}"
        if has_data and all(each.name.lower() != "content-type" for each in headers):
            yield "-H 'Content-Type:'"  # curl would call it a form

    def _header(self, header: Header) -> str:
        if not header.value.strip():
            return quoted(f"{header.name};")  # `name:` would leave the header out
        shown = self._secrets.redacted(header.shown)
        is_filled_in = header.shown != header.value
        pieces = self._pieces(shown, "", is_filled_in) if is_filled_in else [shown]
        return word([f"{header.name}: ", *self._named(pieces, header.name)], _bytes_of_a_header)

    def _url(self) -> str:
        url = self._request.shown_url or self._request.url
        given = self._secrets.redacted(url)
        pieces = self._pieces(given, "=") if url != self._request.url else [given]
        origin = "/".join(url.split("/")[:3])
        named = self._named(pieces, "")
        return word([percent_encoded(each, origin) if isinstance(each, str) else each for each in named])

    def _pieces(self, text: str, before: str, is_header: bool = False) -> list[Piece]:
        """Part a text at what the shell fills in; `before` is what stands in front of that."""
        known = "|".join(re.escape(each) for each in sorted(self._expansions, key=len, reverse=True))
        pattern = re.compile(f"(?<={before})(?:{known})") if known else _VARIABLE if is_header else None
        return list(parted(text, pattern, lambda hit: Expansion(hit[0]))) if pattern else [text]

    def _named(self, pieces: Iterable[Piece], context: str) -> list[Piece]:
        """Put a variable in the place of each secret that was redacted, by the key before it."""
        return [found for each in pieces for found in self._without_marks(each, context)]

    def _without_marks(self, piece: Piece, context: str) -> Iterator[Piece]:
        if isinstance(piece, Expansion):
            yield piece
            return

        def variable(hit: re.Match[str]) -> Expansion:
            key = _KEY_BEFORE.search(hit.string, max(hit.start() - KEY_CHARACTERS, 0), hit.start())
            return self._variable_for(key[1] if key else context or "secret")

        yield from parted(piece, re.compile(re.escape(REDACTED)), variable)

    def _variable_for(self, key: str) -> Expansion:
        usual = name = f"sent_{_NOT_FOR_A_NAME.sub('_', key)}"
        while name in self._hints:
            name = f"{usual}_{len(self._hints) + 1}"
        self._hints[name] = f"the {key} that was sent, which is not recorded"
        return Expansion(f"${name}")

    def _body(self) -> tuple[str, list[str]]:
        """Return what stands before curl, and the option that hands the body over."""
        body, method = self._request.body, self._request.method
        if not body:
            return "", ["--data-binary ''"] if method in HAS_LENGTH else []
        text = sent_text(body[: SENT_AT_MOST_BYTES + 1], self._secrets)
        if len(body) > SENT_AT_MOST_BYTES or text.count(REDACTED) > SECRETS_AT_MOST:
            self._hints["body"] = f"a file with the body, whose {len(body)} bytes are not recorded"
            return "", ['--data-binary "@$body"']
        pieces = self._named([text], "")
        if all(is_plain(each) for each in pieces if isinstance(each, str)) and not str(pieces[0]).startswith("@"):
            return "", [f"--data-binary {word(pieces)}"]
        written = printf(pieces, _bytes_of_a_body)
        if len(pieces) == 1 and len(written) > MOSTLY_TEXT * len(body):
            written = f"printf %s '{b64encode(_bytes_of_a_body(text)).decode()}' | base64 -d"
        return f"{written} | ", ["--data-binary @-"]


def sent_text(body: bytes, secrets: Secrets) -> str:
    """Return a body that we sent without secrets; bytes that are no UTF-8 are lone surrogates in it."""
    text = body.decode("utf-8", "surrogateescape")
    return without_sent_codes(secrets.redacted(without_secret_keys(text)))


def percent_encoded(text: str, origin: str) -> str:
    """Return a URL, or a piece of one, as our client sends it; `origin` is kept, which may be an IPv6 address."""
    kept = origin if text.startswith(origin) else ""
    return kept + quote(text.removeprefix(kept), safe=URL_SIGNS)


def _bytes_of_a_body(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _bytes_of_a_header(text: str) -> bytes:
    """Return a text as http.client sends it in a header."""
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")
