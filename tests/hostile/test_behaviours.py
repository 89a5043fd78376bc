"""Whatever a provider sends, the run ends as it has to: in its memory, no secret shown, no other clause harmed."""

from __future__ import annotations

import pytest

from tests.hostile.behaviours import BEHAVIOURS
from tests.hostile.measured import measured, problems


def test_there_are_as_many_behaviours_as_are_promised() -> None:
    assert len(BEHAVIOURS) >= 120


@pytest.mark.parametrize("name", BEHAVIOURS)
def test_behaviour_comes_to_what_it_has_to(name: str) -> None:
    assert problems(measured(name)) == []
