"""Checks: plain functions that hold an answer against one clause and yield what is broken, and where.

A check decides nothing about verdicts and touches nothing outside its `Subject`. `CHECKS` is the one list of them.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from talkstack_contract.contract.described_values import answers_for
from talkstack_contract.contract.json_schema import is_type
from talkstack_contract.media_types import JSON, bare_type, is_in_range, is_json
from talkstack_contract.model import Clause, Exchange, Lasting, ResponseHeader, Violation
from talkstack_contract.provider.bodies import (
    NOTHING,
    Absent,
    DecodedResponse,
    NotJson,
    header_text,
    header_value,
    lasting_part,
    place_of,
    same_value,
    shown,
    shown_or_absent,
    value_at,
    values_at,
)

KEY_SHOWN_CHARACTERS = 100
UNDOCUMENTED_AT_MOST = 50  # fields of one answer: a provider that keys a list by id would fill the record


@dataclass(frozen=True)
class Subject:
    """What a check may look at: the answer, the one it is compared with, the one after it, and who asked for what.

    `asked_for` is the value that the answer has to show, `own_values` and `foreign_values` texts that it must not.
    """

    answer: DecodedResponse
    compared: DecodedResponse | None = None
    after: DecodedResponse | None = None
    user_id: str = ""
    asked_for: Any = None
    own_values: tuple[str, ...] = field(default=())
    foreign_values: tuple[str, ...] = field(default=())


Check = Callable[[Clause, Subject], Iterator[Violation]]


def status(clause: Clause, subject: Subject) -> Iterator[Violation]:
    """Hold the status to the documented one, or to one of several, and no other."""
    exchange = subject.answer.exchange
    if exchange.status not in clause.expected:
        yield Violation("status", _status_line(exchange))


def no_server_error(clause: Clause, subject: Subject) -> Iterator[Violation]:
    """Hold the status below 500; `expected` lists what is fine all the same."""
    exchange = subject.answer.exchange
    if (exchange.status >= 500 and exchange.status not in clause.expected) or not exchange.status:
        yield Violation("status", _status_line(exchange))


def refused(clause: Clause, subject: Subject) -> Iterator[Violation]:
    """Hold the status to a 4xx, or 501, or one that the clause expects besides."""
    exchange = subject.answer.exchange
    if not 400 <= exchange.status < 500 and exchange.status not in (501, *(clause.expected or ())):
        yield Violation("status", _status_line(exchange))


def media_type(clause: Clause, subject: Subject) -> Iterator[Violation]:
    """Hold the media type to the documented one: any letter case, any parameter; an error may be any `+json` type."""
    exchange = subject.answer.exchange
    given = [value for name, value in exchange.headers if name.lower() == "content-type"]
    for each in given:
        is_any_json = clause.expected == JSON and exchange.status >= 400 and is_json(each)
        if not is_any_json and not is_in_range(each, clause.expected):
            yield Violation("content-type", shown(each))
    if not given:
        yield Violation("content-type", "no such header")


def header_there(clause: Clause, subject: Subject) -> Iterator[Violation]:
    """Hold a response to having a header, `expected` describes it."""
    if subject.answer.exchange.header(clause.expected.name) is None:
        yield Violation(f"header {clause.expected.name}", "no such header")


def header(clause: Clause, subject: Subject) -> Iterator[Violation]:
    """Hold the value of a header to its schema."""
    described: ResponseHeader = clause.expected
    text = header_text(subject.answer.exchange, described.name)
    if text is None:
        return
    found = header_value(text, described)
    for violation in described.schema.violations(found):
        place = f"header {described.name}{place_of(violation.path).removeprefix('$')}"
        yield Violation(place, f"{shown(found)}, which breaks {violation.keyword or 'the schema false'}")
        return


def body_is_text(clause: Clause, subject: Subject) -> Iterator[Violation]:  # noqa: ARG001
    """Hold the body to text in the encoding that its media type names."""
    try:
        _ = subject.answer.decoded_text
    except NotJson as error:
        yield Violation("$", str(error))


def body_is_strict_json(clause: Clause, subject: Subject) -> Iterator[Violation]:  # noqa: ARG001
    """Hold the body to RFC 8259."""
    try:
        _ = subject.answer.json
    except NotJson as error:
        yield Violation("$", str(error))


def value(clause: Clause, subject: Subject) -> Iterator[Violation]:
    """Hold each value at the path to what its schema asks of it, as far as this clause answers for that."""
    yield from _broken(clause, subject, clause.path)


def schema(clause: Clause, subject: Subject) -> Iterator[Violation]:
    """Hold the body to its schema as a whole: to all that no other clause answers for."""
    yield from _broken(clause, subject, ())


def _broken(clause: Clause, subject: Subject, path: Sequence[str]) -> Iterator[Violation]:
    part, answer = clause.expected, subject.answer
    told: set[str] = set()
    for violation in answer.violations(part.schema):
        place = place_of(violation.path)
        if answers_for(part, violation) and place not in told:
            told.add(place)
            found = value_at(answer.content_for(part.schema), violation.path)
            is_above = violation.keyword == "type" and len(violation.path) < len(path)
            keyword = f", which breaks {violation.keyword or 'the schema false'}" if part.rest_of else ""
            yield Violation(place, f"no object: {shown(found)}" if is_above else f"{shown_or_absent(found)}{keyword}")


def occurs(clause: Clause, answer: DecodedResponse) -> bool:
    """Tell whether an answer has a value that this clause says anything about. Raises `NotJson`."""
    kinds = clause.expected.kinds
    there = values_at(answer.content_for(clause.expected.schema), clause.path)
    values = [found for _, found in there if not isinstance(found, Absent)]
    return any(not kinds or any(is_type(found, kind) for kind in kinds) for found in values)


def not_value(clause: Clause, subject: Subject) -> Iterator[Violation]:
    """Hold the value at the path to anything but `expected`."""
    for place, found in values_at(subject.answer.lenient_json, clause.path):
        if same_value(found, clause.expected):
            yield Violation(place, shown(found))


def fallback(clause: Clause, subject: Subject) -> Iterator[Violation]:
    """Hold the body to what is said of every status that has no response of its own, `expected` is the operation."""
    exchange = subject.answer.exchange
    response = clause.expected.fallback(exchange.status)
    if response is None or response.schema is None:
        return
    kind = bare_type(exchange.header("content-type") or "")
    if not is_in_range(kind, response.media_type):
        yield Violation("content-type", shown(kind) if kind else "no such header")
        return
    try:
        found = subject.answer.violations(response.schema)
    except NotJson as error:
        yield Violation("$", str(error))
        return
    for violation in found:
        value_there = value_at(subject.answer.content_for(response.schema), violation.path)
        told = f"{shown_or_absent(value_there)}, which breaks {violation.keyword or 'the schema false'}"
        yield Violation(place_of(violation.path), told)


def owner(clause: Clause, subject: Subject) -> Iterator[Violation]:
    """Hold the owner in the data to the asking account's user id."""
    for place, found in values_at(subject.answer.json, clause.path):
        if found != subject.user_id:
            yield Violation(place, f"{shown_or_absent(found)}, asked by {shown(subject.user_id)}")


