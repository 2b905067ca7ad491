"""People who are waited for, as this node knows them: how late they are by its clock, what their codes meant, what
their card says. Nothing of it is kept: it is worked out each time somebody looks or an errand runs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final, Literal

import msgspec

from tadamun.core.b64 import from_b64
from tadamun.core.errors import RemoteError
from tadamun.core.ports import Audience, Workbench
from tadamun.crypto import labels, lockbox, shares
from tadamun.crypto.secret import Secret
from tadamun.rooms.gatherings.given import some
from tadamun.rooms.gatherings.own import WORDS, Watch, ends

Level = Literal["waiting", "late", "legal", "open", "forced", "back"]


class _Told(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a box holds: the share of the card, and which of the two codes (as they are sorted) is said under force."""

    share: str
    silent: int


_SHARE: Final = re.compile(WORDS)
_body: Final = msgspec.json.Decoder(Watch)
_told: Final = msgspec.json.Decoder(_Told)


@dataclass(frozen=True, slots=True)
class Standing:
    """One watch. ended: its author typed one of the codes. share, silent: of the box for this device, if it has one;
    forced: the code that was typed, or one of them, is the one that is said under force."""

    id: str
    member: str
    body: Watch
    tokens: tuple[str, ...]
    share: str = ""
    silent: int = -1

    @property
    def ended(self) -> bool:
        return bool(self.tokens)

    @property
    def forced(self) -> bool:
        return self.silent in (0, 1) and self.body.codes[self.silent] in self.tokens

    @property
    def legal_at(self) -> int:
        return self.body.back_by + self.body.legal_after

    @property
    def card_at(self) -> int:
        return self.legal_at + self.body.card_after

    def level(self, now: int) -> Level:
        """How it stands by that clock, for those who wait."""
        if self.forced:
            return "forced"
        if self.ended:
            return "back"
        if now < self.body.back_by:
            return "waiting"
        return "late" if now < self.legal_at else "legal" if now < self.card_at else "open"

    def audience(self, me: str) -> Audience:
        """All whom it concerns, and the end of it."""
        return some({self.member, *self.body.buddies, self.body.legal}, me, ends(self.body))

    def among_themselves(self, me: str) -> Audience:
        """Those who wait, without whom they wait for: a device in others' hands is not to tell that it is known."""
        return some({*self.body.buddies, self.body.legal}, me, ends(self.body))


def told(share: str, silent: int) -> bytes:
    """What is put into a box for one who waits."""
    return msgspec.json.encode(_Told(share, silent))


def standing(bench: Workbench, space: str, now: int) -> list[Standing]:
    """Every watch that this person has to do with and whose time is not over, by when they are to be back."""
    rows = bench.tables.execute(
        "SELECT id, member, body, tokens FROM gatherings_watches WHERE space = ? AND ends > ? ORDER BY back_by, id",
        (space, now),
    )
    key = own_key(bench, space)
    found = []
    for id, member, body, tokens in rows:
        one = Standing(id, member, _body.decode(body), tuple(tokens.split()))
        found.append(one if key is None or member == bench.me(space) else _opened(space, one, key))
    return found


def own_key(bench: Workbench, space: str) -> lockbox.BoxKey | None:
    """The key of this device that boxes are made for, if it has one yet."""
    rows = bench.tables.execute("SELECT secret FROM gatherings_boxkeys WHERE space = ?", (space,))
    return lockbox.BoxKey.from_secret(Secret.from_text(rows[0][0])) if rows else None


def _opened(space: str, one: Standing, key: lockbox.BoxKey) -> Standing:
    """With what the box for this device says; of several that somebody made for it, the first that fits the marks."""
    info = labels.watch(space, one.member, from_b64(one.body.salt))
    for box in one.body.boxes:
        try:
            found = _told.decode(lockbox.open_box(key, from_b64(box), info))
        except (RemoteError, ValueError):
            continue
        if _SHARE.fullmatch(found.share) and shares.mark(found.share) in one.body.marks:
            return Standing(one.id, one.member, one.body, one.tokens, found.share, found.silent)
    return one


def shown(bench: Workbench, space: str, one: Standing, now: int) -> dict[str, Any]:
    """As `gathering.watches` gives it."""
    me, names, body = bench.me(space), bench.facts.names, one.body
    mine = one.member == me
    level: str = ("back" if one.ended else "waiting") if mine else one.level(now)
    alarm = not mine and (level in ("legal", "open", "forced") or (level == "late" and me in body.buddies))
    return {
        "id": one.id,
        "member": one.member,
        "name": names.name(space, one.member),
        "back_by": body.back_by,
        "legal_at": one.legal_at,
        "card_at": one.card_at,
        "ends": ends(body),
        "gathering": body.gathering,
        "buddies": [{"member": who, "name": names.name(space, who)} for who in body.buddies],
        "legal": {"member": body.legal, "name": names.name(space, body.legal)},
        "ended": one.ended,
        "level": level,
        "alarm": alarm,
        "card": "" if mine or level not in ("open", "forced") else card(bench, space, one),
    }


def given_out(bench: Workbench, space: str, one: Standing) -> list[str]:
    """Shares of the card that those who wait gave each other."""
    rows = bench.tables.execute(
        "SELECT share FROM gatherings_released WHERE space = ? AND id = ? ORDER BY mark", (space, one.id)
    )
    return [share for (share,) in rows]


def card(bench: Workbench, space: str, one: Standing) -> str:
    """What the card says; "" while too few shares are there."""
    found = sorted({*given_out(bench, space, one), *([one.share] if one.share else [])})
    if len(found) < one.body.need:
        return ""
    context = labels.card(space, one.member, from_b64(one.body.salt))
    try:
        return shares.open_box(from_b64(one.body.card), context, found[: one.body.need])
    except RemoteError:
        return ""
