"""A clock that only goes on when someone waits."""

from dataclasses import dataclass, field


@dataclass
class Clock:
    """Shows `now`, and remembers each wait."""

    now: float = 1000.0
    waits: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        self.waits.append(round(seconds, 3))
        self.now += seconds
