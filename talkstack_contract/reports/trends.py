"""What the nights come to, this one the last: responses by verdict, how fast the answers were, what keeps changing.

Plain functions over the history that the run header of a record holds and what this run found.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import ClassVar

from talkstack_contract.judging.comparison import BROKEN, EXERCISED, turns
from talkstack_contract.model import Judgement, Verdict
from talkstack_contract.results.history import History, Night

TURNS = 3  # a fault that comes and goes is two; a clause that turns once more keeps changing
NOISE_MS = 20.0  # of a median: less is the noise of a machine, however many times the nights before it is
SLOWER = 1.5  # times the median of the nights before: less is the noise of a shared machine
SPARKS = "▁▂▃▄▅▆▇█"
BAR, GAP, HIGH = 14, 6, 80  # px of the chart: width of a night, space between two, height
STACK = ("upheld", "not tested", "waived", "blocked", "violated")


@dataclass(frozen=True)
class Segment:
    """A piece of a bar in px from the top left corner; `counts` is how many responses it stands for."""

    verdict: str
    x: int
    y: float
    width: int
    height: float
    count: int


@dataclass(frozen=True)
class Trend:
    """The nights, this run the last, and the clauses whose verdict keeps changing, with a mark for each night."""

    height: ClassVar[int] = HIGH
    nights: tuple[Night, ...]
    wavering: tuple[tuple[str, str], ...]

    @property
    def last(self) -> Night | None:
        """The night before this one."""
        return self.nights[-2] if len(self.nights) > 1 else None

    @property
    def latency_before_ms(self) -> float | None:
        """The median of the nights before, of those in which answers came."""
        before = [night.latency_ms for night in self.nights[:-1] if night.latency_ms is not None]
        return round(median(before), 1) if before else None

    @property
    def times_slower(self) -> float | None:
        """How many times slower the answers are than in the nights before; None where the difference is noise."""
        before, now = self.latency_before_ms, self.nights[-1].latency_ms
        if not before or not now or now - before < NOISE_MS or now / before < SLOWER:
            return None
        return round(now / before, 1)

    @property
    def first_seen(self) -> tuple[str, ...]:
        """The undocumented fields that no night before has seen."""
        known = {each for night in self.nights[:-1] for each in night.undocumented}
        return tuple(each for each in self.nights[-1].undocumented if each not in known)

    @property
    def sparkline(self) -> str:
        """The median latencies as a line of blocks, a night without answers as a blank."""
        top = max((night.latency_ms or 0 for night in self.nights), default=0) or 1
        return "".join(_spark(night.latency_ms, top) for night in self.nights)

    def segments(self) -> Iterator[Segment]:
        """Yield the pieces of the bars: the responses of each night by verdict, what is upheld at the bottom."""
        for number, night in enumerate(self.nights):
            total = sum(night.responses.get(verdict, 0) for verdict in STACK) or 1
            bottom = float(HIGH)
            for verdict in STACK:
                height = HIGH * night.responses.get(verdict, 0) / total
                if height:
                    bottom -= height
                    x = number * (BAR + GAP)
                    yield Segment(verdict, x, round(bottom, 1), BAR, round(height, 1), night.responses[verdict])

    def dots(self) -> list[tuple[float, float]]:
        """Return the places (x, y) of the median latencies in px, the slowest at the top."""
        top = self.slowest_ms or 1
        return [
            (number * (BAR + GAP) + BAR / 2, round(HIGH - (HIGH - 6) * night.latency_ms / top, 1))
            for number, night in enumerate(self.nights)
            if night.latency_ms is not None
        ]

    @property
    def slowest_ms(self) -> float:
        """The slowest median, which the chart reaches up to."""
        return max((night.latency_ms or 0.0 for night in self.nights), default=0.0)

    @property
    def width(self) -> int:
        """The width of the chart in px."""
        return len(self.nights) * (BAR + GAP)


def _spark(latency_ms: float | None, top: float) -> str:
    return " " if latency_ms is None else SPARKS[min(int(latency_ms / top * len(SPARKS)), len(SPARKS) - 1)]


def trend_of(history: History, night: Night, judgements: Sequence[Judgement]) -> Trend:
    """Add a night to those before it."""
    told = {
        each.id: (*history.wavering.get(each.id, ()), None if each.unmet_dependency else each.verdict)
        for each in judgements
        if each.id in history.wavering
    }
    wavering = tuple((id_, _marks(verdicts)) for id_, verdicts in told.items() if turns(verdicts) >= TURNS)
    return Trend((*history.nights, night), wavering)


def _marks(verdicts: Sequence[Verdict | None]) -> str:
    return "".join("✕" if each in BROKEN else "✓" if each in EXERCISED else "·" for each in verdicts)
