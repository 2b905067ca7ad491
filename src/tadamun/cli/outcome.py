"""What to tell after an act that one person may not always do alone."""

from __future__ import annotations

from typing import Any

from tadamun.cli.common import _, say, short


def outcome(became: dict[str, Any], done: str) -> tuple[str, ...]:
    """What to tell after an act that one person may not always do alone."""
    if became["done"]:
        return (done,)
    return (
        _("You may not do this alone, so it is proposed to the others."),
        say("They agree with: {command}", command=f"tadamun acts cosign {short(became['proposal'])}"),
    )
