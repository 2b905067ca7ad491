"""Stories' pages: what members told, one of them with its translations, and where they are written."""

from __future__ import annotations

from typing import Any, Final

from tadamun.core.errors import UsageError
from tadamun.core.words import N_
from tadamun.i18n import formats
from tadamun.i18n.words import say
from tadamun.web.page import Answer, Visit

LIMIT: Final = 30  # stories of one page
LANGUAGES: Final = ("ar", "en", "fr", "ku", "fa", "tr", "hy", "he", "de", "es", "ru")
FIELDS: Final = ("title", "text", "summary", "language", "when", "place", "warning")


async def frame(visit: Visit, here: str) -> dict[str, Any]:
    """What every page of stories has: its tabs."""
    space = visit.path["space"]
    tabs = (
        ("stories", say("Stories"), visit.url("stories", space=space)),
        ("drafts", say("Drafts"), visit.url("stories", space=space, view="drafts")),
        ("campaigns", say("Campaigns"), visit.url("campaigns", space=space)),
        ("site", say("Static site"), visit.url("stories-site", space=space)),
    )
    return {"tabs": [{"label": label, "href": href, "here": name == here} for name, label, href in tabs]}


async def outside(visit: Visit) -> Answer | None:
    """The page that says that one cannot be here (yet), or None for a member. Raises UsageError."""
    one = next((one for one in await visit.call("space.list") if one["space"] == visit.path["space"]), None)
    if one is None:
        raise UsageError("There is no such space on this node. Choose one from the list of your spaces.")
    if one["status"] == "member":
        return None
    return await visit.render("stories/outside.html", joining=one["status"] == "joining")


async def show_all(visit: Visit) -> Answer:
    """What was told, or the drafts one writes with others."""
    if (elsewhere := await outside(visit)) is not None:
        return elsewhere
    space, query = visit.path["space"], visit.query
    drafts = query.get("view") == "drafts"
    page = int(query["page"]) if query.get("page", "").isdecimal() and len(query["page"]) < 5 else 0
    asked = {"topic": query.get("topic", "")[:40], "search": query.get("search", "").strip()}
    found = await visit.call("stories.list", space=space, drafts=drafts, limit=LIMIT, page=page, **asked)
    return await visit.render(
        "stories/stories.html",
        **await frame(visit, "drafts" if drafts else "stories"),
        stories=ready(found["stories"]),
        drafts=drafts,
        page=page,
        more=found["more"],
        filters=asked,
        again={"view": "drafts" if drafts else "", "topic": asked["topic"], "found": query.get("found", "")},
    )


async def show(visit: Visit) -> Answer:
    """One story."""
    if (elsewhere := await outside(visit)) is not None:
        return elsewhere
    space, story = visit.path["space"], visit.path["story"]
    one = await visit.call("stories.show", space=space, story=story)
    rules = await visit.call("space.rules", space=space)
    for version in one["versions"]:
        version["tongue"] = formats.tongue(version["language"])
    return await visit.render(
        "stories/story.html",
        **await frame(visit, ""),
        one=ready([one])[0],
        beside=await _beside(visit, one),
        moderates=any(rule["act"] == "moderate" and rule["mine"] for rule in rules["acts"]),
    )


async def act(visit: Visit) -> Answer:
    """Take it away, or tell the space what was a draft."""
    space, story, what = visit.path["space"], visit.path["story"], visit.form.line("what")
    if what == "finish":
        told = await visit.call("stories.finish", space=space, story=story)
        return visit.see("story", N_("The space can read it now."), space=space, story=told["id"])
    if what != "withdraw":
        raise UsageError("Nothing was changed. Choose what to do, then send it again.")
    await visit.call("stories.withdraw", space=space, story=story)
    return visit.see("stories", N_("It is taken away. Whoever read it may remember it."), space=space)


async def writing(visit: Visit) -> Answer:
    """The form for a new story, or a translation of one."""
    if (elsewhere := await outside(visit)) is not None:
        return elsewhere
    space, of = visit.path["space"], visit.query.get("of", "")
    original = await visit.call("stories.show", space=space, story=of) if of else None
    held = {name: original[name] for name in ("when", "place", "warning")} if original else {}
    return await _form(visit, held, "", original)


async def write(visit: Visit) -> Answer:
    space, form = visit.path["space"], visit.form
    together = [one.strip() for one in form.line("together").replace("،", ",").split(",") if one.strip()]
    told = await visit.call(
        "stories.tell", space=space, of=form.line("of"), together=together, **_given(visit), **_topics(visit)
    )
    notice = N_("The draft is there for those you write it with.") if together else N_("The space can read it now.")
    return visit.see("story", notice, space=space, story=told["id"])


async def changing(visit: Visit) -> Answer:
    """The form to change one."""
    one = await visit.call("stories.show", space=visit.path["space"], story=visit.path["story"])
    return await _form(visit, one, one["id"], None)


async def change(visit: Visit) -> Answer:
    space, story = visit.path["space"], visit.path["story"]
    version = visit.form.number("version", 0)
    await visit.call("stories.rewrite", space=space, story=story, version=version, **_given(visit), **_topics(visit))
    return visit.see("story", N_("It is changed."), space=space, story=story)


def ready(stories: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Stories with the words that templates show."""
    for one in stories:
        one["tongue"] = formats.tongue(one["language"])
        one["rtl"] = one["language"].partition("-")[0] in ("ar", "fa", "he", "ur", "ckb", "ps")
    return stories


async def _beside(visit: Visit, one: dict[str, Any]) -> dict[str, Any] | None:
    """A translation that is wanted beside it."""
    wanted = visit.query.get("beside", "")
    if wanted not in {version["id"] for version in one["versions"]} - {one["id"]}:
        return None
    return ready([await visit.call("stories.show", space=visit.path["space"], story=wanted)])[0]


async def _form(visit: Visit, held: dict[str, Any], key: str, original: dict[str, Any] | None) -> Answer:
    form, sent, space = visit.form, visit.request.method == "POST", visit.path["space"]
    empty = dict.fromkeys(FIELDS, "") | {"language": visit.preferences["language"], "topics": [], "version": 0}
    known = {**empty, **held}
    values = {name: form.text(name) if sent else known[name] for name in FIELDS}
    values["topics"] = form.text("topics") if sent else " ".join(known["topics"])
    languages = dict.fromkeys((*LANGUAGES, values["language"] or "en"))
    return await visit.render(
        "stories/write.html",
        **await frame(visit, ""),
        values=values,
        version=form.number("version", 0) if sent else known["version"],
        key=key,
        original=original,
        draft=bool(known.get("draft")),
        languages=[(tag, formats.tongue(tag)) for tag in languages],
        reach=await visit.call("stories.audience", space=space, story=key),
    )


def _given(visit: Visit) -> dict[str, Any]:
    return {name: visit.form.text(name) if name == "text" else visit.form.line(name) for name in FIELDS}


def _topics(visit: Visit) -> dict[str, Any]:
    return {"topics": visit.form.line("topics").replace("،", " ").replace(",", " ").split()}
