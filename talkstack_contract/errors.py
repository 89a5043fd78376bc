"""What can go wrong on our side of the wire.

ContractError
├── BadInput      a file or option of the user's cannot be used; found before anything is sent, exit status 4
├── Blocked       no usable answer: refused credentials, a dead provider, a failed set-up, a bug of ours
└── NotTested   a clause cannot be tested here, by the settings or by another clause

A broken promise is no error: it is a `Violation`, see `model`.
"""

from collections.abc import Iterable
from copy import copy
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar

Kept = TypeVar("Kept", bound=BaseException)


class ContractError(Exception):
    """Base of all errors of this package."""


class BadInput(ContractError):
    """A file or an option that cannot be used: names the file, the key in it and the remedy."""

    def __init__(self, file: str, key: str, problem: str, remedy: str) -> None:
        place = f"{file}: {key}" if key else file
        super().__init__(f"{place}: {problem}; {remedy}")
        self._said = file, key, problem, remedy

    def under(self, folder: str) -> "BadInput":
        """Return the same error with the name of another contract folder in place of `schemas`."""
        file, *others = self._said
        name = file.removeprefix("schemas")
        return BadInput(f"{folder}{name}" if file.startswith("schemas") else file, *others)

    def at(self, key: str) -> "BadInput":
        """Return the same error about another key of its file."""
        file, _, *others = self._said
        return BadInput(file, key, *others)


def unreadable(error: Exception) -> str:
    """Say in a few words why a file could not be read."""
    kinds: tuple[tuple[type[Exception], str], ...] = (
        (FileNotFoundError, "is not there"),
        (IsADirectoryError, "is a folder"),
        (PermissionError, "may not be read"),
        (UnicodeDecodeError, "is not UTF-8"),
    )
    return next((words for kind, words in kinds if isinstance(error, kind)), f"cannot be read ({type(error).__name__})")


class Blocked(ContractError):
    """No usable response. `of_run`: no other case can do better, so the reason is reported once."""

    def __init__(self, reason: str, *, of_run: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.of_run = of_run


class NotTested(ContractError):
    """Not tested: why, and what the user can do about it.

    `by_settings` is true where this provider's settings leave the clause out of reach, as told by the decision line;
    `below` names the clause of the same case that is not upheld, so that there is nothing to judge;
    `value_is_optional` tells that a value occurred nowhere, and that the schema allows it.
    """

    def __init__(
        self,
        reason: str,
        remedy: str = "",
        *,
        by_settings: bool = False,
        below: str = "",
        value_is_optional: bool = False,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy
        self.by_settings = by_settings
        self.below = below
        self.value_is_optional = value_is_optional


def afresh(error: Kept) -> Kept:
    """Return an error as it was before it was raised: one that is kept would hold every frame that it passes."""
    return copy(error)


def bug_of_ours(error: Exception) -> Blocked:
    """Return what an error that nobody expected comes to: named by type and line only, its text may hold a secret."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f" in {Path(trace.tb_frame.f_code.co_filename).name}, line {trace.tb_lineno}" if trace else ""
    return Blocked(f"a bug of ours: {type(error).__name__}{place}")


def nearest(name: str, known: Iterable[str]) -> str:
    """Return `nearest: 'x'`, or the list of what is known where nothing is near."""
    names = sorted(known)
    near = get_close_matches(name, names, n=1)
    return f"nearest: {near[0]!r}" if near else f"known: {_listed(names)}"


def _listed(names: list[str]) -> str:
    return ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")
