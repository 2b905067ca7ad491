"""What time brings in aid: keys whose end has come are destroyed, and names are told when both of two have agreed."""

from __future__ import annotations

from typing import Final

import msgspec

from tadamun.core.body import spell
from tadamun.core.errors import LocalError
from tadamun.core.ports import Audience, Saying, Workbench
from tadamun.rooms.aid.bodies import UNMASK, Unmask
from tadamun.rooms.aid.calls_blind import destroy, note_of, send
from tadamun.rooms.aid.conversing import Talk, talks, veils
from tadamun.rooms.aid.veil import Words

QUIET: Final = 600  # seconds within which a name goes out, under the mask
LATER: Final = 3600  # seconds within which it is shown to be true, in one's own name: not the moment the other did


async def errands(bench: Workbench, now: int) -> int:
    """Do what is due; when to come back (Unix seconds, 0: only after changes)."""
    ends = []
    for space in bench.spaces():
        for one in veils(bench, space):
            if one.until <= now or _taken_back(bench, space, one.opening):
                await destroy(bench, space, one)
                continue
            ends.append(one.until)
            for talk in talks(bench, space, one):
                try:
                    await _further(bench, space, talk)
                except LocalError:
                    continue  # the other of them is gone, say, or has no room: the rest goes on
        # What was prepared and never said.
        bench.tables.execute("DELETE FROM aid_veils WHERE space = ? AND until <= ?", (space, now))
    return min(ends, default=0)


async def _further(bench: Workbench, space: str, talk: Talk) -> None:
    rows = bench.tables.execute(
        "SELECT n, words FROM aid_sent WHERE space = ? AND help = ? AND said = 0 ORDER BY n", (space, talk.help)
    )
    for n, words in rows:  # written down, and then the node ended
        await bench.say(space, note_of(space, talk, msgspec.json.decode(words, type=Words), QUIET))
        bench.tables.execute(
            "UPDATE aid_sent SET said = 1 WHERE space = ? AND help = ? AND n = ?", (space, talk.help, n)
        )
    if talk.i_agree and talk.they_agree and not talk.named:
        token = bench.random.bytes(32).hex()
        words = Words(n=len(talk.said) + 1, member=bench.me(space), token=token)
        await send(bench, space, talk, words, QUIET)
    await _prove(bench, space, talk)


async def _prove(bench: Workbench, space: str, talk: Talk) -> None:
    """Show to whoever they say they are that it was this person whom they told; once."""
    claim, me = talk.claim, bench.me(space)
    if claim is None or not talk.named or claim.member == me or claim.member not in bench.members(space):
        return
    done = bench.tables.execute(
        "SELECT 1 FROM aid_unmasked WHERE space = ? AND help = ? AND member = ? AND token = ?",
        (space, talk.help, me, claim.token),
    )
    content = spell(Unmask(of=talk.help, token=claim.token))
    if done or any(one.saying.content == content for one in bench.later(space)):
        return
    await bench.say_later(space, Saying(UNMASK, content, (), Audience(claim.member)), 0, LATER)


def _taken_back(bench: Workbench, space: str, item: str) -> bool:
    """Whether one's own item was withdrawn, or taken down."""
    rows = bench.tables.execute("SELECT withdrawn FROM aid_items WHERE space = ? AND id = ?", (space, item))
    return bool(rows) and bool(rows[0][0])
