"""Pages on which a story is made public, on purpose, and taken back as far as that goes; campaigns; the static site."""

from __future__ import annotations

import io
import zipfile
from typing import Any, Final

from tadamun.core.words import N_
from tadamun.i18n.words import say
from tadamun.rooms.stories import words
from tadamun.rooms.stories.pages import frame, outside, ready
from tadamun.web.page import Answer, Visit

_DAY: Final = (2025, 1, 1, 0, 0, 0)  # of every file in the archive: it says nothing of when it was made


async def previewing(visit: Visit) -> Answer:
    """Exactly what would become public, and what to look at before."""
    if (elsewhere := await outside(visit)) is not None:
        return elsewhere
    space, story = visit.path["space"], visit.path["story"]
    how = "persona" if "persona" in (visit.form.line("how"), visit.query.get("how", "")) else "pseudonym"
    one = await visit.call("stories.show", space=space, story=story)
    seen = await visit.call("stories.preview", space=space, story=story, how=how)
    return await visit.render(
        "stories/publish.html",
        **await frame(visit, ""),
        one=ready([one])[0],
        preview=seen,
        how=how,
        findings=[words.finding(one["sort"], one["what"]) for one in seen["findings"]],
        hows=[
            (
                "pseudonym",
                say("A name for this story alone"),
                say("Nobody can tell that it is by whoever wrote others."),
            ),
            (
                "persona",
                say("One name for all your stories"),
                say("Whoever knows one of them as yours knows them all."),
            ),
        ],
    )


async def publish(visit: Visit) -> Answer:
    space, story, form = visit.path["space"], visit.path["story"], visit.form
    if form.line("what") == "look":
        return visit.see("story-publish", space=space, story=story, how=form.line("how"))
    done = await visit.call(
        "stories.publish", space=space, story=story, seen=form.number("seen", -1), found=form.number("found", -1),
        how="persona" if form.line("how") == "persona" else "pseudonym", name=form.line("name"),
        relays=form.text("relays").split(), tell=form.flag("tell"),
    )  # fmt: skip
    _say(visit, done["answers"])
    return visit.see("story", space=space, story=story)


async def take_back(visit: Visit) -> Answer:
    space, story = visit.path["space"], visit.path["story"]
    done = await visit.call("stories.take_back", space=space, story=story, relays=visit.form.text("relays").split())
    _say(visit, done["answers"])
    return visit.see("story", space=space, story=story)


def _say(visit: Visit, answers: list[dict[str, Any]]) -> None:
    if not answers:
        visit.notice(N_("No relay was asked. It is ready for the static site."))
    for one in answers:
        if one["taken"]:
            visit.notice(N_("{relay} has taken it."), relay=one["relay"])
        else:
            visit.notice(N_("{relay} has not taken it: {why}"), relay=one["relay"], why=one["said"] or "?")


async def campaigns(visit: Visit) -> Answer:
    if (elsewhere := await outside(visit)) is not None:
        return elsewhere
    found = await visit.call("stories.campaigns", space=visit.path["space"])
    return await visit.render("stories/campaigns.html", **await frame(visit, "campaigns"), campaigns=found["campaigns"])


async def campaign(visit: Visit) -> Answer:
    if (elsewhere := await outside(visit)) is not None:
        return elsewhere
    one = await visit.call("stories.show_campaign", space=visit.path["space"], campaign=visit.path["campaign"])
    ready(one["listed"])
    return await visit.render("stories/campaign.html", **await frame(visit, ""), one=one)


async def calling(visit: Visit) -> Answer:
    """The form for a campaign, new or changed."""
    if (elsewhere := await outside(visit)) is not None:
        return elsewhere
    space, key, form = visit.path["space"], visit.path.get("campaign", ""), visit.form
    held: dict[str, Any] = {"title": "", "text": "", "call": "", "listed": []}
    if key:
        held = await visit.call("stories.show_campaign", space=space, campaign=key)
    sent = visit.request.method == "POST"
    chosen = set(form.many("story")) if sent else {one["id"] for one in held["listed"]}
    stories = (await visit.call("stories.list", space=space, limit=100))["stories"]
    return await visit.render(
        "stories/campaign_write.html",
        **await frame(visit, ""),
        key=key,
        values={name: form.text(name) if sent else held[name] for name in ("title", "text", "call")},
        stories=[(one["id"], one["title"], one["id"] in chosen) for one in ready(stories)],
        reach=await visit.call("stories.audience", space=space),
    )


async def call(visit: Visit) -> Answer:
    space, form, key = visit.path["space"], visit.form, visit.path.get("campaign", "")
    done = await visit.call(
        "stories.campaign", space=space, campaign=key, title=form.line("title"), text=form.text("text"),
        call=form.text("call"), stories=form.many("story"),
    )  # fmt: skip
    return visit.see("campaign", N_("The space can read it now."), space=space, campaign=done["campaign"])


async def end(visit: Visit) -> Answer:
    space, key = visit.path["space"], visit.path["campaign"]
    await visit.call("stories.end_campaign", space=space, campaign=key)
    return visit.see("campaigns", N_("It is taken away. Whoever read it may remember it."), space=space)


async def site(visit: Visit) -> Answer:
    if (elsewhere := await outside(visit)) is not None:
        return elsewhere
    made = visit.site.handed.get(visit.session, ("", b""))[0] == _mark(visit)
    return await visit.render("stories/site.html", **await frame(visit, "site"), made=made)


async def make_site(visit: Visit) -> Answer:
    """All files of the site in one, kept in memory until it is taken along."""
    space, form = visit.path["space"], visit.form
    told = await visit.call("stories.site", space=space, title=form.line("title"), base=form.line("base"))
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in sorted(told["files"].items()):
            packed.writestr(zipfile.ZipInfo(f"site/{name}", _DAY), text)
    visit.site.handed[visit.session] = _mark(visit), held.getvalue()
    return visit.see("stories-site", N_("The site is made. Take it along below."), space=space)


def made_site(visit: Visit) -> bytes | None:
    """What was made and not taken along yet; it is given once."""
    mark, made = visit.site.handed.get(visit.session, ("", b""))
    if mark != _mark(visit):
        return None
    del visit.site.handed[visit.session]
    return bytes(made)


def _mark(visit: Visit) -> str:
    return f"site of {visit.path['space']}"
