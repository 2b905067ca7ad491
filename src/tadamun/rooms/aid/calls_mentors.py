"""Mentors: requests and offers of that kind, a suggestion of who could go with whom, and the pairs one is part of.

Who is whose mentor is agreed between the two, in their private channel, and nobody else learns of it. What is suggested
is computed here of what everybody can read; a pair comes about only when both say so, and ends when one does.
"""

from __future__ import annotations

from typing import Any, Final, Literal

from tadamun.core.errors import UsageError
from tadamun.core.ports import Workbench
from tadamun.core.room import Call
from tadamun.rooms.aid import actions, stable
from tadamun.rooms.aid.calls_items import shown
from tadamun.rooms.aid.calls_ledger import answered
from tadamun.rooms.aid.fields import MENTORING, OFFER
from tadamun.rooms.aid.given import InSpace, OneItem, reader_of
from tadamun.rooms.aid.matching import Fit, fit
from tadamun.rooms.aid.reading import Reader, Row, Wanted
from tadamun.rooms.aid.words import REASONS

EVERY: Final = 60  # of the newest open requests and offers, each: all pairs of them are weighed
LASTING: Final = ("waiting", "accepted")
_ROW: Final = "id, first, one, two, note, about, state, created_at"


class AskPair(OneItem, frozen=True, forbid_unknown_fields=True):
    """item: the offer of a mentor, or the request of somebody who looks for one. text: to that member alone."""

    text: str = ""


