"""What NIP-01 and NIP-09 ask of a store of public events, over any wire store: replaceable kinds and deletions.

A deletion is itself an event that is kept, so that it also holds for what comes later; it counts only for events of the
same author. This file does not know connections or signatures.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from tadamun.core.event import Event, parse
from tadamun.core.ports import Filter, Put, Stored, Wire

DELETION = 5

Piece = tuple[Event, bytes]


def is_ephemeral(kind: int) -> bool:
    return 20_000 <= kind < 30_000


def is_replaceable(kind: int) -> bool:
    return kind in (0, 3) or 10_000 <= kind < 20_000


def is_addressable(kind: int) -> bool:
    return 30_000 <= kind < 40_000


class PublicEvents:
    """Puts public events, one batch at a time: two versions of one profile must not both find the place empty."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._turn = asyncio.Lock()

    async def put(self, batch: Sequence[Piece]) -> list[Put]:
        """As Wire.put. An older version of what is there is a DUPLICATE."""
        async with self._turn:
            answers: list[Put] = []
            plain: list[Piece] = []
            for piece in batch:
                kind = piece[0].kind
                if kind != DELETION and not is_replaceable(kind) and not is_addressable(kind):
                    plain.append(piece)
                    continue
                answers += await self._put_plain(plain)
                plain = []
                answers.append(await (self._delete(piece) if kind == DELETION else self._replace(piece)))
            return answers + await self._put_plain(plain)

    async def _put_plain(self, batch: Sequence[Piece]) -> list[Put]:
        if not batch:
            return []
        ids = tuple(event.id for event, _ in batch)
        authors = tuple({event.pubkey for event, _ in batch})
        gone: set[tuple[str, str]] = set()
        async for page in self._wire.find(Filter(kinds=(DELETION,), authors=authors, tags=(("e", ids),))):
            for deletion in map(_event, page):
                gone.update((deletion.pubkey, target) for target in _targets(deletion, "e"))
        kept = [piece for piece in batch if (piece[0].pubkey, piece[0].id) not in gone]
        answers = iter(await self._wire.put(kept) if kept else [])
        return [Put.DELETED if (event.pubkey, event.id) in gone else next(answers) for event, _ in batch]

    async def _delete(self, piece: Piece) -> Put:
        """NIP-09: remove the author's own events that it names, and versions up to its time of what it addresses."""
        (answer,) = await self._wire.put([piece])
        if answer is not Put.NEW:
            return answer
        event = piece[0]
        doomed: list[str] = []
        if ids := _targets(event, "e"):
            async for page in self._wire.find(Filter(ids=ids, authors=(event.pubkey,))):
                doomed += [target.id for target in map(_event, page) if target.kind != DELETION]
        for address in _targets(event, "a"):
            kind, author, name = (*address.split(":", 2), "", "")[:3]
            # The kind is a stranger's text: `isdecimal` alone lets digits of other scripts through.
            if author == event.pubkey and kind.isascii() and kind.isdecimal() and len(kind) <= 5:
                number = int(kind)
                if is_replaceable(number) or is_addressable(number):
                    doomed += [
                        s.id for s in await self._versions(number, author, name) if s.created_at <= event.created_at
                    ]
        await self._wire.delete(doomed)
        return answer

    async def _replace(self, piece: Piece) -> Put:
        """NIP-01: of one author's versions the newest is kept; of two of one second, the one with the lower id."""
        event = piece[0]
        name = _name(event)
        address = f"{event.kind}:{event.pubkey}:{name}"
        deletions = Filter(
            kinds=(DELETION,), authors=(event.pubkey,), tags=(("a", (address,)),), since=event.created_at, limit=1
        )
        async for page in self._wire.find(deletions):
            if page:
                return Put.DELETED
        older: list[str] = []
        for version in await self._versions(event.kind, event.pubkey, name):
            if version.id == event.id or (-version.created_at, version.id) < (-event.created_at, event.id):
                return Put.DUPLICATE
            older.append(version.id)
        (answer,) = await self._put_plain([piece])
        if answer is Put.NEW and older:
            await self._wire.delete(older)
        return answer

    async def _versions(self, kind: int, author: str, name: str) -> list[Stored]:
        tags = (("d", (name,)),) if is_addressable(kind) and name else ()
        found: list[Stored] = []
        async for page in self._wire.find(Filter(kinds=(kind,), authors=(author,), tags=tags)):
            found += [stored for stored in page if _name(_event(stored)) == name]
        return found


def _event(stored: Stored) -> Event:
    return parse(stored.raw)


def _name(event: Event) -> str:
    """The `d` tag of an addressable event; one without has the empty name."""
    tag = event.tag("d") if is_addressable(event.kind) else None
    return tag[1] if tag and len(tag) > 1 else ""


def _targets(event: Event, letter: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tag[1] for tag in event.tags if len(tag) > 1 and tag[0] == letter))
