"""Stories, as calls: telling one, writing one together, translating, taking away, and campaigns that gather them."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from tadamun.core.errors import UsageError
from tadamun.core.ports import Among, Audience, Workbench
from tadamun.core.room import Call
from tadamun.rooms.stories import actions, calls_public, calls_site
from tadamun.rooms.stories.bodies import Campaign, Change, Story
from tadamun.rooms.stories.given import InSpace, OneStory, reader_of
from tadamun.rooms.stories.reading import Reader, Row
from tadamun.rooms.stories.view import STORIES

MATCHES = 4  # full text is asked for so many times the limit: some of what it finds is filtered out
Limit = Annotated[int, msgspec.Meta(ge=1, le=200)]


class Tell(InSpace, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """together: members to write a draft with; none: it is for the whole space. of: the story that it translates.
    when: "1969", "1969-06" or "1969-06-28"."""

    title: str
    text: str
    language: str
    summary: str = ""
    topics: tuple[str, ...] = ()
    when: str = ""
    place: str = ""
    warning: str = ""
    of: str = ""
    together: tuple[str, ...] = ()


class Rewrite(OneStory, frozen=True, forbid_unknown_fields=True):
    """What is left out stays as it was. version: of the words that were before one's eyes; of others nothing is
    changed."""

    title: str | None = None
    text: str | None = None
    language: str | None = None
    summary: str | None = None
    topics: tuple[str, ...] | None = None
    when: str | None = None
    place: str | None = None
    warning: str | None = None
    version: int | None = None


class Listing(InSpace, frozen=True, forbid_unknown_fields=True):
    """drafts: those one writes with others, instead of what the space reads. search: words to be found; the answer is
    then limited, not paged."""

    drafts: bool = False
    topic: str = ""
    language: str = ""
    search: str = ""
    limit: Limit = 50
    page: Annotated[int, msgspec.Meta(ge=0, le=100_000)] = 0


class Readers(InSpace, frozen=True, forbid_unknown_fields=True):
    """together: with whom a draft is to be written; story: or one that there is."""

    together: tuple[str, ...] = ()
    story: str = ""


class OneCampaign(InSpace, frozen=True, forbid_unknown_fields=True):
    """campaign: an id, or at least the first four characters of it."""

    campaign: str


class Summon(InSpace, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """campaign: to change one; "": a new one. call: what people are asked to do. stories: ids, or beginnings."""

    title: str
    text: str = ""
    call: str = ""
    stories: tuple[str, ...] = ()
    campaign: str = ""


async def tell(bench: Workbench, asked: Tell) -> dict[str, Any]:
    """Tell a story to the space, or begin a draft with others. Gives {id, draft}."""
    space, reader = reader_of(bench, asked)
    audience = audience_with(bench, space, asked.together)
    of = reader.story(asked.of).original if asked.of else ""
    story = Story(
        d=bench.random.bytes(16).hex(), title=asked.title, text=asked.text, summary=asked.summary, topics=asked.topics,
        language=asked.language, when=asked.when, place=asked.place, of=of, warning=asked.warning,
    )  # fmt: skip
    return {"id": await bench.say(space, actions.story(story, audience)), "draft": bool(asked.together)}


async def rewrite(bench: Workbench, asked: Rewrite) -> dict[str, Any]:
    """Change the words of one's own story, or of a draft one writes with others. Gives {id, story, version}."""
    space, reader = reader_of(bench, asked)
    row = _standing(reader, asked.story)
    if not row.with_ and row.author != reader.me:
        raise UsageError("Only whoever told a story changes it. Nothing was changed.")
    if asked.version is not None and asked.version != row.version:
        raise UsageError(
            "Somebody has changed it since you opened it. Nothing was changed: look at what is there now, and put your "
            "words into that."
        )
    held: dict[str, Any] = {name: getattr(row, name) for name in _WORDS} | {"topics": tuple(row.topics.split())}
    given = {name: getattr(asked, name) for name in held if getattr(asked, name) is not None}
    new = Change(of=row.id, version=row.version + 1, **(held | given))
    said = await bench.say(space, actions.change(new, audience_of(row, reader.me)))
    return {"id": said, "story": row.id, "version": new.version}


