"""What every composer of talk's pages is made of: what was typed or kept as a draft, the pictures that wait, and the
sentence that says who will be able to read it. Also, from a form that came, what `talk.post` is given.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any, Final

from tadamun.core.errors import LocalError
from tadamun.core.words import N_
from tadamun.i18n.words import say
from tadamun.web.page import Form, Visit
from tadamun.web.words import plain_person

TOPICS: Final = {
    "coming-out": N_("Coming out"),
    "transition": N_("Transition"),
    "dating": N_("Dating"),
    "family": N_("Family"),
    "work": N_("Work"),
    "health": N_("Health"),
    "legal": N_("Law and papers"),
}
DAY: Final = 86_400  # seconds
EXPIRES: Final = (
    (0, N_("It stays until I retract it")),
    (3600, N_("After an hour")),
    (DAY, N_("After a day")),
    (7 * DAY, N_("After a week")),
    (30 * DAY, N_("After a month")),
    (365 * DAY, N_("After a year")),
)
MOST_PICTURES: Final = 4
MOST_CHOICES: Final = 60  # members in a list to choose from
SHOW: Final = "show"  # what the button says that shows who will read it, without a script
ATTACH: Final = "attach"  # the one that takes a picture in


async def people(visit: Visit) -> list[dict[str, Any]]:
    """Members of this space, by name, without oneself."""
    found: list[dict[str, Any]] = await visit.call("people.list", space=visit.path["space"])
    return [one for one in found if not one["me"]]


async def composer(
    visit: Visit,
    place: str,
    *,
    reply_to: str = "",
    to: str = "",
    edit: str = "",
    start: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """What the template `talk/compose.html` takes. place: the draft's. start: what the fields hold at first. With
    `to` the member is settled; a new thread may be turned into a message to one member."""
    values, kept = await _values(visit, place, start or {})
    chosen = to or ("" if reply_to or edit else values["to"])
    aim = {"reply_to": reply_to, "to": chosen, "expires": 0 if edit else values["expires"], "edit": edit}
    reach = await audience(visit, aim)
    attached = getattr(visit.request.state, "attached", values["attached"])
    pictures = await visit.call("talk.attached", space=visit.path["space"], ids=attached) if attached else {}
    alts = dict(_alts(visit.form, attached))
    return {
        **values,
        **reach,
        "may_write": reach["told"] is None or reach["told"]["may_write"],
        "place": place,
        "reply_to": reply_to,
        "to": chosen,
        "edit": edit,
        "draft": kept,
        "topic_choices": [(topic, say(name), topic in values["topics"]) for topic, name in TOPICS.items()],
        "other_topics": " ".join(topic for topic in values["topics"] if topic not in TOPICS),
        "lengths": [(str(seconds), say(words)) for seconds, words in EXPIRES],
        "pictures": [one | {"alt": alts.get(one["id"], one["alt"])} for one in pictures.get("pictures", [])],
        "room_for_more": len(attached) < MOST_PICTURES,
    }


async def audience(visit: Visit, aim: Mapping[str, Any]) -> dict[str, Any]:
    """{told: as `talk.audience` gives it, problem: why it cannot be told, exactly: the address of the list by name}.
    The problem is said where the line stands, so that nobody takes the one of before for that of now."""
    space = visit.path["space"]
    asked = {**aim, "circle": ",".join(aim.get("circle", ()))}
    exactly = visit.url("talk-audience", space=space, **{name: value for name, value in asked.items() if value})
    try:
        return {"told": await visit.call("talk.audience", space=space, **aim), "problem": "", "exactly": exactly}
    except LocalError as error:
        return {"told": None, "problem": say(error.message, **error.arguments), "exactly": ""}


async def settled(visit: Visit) -> bool:
    """Take in what the form brings before it is sent: the picture, and what pictures show. True if that was all that
    was asked for, so that the page is to be shown again as it is."""
    space, form = visit.path["space"], visit.form
    # Kept where the page that is shown again after a failure finds it.
    visit.request.state.attached = attached = [*dict.fromkeys(filter(None, form.many("attached")))]
    for one, alt in _alts(form, attached):
        await visit.call("talk.describe", space=space, id=one, alt=alt)
    file = form.file("picture")
    if file is not None:
        made = await attach(visit, await file.read(), form.line("alt"))
        if made["id"] not in attached:
            attached.append(made["id"])
    return form.text("do") in (SHOW, ATTACH)


def _alts(form: Form, attached: Sequence[str]) -> list[tuple[str, str]]:
    """What was typed of what those pictures show."""
    typed = dict(form.texts())
    return [(one, typed[f"alt-{one}"].strip()) for one in attached if f"alt-{one}" in typed]


async def attach(visit: Visit, data: bytes, alt: str) -> dict[str, Any]:
    made: dict[str, Any] = await visit.call(
        "talk.attach", space=visit.path["space"], data=base64.b64encode(data).decode(), alt=alt
    )
    return made


def saying(visit: Visit) -> dict[str, Any]:
    """What a form asks `talk.post` to say, without whom it answers or is for."""
    fields = fields_of(visit.form)
    return {
        "text": visit.form.text("text"),
        "title": fields["title"],
        "topics": fields["topics"],
        "warning": fields["warning"],
        "expires": fields["expires"],
        "draft": visit.form.line("place"),
        "attachments": visit.request.state.attached,
    }


def fields_of(form: Form) -> dict[str, Any]:
    """A composer's fields but its text, as a draft keeps them."""
    return {
        "title": form.line("title"),
        "topics": [*form.many("topic"), *form.text("other_topics").replace("،", " ").replace(",", " ").split()],
        "warning": form.line("warning"),
        "expires": _seconds(form.line("expires")),
        "to": form.line("to"),
        "attached": [one for one in form.many("attached") if one],
    }


