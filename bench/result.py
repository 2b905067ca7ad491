"""One measured figure beside what was promised of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Result:
    """name: short, as in docs/performance.md. what: one sentence. target: the promise in words; met: is it kept?"""

    name: str
    what: str
    value: float
    unit: str
    target: str
    met: bool


def at_least(name: str, what: str, value: float, unit: str, least: float) -> Result:
    """More is better."""
    return Result(name, what, round(value, 3), unit, f"≥ {least:g}", value >= least)


def at_most(name: str, what: str, value: float, unit: str, most: float) -> Result:
    """Less is better."""
    return Result(name, what, round(value, 3), unit, f"≤ {most:g}", value <= most)
