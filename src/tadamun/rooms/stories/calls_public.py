"""Making a story public, as calls: what would go out, under which name, to whom; and asking to take it back.

Nothing goes out but by `stories.publish`, and that only what `stories.preview` showed: it is told what was seen.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Annotated, Any, Final

import msgspec

from tadamun.core.errors import UsageError
from tadamun.core.event import Event, to_json
from tadamun.core.ports import Workbench
from tadamun.core.room import Call
from tadamun.core.text import allowed_line, shown_line, tidy_line
from tadamun.crypto.keys import SigningKey
from tadamun.crypto.secret import Secret
from tadamun.rooms.stories import actions, public
from tadamun.rooms.stories.bodies import How, Published
from tadamun.rooms.stories.given import OneStory, reader_of
from tadamun.rooms.stories.reading import Reader, Row

MOST_RELAYS: Final = 10
MAX_NAME: Final = 60  # characters
COARSE: Final = 3_600  # seconds: a public event says the hour and not when somebody sat at their computer

Relays = Annotated[tuple[str, ...], msgspec.Meta(max_length=MOST_RELAYS)]


class Preview(OneStory, frozen=True, forbid_unknown_fields=True):
    """how: under a name that one uses for all ("persona"), or for this story alone ("pseudonym")."""

    how: How = "pseudonym"


class Publish(OneStory, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """seen: the `version` of the words that were looked at. found: how many findings were. relays: ws:// or wss://.
    name: as whom the static site names its author. tell: tell the space that it is public."""

    seen: int
    found: int
    relays: Relays = ()
    how: How = "pseudonym"
    name: str = ""
    tell: bool = False


class TakeBack(OneStory, frozen=True, forbid_unknown_fields=True):
    """relays: where to ask that it be deleted."""

    relays: Relays = ()


async def preview(bench: Workbench, asked: Preview) -> dict[str, Any]:
    """What would become public, and nothing of it does: {event: {kind, created_at, pubkey, tags, content}, version,
    findings: [{sort, what}], key: the public name's, new: whether it is made for this}."""
    space, reader = reader_of(bench, asked)
    row = _mine(reader, asked.story)
    held = _key(bench, space, _owner(row, asked.how))
    made = public.draft(row, _identifier(row), _hour(bench))
    return {
        "event": {
            "kind": made.kind, "created_at": made.created_at, "pubkey": held.public if held else "",
            "tags": made.tags, "content": made.content,
        },
        "version": row.version,
        "findings": [{"sort": one.sort, "what": one.what} for one in _findings(bench, space, row)],
        "key": held.public if held else "",
        "new": held is None,
    }  # fmt: skip


async def publish(bench: Workbench, asked: Publish) -> dict[str, Any]:
    """Make a story public. Gives {id, key, answers: [{relay, taken, said}]}; it is public if one relay took it, and
    ready for the static site in any case."""
    space, reader = reader_of(bench, asked)
    row = _mine(reader, asked.story)
    if asked.seen != row.version or asked.found != len(_findings(bench, space, row)):
        raise UsageError("It was changed since you looked at it. Nothing was published: look at it again.")
    name = tidy_line(asked.name)
    if not allowed_line(name, MAX_NAME):
        raise UsageError("A name is one line of at most {most} characters.", most=MAX_NAME)
    owner = _owner(row, asked.how)
    key = _key(bench, space, owner)
    if key is None:
        key = SigningKey.make(bench.random)
        bench.tables.execute("INSERT INTO stories_keys VALUES (?, ?, ?)", (space, owner, key.secret.to_text()))
    event = key.sign(public.draft(row, _identifier(row), _hour(bench))).event
    bench.tables.execute(
        "INSERT OR REPLACE INTO stories_out VALUES (?, ?, ?, ?, ?, 0)",
        (space, row.id, asked.how, name, to_json(event).decode()),
    )
    answers = await _send(bench, asked.relays, event)
    if asked.tell:
        await _tell(bench, space, reader, row, asked.how, event.id, withdrawn=False)
    return {"id": event.id, "key": key.public, "answers": answers}


async def take_back(bench: Workbench, asked: TakeBack) -> dict[str, Any]:
    """Ask relays to delete what went out (NIP-09), and leave it out of the static site from now on. Gives {answers}.
    Copies that others made are theirs; a relay may not heed it."""
    space, reader = reader_of(bench, asked)
    row = reader.story(asked.story)
    rows = bench.tables.execute(
        "SELECT how, event FROM stories_out WHERE space = ? AND story = ? AND withdrawn = 0", (space, row.id)
    )
    if not rows:
        raise UsageError("That story is not public, as far as this computer knows. Nothing was asked of anybody.")
    how, raw = rows[0]
    event = msgspec.json.decode(raw, type=Event)
    key = _key(bench, space, _owner(row, how))
    if key is None:
        raise UsageError("The key it went out under is not here. Nothing can be asked in its name.")
    gone = key.sign(public.deletion(event.id, key.public, _identifier(row), _hour(bench))).event
    answers = await _send(bench, asked.relays, gone)
    bench.tables.execute("UPDATE stories_out SET withdrawn = 1 WHERE space = ? AND story = ?", (space, row.id))
    if reader.published([row.id]):
        await _tell(bench, space, reader, row, how, event.id, withdrawn=True)
    return {"answers": answers}


def _mine(reader: Reader, wanted: str) -> Row:
    row = reader.story(wanted)
    if row.gone:
        raise UsageError("That story was taken away. Nothing more can be done with it.")
    if row.with_:
        raise UsageError("That is a draft. Tell it to the space first; then it can be made public.")
    if row.author != reader.me:
        raise UsageError("Only whoever told a story can make it public.")
    return row


def _findings(bench: Workbench, space: str, row: Row) -> list[public.Finding]:
    names = {member: bench.facts.names.name(space, member).partition(" #")[0] for member in bench.members(space)}
    return public.findings(row, names)


def _owner(row: Row, how: str) -> str:
    """Under what a key is kept: "" for the one that serves all stories of the space."""
    return row.id if how == "pseudonym" else ""


def _key(bench: Workbench, space: str, owner: str) -> SigningKey | None:
    rows = bench.tables.execute("SELECT secret FROM stories_keys WHERE space = ? AND story = ?", (space, owner))
    return SigningKey.from_secret(Secret.from_text(rows[0][0])) if rows else None


def _identifier(row: Row) -> str:
    """Of the public event: by it a later version takes the place of an earlier one. Not the one inside the space."""
    return hashlib.sha256(b"tadamun/public-story/v1" + bytes.fromhex(row.d)).hexdigest()[:32]


def _hour(bench: Workbench) -> int:
    return bench.clock.now() // COARSE * COARSE


async def _send(bench: Workbench, relays: Sequence[str], event: Event) -> list[dict[str, Any]]:
    answers = []
    for relay in dict.fromkeys(one.strip() for one in relays if one.strip()):
        taken, said = await bench.publish(relay, to_json(event))
        answers.append({"relay": relay, "taken": taken, "said": shown_line(said)})
    return answers


async def _tell(
    bench: Workbench, space: str, reader: Reader, row: Row, how: How, public_id: str, *, withdrawn: bool
) -> None:
    version = max((out.version for out in reader.published([row.id])), default=0) + 1
    told = Published(of=row.id, version=version, how=how, public=public_id, withdrawn=withdrawn)
    await bench.say(space, actions.published(told))


CALLS: Final = {
    "stories.preview": Call(Preview, preview),
    "stories.publish": Call(Publish, publish),
    "stories.take_back": Call(TakeBack, take_back),
}