def topic_name(topic: str) -> str:
    """A topic as people read it."""
    return say(TOPICS[topic]) if topic in TOPICS else topic


def first_words(post: Mapping[str, Any]) -> str:
    """How a post is named in a title or a link: never by what a warning folds away, or this person."""
    if post["folded"]:
        return say("(folded)")
    return str(post["title"] or post["warning"] or post["text"]) or say("(no words)")


async def _values(visit: Visit, place: str, start: Mapping[str, Any]) -> tuple[dict[str, Any], bool]:
    """(what the fields hold, whether that is a draft kept from before)."""
    form = visit.form
    if visit.request.method == "POST":
        return {**fields_of(form), "text": form.text("text")}, False
    found = await visit.call("talk.drafts", space=visit.path["space"], place=place)
    empty = {"text": "", "title": "", "topics": [], "warning": "", "expires": 0, "to": "", "attached": []}
    for draft in found["drafts"]:
        return {**empty, **_known(draft["fields"], empty), "text": draft["text"]}, True
    return {**empty, **start}, False


def _known(fields: Mapping[str, Any], empty: Mapping[str, Any]) -> dict[str, Any]:
    """Of a draft that something else may have kept: what has a place here, and the form that it has here."""
    return {name: value for name, value in fields.items() if name in empty and type(value) is type(empty[name])}


def _seconds(typed: str) -> int:
    return next((seconds for seconds, _ in EXPIRES if str(seconds) == typed), 0)


def choices(members: Sequence[Mapping[str, Any]], wanted: str, anybody: str) -> list[tuple[str, str]]:
    """Options of a list of members; whoever is wanted stands in it even after leaving. None where there are so many
    that the list would weigh more than the page: a name is typed then."""
    if len(members) > MOST_CHOICES:
        return []
    found = [("", anybody), *((one["member"], plain_person(one["name"])) for one in members)]
    if wanted and wanted not in dict(found):
        found.append((wanted, say("Somebody who is no longer here")))
    return found
