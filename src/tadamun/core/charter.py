"""The charter: a space's rules as data, version 1 (docs/protocol/2-control.md, 2.2).

It says which level may do what. How it is amended is one of the twelve rules, in control/rules.py.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec

FOUNDER: Final = 100
STEWARD: Final = 50
MODERATOR: Final = 20
MEMBER: Final = 10
NEWCOMER: Final = 0

Level = Annotated[int, msgspec.Meta(ge=0, le=100)]


class Charter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Least levels for each act; `history`: what newcomers can read of before (days, if a number);
    `newcomer_days`: for how long whoever joins decides nothing yet, whatever level they were given (0: not at all)."""

    invite: Level
    admit: Level
    write: Level
    remove: Level
    amend: Level
    history: Literal["all", "joining"] | Annotated[int, msgspec.Meta(ge=1, le=3650)]
    newcomer_days: Annotated[int, msgspec.Meta(ge=0, le=3650)]


DEFAULT: Final = Charter(
    invite=STEWARD, admit=STEWARD, write=NEWCOMER, remove=STEWARD, amend=FOUNDER, history="all", newcomer_days=0
)
