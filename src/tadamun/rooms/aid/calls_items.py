"""Requests and offers: what a person can do and ask about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Annotated, Any, Final

import msgspec

from tadamun.core.errors import UsageError
from tadamun.core.ports import Among, Audience, Workbench
from tadamun.core.room import Call
from tadamun.rooms.aid import actions, calls_blind, means
from tadamun.rooms.aid.bodies import Change, Item, Step
from tadamun.rooms.aid.fields import CATEGORIES, MENTORING
from tadamun.rooms.aid.given import InSpace, Limit, OneItem, PageNumber, Time, reader_of
from tadamun.rooms.aid.reading import AHEAD, Reader, Row, Wanted
from tadamun.rooms.aid.view import ITEMS

MATCHES: Final = 4  # full text is asked for so many times the limit: some of what it finds is filtered out
ACTIVE: Final = ("claimed", "under-way", "done")


class Post(InSpace, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """direction: request or offer. category, urgency, conditions: of rooms/aid/fields.py. place: a town or a region.
    wanted: how many can claim it. until: Unix seconds, 0: no end. blind: without a name, and so that it goes out after
    a random time of at most `within` seconds (calls_blind.py); it has an end then, in a week if none is given."""

    direction: str
    category: str
    title: str
    text: str = ""
    tags: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    place: str = ""
    urgency: str = "any"
    wanted: int = 1
    until: Time = 0
    conditions: tuple[str, ...] = ()
    blind: bool = False
    within: Annotated[int, msgspec.Meta(ge=0, le=2 * 86_400)] = calls_blind.WITHIN


class ChangeItem(OneItem, frozen=True, forbid_unknown_fields=True):
    """What is left out stays as it was."""

    category: str | None = None
    title: str | None = None
    text: str | None = None
    tags: tuple[str, ...] | None = None
    languages: tuple[str, ...] | None = None
    place: str | None = None
    urgency: str | None = None
    wanted: int | None = None
    until: Time | None = None
    conditions: tuple[str, ...] | None = None


class MoveItem(OneItem, frozen=True, forbid_unknown_fields=True):
    """to: of one's own request or offer done, withdrawn or open (again); of one's part in somebody else's claimed,
    under-way, done or given-up; of a member's part in one's own under-way, done or declined."""

    to: Step
    member: str = ""


class ListItems(InSpace, frozen=True, forbid_unknown_fields=True):
    """state: open, claimed, under-way, done, withdrawn or expired, "" for any. mine: what I asked or offered; helping:
    what I have a part in. page: from 0. search: words to be found; the answer is then limited, not paged."""

    direction: str = ""
    category: str = ""
    tag: str = ""
    language: str = ""
    place: str = ""
    urgency: str = "any"
    state: str = "open"
    mine: bool = False
    helping: bool = False
    search: str = ""
    limit: Limit = 30
    page: PageNumber = 0


async def post(bench: Workbench, asked: Post) -> dict[str, Any]:
    """Ask for something, or offer it. Gives {id, direction}."""
    space = bench.space(asked.space)
    _check_until(asked.until, bench.clock.now())
    item = Item(
        d=bench.random.bytes(16).hex(),
        **{name: getattr(asked, name) for name in Item.__struct_fields__ if name not in ("d", "box")},
    )
    if item.direction not in ("request", "offer"):
        raise UsageError("Say whether it is a request or an offer.")
    if asked.blind:
        return {"id": await calls_blind.post(bench, space, item, asked.within), "direction": item.direction}
    return {"id": await bench.say(space, actions.item(item)), "direction": item.direction}


async def change(bench: Workbench, asked: ChangeItem) -> dict[str, Any]:
    """Change one's own request or offer. Gives {id, item, version}."""
    space, reader = reader_of(bench, asked)
    row = reader.item(asked.item)
    if row.owner != reader.me:
        raise UsageError("Only whoever asked or offered can change it.")
    if row.withdrawn:
        raise UsageError("That was withdrawn. Nothing more can be done with it; write a new one.")
    held: dict[str, Any] = {
        "category": row.category, "title": row.title, "text": row.text, "tags": tuple(row.tags.split()),
        "languages": tuple(row.languages.split()), "place": row.place, "urgency": row.urgency, "wanted": row.wanted,
        "until": row.until, "conditions": tuple(row.conditions.split()),
    }  # fmt: skip
    given = {name: getattr(asked, name) for name in held if getattr(asked, name) is not None}
    if "until" in given:
        _check_until(given["until"], bench.clock.now())
    new = Change(of=row.id, version=row.version + 1, **(held | given))
    return {"id": await bench.say(space, actions.change(new)), "item": row.id, "version": new.version}


