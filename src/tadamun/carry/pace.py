"""How fast somebody may go on: a token bucket. It does not know clocks: each call is told the time."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """burst: how much at once; per_second: how much in the long run."""

    per_second: float
    burst: float


class Bucket:
    """Starts full. Times are monotonic seconds."""

    __slots__ = ("_level", "_pace", "_when")

    def __init__(self, pace: Pace, now: float) -> None:
        self._pace = pace
        self._level = pace.burst
        self._when = now

    def take(self, amount: float, now: float) -> bool:
        """Take that much if it is there, else nothing."""
        self._fill(now)
        if self._level < amount:
            return False
        self._level -= amount
        return True

    def owe(self, amount: float, now: float) -> float:
        """Take that much in any case; returns the seconds to wait until the bucket is out of debt."""
        self._fill(now)
        self._level -= amount
        return max(0.0, -self._level / self._pace.per_second)

    def full(self, now: float) -> bool:
        """Whether it could be thrown away and made anew without anybody noticing."""
        self._fill(now)
        return self._level >= self._pace.burst

    def _fill(self, now: float) -> None:
        self._level = min(self._pace.burst, self._level + max(0.0, now - self._when) * self._pace.per_second)
        self._when = now
