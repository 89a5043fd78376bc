"""A mutant of a layer counts as caught by its own doing only, or the rate of detection would mean nothing."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from tests.detection.mutant_layers import MOST, LayerEditing, LayerMutant, Recording, found_by, layers
from tests.detection.mutating_proxy import Answer, Request
from tests.detection.run_results import Run, Told

BODY = {"message": "m", "data": [{"id": "1", "tags": ["a"]}], "status": "ok"}
CLEAN = Answer(200, "OK", (("Content-Type", "application/json"), ("Content-Length", "9")), json.dumps(BODY).encode())
ANSWERS = {("readA", 200): CLEAN, ("readA", 404): CLEAN.with_status(404), ("readB", 200): CLEAN}


def _to_500(pair: tuple[str, int]) -> LayerMutant:
    return LayerMutant(pair, "status-500", lambda answer: answer.with_status(500))


OK, MISSING = _to_500(("readA", 200)), _to_500(("readA", 404))


def _asked(editing: LayerEditing, exchange: str, *statuses: int) -> None:
    for number, status in enumerate(statuses):
        editing(Request("GET", "/", (("X-Request-Id", f"{exchange}-{number}"),)), lambda _: CLEAN.with_status(status))  # noqa: B023


def _run(**exchanges: tuple[str, ...]) -> Run:
    told = {
        f"readA/{case.replace('_', '-')}/c": Told("must", "violated", ids, False) for case, ids in exchanges.items()
    }
    return Run(1, told, True, "")


def test_each_mutant_is_in_one_layer_and_alone_for_its_pair() -> None:
    made = layers(ANSWERS)
    counted = Counter(mutant.name for layer in made for mutant in layer)
    pairs = [len(layer) - len({mutant.pair for mutant in layer}) for layer in made]
    assert (max(counted.values()), set(pairs), len(made) <= sum(MOST.values())) == (1, {0}, True)


@pytest.mark.parametrize("kind", MOST)
def test_layer_is_a_mixture(kind: str) -> None:
    names = [{mutant.edit_name for mutant in layer if mutant.pair[1] == 200} for layer in layers(ANSWERS, [kind])]
    assert {len(each) for each in names} == {2}


def test_only_the_answers_of_the_pair_are_edited() -> None:
    editing = LayerEditing([OK])
    _asked(editing, "readA/by-bearer", 200)
    _asked(editing, "readA/unknown", 404)
    _asked(editing, "readB/by-bearer", 200)
    assert editing.edited == {"readA/by-bearer": OK.name}


def test_what_is_asked_again_is_the_doing_of_the_first() -> None:
    editing = LayerEditing([OK, MISSING])
    _asked(editing, "readA/by-bearer", 200, 404)
    assert editing.edited == {"readA/by-bearer": OK.name}


def test_mutant_is_caught_by_a_case_that_it_edited() -> None:
    editing = LayerEditing([OK], {"readA/by-bearer": OK.name})
    run = _run(by_bearer=("readA/by-bearer",), by_api_key=("readA/by-api-key",))
    assert found_by(OK, editing, run) == {"readA/by-bearer/c"}


def test_mutant_is_not_caught_by_what_another_one_did() -> None:
    editing = LayerEditing([OK, MISSING], {"readA/unknown": MISSING.name, "readA/unknown/after": OK.name})
    run = _run(unknown=("readA/unknown", "readA/unknown/after"))
    assert found_by(MISSING, editing, run) | found_by(OK, editing, run) == set()


def test_recording_keeps_the_first_answer_of_documented_cases() -> None:
    recording = Recording()
    for exchange in ("readA/by-bearer", "readA/method-put", "readA/a-workflow/1", "getActiveProject/by-bearer", ""):
        recording(Request("GET", "/", (("X-Request-Id", f"{exchange}-7"),)), lambda _: CLEAN)
    assert recording.answers == {("readA", 200): CLEAN}
