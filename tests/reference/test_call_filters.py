"""The filters of a list of calls: by number, status and day in UTC."""

from datetime import UTC, datetime, timedelta

import pytest

from reference_provider.asks import Refusal
from reference_provider.call_filters import filters_of
from reference_provider.telephony import Call

MIDNIGHT = datetime(2026, 3, 2, tzinfo=UTC)
A_SECOND, A_DAY = timedelta(seconds=1), timedelta(days=1)


def call(placed_at: datetime) -> Call:
    return Call("CA1", "project", "agent", "+999111111111", "+999222222222", placed_at)


def passes(query: dict[str, str], placed_at: datetime, age: timedelta = A_DAY) -> bool:
    return filters_of(query)(call(placed_at), placed_at + age)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param({}, True, id="none"),
        pytest.param({"to": "+999222222222"}, True, id="to"),
        pytest.param({"to": "+999111111111"}, False, id="to-another"),
        pytest.param({"from": "+999111111111"}, True, id="from"),
        pytest.param({"from": "+999222222222"}, False, id="from-another"),
        pytest.param({"status": "completed"}, True, id="status"),
        pytest.param({"status": "busy"}, False, id="status-another"),
        pytest.param({"to": "+999222222222", "status": "busy"}, False, id="one-of-two"),
        pytest.param({"colour": "blue"}, True, id="unknown"),
    ],
)
def test_call_passes_where_every_filter_holds(query: dict[str, str], expected: bool) -> None:
    assert passes(query, MIDNIGHT) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [("", [False, True, True, False]), ("Before", [True, True, False, False]), ("After", [False, True, True, True])],
    ids=["on", "before", "after"],
)
def test_day_begins_at_midnight_in_utc(name: str, expected: list[bool]) -> None:
    moments = (MIDNIGHT - A_SECOND, MIDNIGHT, MIDNIGHT + A_DAY - A_SECOND, MIDNIGHT + A_DAY)
    started = [passes({f"startTime{name}": "2026-03-02"}, moment) for moment in moments]
    ended = [passes({f"endTime{name}": "2026-03-02"}, moment - timedelta(seconds=10)) for moment in moments]
    assert (started, ended) == (expected, expected)


@pytest.mark.parametrize("name", ["endTime", "endTimeBefore", "endTimeAfter"])
def test_call_that_goes_on_has_no_end(name: str) -> None:
    day = "2026-03-03" if name == "endTimeBefore" else "2026-03-02"
    assert [passes({name: day}, MIDNIGHT, age) for age in (9 * A_SECOND, 10 * A_SECOND)] == [False, True]


@pytest.mark.parametrize(
    "query",
    [{"startTime": "yesterday"}, {"endTimeAfter": "2026-02-30"}, {"startTimeBefore": ""}, {"status": ""}],
    ids=str,
)
def test_filter_that_cannot_be_read_is_refused(query: dict[str, str]) -> None:
    with pytest.raises(Refusal):
        filters_of(query)
