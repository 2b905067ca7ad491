"""One thread as a tree, and what is done with a post: answer, react, change, retract."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tadamun.core.words import N_
from tadamun.rooms.talk import pages_compose as compose
from tadamun.rooms.talk import pages_list as lists
from tadamun.web.page import Answer, Visit

LIMIT: Final = 40  # comments of one page


async def show(visit: Visit) -> Answer:
    """The newest comments, each behind what it answers; older ones a page further."""
    space, query = visit.path["space"], visit.query
    if not await lists.belongs(visit):
        return await lists.outside(visit)
    places = {"before": query.get("before", ""), "after": query.get("after", "")}
    thread = visit.path["thread"]
    found = await visit.call("talk.read", space=space, thread=thread, limit=LIMIT, **places)
    # The first page holds the post that opens it; others are told what they belong to.
    top = found if not any(places.values()) else await visit.call("talk.read", space=space, thread=thread, limit=1)
    opening = next((post for post in top["posts"] if not post["depth"]), None)
    if opening is not None and opening["private"]:
        return visit.see("talk-message", space=space, member=opening["private"], at=f"p-{opening['id']}")
    posts = lists.ready(found["posts"])
    if opening is not None:
        lists.named(opening)
    known = {post["id"]: post for post in (*posts, *([opening] if opening else []))}
    answered = known.get(query.get("reply", "") or visit.form.line("reply_to")) or opening
    root = opening["id"] if opening else thread
    target = answered["id"] if answered else thread
    return await visit.render(
        "talk/thread.html",
        **await lists.frame(visit, ""),
        opening=opening,
        title=compose.first_words(opening) if opening else "",
        root=root,
        posts=posts,
        ahead=lists.ready(found["ahead"]),
        pages=lists.paging(visit, found),
        first_unread=next((post["id"] for post in posts if post["unread"]), ""),
        unread_here=any(post["unread"] for post in posts),
        answered=answered if answered is not None and answered["id"] != root else None,
        chosen=query.get("at", ""),
        nameless=opening["ring"] if opening is not None and opening["mine"] else 0,
        compose=await compose.composer(visit, f"thread:{target}", reply_to=target),
    )


async def answer(visit: Visit) -> Answer:
    if await compose.settled(visit):
        return await show(visit)
    space, thread = visit.path["space"], visit.path["thread"]
    asked = compose.saying(visit)
    said = await visit.call(
        "talk.post",
        space=space,
        reply_to=visit.form.line("reply_to") or thread,
        **{name: asked[name] for name in ("text", "warning", "expires", "draft", "attachments")},
    )
    return visit.see("talk-thread", N_("Your answer is on its way."), space=space, thread=thread, at=f"p-{said['id']}")


async def react(visit: Visit) -> Answer:
    """`react` gives a sign, `unreact` takes it back: the post's id and the sign, with a space between. One form serves
    all posts of a page."""
    space = visit.path["space"]
    for name, call in (("react", "talk.react"), ("unreact", "talk.unreact")):
        post, _, sign = visit.form.text(name).partition(" ")
        if post:
            await visit.call(call, space=space, post=post, sign=sign)
            return await _back_to(visit, await _post(visit, post))
    return visit.see("talk", space=space)


async def change(visit: Visit) -> Answer:
    """The form to change one's own post."""
    post = await _post(visit, visit.path["post"])
    if not post["mine"] or post["retracted"]:
        return await _back_to(visit, post, N_("Only who wrote a post can change it, and not after it was retracted."))
    start = {name: post[name] for name in ("text", "title", "warning", "topics")}
    return await visit.render(
        "talk/edit.html",
        **await lists.frame(visit, ""),
        post=post,
        opens=not post["private"] and post["thread"] == post["id"],
        back=_href(visit, post),
        compose=await compose.composer(visit, f"edit:{post['id']}", edit=post["id"], start=start),
    )


async def changed(visit: Visit) -> Answer:
    space, form = visit.path["space"], visit.form
    post = await _post(visit, visit.path["post"])
    fields = compose.fields_of(form)
    opens = {"title": fields["title"], "topics": fields["topics"]} if form.flag("opens") else {}
    await visit.call(
        "talk.edit", space=space, post=post["id"], text=form.text("text"), warning=fields["warning"],
        draft=form.line("place"), **opens,
    )  # fmt: skip
    return await _back_to(visit, post, N_("Your post is changed. Whoever read it before may remember how it was."))


async def retracting(visit: Visit) -> Answer:
    """What retracting does and cannot do, before it is done."""
    post = await _post(visit, visit.path["post"])
    if post["retracted"]:
        return await _back_to(visit, post, N_("That post is retracted already."))
    return await visit.render(
        "talk/retract.html",
        **await lists.frame(visit, ""),
        post=lists.ready([post])[0],
        back=_href(visit, post),
    )


async def retracted(visit: Visit) -> Answer:
    post = await _post(visit, visit.path["post"])
    await visit.call("talk.retract", space=visit.path["space"], post=post["id"], reason=visit.form.line("reason"))
    return await _back_to(
        visit, post, N_("The post is retracted. Others' devices show it no more once they hear of it.")
    )


async def _post(visit: Visit, wanted: str) -> dict[str, Any]:
    found = await visit.call("talk.one", space=visit.path["space"], post=wanted)
    post: dict[str, Any] = found["post"]
    return post


async def _back_to(visit: Visit, post: Mapping[str, Any], notice: str = "") -> Answer:
    space, at = visit.path["space"], f"p-{post['id']}"
    if post["private"]:
        return visit.see("talk-message", notice, space=space, member=post["private"], at=at)
    return visit.see("talk-thread", notice, space=space, thread=post["thread"], at=at)


def _href(visit: Visit, post: Mapping[str, Any]) -> str:
    space = visit.path["space"]
    if post["private"]:
        return visit.url("talk-message", space=space, member=post["private"])
    return visit.url("talk-thread", space=space, thread=post["thread"])