async def finish(bench: Workbench, asked: OneStory) -> dict[str, Any]:
    """Tell the space what was a draft, under one's own name; the draft is taken away. Gives {id}."""
    space, reader = reader_of(bench, asked)
    row = _standing(reader, asked.story)
    if not row.with_:
        raise UsageError("That is no draft: the whole space reads it already.")
    story = Story(
        d=bench.random.bytes(16).hex(), of=row.of, **{name: getattr(row, name) for name in _WORDS},
        topics=tuple(row.topics.split()),
    )  # fmt: skip
    said = await bench.say(space, actions.story(story, Audience()))
    if row.author == reader.me:
        await bench.say(space, actions.withdraw(row.id, audience_of(row, reader.me)))
    return {"id": said}


async def withdraw(bench: Workbench, asked: OneStory) -> dict[str, Any]:
    """Take a story or a draft away, for good. Gives {id, story}."""
    space, reader = reader_of(bench, asked)
    row = _standing(reader, asked.story)
    return {"id": await bench.say(space, actions.withdraw(row.id, audience_of(row, reader.me))), "story": row.id}


async def show(bench: Workbench, asked: OneStory) -> dict[str, Any]:
    """One story, as `list` gives it, and {text, versions: [{id, language, title}], out: null or
    {how, public, withdrawn, at}: whether and how its author made it public}."""
    space, reader = reader_of(bench, asked)
    row = reader.story(asked.story)
    return told(bench, space, row, reader.me) | {
        "text": row.text,
        "versions": [
            {"id": one.id, "language": one.language, "title": one.title} for one in reader.versions(row.original)
        ],
        "out": next(
            (
                {"how": out.how, "public": out.public, "withdrawn": bool(out.withdrawn), "at": out.at}
                for out in reader.published([row.id])
            ),
            None,
        ),
    }


async def listing(bench: Workbench, asked: Listing) -> dict[str, Any]:
    """{stories: [{id, title, summary, language, topics, when, place, warning, author, name, mine, draft, with, of,
    version, gone, at}], more}: the newest first."""
    space, reader = reader_of(bench, asked)
    if asked.search:
        ids = bench.matches(space, asked.search, asked.limit * MATCHES, Among(topic=STORIES))
        rows = [row for row in reader.by_ids(ids) if asked.topic in ("", *row.topics.split())][: asked.limit + 1]
    else:
        start = asked.page * asked.limit
        rows = reader.stories(asked.drafts, asked.topic, asked.language, asked.limit + 1, start)
    shown = [told(bench, space, row, reader.me) for row in rows[: asked.limit]]
    return {"stories": shown, "more": len(rows) > asked.limit}


async def campaign(bench: Workbench, asked: Summon) -> dict[str, Any]:
    """Begin a campaign, or change one. Gives {id, campaign}."""
    space, reader = reader_of(bench, asked)
    of, version = "", 0
    if asked.campaign:
        of, _, held = reader.campaign(asked.campaign)
        version = held.version
    stories = tuple(dict.fromkeys(reader.story(one).original for one in asked.stories))
    one = Campaign(of=of, version=version + 1, title=asked.title, text=asked.text, call=asked.call, stories=stories)
    said = await bench.say(space, actions.campaign(one))
    return {"id": said, "campaign": of or said}


async def campaigns(bench: Workbench, asked: InSpace) -> dict[str, Any]:
    """{campaigns: [{id, title, call, author, name, mine, stories, acts}]}. acts: how often one of its stories was made
    public, as members told."""
    space, reader = reader_of(bench, asked)
    return {"campaigns": [_campaign(bench, space, reader, *one) for one in reader.campaigns()]}


async def show_campaign(bench: Workbench, asked: OneCampaign) -> dict[str, Any]:
    """One campaign, as `campaigns` gives it, with {text, listed: its stories as `list` gives them}."""
    space, reader = reader_of(bench, asked)
    one = reader.campaign(asked.campaign)
    listed = [told(bench, space, row, reader.me) for row in reader.by_ids(one[2].stories)]
    return _campaign(bench, space, reader, *one) | {"text": one[2].text, "listed": listed}


