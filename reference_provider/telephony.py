"""Phone numbers and calls, as frozen values; a call's stage follows from the clock alone."""

from dataclasses import dataclass
from datetime import datetime, timedelta

QUEUED = "queued"
RINGING = "ringing"
IN_PROGRESS = "in-progress"
COMPLETED = "completed"

STATUSES = (QUEUED, "initiated", RINGING, IN_PROGRESS, COMPLETED, "busy", "failed", "no-answer")
"""Every status a list of calls can be filtered by. Source: call/get-call-history, the filter `status`."""

RINGS_AFTER_S, ANSWERED_AFTER_S, ENDS_AFTER_S = 1, 3, 10
"""When a call rings, is answered and ends, counted from its placing. The docs give no times: these are ours."""

COST_PER_SECOND = 0.002


@dataclass(frozen=True)
class PhoneNumber:
    """A number of an account; assigned to an agent, and by that to its project, or free."""

    id: str
    e164: str
    project_id: str | None = None
    agent_id: str | None = None


@dataclass(frozen=True)
class Call:
    """One call from an agent's number. `id` is what the docs name call_id, sid and callSid."""

    id: str
    project_id: str
    agent_id: str
    from_e164: str
    to_e164: str
    placed_at: datetime

    @property
    def ends_at(self) -> datetime:
        """When the call ends, or ended."""
        return self.placed_at + timedelta(seconds=ENDS_AFTER_S)

    def status(self, now: datetime) -> str:
        """The stage that the call has reached by now."""
        age_s = (now - self.placed_at).total_seconds()
        if age_s < RINGS_AFTER_S:
            return QUEUED
        if age_s < ANSWERED_AFTER_S:
            return RINGING
        return IN_PROGRESS if age_s < ENDS_AFTER_S else COMPLETED

    def is_completed(self, now: datetime) -> bool:
        """Whether the call has ended by now."""
        return now >= self.ends_at

    def seconds(self, now: datetime) -> int:
        """How long was spoken: 0 until the call has ended."""
        return ENDS_AFTER_S - ANSWERED_AFTER_S if self.is_completed(now) else 0

    def cost(self, now: datetime) -> float:
        """What the call costs, in the provider's own unit, which no page names."""
        return round(self.seconds(now) * COST_PER_SECOND, 4)

    def recording_urls(self, now: datetime) -> list[str]:
        """Where it can be heard; none until the call has ended."""
        return [f"https://recordings.example.test/{self.id}.mp3"] if self.is_completed(now) else []
