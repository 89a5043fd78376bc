"""What is judged in this process is judged as pytest judges it, or detection would say nothing of the suite."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.detection.judged_runs import judged, settings_for
from tests.detection.measured_runs import DOCUMENTED, Suite, suite
from tests.detection.run_results import Run

# A must, a should, an advice, an answer that never comes, and one that disturbs the requests after it.
FAULTS_OF_ALL_KINDS = {
    "must": "getActiveProject-success-status-absent",
    "should": "getActiveProject-success-message-reworded",
    "advice": "getActiveProject-unknown-query-answered-404",
    "no-answer": "getActiveProject-unknown-query-no-answer",
    "first-answer-503": "getActiveProject-success-answered-503",
}


@pytest.fixture(scope="module")
def asking() -> Iterator[Suite]:
    with suite() as asking:
        yield asking


def shown(run: Run) -> tuple[int, dict[str, tuple[str, tuple[str, ...]]]]:
    return run.exit_status, {id_: (told.verdict, told.exchanges) for id_, told in run.told.items()}


@pytest.mark.parametrize("fault", [None, *FAULTS_OF_ALL_KINDS.values()], ids=["clean", *FAULTS_OF_ALL_KINDS])
def test_run_in_this_process_decides_as_one_of_its_own(fault: str | None, asking: Suite) -> None:
    with asking.references.taken([fault] if fault else []) as reference:
        here = judged(settings_for(reference), is_small=True)
    with asking.references.taken([fault] if fault else []) as reference:
        apart = asking.run_as_a_process(reference, {}, DOCUMENTED, is_small=True)
    assert shown(here) == shown(apart)


def test_only_the_operations_that_are_named_are_asked(asking: Suite) -> None:
    with asking.references.taken() as reference:
        run = judged(settings_for(reference), operations={"getVoice"})
        asked = {received.path.split("/")[1] for received in reference.received}
    assert ({id_.partition("/")[0] for id_ in run.told}, asked) == ({"getVoice"}, {"voices"})
