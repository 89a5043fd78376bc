"""A benign variant really is another provider than the reference, or its silence would mean nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import partial

import pytest

from reference_provider import serve
from tests.detection.benign import Variant, variants
from tests.detection.mutating_proxy import Answer, Request, forward_to
from tests.detection.mutations import PATH, Clean, taken_clean

VARIANTS = {variant.name: variant for variant in variants(wait=lambda _: None)}


@pytest.fixture(scope="module")
def clean() -> Iterator[Clean]:
    with serve(port=0) as reference:
        clean = taken_clean(reference.base_url)
        refusal = forward_to(reference.base_url)(Request("DELETE", PATH))
        yield Clean({**clean.answers, "method": refusal}, clean.other)


def _answers(variant: Variant, clean: Clean) -> Mapping[str, Answer]:
    relay = variant.mutation.start(clean)
    return {state: relay(Request("GET", PATH), partial(_given, answer)) for state, answer in clean.answers.items()}


def _given(answer: Answer, _: Request) -> Answer:
    return answer


TRIED_APART = ("slow-within-the-deadline", "another-list-order-on-every-call")


@pytest.mark.parametrize("name", [name for name in VARIANTS if name not in TRIED_APART])
def test_variant_changes_some_answer(name: str, clean: Clean) -> None:
    assert _answers(VARIANTS[name], clean) != clean.answers


def test_list_is_turned_round_on_every_second_call(clean: Clean) -> None:
    relay = VARIANTS["another-list-order-on-every-call"].mutation.start(clean)
    answer = clean.answers["success"].with_body(b'{"voices": [1, 2, 3]}')
    bodies = [json.loads(relay(Request("GET", "/voices"), partial(_given, answer)).body) for _ in range(2)]
    assert bodies == [{"voices": [1, 2, 3]}, {"voices": [3, 2, 1]}]


def test_slow_variant_waits_once_for_each_status(clean: Clean) -> None:
    waits: list[float] = []
    [slow] = [variant for variant in variants(wait=waits.append) if variant.name == "slow-within-the-deadline"]
    relay = slow.mutation.start(clean)
    for answer in [*clean.answers.values()] * 2:
        relay(Request("GET", PATH), partial(_given, answer))
    assert len(waits) == len({answer.status for answer in clean.answers.values()})


def test_escaped_unicode_means_the_same(clean: Clean) -> None:
    success = _answers(VARIANTS["escaped-unicode"], clean)["success"]
    assert json.loads(success.body) == json.loads(clean.answers["success"].body)
