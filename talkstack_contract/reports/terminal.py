"""What a run says on a terminal: its last line, letters, changes, an exchange."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter

from talkstack_contract.judging.comparison import Changes
from talkstack_contract.judging.decision import Decision, DecisionKind, DocumentedResponse
from talkstack_contract.model import Judgement, Verdict
from talkstack_contract.provider.evidence import Evidence

MARKS = {"upheld": "✓", "violated": "✕", "blocked": "!", "waived": "≈", "unexercised": "○"}
WORDS = {"unexercised": "not asked"}
_COMMAND = re.compile(r"(?m)^( *)::")
_COMMAND_INSIDE = re.compile(r"##(\w*)\[")
LISTED = 20  # lines of a kind: more is no longer read in a terminal


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
    cost = f"{requests} requests in {seconds:.1f} s{_since(decision)}"
    if decision.word is DecisionKind.NONE:
        counts = ", ".join(f"{decision.clauses[key]} {WORDS.get(key, key)}" for key in MARKS if decision.clauses[key])
        total = sum(decision.clauses[key] for key in MARKS)
        of_all = f"of {decision.clauses['expected']} clauses, {total} selected: {counts or 'none'}"
        return f"no decision  {decision.clauses['upheld']} {of_all}  {cost}{_because(decision)}"
    return f"{decision.word}  {pair_counts(decision)}  {cost}{_because(decision)}"


def pair_counts(decision: Decision) -> str:
    """Return `3 of 4 documented pairs upheld, 1 violated: listInvoices 404`."""
    counts = decision.counts()
    parts = [f"{counts['upheld']} of {counts['documented']} documented pairs upheld"]
    for verdict in ("violated", "blocked", "waived", "unexercised"):
        mine = [pair for pair in decision.pairs if pair.verdict == verdict]
        if mine:
            parts.append(f"{len(mine)} {WORDS.get(verdict, verdict)}{_named(verdict, mine)}")
    remarks = sum(pair.remarks for pair in decision.pairs)
    return ", ".join([*parts, f"{remarks} {'remark' if remarks == 1 else 'remarks'}"] if remarks else parts)


def _named(verdict: str, pairs: list[DocumentedResponse]) -> str:
    if verdict == "unexercised":
        [(reason, count)] = Counter(pair.reason for pair in pairs).most_common(1)
        return f" ({reason if count == len(pairs) else f'{count} of them: {reason}'})"
    shown = ", ".join(f"{pair.operation} {pair.status}" for pair in pairs[:3])
    return f": {shown}{' …' if len(pairs) > 3 else ''}" if verdict == "violated" else ""


def _since(decision: Decision) -> str:
    changes = decision.changes
    if changes is None:
        return ""
    counts = ", ".join(f"{count} {words}" for words, count in changes.counts.items())
    return f"  since {changes.since}: {counts or 'nothing changed'}"


def change_lines(changes: Changes | None, judgements: Sequence[Judgement]) -> list[str]:
    """Say of each clause that is otherwise than before what became of it, a long list cut with its length told."""
    if changes is None:
        return []
    reasons = {each.id: each.reason for each in judgements}
    violated = {each.id for each in judgements if each.verdict is Verdict.VIOLATED}
    told = [("newly violated", id_) for id_ in changes.newly_violated]
    told += [("fixed", id_) for id_ in changes.fixed]
    told += [("no longer exercised", f"{id_} ({reasons[id_]})") for id_ in changes.no_longer_exercised]
    told += [("no longer exercised", f"{id_} (the contract has it no longer)") for id_ in changes.gone]
    told += [("new", f"{id_}{', violated' if id_ in violated else ''}") for id_ in changes.new]
    return [line for kind, mine in groupby(told, key=itemgetter(0)) for line in _listed(kind, [id_ for _, id_ in mine])]


def _listed(kind: str, ids: Sequence[str]) -> Iterator[str]:
    yield from (f"{kind:<19}  {id_}" for id_ in ids[:LISTED])
    if len(ids) > LISTED:
        yield f"{kind:<19}  and {len(ids) - LISTED} more, see changes in the last line of verdicts.jsonl"


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
    word = WORDS.get(judgement.verdict, judgement.verdict)
    reason = f" ({judgement.reason})" if judgement.reason else ""
    return f"{MARKS[judgement.verdict]} {word:<9}  {judgement.clause}: {judgement.statement}{reason}"


def _because(decision: Decision) -> str:
    return f": {decision.reason}" if decision.reason else ""


def stated(judgement: Judgement, evidence: Sequence[Evidence]) -> str:
    """Say what pytest and JUnit show of a verdict: a letter, or why there is nothing to write one about."""
    if judgement.verdict is Verdict.BLOCKED:
        return printed(f"blocked: {judgement.reason}")
    if judgement.verdict is Verdict.NOT_TESTED:
        remedy = f"; to enable it: {judgement.remedy}" if judgement.remedy else ""
        return printed(f"not asked: {judgement.reason}{remedy}")
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
    if judgement.source.interpretation:
        rows.append(f"  reading   {judgement.source.interpretation} in schemas/readings.yaml")
    if judgement.verdict is Verdict.WAIVED:
        rows.append(f"  waived    {judgement.reason}")
    rows += [f"  repeat    {each.curl}" for each in evidence[:1]]
    return "\n".join(rows)
