"""Talk's first page, what is found in it, and the marks of what was read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from tadamun.core.errors import UsageError
from tadamun.core.words import N_
from tadamun.i18n.words import say, say_count
from tadamun.rooms.talk import pages_compose as compose
from tadamun.web.page import Answer, Visit

LIMIT: Final = 30  # posts of one page: it is to be light
VIEWS: Final = ("threads", "posts", "unread")


async def show(visit: Visit) -> Answer:
    """Threads, or posts one by one: all, by topic, by person, what is unread."""
    space, query = visit.path["space"], visit.query
    if not _belongs(await _space(visit)):
        return await _outside(visit)
    author, topic = query.get("author", ""), query.get("topic", "")
    view = query.get("view", "") if query.get("view", "") in VIEWS else "threads"
    if author:
        view = "posts"
    filters = {"topic": topic, "author": author}
    found: dict[str, Any]
    if view == "threads":
        before = query.get("before", "")
        found = await visit.call("talk.threads", space=space, topic=topic, limit=LIMIT, before=before)
        posts = found["threads"]
        pages = {"older": found["next"], "newer": "", "first": not before}
    else:
        found = await _read(visit, unread=view == "unread", **filters)
        posts = found["posts"]
        pages = paging(visit, found)
    ready(posts)
    compose_ = await compose.composer(visit, "new")
    return await visit.render(
        "talk/talk.html",
        **await frame(visit, view),
        view=view,
        posts=posts,
        ahead=ready(found.get("ahead", [])),
        filters=filters,
        topic_name=compose.topic_name(topic) if topic else "",
        author_name=await _name(visit, author) if author else "",
        topics=[(one, say(name)) for one, name in compose.TOPICS.items()],
        pages=pages,
        compose=compose_,
        to_options=compose.choices(await compose.people(visit), compose_["to"], say("Everyone in this space")),
    )


async def write(visit: Visit) -> Answer:
    """Open a thread; or, with a member chosen, write to that one alone."""
    if await compose.settled(visit):
        return await show(visit)
    space, to = visit.path["space"], visit.form.line("to")
    said = await visit.call("talk.post", space=space, to=to, **compose.saying(visit))
    if said["private"]:
        notice = N_("Your message is on its way.")
        return visit.see("talk-message", notice, space=space, member=said["private"], at=f"p-{said['id']}")
    return visit.see("talk", N_("Your post is on its way."), space=space)


async def search(visit: Visit) -> Answer:
    """By words, person, topic and time. With words the best first, else the newest, page by page."""
    query = visit.query
    if not _belongs(await _space(visit)):
        return await _outside(visit)
    words, author = query.get("words", "").strip(), query.get("author", "")
    topic, private = query.get("topic", "").strip(), query.get("where") == "messages"
    since, until = query.get("from", ""), query.get("until", "")
    problems: dict[str, str] = {}
    params: dict[str, Any] = {"topic": "" if private else topic, "author": author, "private": private}
    for name, typed, days in (("from", since, 0), ("until", until, 1)):
        try:
            params["since" if name == "from" else "until"] = _moment(typed, days)
        except ValueError:
            problems[name] = say("This is no date. Write it as year-month-day, for example 2025-11-21.")
    asked = bool(words or author or topic or since or until)
    found: dict[str, Any] = {"posts": []}
    if asked and not problems:
        if words:
            params["search"] = words
        found = await _read(visit, **params)
    return await visit.render(
        "talk/search.html",
        **await frame(visit, "search"),
        words_wanted=words,
        wanted={"author": author, "topic": topic, "from": since, "until": until,
                "where": "messages" if private else ""},
        problems=problems,
        asked=asked and not problems,
        posts=ready(found["posts"]),
        best=bool(words),
        limit=LIMIT,
        people=compose.choices(await compose.people(visit), author, say("Anybody")),
        pages=paging(visit, found),
        more={"found": query.get("found", "")},
    )  # fmt: skip


async def mark(visit: Visit) -> Answer:
    """Posts, a thread, or everything in the space counts as read from now on."""
    space, thread = visit.path["space"], visit.form.line("thread")
    posts = visit.form.many("post")
    if posts or thread or visit.form.flag("everything"):
        await visit.call("talk.mark_read", space=space, thread=thread, posts=posts)
    if thread and not posts:
        return visit.see("talk-thread", space=space, thread=thread)
    return visit.see("talk", space=space)


async def frame(visit: Visit, view: str) -> dict[str, Any]:
    """What every page of talk has: its tabs, and sentences that tell of new posts to a script."""
    space = visit.path["space"]
    counts = await visit.call("talk.unread", space=space)
    tabs = [
        {"label": say("Threads"), "href": visit.url("talk", space=space), "here": view == "threads"},
        {"label": say("All posts"), "href": visit.url("talk", space=space, view="posts"), "here": view == "posts"},
        {
            "label": say("Unread"), "href": visit.url("talk", space=space, view="unread"),
            "here": view == "unread", "unread": counts["unread"],
        },
        {
            "label": say("Messages"), "href": visit.url("talk-messages", space=space),
            "here": view == "messages", "unread": counts["unread_private"],
        },
        {"label": say("Search"), "href": visit.url("talk-search", space=space), "here": view == "search"},
    ]  # fmt: skip
    return {"tabs": tabs, "unread": counts["unread"], "arrivals": arrivals()}


def arrivals() -> list[str]:
    """What is said of one, two, … nine new posts, and of more: a script has no plurals of its own."""
    told = [say_count("{count} new post", "{count} new posts", count) for count in range(1, 10)]
    return [*told, say("More than {count} new posts", count=9)]


def paging(visit: Visit, found: Mapping[str, Any]) -> dict[str, Any]:
    """older, newer: places to go on from, "" where nothing is; first: nothing newer was left out."""
    moved = "before" in visit.query or "after" in visit.query
    return {
        "older": found.get("next", "") if found["posts"] else "",
        "newer": found.get("previous", "") if moved else "",
        "first": not moved,
    }


def ready(posts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """With topics as people read them; labels: (topic, its name)."""
    for post in posts:
        named(post)
        post["labels"] = [(topic, compose.topic_name(topic)) for topic in post["topics"]]
        post["topics"] = [name for _, name in post["labels"]]
    return posts


def named(post: dict[str, Any]) -> dict[str, Any]:
    """With words for a name where nobody's stands."""
    if post["ring"]:
        post["name"] = say_count("Somebody, one of {count}", "Somebody, one of {count}", post["ring"])
    return post


