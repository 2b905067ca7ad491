"""Requests and offers: the lists, one of them with everyone's part, and where they are written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tadamun.core.words import N_
from tadamun.i18n.words import _, say
from tadamun.rooms.aid import pages_blind, words
from tadamun.rooms.aid import pages_words as wording
from tadamun.web.page import Answer, Visit

LIMIT: Final = 30  # items of one page: it is to be light
FIELDS: Final = ("category", "urgency", "place", "language", "tag", "state", "search")
_EMPTY: Final[dict[str, Any]] = {
    "category": "housing", "title": "", "text": "", "tags": [], "languages": [], "place": "", "urgency": "any",
    "wanted": 1, "until": 0, "conditions": [],
}  # fmt: skip


async def show_all(visit: Visit) -> Answer:
    """Requests or offers, by what is looked for; or what one asked, offered and claimed oneself."""
    if (elsewhere := await wording.outside(visit)) is not None:
        return elsewhere
    space, query = visit.path["space"], visit.query
    mine = query.get("view") == "mine"
    direction = "offer" if query.get("direction") == "offer" else "request"
    filters = {name: query.get(name, "").strip() for name in FIELDS}
    filters["urgency"] = filters["urgency"] if filters["urgency"] in words.URGENCIES else "any"
    page = wording.number(query.get("page", ""))
    context: dict[str, Any] = {"mine": mine, "direction": direction, "filters": filters}
    if mine:
        own = await visit.call("aid.list", space=space, mine=True, state="", limit=LIMIT, page=page)
        helping = await visit.call("aid.list", space=space, helping=True, state="", limit=LIMIT)
        context |= {"items": wording.ready(own["items"]), "helping": wording.ready(helping["items"])}
        more = own["more"]
    else:
        asked = filters | {"state": filters["state"] if filters["state"] in words.STATES else "open"}
        found = await visit.call("aid.list", space=space, direction=direction, limit=LIMIT, page=page, **asked)
        flow = await visit.call("aid.flow", space=space)
        context |= {"items": wording.ready(found["items"]), "helping": [], "flow": _flow(flow["categories"])}
        more = found["more"]
    return await visit.render(
        "aid/aid.html",
        **await wording.frame(visit, "mine" if mine else f"{direction}s"),
        **context,
        filtered=any(value for name, value in filters.items() if value not in ("", "any")),
        categories=wording.choices(words.CATEGORIES, say("Every kind")),
        urgencies=wording.choices(words.URGENCIES),
        states=wording.choices(words.STATES),
        places=await visit.call("aid.places", space=space),
        page=page,
        more=more,
        again={
            "direction": direction if direction == "offer" else "",
            "view": "mine" if mine else "",
            "found": query.get("found", ""),
        },
    )


async def show(visit: Visit) -> Answer:
    """One request or offer, and what one can do with it."""
    if (elsewhere := await wording.outside(visit)) is not None:
        return elsewhere
    space = visit.path["space"]
    found = await visit.call("aid.show", space=space, item=visit.path["item"])
    [one] = wording.ready([found])
    for part in one["parts"]:
        part["told"] = _(words.PARTS[part["state"]])
        part["steps"] = [(step, _(words.STEPS_OF[step])) for step in one["may_of"].get(part["member"], [])]
    rules = await visit.call("space.rules", space=space)
    moderates = any(rule["act"] == "moderate" and rule["mine"] for rule in rules["acts"])
    return await visit.render(
        "aid/item.html",
        **await wording.frame(visit, ""),
        one=one,
        blind=await pages_blind.told(visit) if one["blind"] else None,
        delays=pages_blind.delays(),
        steps=[(step, _(words.STEPS[step])) for step in one["may"] if step != "withdrawn"],
        may_withdraw="withdrawn" in one["may"],
        may_take_down=moderates and not one["mine"] and not one["withdrawn"],
    )


async def step(visit: Visit) -> Answer:
    """Say how it goes."""
    space, item, form = visit.path["space"], visit.path["item"], visit.form
    await visit.call("aid.move", space=space, item=item, to=form.line("to"), member=form.line("member"))
    return visit.see("aid-item", N_("It is noted, and everyone here will see it."), space=space, item=item)


async def writing(visit: Visit) -> Answer:
    """The form for a new one."""
    if (elsewhere := await wording.outside(visit)) is not None:
        return elsewhere
    query = visit.query
    held = _EMPTY | {name: query[name] for name in ("category",) if query.get(name) in words.CATEGORIES}
    direction = visit.form.line("direction") or query.get("direction", "")
    return await _form(visit, held, "offer" if direction == "offer" else "request", "")


async def write(visit: Visit) -> Answer:
    space = visit.path["space"]
    direction = "offer" if visit.form.line("direction") == "offer" else "request"
    blind = visit.form.line("name") == "without"
    within = pages_blind.delay(visit.form.line("within"))
    made = await visit.call("aid.post", space=space, direction=direction, blind=blind, within=within, **_given(visit))
    if blind:
        notice = N_("It goes out at a random moment. Your name is not in it.")
        return visit.see("aid-blind", notice, space=space)
    notice = N_("Your offer is on its way.") if direction == "offer" else N_("Your request is on its way.")
    return visit.see("aid-item", notice, space=space, item=made["id"])


async def changing(visit: Visit) -> Answer:
    """The form to change one's own."""
    space, item = visit.path["space"], visit.path["item"]
    one = await visit.call("aid.show", space=space, item=item)
    if not one["mine"] or one["withdrawn"]:
        notice = N_("Only whoever asked or offered can change it, and not after it was withdrawn.")
        return visit.see("aid-item", notice, space=space, item=item)
    return await _form(visit, one, one["direction"], item)