async def move(bench: Workbench, asked: MoveItem) -> dict[str, Any]:
    """Say where an item, or a part in it, has come to. Gives {id, item, state}: the item's state now."""
    space, reader = reader_of(bench, asked)
    row = reader.item(asked.item)
    member = bench.facts.names.who(space, asked.member) if asked.member else ""
    mine = row.owner == reader.me
    who = member if mine else reader.me
    if member and not mine and member != reader.me:
        raise UsageError("Only whoever asked or offered can say how it goes with others.")
    if mine and not member and asked.to in ("claimed", "under-way", "given-up", "declined"):
        raise UsageError("That is your own. Say whose part you mean.")
    if not mine and asked.to in ("open", "withdrawn", "declined"):
        # A moderator takes down what should not stand; the rule refuses everybody else.
        who = ""
    if row.withdrawn and not (mine and asked.to == "open"):
        raise UsageError("That was withdrawn. Nothing more can be done with it; write a new one.")
    if asked.to == "claimed":
        _check_claim(bench, space, reader, row)
    event = await bench.say(space, actions.move(row.id, reader.moved(row.id, who) + 1, who, asked.to))
    return {"id": event, "item": row.id, "state": reader.item(row.id).state_at(reader.now)}


async def list_items(bench: Workbench, asked: ListItems) -> dict[str, Any]:
    """{items, more}: newest first, best first for a search. more: there is a next page."""
    space, reader = reader_of(bench, asked)
    wanted = Wanted(
        direction=asked.direction,
        category=asked.category,
        tag=actions.tidy_tags((asked.tag,))[0] if asked.tag else "",
        language=asked.language,
        place=asked.place,
        urgency=asked.urgency,
        state=asked.state,
        owner=reader.me if asked.mine else "",
        helper=reader.me if asked.helping else "",
    )
    if asked.search.strip():
        found = bench.matches(space, asked.search, asked.limit * MATCHES, Among(topic=ITEMS))
        rows, more = reader.by_ids(found, wanted)[: asked.limit], False
    else:
        rows = reader.items(wanted, asked.limit + 1, asked.page * asked.limit)
        more = len(rows) > asked.limit
    return {"items": shown(bench, space, reader, rows[: asked.limit]), "more": more}


async def show(bench: Workbench, asked: OneItem) -> dict[str, Any]:
    """One item, with {parts: [{member, name, state, me}], may: [what `aid.move` would take of me], may_of: {member:
    […]}}."""
    space, reader = reader_of(bench, asked)
    row = reader.item(asked.item)
    [one] = shown(bench, space, reader, [row])
    parts = reader.parts(row.id)
    names = bench.facts.names
    write = bench.reach(space, Audience()).may_say
    return one | {
        "parts": [
            {"member": who, "name": names.name(space, who), "state": state, "me": who == reader.me}
            for who, state in parts
        ],
        "may": _may(one, dict(parts).get(reader.me, ""), write),
        "may_of": {who: _may_of(state) for who, state in parts} if one["mine"] and not row.withdrawn else {},
    }


async def flow(bench: Workbench, asked: InSpace) -> dict[str, Any]:
    """What the whole space can see of giving and receiving: {categories: [{category, requests, offers, under_way,
    done}]}, of what anybody asked or offered, by state and by nobody's name."""
    space, reader = reader_of(bench, asked)
    rows = reader.tables.execute(
        "SELECT category, direction, CASE WHEN until > 0 AND until <= ? AND state IN ('open', 'claimed')"
        " THEN 'expired' ELSE state END, count(*) FROM aid_items WHERE space = ? GROUP BY 1, 2, 3",
        (reader.now, space),
    )
    found: dict[str, dict[str, int]] = {}
    for category, direction, state, count in rows:
        sums = found.setdefault(category, {"requests": 0, "offers": 0, "under_way": 0, "done": 0})
        if state == "open":
            sums["requests" if direction == "request" else "offers"] += count
        elif state in ("claimed", "under-way"):
            sums["under_way"] += count
        elif state == "done":
            sums["done"] += count
    return {"categories": [{"category": one, **found[one]} for one in CATEGORIES if one in found]}


async def places(bench: Workbench, asked: InSpace) -> list[str]:
    """Places named in this space's requests and offers, to choose from."""
    return reader_of(bench, asked)[1].places()