async def belongs(visit: Visit) -> bool:
    """Whether this person is a member of the space that the page is in."""
    return _belongs(await _space(visit))


async def _space(visit: Visit) -> dict[str, Any] | None:
    spaces = await visit.call("space.list")
    return next((one for one in spaces if one["space"] == visit.path["space"]), None)


def _belongs(space: Mapping[str, Any] | None) -> bool:
    if space is None:
        raise UsageError("There is no such space on this node. Choose one from the list of your spaces.")
    return bool(space["status"] == "member")


async def _outside(visit: Visit) -> Answer:
    space = await _space(visit)
    return await visit.render("talk/outside.html", joining=space is not None and space["status"] == "joining")


outside = _outside


async def _read(visit: Visit, **params: Any) -> dict[str, Any]:
    query = visit.query
    places = {} if "search" in params else {"before": query.get("before", ""), "after": query.get("after", "")}
    found: dict[str, Any] = await visit.call("talk.read", space=visit.path["space"], limit=LIMIT, **params, **places)
    return found


async def _name(visit: Visit, member: str) -> str:
    found = await visit.call("people.show", space=visit.path["space"], member=member)
    return str(found["name"])


def _moment(typed: str, days: int) -> int:
    """The beginning of that day on this computer (Unix seconds), or of one so many days later less a second; 0 for
    none. Raises ValueError."""
    if not typed:
        return 0
    try:
        day = date.fromisoformat(typed) + timedelta(days=days)
        return max(1, int(datetime.combine(day, time()).astimezone().timestamp()) - days)
    except OverflowError as error:
        raise ValueError from error


def number(typed: str) -> int:
    """What an address holds where a number belongs; 0 if it is none."""
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) <= 15 else 0
