"""A plugin for `-p`: one check raises what no check should."""

from __future__ import annotations

from typing import Any

from talkstack_contract.judging import checks


def _raising(*_: Any) -> Any:
    raise ZeroDivisionError("this text must not be shown")


checks.CHECKS["media-type"] = _raising
