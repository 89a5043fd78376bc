"""What a run says on a terminal: its last line, letters, changes, an exchange."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby, zip_longest
from operator import itemgetter

from talkstack_contract.judging.comparison import Changes
from talkstack_contract.judging.decision import (
    Decision,
    DecisionKind,
    DocumentedResponse,
    Scope,
    documented_responses,
    is_below,
)
from talkstack_contract.model import Judgement, Operation, RequirementLevel, Verdict
from talkstack_contract.provider.evidence import Evidence
from talkstack_contract.results.documentation import Documentation

MARKS = {"upheld": "✓", "violated": "✕", "blocked": "!", "waived": "≈", "not tested": "○"}
_COMMAND = re.compile(r"(?m)^( *)::")
_COMMAND_INSIDE = re.compile(r"##(\w*)\[")
LISTED = 20  # lines of a kind: more is no longer read in a terminal
NAMED = 3  # operations of a scope, clauses that are blocked for one reason
PATH_WIDTH, BAR_WIDTH = 40, 20
BROKEN = (Verdict.VIOLATED, Verdict.WAIVED)


def printed(text: str) -> str:
    """Return a text that does nothing but show: to a terminal, and to the runner of a CI server that reads along.

    What is not printable is written by its number (ESC, BEL, CR, marks that turn the direction of a text), but for line
    ends. A line that a runner would obey, `::command::`, `##[command]`, `##vso[command]`, is set apart by a blank.
    """
    shown = "".join(letter if letter.isprintable() or letter == "\n" else _numbered(letter) for letter in text)
    return _COMMAND_INSIDE.sub(r"# #\1[", _COMMAND.sub(r"\1: :", shown))


def _numbered(letter: str) -> str:
    code = ord(letter)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def last_line(decision: Decision, requests: int, seconds: float) -> str:
    """Return the line that a run ends with."""
    time = f"in {seconds:.1f} s" if seconds else "on record"
    cost = f"{_counted(requests, 'request')} {time}{_since(decision)}"
    if decision.word is DecisionKind.NONE:
        counts = ", ".join(f"{decision.clauses[key]} {key}" for key in MARKS if decision.clauses[key])
        total = sum(decision.clauses[key] for key in MARKS)
        of_all = f"of {decision.clauses['expected']} clauses, {total} selected: {counts or 'none'}"
        return f"no decision  {decision.clauses['upheld']} {of_all}  {cost}{_because(decision)}"
    return f"{decision.word}  {response_counts(decision)}  {cost}{_because(decision)}"


def named_scope(names: Sequence[str]) -> str:
    """Name the operations and sections that a run decides about, a long list cut with its length told."""
    rest = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"{', '.join(names[:NAMED])}{rest}"


def response_counts(decision: Decision) -> str:
    """Return `3 of 4 documented responses upheld, 1 violated: listInvoices 404`."""
    counts = decision.counts()
    of = f" of {named_scope(decision.named_scope)}" if decision.named_scope else ""
    parts = [f"{counts['upheld']} of {counts['documented']} documented responses{of} upheld"]
    for verdict in ("violated", "blocked", "waived", "not tested"):
        mine = [response for response in decision.responses if response.verdict == verdict]
        if mine:
            parts.append(f"{len(mine)} {verdict}{_named(verdict, mine)}")
    if decision.beyond:
        shown = f"{', '.join(decision.beyond[:NAMED])}{' …' if len(decision.beyond) > NAMED else ''}"
        parts.append(f"{_counted(len(decision.beyond), 'other clause')} violated: {shown}")
    return ", ".join([*parts, _counted(decision.remarks, "remark")] if decision.remarks else parts)


def _named(verdict: str, responses: list[DocumentedResponse]) -> str:
    if verdict == "not tested":
        [(reason, count)] = Counter(response.reason for response in responses).most_common(1)
        return f" ({reason if count == len(responses) else f'{count} of them: {reason}'})"
    shown = ", ".join(f"{response.operation} {response.status}" for response in responses[:3])
    return f": {shown}{' …' if len(responses) > 3 else ''}" if verdict == "violated" else ""


def _since(decision: Decision) -> str:
    changes = decision.changes
    if changes is None:
        return ""
    counts = ", ".join(f"{count} {words}" for words, count in changes.counts.items())
    return f"  since {changes.since}: {counts or 'nothing changed'}"


def docs_state(documentation: Documentation) -> str:
    """Return `2 pages held against the contract; operations: 1 changed, 3 same`."""
    pages = len(documentation.pages)
    counts = ", ".join(f"{count} {standing}" for standing, count in documentation.counts.items())
    return f"{pages} {'page' if pages == 1 else 'pages'} held against the contract; operations: {counts}"


def change_lines(changes: Changes | None, judgements: Sequence[Judgement]) -> list[str]:
    """Say of each clause that is otherwise than before what became of it, a long list cut with its length told."""
    if changes is None:
        return []
    reasons = {each.id: each.reason for each in judgements}
    violated = {each.id for each in judgements if each.verdict is Verdict.VIOLATED}
    told = [("newly violated", id_) for id_ in changes.newly_violated]
    told += [("fixed", id_) for id_ in changes.fixed]
    told += [("no longer tested", f"{id_} ({reasons[id_]})") for id_ in changes.no_longer_tested]
    told += [("no longer tested", f"{id_} (the contract has it no longer)") for id_ in changes.gone]
    told += [("new", f"{id_}{', violated' if id_ in violated else ''}") for id_ in changes.new]
    return [line for kind, mine in groupby(told, key=itemgetter(0)) for line in _listed(kind, [id_ for _, id_ in mine])]


def _listed(kind: str, ids: Sequence[str]) -> Iterator[str]:
    yield from (f"{kind:<16}  {id_}" for id_ in ids[:LISTED])
    if len(ids) > LISTED:
        yield f"{kind:<16}  and {len(ids) - LISTED} more, see changes in the last line of verdicts.jsonl"


def operation_line(operation: Operation, judgements: Sequence[Judgement], scope: Scope) -> tuple[str, bool]:
    """Return `GET    /invoices   404 violated; 200, 401 upheld`, and whether the operation fails the run."""
    listed = (each for each in scope.responses if each.operation == operation.id)
    mine = [replace(each, clauses=min(each.clauses, 1)) for each in listed]  # of a narrowed run, what it has judged
    scored = [each for each in judgements if scope.is_scored(each)]
    responses = documented_responses(mine, judgements, scope.fail_on, scope.is_scored)
    statuses = {verdict: [str(each.status) for each in responses if each.verdict is verdict] for verdict in Verdict}
    parts = [f"{', '.join(found)} {verdict}" for verdict, found in statuses.items() if found]
    documented = {each.status for each in responses}
    beyond = [each for each in scored if scope.is_red(each) and each.status not in documented]
    if beyond:
        parts.insert(bool(statuses[Verdict.VIOLATED]), f"{_counted(len(beyond), 'other clause')} violated")
    if remarks := sum(is_below(each, scope.fail_on) for each in scored):
        parts.append(_counted(remarks, "remark"))
    told = "; ".join(parts) or "no response is documented"
    return f"{operation.method:<6} {operation.path:<{PATH_WIDTH}}  {told}", any(map(scope.is_red, scored))


def bar(done: int, cases: int, operations_left: int, requests: int) -> str:
    """Draw how far a run is."""
    filled = BAR_WIDTH * done // max(cases, 1)
    drawn = "#" * filled + "." * (BAR_WIDTH - filled)
    left = _counted(operations_left, "operation")
    return f"[{drawn}] {done} of {_counted(cases, 'case')}, {left} left, {_counted(requests, 'request')}"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def exchange_text(evidence: Evidence) -> str:
    """Write an exchange as it went over the wire, redacted, and the line that repeats it."""
    asked = [f"{evidence.method} {evidence.url}", *_headers(evidence.request_headers)]
    answer = [
        f"{evidence.status or 'no answer'} {evidence.reason}  {evidence.latency_ms:.1f} ms",
        *_headers(evidence.headers),
    ]
    parts = ["\n".join(asked), evidence.request_body, "\n".join(answer), evidence.body, f"repeat  {evidence.curl}"]
    return "\n\n".join(part for part in parts if part)


def _headers(headers: Iterable[tuple[str, str]]) -> list[str]:
    return [f"{name.lower()}: {value}" for name, value in headers]


def verdict_text(judgement: Judgement) -> str:
    """Write a verdict on a line."""
    word = judgement.verdict
    reason = f" ({judgement.reason})" if judgement.reason else ""
    return f"{MARKS[judgement.verdict]} {word:<9}  {judgement.clause}: {judgement.statement}{reason}"


def _because(decision: Decision) -> str:
    return f": {decision.reason}" if decision.reason else ""


def tally(judgements: Sequence[Judgement]) -> str:
    """Return `19 upheld, 1 violated`."""
    counted = Counter(str(each.verdict) for each in judgements)
    return ", ".join(f"{count} {verdict}" for verdict, count in counted.items())


def case_letter(judgements: Sequence[Judgement], exchanges: Mapping[str, Evidence]) -> str:
    """Write what pytest shows of a case: each violated clause, why others are blocked, and how many more there are.

    Where nothing is violated or blocked, it says why nothing was tested.
    """
    broken = sorted((each for each in judgements if each.verdict in BROKEN), key=_weight)
    blocked = [each for each in judgements if each.verdict is Verdict.BLOCKED]
    rest = [each for each in judgements if each.verdict in (Verdict.NOT_TESTED, Verdict.UPHELD)]
    parts = [*_letters(broken, exchanges), *map(_blocked_line, _by_reason(blocked))]
    if not parts:
        return "\n".join(dict.fromkeys(stated(each, ()) for each in rest if each.verdict is Verdict.NOT_TESTED))
    return printed("\n".join([*parts, f"and {tally(rest)}"] if rest else parts))


def _weight(judgement: Judgement) -> tuple[bool, int]:
    return judgement.verdict is Verdict.WAIVED, list(RequirementLevel).index(judgement.level)


def _letters(broken: Sequence[Judgement], exchanges: Mapping[str, Evidence]) -> Iterator[str]:
    """Yield a letter for each clause; those of one exchange say at their end how to repeat it."""
    for judgement, following in zip_longest(broken, broken[1:]):
        shown = judgement.exchanges[:1]
        is_last = following is None or following.exchanges[:1] != shown
        yield letter(judgement, [exchanges[id_] for id_ in shown if is_last and id_ in exchanges])


def _by_reason(blocked: Sequence[Judgement]) -> list[list[Judgement]]:
    groups: dict[str, list[Judgement]] = {}
    for each in blocked:
        groups.setdefault(each.reason, []).append(each)
    return list(groups.values())


def _blocked_line(alike: Sequence[Judgement]) -> str:
    names = ", ".join(each.clause for each in alike[:NAMED])
    more = f" and {len(alike) - NAMED} more" if len(alike) > NAMED else ""
    return f"blocked: {alike[0].reason} ({names}{more})"


def stated(judgement: Judgement, evidence: Sequence[Evidence]) -> str:
    """Say what JUnit shows of a verdict: a letter, or why there is nothing to write one about."""
    if judgement.verdict is Verdict.BLOCKED:
        return printed(f"blocked: {judgement.reason}")
    if judgement.verdict is Verdict.NOT_TESTED:
        remedy = f"; to enable it: {judgement.remedy}" if judgement.remedy else ""
        return printed(f"not tested: {judgement.reason}{remedy}")
    return printed(letter(judgement, evidence))


def letter(judgement: Judgement, evidence: Sequence[Evidence]) -> str:
    """Write who broke what, where; promised; received; source; how to repeat."""
    at = f" at {judgement.violations[0].at}" if judgement.violations else ""
    rows = [f"{judgement.operation}/{judgement.case}: {judgement.clause} {judgement.verdict}{at}"]
    rows.append(f"  promised  {judgement.statement} ({judgement.level}, {judgement.provenance}; {judgement.source})")
    for violation in judgement.violations[:5]:
        place = "" if violation is judgement.violations[0] else f" at {violation.at}"
        rows.append(f"  received  {violation.received}{place}")
    if rest := max(len(judgement.violations) - 5, 0) + judgement.more_violations:
        rows.append(f"            and {rest} more")
    if judgement.docs:
        rows.append(f"  docs      {judgement.docs}")
    if names := judgement.source.interpretations:
        rows.append(f"  interpretation {', '.join(names)}, which report.html explains")
    if judgement.verdict is Verdict.WAIVED:
        rows.append(f"  waived    {judgement.reason}")
    rows += [f"  repeat    {each.curl}" for each in evidence[:1]]
    return "\n".join(rows)
