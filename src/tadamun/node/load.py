"""A place from what the vault holds of it. Nothing is verified again: it was when it came in."""

from __future__ import annotations

from tadamun.core import upkeep
from tadamun.core.control import bodies, checkpoint
from tadamun.core.control.log import ControlLog
from tadamun.core.frame import split
from tadamun.core.ports import Tables
from tadamun.crypto.epoch import EpochKeys
from tadamun.crypto.keys import SigningKey, recall, verify_digest
from tadamun.crypto.lockbox import BoxKey
from tadamun.node import carried, masks
from tadamun.node.mail import GIVEN
from tadamun.node.place import Mailbox, Place
from tadamun.store import control, epochs, log, meta, spaces


def load(tables: Tables, row: spaces.Space) -> Place:
    """Everything of one space that is kept in memory."""
    place = Place(
        ref=row.ref,
        space=row.id,
        me=row.me,
        device=SigningKey.from_secret(row.device),
        box=BoxKey.from_secret(row.box),
        status=row.status,
        anchor=row.anchor,
    )
    fill(tables, place)
    return place


def fill(tables: Tables, place: Place) -> None:
    """Read everything but the identity anew, in place: after a transaction that was rolled back, too."""
    row = next(row for row in spaces.every(tables) if row.ref == place.ref)
    place.me, place.status = row.me, row.status
    place.prekeys = [(BoxKey.from_secret(secret), made_at) for _, secret, made_at in spaces.prekeys(tables, place.ref)]
    place.boxes = {kept.id: _mailbox(kept) for kept in epochs.every(tables, place.ref)}
    place.chains = {}
    prefix = f"chain:{place.ref}:"
    for key, value in meta.beginning(tables, prefix):
        seq, _, last = value.decode().partition(":")
        place.chains[key.removeprefix(prefix)] = (int(seq), last)
    prefix = GIVEN.format(place.ref)
    place.given = {}
    for key, value in meta.beginning(tables, prefix):
        since, count = value.decode().split(" ")
        place.given[key.removeprefix(prefix)] = (int(since), int(count))
    place.control = _control(tables, place)
    place.standings.clear()
    place.owners.clear()
    place.linked = set()
    for content in log.contents(tables, place.ref, upkeep.HISTORY):
        links = upkeep.read(upkeep.HISTORY, content, ())
        if isinstance(links, upkeep.HistoryLinks):
            place.linked |= {(child, parent) for child, parent, _ in links.links}
    place.masks = masks.load(tables, place.ref)
    place.carried = carried.recall(tables, place.ref)
    place.prekeys_of = {}
    for kept in log.of_kind(tables, place.ref, upkeep.PREKEY):
        event = kept.event
        body = upkeep.read(upkeep.PREKEY, event.content, ())
        if isinstance(body, upkeep.Prekey):
            newest = place.prekeys_of.get(event.pubkey, (-1, ""))
            place.prekeys_of[event.pubkey] = max(newest, (split(event).seq, body.prekey))


def _control(tables: Tables, place: Place) -> ControlLog | None:
    events = [recall(event) for event in control.events(tables, place.ref)]
    for one in events:
        place.note(one.event)
    start = next((one for one in events if one.event.id == place.anchor), None)
    if start is None:
        return None
    if start.event.kind == bodies.GENESIS:
        found = ControlLog.found(start, verify_digest)
    else:
        body = bodies.decode(start.event)
        hashes = body.parts if isinstance(body, bodies.Checkpoint) else ()
        state = checkpoint.assemble(start, control.parts(tables, place.ref, hashes))
        if state is None:
            return None
        found = ControlLog.from_checkpoint(start, state, verify_digest)
    found.add(events)
    return found


def _mailbox(kept: epochs.Epoch) -> Mailbox:
    return Mailbox(
        keys=EpochKeys.from_secret(kept.scope, kept.secret),
        use=kept.use,
        channel=kept.channel,
        peers=kept.peers,
        expires_at=kept.expires_at,
        readers=frozenset(kept.readers),
        since=kept.since,
        maker=kept.maker,
    )