async def audience(bench: Workbench, asked: InSpace) -> dict[str, Any]:
    """Who will read a request or an offer: {space_name, count, later: all, days or none, later_days, may_write}."""
    space = bench.space(asked.space)
    reach = bench.reach(space, Audience())
    return {
        "space_name": bench.title(space),
        "count": sum(seat.devices > 0 for seat in reach.seats),
        "later": "none" if reach.later == 0 else "all" if reach.later < 0 else "days",
        "later_days": max(reach.later, 0),
        "may_write": reach.may_say,
    }


def shown(bench: Workbench, space: str, reader: Reader, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Items as plain JSON values."""
    name = cache(lambda member: bench.facts.names.name(space, member))
    mine, members = reader.my_parts([row.id for row in rows]), bench.members(space)
    veiled = bench.masks(space) if any(row.box for row in rows) else frozenset()
    return [
        {
            "id": row.id,
            "direction": row.direction,
            "category": row.category,
            "title": row.title,
            "text": row.text,
            "tags": row.tags.split(),
            "languages": row.languages.split(),
            "place": row.place,
            "urgency": row.urgency,
            "wanted": row.wanted,
            "taken": row.taken,
            "until": row.until,
            "conditions": row.conditions.split(),
            "owner": row.owner,
            "name": "" if row.box else name(row.owner),
            "mine": row.owner == reader.me or row.id in veiled,
            "former": not row.box and row.owner not in members,
            "blind": bool(row.box),
            "ring": row.ring,
            "my_part": mine.get(row.id, ""),
            "created_at": row.created_at,
            "ahead": row.created_at > reader.now + AHEAD,
            "changed": bool(row.version),
            "state": row.state_at(reader.now),
            "withdrawn": row.withdrawn,
        }
        for row in rows
    ]


CALLS: Final = {
    "aid.post": Call(Post, post),
    "aid.change": Call(ChangeItem, change),
    "aid.move": Call(MoveItem, move),
    "aid.list": Call(ListItems, list_items),
    "aid.show": Call(OneItem, show),
    "aid.flow": Call(InSpace, flow),
    "aid.places": Call(InSpace, places),
    "aid.audience": Call(InSpace, audience),
}


def _may(one: Mapping[str, Any], part: str, write: bool) -> list[str]:
    """What one may now do oneself, by the rules and what makes sense."""
    if one["blind"]:
        return []  # see calls_blind.py
    if one["mine"]:
        steps = {
            "withdrawn": ["open"] if one["withdrawn"] == "author" else [], "done": ["open", "withdrawn"],
        }.get(one["state"], ["done", "withdrawn"])  # fmt: skip
        return [step for step in steps if step != "open" or write]
    if one["withdrawn"] or not write:
        return ["given-up"] if part in ACTIVE and not one["withdrawn"] else []
    if part in ("", "given-up"):
        # Who is whose mentor is agreed between the two alone (calls_mentors.py).
        return ["claimed"] if one["state"] == "open" and one["category"] != MENTORING and not one["former"] else []
    return {"claimed": ["under-way", "given-up"], "under-way": ["done", "given-up"], "done": []}.get(part, [])


def _may_of(part: str) -> list[str]:
    """What whoever asked may say of somebody's part."""
    return {"claimed": ["under-way", "declined"], "under-way": ["done", "declined"], "declined": ["under-way"]}.get(
        part, []
    )


def _check_claim(bench: Workbench, space: str, reader: Reader, row: Row) -> None:
    state = row.state_at(reader.now)
    if row.box:
        raise UsageError("That was asked without a name, and is answered without one. Look at its page.")
    if row.category == MENTORING:
        raise UsageError("Who is whose mentor is agreed between the two alone. Ask on the page of mentors.")
    if row.owner not in bench.members(space):
        raise UsageError("Whoever wrote that belongs no more. Be careful if they write to you.")
    if reader.my_parts([row.id]).get(row.id) in ACTIVE:
        raise UsageError("You claimed that already.")
    if state == "expired":
        raise UsageError("The time of that is over. Write to whoever asked, if you still want to help.")
    if state != "open":
        raise UsageError("Others have claimed that already, as many as were wanted. If one gives up, it opens again.")
    refused = means.refused(bench, space, row)
    if refused:
        raise UsageError("Whoever wrote it set a condition that you do not meet. The page of the request shows which.")


def _check_until(until: int, now: int) -> None:
    if until and not now < until <= now + actions.LONGEST:
        raise UsageError("Choose an end within a year from now, or none.")
