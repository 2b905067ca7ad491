"""Asking and helping without a name: what a person can do and ask about it.

An item of one's own goes out under a one-time key after a random delay; who helps answers under one of their own, and
their words are sealed for the other's key. Names are told when both have agreed (errands.py sees to it).
"""

from __future__ import annotations

from typing import Annotated, Any, Final

import msgspec

from tadamun.core.body import spell
from tadamun.core.errors import UsageError
from tadamun.core.ports import Mask, Saying, Workbench
from tadamun.core.room import Call
from tadamun.crypto import labels
from tadamun.crypto.lockbox import BoxKey
from tadamun.rooms.aid import actions, veil
from tadamun.rooms.aid.bodies import HELP, NOTE, Help, Item, Note
from tadamun.rooms.aid.conversing import Talk, Veil, proved, talks, veils
from tadamun.rooms.aid.given import InSpace, OneItem, reader_of

ASKING: Final = "aid.blind"
HELPING: Final = "aid.help"
DAY: Final = 86_400  # seconds
USUAL: Final = 7 * DAY  # for which something asked without a name is open
LONGEST: Final = 30 * DAY
WITHIN: Final = 2 * 3600  # seconds of random delay, if nothing else is said

Within = Annotated[int, msgspec.Meta(ge=0, le=2 * DAY)]


