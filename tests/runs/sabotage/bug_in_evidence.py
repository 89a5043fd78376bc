"""A plugin for `-p`: making evidence raises, with the exchange and all that was received in sight of `--showlocals`."""

from __future__ import annotations

from typing import Any

from talkstack_contract.judging import judge as run


def _raising(*_: Any) -> Any:
    raise ZeroDivisionError


setattr(run, "evidence_of", _raising)  # noqa: B010  not a name that the module exports
