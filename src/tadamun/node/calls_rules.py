"""A space's charter with what it comes to today: what pages make readable sentences of."""

from __future__ import annotations

from typing import Any, Final

from tadamun.core.charter import FOUNDER, MEMBER, MODERATOR, NEWCOMER, STEWARD
from tadamun.core.control.content import MODERATES
from tadamun.core.control.digests import majority
from tadamun.node.calls_spaces import In
from tadamun.node.workbench import Bench, Call

ACTS: Final = ("write", "invite", "admit", "remove", "amend")
ROLES: Final = {NEWCOMER: "newcomer", MEMBER: "member", MODERATOR: "moderator", STEWARD: "steward", FOUNDER: "founder"}


async def rules(bench: Bench, asked: In) -> dict[str, Any]:
    """{name, acts: [{act, level, role, may, mine}], history: "all", "joining" or "days", history_days, newcomer_days,
    together: {needed, electors, mine}}.

    acts: write, invite, admit, moderate, remove, amend: what takes that level when done alone; role: its name, "" if
    it has none; may: how many members have it now; mine: whether I do. remove: of people of a lower level only.
    together: how many of the electors must sign for what nobody may do alone.
    """
    place = bench.node.desk.place(bench.space(asked.space))
    state = place.log.state
    levels = {member: state.authority(member) for member in state.members}  # a newcomer decides nothing
    weights = {member: state.weight(member) or 0 for member in state.members}
    needed = {act: int(getattr(state.charter, act)) for act in ACTS}
    needed["moderate"] = MODERATES
    history = state.charter.history
    return {
        "name": state.name,
        "acts": [
            {
                "act": act,
                "level": level,
                "role": ROLES.get(level, ""),
                "may": sum(held >= level for held in (weights if act == "write" else levels).values()),
                "mine": (weights if act == "write" else levels)[place.me] >= level,
            }
            for act, level in needed.items()
        ],
        "history": history if isinstance(history, str) else "days",
        "history_days": 0 if isinstance(history, str) else history,
        "newcomer_days": state.charter.newcomer_days,
        "together": {
            "needed": majority(state.electorate),
            "electors": len(state.electorate),
            "mine": place.me in state.electorate,
        },
    }


CALLS = {"space.rules": Call(In, rules)}
