"""Before something is said: what each of several will see of it. Where it is said, the page of its audience leads here,
with what chooses that audience in the address; nothing is kept or sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tadamun.i18n.words import say
from tadamun.rooms.safety import pages_words as wording
from tadamun.web.page import Answer, Visit
from tadamun.web.words import plain_person

DAY: Final = 86_400  # seconds
AIM: Final = ("to", "reply_to", "edit", "circle", "expires")  # as the page of an audience has them
MOST_CHOICES: Final = 60  # members in a list to choose from; with more a name is typed


async def show(visit: Visit) -> Answer:
    """As seen by four who matter, and by a member of one's choice."""
    space, query = visit.path["space"], visit.query
    aim = {name: query[name] for name in AIM if query.get(name)}
    expires = aim.get("expires", "")
    told = await visit.call(
        "talk.audience",
        space=space,
        **{name: aim.get(name, "") for name in ("to", "reply_to", "edit")},
        circle=[one for one in aim.get("circle", "").split(",") if one],
        expires=int(expires) if expires.isascii() and expires.isdigit() and len(expires) < 10 else 0,
    )
    asked = {"space": space, "to": [one for one in told["private"].split(",") if one], "until": told["until"]}

    async def seen(title: str, eyes: str, **more: Any) -> dict[str, Any]:
        return _shown(title, await visit.call("safety.rehearse", **asked, eyes=eyes, **more))

    people = [one for one in await visit.call("people.list", space=space) if not one["me"]]
    chosen = query.get("member", "")
    sights = [
        await seen(say("Somebody who joins in a week"), "newcomer"),
        await seen(say("Somebody who was removed before"), "early"),
        await seen(say("Whoever takes this device from you now"), "seized"),
    ]
    if told["until"]:
        gone = max(told["until"] - visit.site.clock.now(), 0)
        sights.append(await seen(say("Whoever takes it after the end"), "seized", after=gone))
    by_one = []
    if chosen:
        by_one = [await seen("", eyes, member=chosen) for eyes in ("member", "removed", "seized")]
        name = plain_person(by_one[0]["name"])
        by_one[0]["whose"] = say("{name}, as a member", name=name)
        by_one[1]["whose"] = say("{name}, removed after it arrived", name=name)
        by_one[2]["whose"] = say("Whoever takes a device of {name} now", name=name)
    choices = [("", say("Choose somebody")), *((one["member"], plain_person(one["name"])) for one in people)]
    return await visit.render(
        "safety/rehearse.html",
        **await wording.frame(visit, ""),
        told=told,
        aim=aim,
        sights=sights,
        by_one=by_one,
        chosen=by_one[0]["member"] if by_one else "",
        choices=choices if len(people) <= MOST_CHOICES else [],
        back=visit.url("talk-audience", space=space, **aim),
    )


def _shown(title: str, found: Mapping[str, Any]) -> dict[str, Any]:
    reason, *further = found["notes"]
    return {**found, "whose": title, "because": say(reason), "further": [say(one) for one in further]}