async def change(visit: Visit) -> Answer:
    space, item = visit.path["space"], visit.path["item"]
    await visit.call("aid.change", space=space, item=item, **_given(visit))
    notice = N_("It is changed. Whoever read it before may remember how it was.")
    return visit.see("aid-item", notice, space=space, item=item)


async def _form(visit: Visit, held: Mapping[str, Any], direction: str, item: str) -> Answer:
    """Filled with what is held, or with what was just typed."""
    space, form = visit.path["space"], visit.form
    sent = visit.request.method == "POST"
    values = dict(held)
    if sent:
        values |= {
            "category": form.line("category"), "title": form.text("title"), "text": form.text("text"),
            "tags": wording.split(form.text("tags")), "place": form.text("place"), "urgency": form.line("urgency"),
            "wanted": form.text("wanted"), "conditions": form.many("condition"),
        }  # fmt: skip
    return await visit.render(
        "aid/write.html",
        **await wording.frame(visit, ""),
        values=values,
        day=form.line("until") if sent else wording.day_of(held["until"]),
        direction=direction,
        item=item,
        speaks=wording.languages(visit, held["languages"]),
        categories=wording.choices(words.CATEGORIES),
        urgencies=wording.choices(words.URGENCIES),
        conditions=[(name, _(label), name in values["conditions"]) for name, label in words.CONDITIONS.items()],
        places=await visit.call("aid.places", space=space),
        reach=await visit.call("aid.audience", space=space),
        blind=None if item else await pages_blind.told(visit),
        delays=pages_blind.delays(),
        named=form.line("name") != "without",
        within=form.line("within") or "7200",
    )


def _given(visit: Visit) -> dict[str, Any]:
    form = visit.form
    return {
        "category": form.line("category"),
        "title": form.text("title"),
        "text": form.text("text"),
        "tags": wording.split(form.text("tags")),
        "languages": wording.chosen_languages(form),
        "place": form.text("place"),
        "urgency": form.line("urgency"),
        "wanted": form.number("wanted", 1),
        "until": wording.end_of(form.line("until")),
        "conditions": form.many("condition"),
    }


def _flow(categories: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the space as a whole gives and needs, with a hint where much is asked and little offered."""
    return [
        one | {"kind": _(words.CATEGORIES[one["category"]]), "short": one["requests"] > 2 * one["offers"] + 2}
        for one in categories
    ]