def same_payload(clause: Clause, subject: Subject) -> Iterator[Violation]:
    """Hold status and documented values, `expected` says which, to those of the answer compared with."""
    yield from _status_and_differences(clause, subject.compared, subject.answer)


def unchanged_after(clause: Clause, subject: Subject) -> Iterator[Violation]:
    """Hold the answer to the request made afterwards to the answer compared with."""
    yield from _status_and_differences(clause, subject.compared, subject.after)


def _status_and_differences(
    clause: Clause, before: DecodedResponse | None, now: DecodedResponse | None
) -> Iterator[Violation]:
    if before and now and before.exchange.status != now.exchange.status:
        yield Violation("status", f"{_status_line(now.exchange)}, before it {_status_line(before.exchange)}")
    else:
        yield from _differences(clause, before, now)


def _differences(clause: Clause, before: DecodedResponse | None, now: DecodedResponse | None) -> Iterator[Violation]:
    if before is None or now is None:
        return
    expected: Lasting = clause.expected
    ours, theirs = (lasting_part(each.compared, expected.volatile) for each in (now, before))
    for path in expected.paths:
        was, is_now = dict(values_at(theirs, path)), dict(values_at(ours, path))
        if "*" in path and same_value(_present(was), _present(is_now)):
            continue  # in another order, as no page promises one
        for place in was.keys() | is_now.keys():
            found, earlier = is_now.get(place, NOTHING), was.get(place, NOTHING)
            if not same_value(found, earlier):
                yield Violation(place, f"{shown_or_absent(found)}, before it {shown_or_absent(earlier)}")


def _present(found: Mapping[str, Any]) -> list[Any]:
    return [["absent"] if isinstance(each, Absent) else [each, "there"] for each in found.values()]


def shows(clause: Clause, subject: Subject) -> Iterator[Violation]:
    """Hold the value at the path, or one of those in a list, to the one that was asked for."""
    found = list(values_at(subject.answer.json, clause.path))
    if not any(same_value(each, subject.asked_for) for _, each in found):
        place, first = found[0] if found else ("$", NOTHING)
        yield Violation(place, f"{shown_or_absent(first)}, asked for {shown(subject.asked_for)}")


MANY_VALUES = 3  # an error may well have a name, an id or a status


