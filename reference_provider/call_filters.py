"""The filters of a list of calls, as the query names them. Source: call/get-call-history, Step 3."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from reference_provider.asks import refuse
from reference_provider.telephony import STATUSES, Call

Passes = Callable[[Call, datetime], bool]
"""Whether a call passes, at this moment."""

Compares = Callable[[datetime, datetime], bool]
"""Whether a moment (first) stands rightly to the midnight with which the day of the filter begins (second)."""


def filters_of(query: Mapping[str, str]) -> Passes:
    """Whether a call passes all filters in this query; a parameter that is none filters nothing.

    Refused with 400 if a day or a status is none.
    """
    filters = [FILTERS[name](value) for name, value in query.items() if name in FILTERS]
    return lambda call, now: all(passes(call, now) for passes in filters)


def _status(wanted: str) -> Passes:
    if wanted not in STATUSES:
        refuse(400, f"status is one of {', '.join(STATUSES)}.")
    return lambda call, now: call.status(now) == wanted


def _started(compares: Compares) -> Callable[[str], Passes]:
    def passes_on(day: str) -> Passes:
        midnight = _midnight(day)
        return lambda call, _: compares(call.placed_at, midnight)

    return passes_on


def _ended(compares: Compares) -> Callable[[str], Passes]:
    def passes_on(day: str) -> Passes:
        midnight = _midnight(day)
        return lambda call, now: call.is_completed(now) and compares(call.ends_at, midnight)

    return passes_on


def _midnight(day: str) -> datetime:
    try:
        return datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        refuse(400, "A day is written YYYY-MM-DD.")


def _on(moment: datetime, midnight: datetime) -> bool:
    return midnight <= moment < midnight + timedelta(days=1)


def _before(moment: datetime, midnight: datetime) -> bool:
    return moment <= midnight


def _after(moment: datetime, midnight: datetime) -> bool:
    return moment >= midnight


FILTERS: dict[str, Callable[[str], Passes]] = {
    "to": lambda wanted: lambda call, _: call.to_e164 == wanted,
    "from": lambda wanted: lambda call, _: call.from_e164 == wanted,
    "status": _status,
    "startTime": _started(_on),
    "startTimeBefore": _started(_before),
    "startTimeAfter": _started(_after),
    "endTime": _ended(_on),
    "endTimeBefore": _ended(_before),
    "endTimeAfter": _ended(_after),
}
