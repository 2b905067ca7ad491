"""`tadamun safety`, with all that stands under it."""

from __future__ import annotations

from tadamun.rooms.safety.cli_cases import cases
from tadamun.rooms.safety.cli_own import safety
from tadamun.rooms.safety.cli_rehearse import rehearse

__all__ = ["cases", "rehearse", "safety"]
