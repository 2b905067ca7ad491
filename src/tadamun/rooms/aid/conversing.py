"""What lies between this person and another under masks, put together from the tables: who said what, whether both have
agreed to say who they are, and who then said and proved to be whom.

Names count only when both have agreed: one that comes before that is not shown. This file says nothing to anybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import msgspec

from tadamun.core.b64 import from_b64
from tadamun.core.ports import Workbench
from tadamun.crypto import labels
from tadamun.crypto.lockbox import BoxKey
from tadamun.crypto.secret import Secret
from tadamun.rooms.aid.veil import Words, opened

MOST: Final = 500  # helps looked at, of one item


@dataclass(frozen=True, slots=True)
class Veil:
    """One of this person's one-time boxes. opening: the item, or the help, it belongs to. about: for a help, its item.
    until: Unix seconds at which it is destroyed."""

    space: str
    key: BoxKey
    opening: str
    about: str
    title: str
    until: int


@dataclass(frozen=True, slots=True)
class Talk:
    """help: the event that began it. veil: this person's side. other: the key the other's boxes are for. under: the
    event whose mask this person speaks with. said: (mine, words), in order."""

    help: str
    item: str
    veil: Veil
    other: str
    under: str
    ring: int
    said: tuple[tuple[bool, Words], ...]

    @property
    def i_agree(self) -> bool:
        return any(mine and words.agrees for mine, words in self.said)

    @property
    def they_agree(self) -> bool:
        return any(words.agrees for mine, words in self.said if not mine)

    @property
    def named(self) -> bool:
        """Whether this person has said who they are."""
        return any(mine and words.member for mine, words in self.said)

    @property
    def tokens(self) -> frozenset[str]:
        """What the other can prove with that they were told."""
        return frozenset(words.token for mine, words in self.said if mine and words.token)

    @property
    def claim(self) -> Words | None:
        """Who the other says they are, once both have agreed; the first word counts."""
        if not (self.i_agree and self.they_agree):
            return None
        return next((words for mine, words in self.said if not mine and words.member), None)


def veils(bench: Workbench, space: str) -> list[Veil]:
    """All that are here, of what has been said or waits to go out."""
    rows = bench.tables.execute(
        "SELECT secret, opening, about, title, until FROM aid_veils WHERE space = ? AND opening <> '' ORDER BY opening",
        (space,),
    )
    return [Veil(space, BoxKey(Secret.from_text(secret)), *rest) for secret, *rest in rows]


def talks(bench: Workbench, space: str, veil: Veil) -> list[Talk]:
    """What was begun with an item of one's own, or the one talk that one began oneself; the oldest first."""
    column = "id" if veil.about else "item"
    rows = bench.tables.execute(
        f"SELECT id, item, author, asker, key, box, ring FROM aid_helps WHERE space = ? AND {column} = ?"
        " ORDER BY created_at, id LIMIT ?",
        (space, veil.opening, MOST),
    )
    owner = bench.tables.execute(
        "SELECT owner, box FROM aid_items WHERE space = ? AND id = ?", (space, veil.about or veil.opening)
    )
    if not owner:
        return []
    [(asker, item_box)] = owner
    found = []
    for help_, item, author, named, key, box, ring in rows:
        if named != asker:  # what names another as who asked is not from who read this
            continue
        said = _first(space, veil, item, key, box)
        if not said and not veil.about:
            continue  # not for this key
        said += _notes(bench, space, veil, help_, asker if veil.about else author)
        said += _sent(bench, space, help_)
        said.sort(key=lambda one: (one[1].n, one[0] == bool(veil.about)))
        other, under = (item_box, help_) if veil.about else (key, item)
        found.append(Talk(help_, item, veil, other, under, ring, tuple(said)))
    return found


def proved(bench: Workbench, space: str, talk: Talk) -> bool:
    """Whether the member they say they are has shown, in their own name, what only the other was told."""
    claim = talk.claim
    if claim is None:
        return False
    rows = bench.tables.execute(
        "SELECT token FROM aid_unmasked WHERE space = ? AND help = ? AND member = ?", (space, talk.help, claim.member)
    )
    return any(token in talk.tokens for (token,) in rows)


def _first(space: str, veil: Veil, item: str, key: str, box: str) -> list[tuple[bool, Words]]:
    """The helper's first word, to whoever asked; one's own is among what was sent."""
    words = None if veil.about else opened(veil.key, box, labels.aid_help(space, item, from_b64(key, 32)))
    return [] if words is None else [(False, words)]


def _notes(bench: Workbench, space: str, veil: Veil, help_: str, other: str) -> list[tuple[bool, Words]]:
    rows = bench.tables.execute(
        "SELECT box FROM aid_notes WHERE space = ? AND id = ? AND author = ? ORDER BY seq, note", (space, help_, other)
    )
    info = labels.aid_note(space, help_)
    return [(False, words) for (box,) in rows if (words := opened(veil.key, box, info)) is not None]


def _sent(bench: Workbench, space: str, help_: str) -> list[tuple[bool, Words]]:
    rows = bench.tables.execute("SELECT words FROM aid_sent WHERE space = ? AND help = ? ORDER BY n", (space, help_))
    return [(True, msgspec.json.decode(words, type=Words)) for (words,) in rows]