class HelpWith(OneItem, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """item: one that was asked or offered without a name. within: seconds of random delay until it goes out."""

    text: str
    within: Within = WITHIN


class OneTalk(InSpace, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """opening: one's own item, or one's own help, by id."""

    opening: str


class SayMore(InSpace, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """help: which talk. agree: say who one is, once the other agrees too; that cannot be taken back."""

    help: str
    text: str = ""
    agree: bool = False
    within: Within = 600


async def post(bench: Workbench, space: str, item: Item, within: int) -> str:
    """Say an item without a name. Its id; it is not out before the delay has passed. Raises NotAllowed, UsageError."""
    now = bench.clock.now()
    # To the end of a day in UTC: the hour would tell when it was written, and midnight in which part of the world.
    item = msgspec.structs.replace(item, until=-(-(item.until or now + USUAL) // DAY) * DAY)
    if item.until > now + LONGEST + DAY:
        raise UsageError("What is asked without a name is open for {most} days at most.", most=LONGEST // DAY)
    key = _prepared(bench, space, "", item.title, item.until)
    item = msgspec.structs.replace(item, box=key.public)
    return await _opened(bench, space, key, actions.item(item), Mask(ASKING, delay=within, until=item.until))


async def help_with(bench: Workbench, asked: HelpWith) -> dict[str, Any]:
    """Offer help, without one's own name, to whoever asked without theirs. Gives {id, item}."""
    space, reader = reader_of(bench, asked)
    row = reader.item(asked.item)
    if not row.box:
        raise UsageError("That was asked with a name. Claim it, or write a message.")
    if any(row.id in (one.opening, one.about) for one in veils(bench, space)):
        raise UsageError("That is your own, or you have answered to it already.")
    if row.state_at(reader.now) != "open":
        raise UsageError("That is not open any more.")
    words = msgspec.structs.replace(veil.spoken(asked.text), n=1)
    # Whoever asked names the end; no program of others makes this one keep a key for longer than its own would.
    until = min(row.until, reader.now + LONGEST + DAY)
    key = _prepared(bench, space, row.id, row.title, until)
    box = veil.seal(words, row.box, labels.aid_help(space, row.id, key.raw))
    saying = Saying(HELP, spell(Help(of=row.id, asker=row.owner, key=key.public, box=box)))
    event = await _opened(bench, space, key, saying, Mask(HELPING, delay=asked.within, until=until))
    _remember(bench, space, event, words, True)
    return {"id": event, "item": row.id}


async def say(bench: Workbench, asked: SayMore) -> dict[str, Any]:
    """Say more to the other of the two, or agree to say who one is. Gives {help}."""
    space, _ = reader_of(bench, asked)
    talk = _talk(bench, space, asked.help)
    words = msgspec.structs.replace(veil.spoken(asked.text, asked.agree and not talk.i_agree), n=len(talk.said) + 1)
    await send(bench, space, talk, words, asked.within)
    return {"help": talk.help}


async def send(bench: Workbench, space: str, talk: Talk, words: veil.Words, within: int) -> None:
    """Seal and say it. It is remembered first: once written down here it is said, also after a crash (errands.py)."""
    n = _remember(bench, space, talk.help, words, False)
    try:
        await bench.say(space, note_of(space, talk, words, within))
    except BaseException:
        bench.tables.execute("DELETE FROM aid_sent WHERE space = ? AND help = ? AND n = ?", (space, talk.help, n))
        raise
    bench.tables.execute("UPDATE aid_sent SET said = 1 WHERE space = ? AND help = ? AND n = ?", (space, talk.help, n))


def note_of(space: str, talk: Talk, words: veil.Words, within: int) -> Saying:
    """What is said to the other of the two, under this person's mask."""
    box = veil.seal(words, talk.other, labels.aid_note(space, talk.help))
    return Saying(NOTE, spell(Note(of=talk.help, box=box)), mask=Mask(under=talk.under, delay=within))


async def end(bench: Workbench, asked: OneTalk) -> dict[str, Any]:
    """Take back what one asked, or stop helping: the keys are destroyed, and with them every word of it here. Gives
    {opening}."""
    space, reader = reader_of(bench, asked)
    one = _veil(bench, space, asked.opening)
    rows = reader.tables.execute(
        "SELECT 1 FROM aid_items WHERE space = ? AND id = ? AND withdrawn = ''", (space, one.opening)
    )
    if rows:
        step = actions.move(one.opening, reader.moved(one.opening, "") + 1, "", "withdrawn")
        await bench.say(space, Saying(step.kind, step.content, step.tags, mask=Mask(under=one.opening)))
    await destroy(bench, space, one)
    return {"opening": one.opening}


async def destroy(bench: Workbench, space: str, one: Veil) -> None:
    """Both one-time keys, and what was said with them, are here no more."""
    for talk in talks(bench, space, one):
        bench.tables.execute("DELETE FROM aid_sent WHERE space = ? AND help = ?", (space, talk.help))
    bench.tables.execute("DELETE FROM aid_sent WHERE space = ? AND help = ?", (space, one.opening))
    bench.tables.execute("DELETE FROM aid_veils WHERE space = ? AND public = ?", (space, one.key.public))
    bench.scrub()
    await bench.mask_forget(space, one.opening)


async def overview(bench: Workbench, asked: InSpace) -> dict[str, Any]:
    """{offered, ready, ring, least, left, helps_left, ends, mine: [{opening, title, until, out, helping, item, talks,
    state}]}: whether one can ask without a name here, of how many one would be one, the turns left this month, and
    what one said so. out: it has gone out. talks: how many answers there are."""
    space, reader = reader_of(bench, asked)
    asks, helps = bench.masking(space, ASKING), bench.masking(space, HELPING)
    mine = []
    for one in veils(bench, space):
        table = "aid_helps" if one.about else "aid_items"
        out = bool(reader.tables.execute(f"SELECT 1 FROM {table} WHERE space = ? AND id = ?", (space, one.opening)))
        row = reader.item(one.about or one.opening) if out else None
        mine.append(
            {
                "opening": one.opening,
                "title": one.title,
                "until": one.until,
                "out": out,
                "helping": bool(one.about),
                "item": one.about or one.opening,
                "talks": len(talks(bench, space, one)),
                "state": row.state_at(reader.now) if row is not None else "",
            }
        )
    return {
        "offered": asks.ready and asks.ring >= asks.least,
        "ready": asks.ready,
        "ring": asks.ring,
        "least": asks.least,
        "left": asks.left,
        "helps_left": helps.left,
        "ends": asks.ends,
        "mine": mine,
    }


async def talk_about(bench: Workbench, asked: OneTalk) -> dict[str, Any]:
    """{opening, item, helping, title, until, talks: [{help, ring, said: [{mine, text, agrees}], i_agree, they_agree,
    member, name, proved}]}: member and name once both agreed and the other told; proved: by the member themselves."""
    space, _ = reader_of(bench, asked)
    one = _veil(bench, space, asked.opening)
    names = bench.facts.names
    found = []
    for talk in talks(bench, space, one):
        claim = talk.claim
        member = claim.member if claim is not None and claim.member in bench.members(space) else ""
        found.append(
            {
                "help": talk.help,
                "ring": talk.ring,
                "said": [
                    {"mine": mine, "text": words.text, "agrees": words.agrees}
                    for mine, words in talk.said
                    if words.text or words.agrees
                ],
                "i_agree": talk.i_agree,
                "they_agree": talk.they_agree,
                "member": member,
                "name": names.name(space, member) if member else "",
                "proved": bool(member) and proved(bench, space, talk),
            }
        )
    return {
        "opening": one.opening,
        "item": one.about or one.opening,
        "helping": bool(one.about),
        "title": one.title,
        "until": one.until,
        "talks": found,
    }


CALLS: Final = {
    "aid.blind": Call(InSpace, overview),
    "aid.blind_help": Call(HelpWith, help_with),
    "aid.blind_talk": Call(OneTalk, talk_about),
    "aid.blind_say": Call(SayMore, say),
    "aid.blind_end": Call(OneTalk, end),
}


def _prepared(bench: Workbench, space: str, about: str, title: str, until: int) -> BoxKey:
    """A fresh key, kept before anything is said with it."""
    key = BoxKey.make(bench.random)
    row = (space, key.public, key.secret.to_text(), "", about, title, until)
    bench.tables.execute("INSERT INTO aid_veils VALUES (?, ?, ?, ?, ?, ?, ?)", row)
    return key


async def _opened(bench: Workbench, space: str, key: BoxKey, saying: Saying, mask: Mask) -> str:
    """Say it under a fresh mask; the key belongs to that from now on, or is gone if it could not be said."""
    try:
        event = await bench.say(space, _masked(saying, mask))
    except BaseException:
        bench.tables.execute("DELETE FROM aid_veils WHERE space = ? AND public = ?", (space, key.public))
        raise
    bench.tables.execute("UPDATE aid_veils SET opening = ? WHERE space = ? AND public = ?", (event, space, key.public))
    return event


def _masked(saying: Saying, mask: Mask) -> Saying:
    return Saying(saying.kind, saying.content, saying.tags, mask=mask)


def _remember(bench: Workbench, space: str, help_: str, words: veil.Words, said: bool) -> int:
    """Under which number."""
    [(n,)] = bench.tables.execute(
        "SELECT coalesce(max(n), 0) + 1 FROM aid_sent WHERE space = ? AND help = ?", (space, help_)
    )
    row = (space, help_, n, msgspec.json.encode(words).decode(), int(said))
    bench.tables.execute("INSERT INTO aid_sent VALUES (?, ?, ?, ?, ?)", row)
    return int(n)


def _veil(bench: Workbench, space: str, wanted: str) -> Veil:
    found = [one for one in veils(bench, space) if len(wanted) >= 4 and one.opening.startswith(wanted)]
    if len(found) != 1:
        raise UsageError("That is nothing you said without your name, or its keys are destroyed.")
    return found[0]


def _talk(bench: Workbench, space: str, wanted: str) -> Talk:
    every = [talk for one in veils(bench, space) for talk in talks(bench, space, one)]
    found = [talk for talk in every if len(wanted) >= 4 and talk.help.startswith(wanted)]
    if len(found) != 1:
        raise UsageError("There is no such talk here, or its keys are destroyed.")
    return found[0]
