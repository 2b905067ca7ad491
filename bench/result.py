"""One measured figure beside what was promised of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Result:
    """name: short, as in docs/performance.md. what: one sentence. target: the promise in words; met: is it kept?

    also: more that was seen on the way, units in the names; processor seconds say how it would be on a quiet machine.
    """

    name: str
    what: str
    value: float
    unit: str
    target: str
    met: bool
    also: Mapping[str, float] = field(default_factory=dict)


def at_least(name: str, what: str, value: float, unit: str, least: float, **also: float) -> Result:
    """More is better."""
    return Result(name, what, _short(value), unit, f"≥ {least:g}", value >= least, _shortened(also))


def at_most(name: str, what: str, value: float, unit: str, most: float, **also: float) -> Result:
    """Less is better."""
    return Result(name, what, _short(value), unit, f"≤ {most:g}", value <= most, _shortened(also))


def _short(value: float) -> float:
    return round(value, 3) if abs(value) < 1_000 else round(value)


def _shortened(values: Mapping[str, float]) -> dict[str, float]:
    return {name.replace("_", " "): _short(value) for name, value in values.items()}
