"""Mutants of every operation but the first, many in one run: the i-th edit of each (operation, status) is a layer.

The clean answers are recorded off one run; which exchanges a mutant then edited is known by their `X-Request-Id`, and
only a case whose own exchange it edited can catch it. `MOST` says which edits are taken. Answers to methods that are
not documented are not edited, and workflows and generated requests are not tested: what they find is found beside.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tests.detection.answer_edits import Edit, byte_edits, header_edits, key_edits
from tests.detection.fault_batches import BY_SMALL_CONTRACT
from tests.detection.measured_runs import DOCUMENTED, Suite
from tests.detection.mutants import status_edits, why_it_survives
from tests.detection.mutating_proxy import Answer, Forward, Request
from tests.detection.run_results import ACCEPTED, INCONCLUSIVE, REJECTED, Outcome, Run

Pair = tuple[str, int]  # operation and status

# How many edits of each kind an answer gets, as a layer is a run; where there are more, evenly spaced ones.
MOST = {"status": 20, "header": 8, "body": 22, "key": 24}


@dataclass(frozen=True)
class LayerMutant:
    """One edit of the answers of one (operation, status)."""

    pair: Pair
    edit_name: str
    edit: Edit

    @property
    def name(self) -> str:
        return f"{self.pair[0]}/{self.pair[1]}/{self.edit_name}"


Layer = Sequence[LayerMutant]


@dataclass
class Recording:
    """The relay that changes nothing and keeps the first answer of each (operation, status)."""

    answers: dict[Pair, Answer] = field(default_factory=dict)

    def __call__(self, request: Request, forward: Forward) -> Answer:
        answer = forward(request)
        if _is_recorded(exchange_id(request)):
            self.answers.setdefault((_operation(exchange_id(request)), answer.status), answer)
        return answer


@dataclass(frozen=True)
class Recorded:
    """The clean run of all documented cases, and the answers that mutants are made of."""

    run: Run
    answers: Mapping[Pair, Answer]
    failures: Sequence[str]


@dataclass
class LayerEditing:
    """The relay of a layer; `edited` tells by exchange the name of the mutant that changed it first.

    A request that is repeated because its first answer was unusable counts for the mutant that spoiled the answer.
    """

    layer: Layer
    edited: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.by_pair = {mutant.pair: mutant for mutant in self.layer}

    def __call__(self, request: Request, forward: Forward) -> Answer:
        answer, id_ = forward(request), exchange_id(request)
        mutant = self.by_pair.get((_operation(id_), answer.status))
        if mutant is None or (wrong := mutant.edit(answer)) == answer:
            return answer
        self.edited.setdefault(id_, mutant.name)
        return wrong


def exchange_id(request: Request) -> str:
    """Which exchange of the run a request belongs to: its `X-Request-Id` without the number at the end."""
    return (request.header("X-Request-Id") or "").rpartition("-")[0]


def _operation(id_: str) -> str:
    return id_.partition("/")[0]


def _is_recorded(id_: str) -> bool:
    operation, _, case = id_.partition("/")
    is_documented = case and "/" not in case and not case.startswith("method-")
    return bool(is_documented) and operation != BY_SMALL_CONTRACT


def recorded(suite: Suite) -> Recorded:
    """The answers of one run of all documented cases against the reference provider as it is."""
    recording = Recording()
    run, failures = suite.run_behind(lambda _: recording, DOCUMENTED)
    return Recorded(run, recording.answers, failures)


def layers(answers: Mapping[Pair, Answer], kinds: Iterable[str] = MOST) -> list[Layer]:
    """Each mutant once. A layer is a mixture of edits: were all the same, none would find a provider that answers."""
    return [layer for kind in kinds for layer in _layers_of_kind(answers, kind)]


def first_layer(answers: Mapping[Pair, Answer], kind: str) -> Layer:
    return _layers_of_kind(answers, kind)[0]


def _layers_of_kind(answers: Mapping[Pair, Answer], kind: str) -> list[Layer]:
    found: dict[int, list[LayerMutant]] = defaultdict(list)
    for place, (pair, answer) in enumerate(answers.items()):
        edits = _thinned([*_KINDS[kind](answer)], MOST[kind])
        for number in range(len(edits)):
            found[number].append(LayerMutant(pair, *edits[(number + place) % len(edits)]))
    return list(found.values())


_KINDS: Mapping[str, Callable[[Answer], Iterable[tuple[str, Edit]]]] = {
    "status": status_edits,
    "header": lambda answer: header_edits({name.lower(): value for name, value in answer.headers}),
    "body": lambda _: byte_edits(),
    "key": key_edits,
}


def _thinned(edits: Sequence[tuple[str, Edit]], most: int) -> list[tuple[str, Edit]]:
    kept = min(len(edits), most)
    return [edits[number * len(edits) // kept] for number in range(kept)]


def layer_outcomes(suite: Suite, layer: Layer) -> list[Outcome]:
    """The run against these mutants: each is violated or blocked by a case of its own, or explained."""
    editing = LayerEditing(layer)
    run, failures = suite.run_behind(lambda _: editing, DOCUMENTED)
    wrong = [*failures, *run.problems(ACCEPTED, REJECTED, INCONCLUSIVE)]
    if any(told.of_run for told in run.told.values()):
        wrong.append("the whole run is blocked, which tells nothing of a mutant")
    first, *others = layer
    return [_outcome(first, editing, run, *wrong), *(_outcome(mutant, editing, run) for mutant in others)]


def _outcome(mutant: LayerMutant, editing: LayerEditing, run: Run, *wrong: str) -> Outcome:
    reason, problems = why_it_survives(mutant.name), list(wrong)
    found = found_by(mutant, editing, run)
    if mutant.name not in editing.edited.values():
        problems.append("no answer was edited, so that nothing is known of it")
    elif not found and not reason:
        problems.append("survived, and nothing explains why it may")
    elif found and reason:
        problems.append(f"caught by {run.heaviest(found)}, but explained as a survivor: {reason}")
    cell = run.heaviest(found) if found else f"survived: {reason}"
    return Outcome(mutant.name, (cell,), bool(found), tuple(problems))


def found_by(mutant: LayerMutant, editing: LayerEditing, run: Run) -> frozenset[str]:
    """The clauses that catch it: of a case whose exchange it edited, and judged by no exchange that another edited."""
    own = {id_ for id_, name in editing.edited.items() if name == mutant.name}
    of_others = editing.edited.keys() - own
    return frozenset(
        clause
        for clause, told in run.told.items()
        if told.is_found and clause.rpartition("/")[0] in own and of_others.isdisjoint(told.exchanges)
    )