async def end_campaign(bench: Workbench, asked: OneCampaign) -> dict[str, Any]:
    """Take a campaign away, for good. Gives {id, campaign}."""
    space, reader = reader_of(bench, asked)
    key = reader.campaign(asked.campaign)[0]
    return {"id": await bench.say(space, actions.withdraw(key, Audience())), "campaign": key}


async def audience(bench: Workbench, asked: Readers) -> dict[str, Any]:
    """Who will read a story: {space_name, count, names, private, later: all, days or none, later_days, may_write}.
    names: of a draft's, without oneself."""
    space, reader = reader_of(bench, asked)
    to = audience_with(bench, space, asked.together)
    if asked.story:
        to = audience_of(reader.story(asked.story), reader.me)
    reach = bench.reach(space, to)
    others = sorted(bench.facts.names.name(space, seat.member) for seat in reach.seats if seat.member != reader.me)
    return {
        "space_name": bench.title(space), "count": sum(seat.devices > 0 for seat in reach.seats),
        "names": others if to.others else [], "private": bool(to.others),
        "later": "none" if reach.later == 0 else "all" if reach.later < 0 else "days",
        "later_days": max(reach.later, 0), "may_write": reach.may_say,
    }  # fmt: skip


def told(bench: Workbench, space: str, row: Row, me: str) -> dict[str, Any]:
    """One story for a list."""
    names = bench.facts.names
    return {
        "id": row.id, "title": row.title, "summary": row.summary, "language": row.language, "when": row.when,
        "topics": row.topics.split(), "place": row.place, "warning": row.warning, "author": row.author,
        "name": names.name(space, row.author), "mine": row.author == me, "draft": bool(row.with_),
        "with": [names.name(space, who) for who in row.with_.split() if who != me], "of": row.of,
        "version": row.version, "changed_by": names.name(space, row.changed_by), "gone": row.gone,
        "at": row.created_at,
    }  # fmt: skip


def audience_with(bench: Workbench, space: str, together: tuple[str, ...]) -> Audience:
    """Those a draft is written with. Raises UsageError."""
    who = {bench.facts.names.who(space, one) for one in together} - {bench.me(space)}
    if len(who) == 1:
        return Audience(member=next(iter(who)))
    return Audience(members=tuple(sorted(who)))


def audience_of(row: Row, me: str) -> Audience:
    """Who reads it."""
    others = tuple(sorted(set(row.with_.split()) - {me}))
    return Audience(member=others[0]) if len(others) == 1 else Audience(members=others)


def _standing(reader: Reader, wanted: str) -> Row:
    row = reader.story(wanted)
    if row.gone:
        raise UsageError("That story was taken away. Nothing more can be done with it.")
    return row


def _campaign(bench: Workbench, space: str, reader: Reader, key: str, author: str, one: Campaign) -> dict[str, Any]:
    acts = sum(not out.withdrawn for out in reader.published(one.stories))
    return {
        "id": key, "title": one.title, "call": one.call, "author": author,
        "name": bench.facts.names.name(space, author), "mine": author == reader.me, "stories": len(one.stories),
        "acts": acts,
    }  # fmt: skip


_WORDS = ("title", "text", "summary", "language", "when", "place", "warning")

CALLS = {
    "stories.tell": Call(Tell, tell),
    "stories.rewrite": Call(Rewrite, rewrite),
    "stories.finish": Call(OneStory, finish),
    "stories.withdraw": Call(OneStory, withdraw),
    "stories.show": Call(OneStory, show),
    "stories.list": Call(Listing, listing),
    "stories.audience": Call(Readers, audience),
    "stories.campaign": Call(Summon, campaign),
    "stories.campaigns": Call(InSpace, campaigns),
    "stories.show_campaign": Call(OneCampaign, show_campaign),
    "stories.end_campaign": Call(OneCampaign, end_campaign),
    **calls_public.CALLS,
    **calls_site.CALLS,
}
