"""Direct messages: with whom one writes, one such conversation, and who can read what is written anywhere in talk."""

from __future__ import annotations

from typing import Any, Final

from tadamun.core.words import N_
from tadamun.i18n.words import say
from tadamun.rooms.talk import pages_compose as compose
from tadamun.rooms.talk import pages_list as lists
from tadamun.web.page import Answer, Visit

MOST_NAMES: Final = 100  # on one page


async def show_all(visit: Visit) -> Answer:
    """The conversations, and whom else one can write to."""
    space = visit.path["space"]
    if not await lists.belongs(visit):
        return await lists.outside(visit)
    if wanted := visit.query.get("member", ""):
        return visit.see("talk-message", space=space, member=wanted)
    found = await visit.call("talk.conversations", space=space)
    return await visit.render(
        "talk/messages.html",
        **await lists.frame(visit, "messages"),
        conversations=found["conversations"],
        members=compose.choices(await compose.people(visit), "", say("Choose somebody")),
    )


async def show(visit: Visit) -> Answer:
    """What was written between oneself and one member, the newest last."""
    space, query = visit.path["space"], visit.query
    if not await lists.belongs(visit):
        return await lists.outside(visit)
    other = await visit.call("people.show", space=space, member=visit.path["member"])
    if other["me"]:
        return visit.see("talk-messages", N_("That is you. Choose another member to write to."), space=space)
    found = await visit.call(
        "talk.read", space=space, private=True, author=other["member"], limit=lists.LIMIT,
        before=query.get("before", ""), after=query.get("after", ""),
    )  # fmt: skip
    posts = lists.ready(found["posts"][::-1])
    wanted = query.get("reply", "") or visit.form.line("reply_to")
    answered = next((post for post in posts if post["id"] == wanted), None)
    stays = other["level"] is not None
    kept_away = (await visit.call("safety.mine", space=space))["members"]
    return await visit.render(
        "talk/message.html",
        **await lists.frame(visit, "messages"),
        other=other,
        stays=stays,
        blocked=any(one["member"] == other["member"] and one["how"] == "block" for one in kept_away),
        posts=posts,
        ahead=lists.ready(found["ahead"]),
        pages=lists.paging(visit, found),
        first_unread=next((post["id"] for post in posts if post["unread"]), ""),
        answered=answered,
        chosen=query.get("at", ""),
        compose=await compose.composer(
            visit, f"message:{other['member']}", to=other["member"], reply_to=answered["id"] if answered else ""
        )
        if stays
        else None,
    )


async def write(visit: Visit) -> Answer:
    if await compose.settled(visit):
        return await show(visit)
    space, member = visit.path["space"], visit.path["member"]
    asked = compose.saying(visit)
    said = await visit.call(
        "talk.post",
        space=space,
        to=member,
        reply_to=visit.form.line("reply_to"),
        **{name: asked[name] for name in ("text", "warning", "expires", "draft", "attachments")},
    )
    notice = N_("Your message is on its way.")
    return visit.see("talk-message", notice, space=space, member=member, at=f"p-{said['id']}")


async def audience(visit: Visit) -> Answer:
    """Who exactly, by name, and what nobody can promise."""
    if not await lists.belongs(visit):
        return await lists.outside(visit)
    query = visit.query
    expires = query.get("expires", "")
    aim: dict[str, Any] = {name: query.get(name, "") for name in ("reply_to", "to", "edit")}
    aim["circle"] = [one for one in query.get("circle", "").split(",") if one]
    aim["expires"] = next((seconds for seconds, _ in compose.EXPIRES if str(seconds) == expires), 0)
    line = await compose.audience(visit, aim)
    told: dict[str, Any] = line["told"] or {"members": [], "not_promised": []}
    start = lists.number(query.get("from", ""))
    further = start + MOST_NAMES if start + MOST_NAMES < len(told["members"]) else 0
    return await visit.render(
        "talk/audience.html",
        **await lists.frame(visit, ""),
        line=line,
        members=told["members"][start : start + MOST_NAMES],
        further=visit.url("talk-audience", **{**visit.query, "space": visit.path["space"], "from": further})
        if further
        else "",
        rehearsal=visit.url(
            "safety-rehearse",
            space=visit.path["space"],
            **{name: query[name] for name in ("to", "reply_to", "edit", "circle", "expires") if query.get(name)},
        ),
        not_promised=[say(one["message"]) for one in told["not_promised"]],
    )
