"""From the log to the rooms' views: topics are folded and projected, many fresh ones at once.

The same steps serve a new event, a judgement that changed, and `rebuild`; rows depend only on what is in the log and on
the control log, never on the order of arrival.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any, Final

from tadamun.core.errors import LocalError, Reason, RemoteError
from tadamun.core.event import Event, to_json
from tadamun.core.fold import fold
from tadamun.core.frame import split
from tadamun.core.genuine import Frame, Said
from tadamun.core.ports import Tables
from tadamun.core.room import Room, Standing, Verdict
from tadamun.node.judge import standing_of
from tadamun.node.place import Place, Read
from tadamun.store import log, search

MOST_TRIED: Final = 200  # events of a topic that are suspected one by one when its room trips


class Projector:
    """rooms: every room of this node; kinds are looked up once."""

    def __init__(self, rooms: Sequence[Room]) -> None:
        self.tripped = 0  # times that a room tripped over what somebody said
        self.rooms = {room.name: room for room in rooms}
        self.by_kind = {kind: room for room in rooms for kind in room.kinds}
        self.private = frozenset(kind for room in rooms for kind in room.private & room.kinds)

    def read(self, event: Event) -> Read | None:
        """What can be read of an event by itself. None if not even its frame can."""
        try:
            frame = split(event)
        except RemoteError:
            return None
        room = self.by_kind.get(event.kind)
        if room is None:
            return Read(frame, to_json(event), None)
        try:
            body = room.decode(event, frame.rest)
        except Exception as fault:
            return Read(frame, to_json(event), None, fault)
        try:
            search.prepare(room.text(body))
        except Exception:  # a room that trips over it will do so again where that is dealt with
            return Read(frame, to_json(event), body)
        return Read(frame, to_json(event), body)

    def said(self, place: Place, event: Event, frame: Frame, read: Read | None = None) -> Said[Any] | None:
        """What was said, decoded by its room; None for a kind that no room owns. Raises RemoteError.

        read: of the same event, if it was read before.
        """
        room = self.by_kind.get(event.kind)
        peers = place.peers_of(frame.channel) if frame.channel else ()
        if room is None or (frame.channel and not peers):
            return None  # of a private channel that is gone, nothing may count in the open
        if read is not None and read.fault is not None:
            raise read.fault
        return Said(
            id=event.id,
            space=frame.space,
            member=event.pubkey if frame.mask is not None or frame.under else place.owner(event.pubkey),
            device=event.pubkey,
            seq=frame.seq,
            kind=event.kind,
            created_at=event.created_at,
            mask=place.masks.told(event.id, frame),
            auth=frame.auth,
            prev=frame.prev,
            body=room.decode(event, frame.rest) if read is None else read.body,
            expires_at=frame.expires_at,
            height=frame.height,
            private_with=peers[0] if len(peers) == 1 else frame.channel,
            circle=tuple(sorted((*peers, place.me))) if peers else (),
        )

    def topic(self, said: Said[Any]) -> tuple[str, str]:
        """(room name, topic) under which something said is kept."""
        room = self.by_kind[said.kind]
        return room.name, room.topic(said)

    def project(
        self,
        tx: Tables,
        place: Place,
        arrived: Iterable[Said[Any]],
        stale: Iterable[tuple[str, str]] = (),
        standings: Mapping[str, Standing] = MappingProxyType({}),
        opening: Mapping[str, int] = log.NONE,
    ) -> dict[str, Verdict]:
        """Bring the views up to date with what arrived (already in the log) and topics to fold again.

        standings: of authors, by event, as far as they were looked up already; opening: see log.alone. Returns what
        became of each event that was judged, by id.
        """
        topics: dict[tuple[str, str], list[Said[Any]]] = {key: [] for key in stale}
        again = set(topics)
        for said in arrived:
            topics.setdefault(self.topic(said), []).append(said)
        openings = log.alone(tx, place.ref, [topic for _, topic in topics], opening)
        fresh: dict[str, list[Said[Any]]] = {}
        verdicts: dict[str, Verdict] = {}
        for (name, topic), saids in topics.items():
            room = self.rooms[name]
            alone = len(saids) == 1 and topic in openings and (name, topic) not in again
            if not alone or room.fresh is None or saids[0].id != topic:
                verdicts |= self.refold(tx, place, room, topic)
                continue
            if self._opens(room, topic, saids[0], standings.get(topic) or standing_of(place, saids[0])):
                fresh.setdefault(name, []).append(saids[0])
            else:
                verdicts |= self.refold(tx, place, room, topic)
        log.judge(tx, verdicts)
        for name, saids in fresh.items():
            room = self.rooms[name]
            if whole(tx, partial(self._project_fresh, tx, place, room, saids, openings)):
                verdicts |= dict.fromkeys([said.id for said in saids], Verdict.ALLOW)
                continue
            for said in saids:
                found = self.refold(tx, place, room, said.id)
                log.judge(tx, found)
                verdicts |= found
        return verdicts

    def _opens(self, room: Room, topic: str, said: Said[Any], standing: Standing | Reason | None) -> bool:
        """Whether something said, alone in its topic, is allowed: then its rows can be written at once with others'."""
        if not isinstance(standing, Standing):
            return False
        try:
            return room.authorise(room.empty(topic), said, standing) is Verdict.ALLOW
        except Exception:
            return False

    def refold(self, tx: Tables, place: Place, room: Room, topic: str) -> dict[str, Verdict]:
        """Fold one topic from the log and write its rows anew. Returns what became of its events."""
        refused: dict[str, Verdict] = {}
        standings: dict[str, Standing] = {}
        saids = []
        key: search.Key = topic
        for kept in log.topic_rows(tx, place.ref, topic):
            event = kept.event
            if kept.id == topic:
                key = kept.n
            try:
                said = self.said(place, event, split(event))
            except RemoteError:  # the room reads it otherwise than the version that took it in
                continue
            if said is None or self.topic(said) != (room.name, topic):
                continue
            standing = standing_of(place, said)
            if isinstance(standing, Standing):
                standings[said.id] = standing
                saids.append(said)
            else:
                refused[said.id] = Verdict.DENY
        verdicts: dict[str, Verdict] = {}

        def write(some: Sequence[Said[Any]]) -> None:
            nonlocal verdicts
            state, verdicts = fold(room, topic, some, lambda said: standings[said.id])
            allowed = Verdict.ALLOW in verdicts.values()
            room.project(tx, place.space, topic, state if allowed else None)
            found = room.search(state) if allowed else None
            if found is None:
                search.remove(tx, place.ref, [key])
            else:
                search.put(tx, place.ref, key, found)

        if whole(tx, partial(write, saids)):
            return verdicts | refused
        # A fault of ours that somebody's words bring out. The one that does is set aside, whichever came last.
        self.tripped += 1
        for bad in sorted(saids, key=lambda said: said.id)[:MOST_TRIED]:
            if whole(tx, partial(write, [said for said in saids if said is not bad])):
                return verdicts | refused | {bad.id: Verdict.DENY}
        return refused | {said.id: Verdict.DENY for said in saids}

    def _project_fresh(
        self, tx: Tables, place: Place, room: Room, saids: Sequence[Said[Any]], openings: Mapping[str, int]
    ) -> None:
        if room.fresh is not None:
            room.fresh(tx, place.space, saids)
        texts = []
        for said in saids:
            found = room.search(room.reduce(room.empty(said.id), said))
            if found is not None:
                texts.append((openings[said.id], found))
        search.put_many(tx, place.ref, texts)


def whole(tx: Tables, work: Callable[[], None]) -> bool:
    """Do all of it or, if it trips over itself, nothing. The disk's faults are raised (LocalError)."""
    tx.execute("SAVEPOINT whole")
    try:
        work()
    except LocalError:
        raise
    except Exception:
        tx.execute("ROLLBACK TO whole")
        tx.execute("RELEASE whole")
        return False
    tx.execute("RELEASE whole")
    return True
