"""`tadamun guide`: the safety guide in the terminal, each chapter with the commands that belong to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from tadamun.cli.common import N_, Here, command, paint, show
from tadamun.i18n.guide import chapters


@command("guide", help=N_("A short guide to being safe."), example="tadamun guide", space=False)
def guide(here: Here) -> None:
    def human(told: list[dict[str, Any]]) -> Iterator[str]:
        for one in told:
            yield paint(here, one["heading"], bold=True)
            yield from (f"• {line}" for line in one["lines"])
            yield from (f"  {line}" for line in one["commands"])
            yield ""

    show(here, [asdict(one) for one in chapters()], human)