def no_payload(clause: Clause, subject: Subject) -> Iterator[Violation]:
    """Hold an error free of what a success carries: its documented objects, and the account's own values, anywhere.

    An object has documented values below it: what stands in the place of a plain value is none. An error may have a
    name, an id or a status too, so of plain values only all that a success has are one.
    """
    # What may stand bare, `data|.`, has the whole answer above it, and that an error has too.
    tops = list(dict.fromkeys(path[: 2 if path[0].endswith("|.") else 1] for path in clause.expected))
    found = [(top, *each) for top in tops for each in values_at(subject.answer.lenient_json, top)]
    if ("*",) in tops:  # a bare list, which an error may be too
        found = [each for each in found if _is_listed(each[2], clause.expected)]
    held = [each for each in found if not _says_nothing(each[2])]
    carried = [each for each in held if isinstance(each[2], (dict, list)) and each[0] not in clause.expected]
    if carried or _is_whole([value for *_, value in found], len(held)):
        _, place, value = (carried or held)[0]
        yield Violation(place, shown(value))
        return
    for own in subject.own_values:
        if _stands_in(own, subject.answer.text):
            yield Violation("$", f"{shown(own)}, a value of the account's own data")
            return


def _is_whole(values: Sequence[Any], held: int) -> bool:
    """Tell whether an error has all plain values that a success has; of many, some may be null or empty."""
    is_present = not any(isinstance(each, Absent) for each in values)
    return held > 0 and (held == len(values) or (is_present and held >= MANY_VALUES and 4 * held >= 3 * len(values)))


def _says_nothing(value: Any) -> bool:
    """Tell whether a value is one that an error may have in any place: none, an empty one, or false; zero is not."""
    return value is False or isinstance(value, Absent) or value is None or value in ("", [], {})


def _is_listed(item: Any, paths: Iterable[Sequence[str]]) -> bool:
    """Tell whether an item has most of the keys that one of the documented bare list has."""
    keys = {path[1] for path in paths if path[0] == "*" and len(path) > 1}
    return isinstance(item, dict) and 2 * len(keys & item.keys()) > len(keys)


def nothing_undocumented(clause: Clause, subject: Subject) -> Iterator[Violation]:
    """Hold the body to the keys that the page prints, `expected` lists their paths."""
    for place in undocumented_fields(subject.answer, clause.expected):
        yield Violation(place, "a key that the page does not print")


def _stands_in(value: str, text: str) -> bool:
    """Tell whether a value stands in a text by itself, and not as a piece of another word."""
    start = text.find(value)
    while start >= 0:
        around = text[start - 1 : start], text[start + len(value) : start + len(value) + 1]
        if not any(letter.isalnum() or letter in ("_", "-") for letter in around if letter):
            return True
        start = text.find(value, start + 1)
    return False


def nothing_foreign(clause: Clause, subject: Subject) -> Iterator[Violation]:  # noqa: ARG001
    """Hold an answer free of what belongs to another account."""
    for foreign in subject.foreign_values:
        if _stands_in(foreign, subject.answer.text):
            yield Violation("$", f"{shown(foreign)}, which belongs to another account")
            return


# What only the inside of a server knows. Each is anchored by something that prose, markup and URL paths do not have,
# and no wildcard is without a bound: whatever is sent, the time is linear in its length.
_SOURCE = r"[\w.@-]{1,100}\.(?:py|m?[jt]sx?|cjs|rb|php|java|kt|go|cs|rs|jar|exs?)\b"
_NAME = r"[\w`$]{1,100}(?:\.[\w`$<>\[\]]{1,100}){1,20}"
# A path begins here: no URL goes on, and no attribute or link header holds it.
_ROOT = r"(?<![\w:/.<])(?<!=[\"'])(?<!=\\[\"'])"
INTERNALS_SEARCHED = 20_000  # characters: a trace stands early
INTERNALS = {
    "a Python trace": r"Traceback \(most recent call last\)|File \"(?:[^\"\n]{1,300}\.pyx?|<\w{1,100}>)\", line \d+",
    "a JavaScript trace": r"\bat (?:async )?(?:[\w$.<>\[\] ]{1,100} \()?"
    r"(?:file://|node:|/|[A-Za-z]:\\)[^\s)]{0,300}:\d+:\d+",
    "a Java trace": r"\bat (?:[\w.@-]{0,100}/){0,2}[\w.$<>]{1,300}\("
    r"(?:[\w$]{1,100}\.(?:java|kt|scala):\d+|Native Method|Unknown Source)"
    r"|Exception in thread \"",
    "a PHP trace": rf"#\d+ (?:/|[A-Za-z]:\\)\S{{1,300}}\(\d+\)"
    rf"|\bin (?:/|[A-Za-z]:\\)\S{{0,300}}{_SOURCE}(?: on line |:)\d+"
    r"|Stack trace:",
    "a .NET trace": rf"\bat [\w.`<>\[\], ]{{1,200}}\([^)\n]{{0,300}}\) in \S{{1,300}}:line \d+"
    rf"|\bat {_NAME}\([^()\n]{{0,300}}\)\s{{1,20}}at {_NAME}\("
    r"|--- End of (?:inner exception )?stack trace",
    "a Go trace": r"\bgoroutine \d+ \[|panic: runtime error|\w\.go:\d+ \+0x[0-9a-f]+",
    "a Ruby trace": r"\.rb:\d+:in [`'‘]",
    "a Rust trace": r"thread '[^']{1,100}' (?:\(\d+\) )?panicked at",
    "a path of a file": rf"{_ROOT}(?:/[\w.@-]+)+/{_SOURCE}|\bfile:///\w|\bnode_modules/"
    rf"|{_ROOT}/(?:var/(?:www|log|task|lib|run)|usr/(?:src|local|lib|share)|etc/[\w-]+)/[\w.-]+[\w./-]*"
    rf"|{_ROOT}/(?:home|opt|srv|root|Users)/[\w.-]+/[\w./-]+"
    r"|\b[A-Za-z]:\\(?:[\w .-]+\\)+[\w .-]+|(?<!\w)[A-Za-z]:/(?:[\w .-]+/)+[\w.-]+",
}


