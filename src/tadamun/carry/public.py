"""What NIP-01 and NIP-09 ask of a store of public events, over any wire store: replaceable kinds and deletions.

A deletion is itself an event that is kept, so that it also holds for what comes later; it counts only for events of the
same author. This file does not know connections or signatures.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence, Set

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
        addressed = {address for text in _targets(event, "a") if (address := _address(text, event.pubkey))}
        doomed += [e.id for e in await self._versions(event.pubkey, addressed) if e.created_at <= event.created_at]
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
        for version in await self._versions(event.pubkey, {(event.kind, name)}):
            if version.id == event.id or (-version.created_at, version.id) < (-event.created_at, event.id):
                return Put.DUPLICATE
            older.append(version.id)
        (answer,) = await self._put_plain([piece])
        if answer is Put.NEW and older:
            await self._wire.delete(older)
        return answer

    async def _versions(self, author: str, addresses: Set[tuple[int, str]]) -> list[Event]:
        """What is stored at these (kind, name), in at most two questions however many they are."""
        named = {(kind, name) for kind, name in addresses if is_addressable(kind)}
        questions = [
            Filter(
                kinds=tuple({kind for kind, _ in named}),
                authors=(author,),
                tags=(("d", tuple({name for _, name in named})),),
            ),
            Filter(kinds=tuple({kind for kind, _ in addresses - named}), authors=(author,)),
        ]
        found: list[Event] = []
        for wanted in questions:
            if wanted.kinds:
                async for page in self._wire.find(wanted):
                    found += [e for e in map(_event, page) if (e.kind, _name(e)) in addresses]
        return found


def _event(stored: Stored) -> Event:
    return parse(stored.raw)


def _name(event: Event) -> str:
    """The `d` tag of an addressable event; one without has the empty name."""
    tag = event.tag("d") if is_addressable(event.kind) else None
    return tag[1] if tag and len(tag) > 1 else ""


def _address(text: str, author: str) -> tuple[int, str] | None:
    """(kind, name) of an `a` tag's value `kind:author:name`, if it is that author's and a kind that has versions."""
    kind, _, rest = text.partition(":")
    owner, _, name = rest.partition(":")
    # `isdecimal` alone lets digits of other scripts through.
    if owner != author or not (kind.isascii() and kind.isdecimal() and len(kind) <= 5):
        return None
    number = int(kind)
    if is_addressable(number):
        return number, name
    return (number, "") if is_replaceable(number) else None


def _targets(event: Event, letter: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tag[1] for tag in event.tags if len(tag) > 1 and tag[0] == letter))