class AnswerPair(InSpace, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """pair: an id or its beginning. to: accepted or declined by whom it was asked, withdrawn by who asked, ended by
    either, without a word why."""

    pair: str
    to: Literal["accepted", "declined", "withdrawn", "ended"]


async def ask(bench: Workbench, asked: AskPair) -> dict[str, Any]:
    """Ask a mentor, or offer oneself to somebody who looks for one. Gives {id, member}."""
    space, reader = reader_of(bench, asked)
    row = reader.item(asked.item)
    if row.category != MENTORING:
        raise UsageError("That is not about mentoring.")
    if row.box:
        raise UsageError("That was asked without a name, and is answered without one. Look at its page.")
    if row.owner == reader.me:
        raise UsageError("That is your own. Choose somebody else's.")
    if row.state_at(reader.now) != "open":
        raise UsageError("That is not open any more.")
    mentor, mentee = (row.owner, reader.me) if row.direction == OFFER else (reader.me, row.owner)
    if any(pair["member"] == row.owner and pair["state"] in LASTING for pair in _pairs(bench, space, reader)):
        raise UsageError("You two are agreeing on that already, or have agreed. Your mentors are listed on their page.")
    event = await bench.say(space, actions.pair(row.id, mentor, mentee, asked.text, row.owner))
    return {"id": event, "member": row.owner}


async def answer(bench: Workbench, asked: AnswerPair) -> dict[str, Any]:
    """Accept, decline, withdraw or end. Gives {id, pair, member, full}: full: I am the mentor, and have as many now as
    I offered to take."""
    space, reader = reader_of(bench, asked)
    key = reader.named("aid_between", asked.pair)
    pair = next((one for one in _pairs(bench, space, reader) if one["id"] == key), None)
    if pair is None:
        raise UsageError("That is no pair of yours.")
    if asked.to not in pair["may"]:
        raise UsageError("That cannot be said of it now: look how it stands.")
    event = await bench.say(space, actions.answer(key, answered(reader, key) + 1, asked.to, pair["member"]))
    return {"id": event, "pair": key, "member": pair["member"], "full": _full(bench, space, reader)}


async def pairs(bench: Workbench, asked: InSpace) -> dict[str, Any]:
    """{pairs: [{id, member, name, mentor (I am), mine (I asked), text, item, state, created_at, may}], full}."""
    space, reader = reader_of(bench, asked)
    return {"pairs": _pairs(bench, space, reader), "full": _full(bench, space, reader)}


async def suggest(bench: Workbench, asked: InSpace) -> dict[str, Any]:
    """{items, requests, places}: of each of my open requests for a mentor, and of my offers, with whom they would go if
    everybody went where nobody would rather change (stable.py); as `aid.list` gives items, with {reasons, for}. How
    many look for somebody, and how many places there are."""
    space, reader = reader_of(bench, asked)
    newcomers, members = bench.newcomers(space), bench.members(space)
    requests, offers = (
        # What is asked without a name is not paired: it is answered without one.
        [row for row in reader.items(_open(direction), EVERY) if row.owner in members]
        for direction in ("request", OFFER)
    )
    fits = _fits(requests, offers, set(newcomers))
    wishes: dict[str, list[str]] = {row.id: [] for row in requests}
    ranks: dict[str, dict[str, int]] = {row.id: {} for row in offers}
    for (request, offer), (_, back) in fits.items():
        wishes[request].append(offer)
        ranks[offer][request] = -back.score
    for request, wanted in wishes.items():
        ranked = sorted((-fits[request, offer][0].score, offer) for offer in wanted)
        wishes[request] = [offer for _, offer in ranked]
    rooms = {row.id: row.wanted for row in offers}
    made = stable.pairs(wishes, ranks, rooms)
    mine = {row.id for row in (*requests, *offers) if row.owner == reader.me}
    found: list[tuple[str, str, Fit]] = []
    for request, offer in sorted(made.items()):
        there, back = fits[request, offer]
        if request in mine:
            found.append((offer, request, there))
        elif offer in mine:
            found.append((request, offer, back))
    items = []
    for key, own, one in found:
        [item] = shown(bench, space, reader, reader.by_ids([key], Wanted()))
        reasons = [{"id": name, "which": which, "message": REASONS[name]} for name, which in one.reasons]
        items.append(item | {"reasons": reasons, "for": own})
    return {"items": items, "requests": len(requests), "places": sum(rooms.values())}


CALLS: Final = {
    "aid.mentor_ask": Call(AskPair, ask),
    "aid.mentor_answer": Call(AnswerPair, answer),
    "aid.mentor_pairs": Call(InSpace, pairs),
    "aid.mentor_suggest": Call(InSpace, suggest),
}


def _open(direction: str) -> Wanted:
    return Wanted(direction=direction, category=MENTORING, state="open")


def _fits(requests: list[Row], offers: list[Row], newcomers: set[str]) -> dict[tuple[str, str], tuple[Fit, Fit]]:
    """Of each request and offer that are acceptable to each other, how well each fits the other."""
    found = {}
    sides = [(offer.id, offer.side(newcomers)) for offer in offers]
    for request in requests:
        one = request.side(newcomers)
        for key, other in sides:
            there, back = fit(one, other), fit(other, one)
            if there is not None and back is not None:
                found[request.id, key] = (there, back)
    return found


def _pairs(bench: Workbench, space: str, reader: Reader) -> list[dict[str, Any]]:
    """Those one is part of, the newest first."""
    rows = reader.tables.execute(
        f"SELECT {_ROW} FROM aid_between WHERE space = ?1 AND sort = 'pair' AND (one = ?2 OR two = ?2)"
        " ORDER BY created_at DESC, seq DESC, id",
        (space, reader.me),
    )
    names = bench.facts.names
    found = []
    for key, first, mentor, mentee, text, about, state, created_at in rows:
        mine, other = first == reader.me, mentee if mentor == reader.me else mentor
        if state == "waiting":
            may = ["withdrawn"] if mine else ["accepted", "declined"]
        else:
            may = ["ended"] if state == "accepted" else []
        found.append(
            {
                "id": key, "member": other, "name": names.name(space, other), "mentor": mentor == reader.me,
                "mine": mine, "text": text, "item": about, "state": state, "created_at": created_at, "may": may,
            }
        )  # fmt: skip
    return found


def _full(bench: Workbench, space: str, reader: Reader) -> bool:
    """Whether one is mentor of as many as one's open offers have places."""
    offers = reader.items(Wanted(direction=OFFER, category=MENTORING, state="open", owner=reader.me), EVERY)
    taken = sum(pair["mentor"] and pair["state"] == "accepted" for pair in _pairs(bench, space, reader))
    return bool(offers) and taken >= sum(row.wanted for row in offers)