def no_server_internals(clause: Clause, subject: Subject) -> Iterator[Violation]:  # noqa: ARG001
    """Hold an error's body and headers free of stack traces and of file paths of the server."""
    headers = [(f"header {name.lower()}", text) for name, text in subject.answer.exchange.headers]
    for place, text in [("$", subject.answer.text), *headers]:
        for what, pattern in INTERNALS.items():
            if hit := re.search(pattern, text[:INTERNALS_SEARCHED]):
                yield Violation(place, f"{what}: {shown(hit.group())}")
                return


CHECKS: dict[str, Check] = {
    "status": status,
    "no-server-error": no_server_error,
    "refused": refused,
    "media-type": media_type,
    "strict-json": body_is_strict_json,
    "text": body_is_text,
    "header-there": header_there,
    "header": header,
    "value": value,
    "never-shown": value,
    "schema": schema,
    "not-value": not_value,
    "fallback": fallback,
    "owner": owner,
    "same-payload": same_payload,
    "unchanged-after": unchanged_after,
    "shows": shows,
    "no-payload": no_payload,
    "nothing-undocumented": nothing_undocumented,
    "nothing-foreign": nothing_foreign,
    "no-server-internals": no_server_internals,
}


def undocumented_fields(answer: DecodedResponse, keys: Iterable[Sequence[str]]) -> list[str]:
    """Name each key that is not documented by its place (`$.data.items[].colour`), never by its value.

    An object of which no key is documented is not looked into, nor is one that is itself not documented. Raises
    `NotJson`.
    """
    once: dict[str, None] = {}
    for place in _undocumented(answer.json, _known(keys), "$"):
        once[place] = None
        if len(once) == UNDOCUMENTED_AT_MOST:
            break
    return list(once)


def _known(keys: Iterable[Sequence[str]]) -> dict[str, Any]:
    """Return the documented keys as a tree: either spelling of a step leads below it, and `.` stays where it is."""
    root: dict[str, Any] = {}
    for path in keys:
        nodes = [root]
        for step in path:
            nodes = [node if name == "." else node.setdefault(name, {}) for node in nodes for name in step.split("|")]
    return root


def _undocumented(found: Any, known: dict[str, Any], place: str) -> Iterator[str]:
    if isinstance(found, list) and known:
        for inner in found:
            yield from _undocumented(inner, known.get("*", {}), f"{place}[]")
    elif isinstance(found, dict) and known:
        for key, inner in found.items():
            step = key if key in known else "*" if "*" in known else ""
            if step:
                yield from _undocumented(inner, known[step], f"{place}.{_shown_key(step)}")
            else:
                yield f"{place}.{_shown_key(key)}"


def _shown_key(key: str) -> str:
    return key if len(key) <= KEY_SHOWN_CHARACTERS else f"{key[:KEY_SHOWN_CHARACTERS]}…"


def own_values(clause: Clause, answer: DecodedResponse) -> tuple[str, ...]:
    """Return the texts of a success's payload that no other answer would hold by chance: long, without a blank."""
    found = [each for path in clause.expected for _, each in values_at(answer.lenient_json, path)]
    return tuple(each for each in found if isinstance(each, str) and len(each) >= 10 and " " not in each)


def _status_line(exchange: Exchange) -> str:
    return f"{exchange.status or ''} {exchange.reason}".strip()
