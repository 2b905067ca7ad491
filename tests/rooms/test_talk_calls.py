"""What people do in talk, call by call, as page and command line do it."""

from __future__ import annotations

from typing import Any

import pytest
from rooms_town import NOON, Bench, Town, member

from tadamun.core.errors import NotAllowed, UsageError

pytestmark = pytest.mark.anyio

NOUR, SAM, MOD, NEW = member(0xA1), member(0xB2), member(0xC3), member(0xD4)
HOUR = 3600


@pytest.fixture
def town() -> Town:
    return Town({NOUR: 100, SAM: 10, MOD: 20, NEW: 0}, write=10)


@pytest.fixture
async def nour(town: Town) -> Bench:
    for who, called in ((NOUR, "Nour"), (SAM, "Sam"), (MOD, "Maya"), (NEW, "Zed")):
        await town.nodes[who].call("people.profile", name=called)
    town.pass_on()
    return town.nodes[NOUR]


@pytest.fixture
def sam(town: Town, nour: Bench) -> Bench:
    return town.nodes[SAM]


async def only(bench: Bench, **asked: Any) -> dict[str, Any]:
    posts = (await bench.call("talk.read", **asked))["posts"]
    assert len(posts) == 1
    return posts[0]


async def test_a_post_is_read_by_the_others_and_unread_only_there(town: Town, nour: Bench, sam: Bench) -> None:
    said = await nour.call("talk.post", text="صباح الخير", title="Morning", topics=["#Family"], warning="food")
    town.pass_on()
    post = await only(sam)
    assert (post["id"], post["thread"], post["parent"]) == (said["id"], said["id"], "")
    assert (post["text"], post["title"], post["topics"], post["warning"]) == (
        "صباح الخير",
        "Morning",
        ["family"],
        "food",
    )
    assert (post["name"], post["author"], post["created_at"]) == ("Nour", NOUR, NOON)
    assert (post["mine"], post["unread"]) == (False, True)
    own = await only(nour)
    assert (own["mine"], own["unread"]) == (True, False)


async def test_comments_are_listed_as_a_tree(town: Town, nour: Bench, sam: Bench) -> None:
    root = (await nour.call("talk.post", text="root"))["id"]
    ids = {"root": root}
    for text, parent in (("a", "root"), ("b", "root"), ("a1", "a"), ("b1", "b"), ("a2", "a"), ("a1x", "a1")):
        nour.clock.at += 1
        ids[text] = (await nour.call("talk.post", text=text, reply_to=ids[parent][:10]))["id"]
    town.pass_on()
    posts = (await sam.call("talk.read", thread=ids["a1"]))["posts"]
    assert [(post["depth"], post["text"]) for post in posts] == [
        (0, "root"), (1, "a"), (2, "a1"), (3, "a1x"), (2, "a2"), (1, "b"), (2, "b1"),
    ]  # fmt: skip
    assert {post["thread"] for post in posts} == {root}
    assert [post["text"] for post in (await sam.call("talk.read"))["posts"]] == [
        "a1x",
        "a2",
        "b1",
        "a1",
        "b",
        "a",
        "root",
    ]
    threads = (await sam.call("talk.threads"))["threads"]
    assert [(t["id"], t["comments"], t["unread_comments"], t["last_at"]) for t in threads] == [(root, 6, 6, NOON + 6)]


async def test_paging_gives_each_post_once_also_within_one_second(town: Town, nour: Bench) -> None:
    for n in range(12):
        if n % 4 == 0:
            nour.clock.at += 1
        await nour.call("talk.post", text=f"n{n}")
    seen: list[str] = []
    before = ""
    while posts := (await nour.call("talk.read", limit=5, before=before))["posts"]:
        seen += [post["id"] for post in posts]
        before = seen[-1]
    assert len(seen) == len(set(seen)) == 12


async def test_what_one_says_within_a_second_stays_in_its_order(town: Town, nour: Bench, sam: Bench) -> None:
    for n in range(9):
        await nour.call("talk.post", text=f"{n}")
    town.pass_on()
    posts = (await sam.call("talk.read"))["posts"]
    assert [post["text"] for post in posts] == list("876543210")
    page = (await sam.call("talk.read", before=posts[3]["id"], limit=2))["posts"]
    assert [post["text"] for post in page] == list("43")


async def test_reactions_count_members_once_and_can_be_taken_back(town: Town, nour: Bench, sam: Bench) -> None:
    post = (await nour.call("talk.post", text="hi"))["id"]
    town.pass_on()
    for who in (nour, sam):
        await who.call("talk.react", post=post, sign="🏳️‍⚧️")
    again = await sam.call("talk.react", post=post, sign="🏳️‍⚧️")
    await sam.call("talk.react", post=post)
    town.pass_on()
    assert sum(event.id == again["id"] for event, *_ in town.log) == 1
    shown = await only(sam)
    assert (shown["reactions"], sorted(shown["reacted"])) == ({"🏳️‍⚧️": 2, "+": 1}, ["+", "🏳️‍⚧️"])
    await sam.call("talk.unreact", post=post, sign="🏳️‍⚧️")
    town.pass_on()
    assert (await only(nour))["reactions"] == {"+": 1, "🏳️‍⚧️": 1}
    with pytest.raises(UsageError):
        await sam.call("talk.unreact", post=post, sign="🏳️‍⚧️")
    await sam.call("talk.react", post=post, sign="🏳️‍⚧️")  # and again, which counts
    town.pass_on()
    assert (await only(nour))["reactions"] == {"🏳️‍⚧️": 2, "+": 1}


async def test_an_edit_replaces_the_text_where_it_is_shown_and_found(town: Town, nour: Bench, sam: Bench) -> None:
    post = (await nour.call("talk.post", text="the old secret", topics=["work"]))["id"]
    await nour.call("talk.edit", post=post, text="the new word", topics=["family"])
    town.pass_on()
    shown = await only(sam)
    assert (shown["text"], shown["edited"], shown["topics"]) == ("the new word", True, ["family"])
    assert not (await sam.call("talk.read", topic="work"))["posts"]
    assert not (await sam.call("talk.read", search="secret"))["posts"]
    assert (await only(sam, search="word", topic="family"))["id"] == post
    assert "secret" not in repr(sam.tables.dump())
    with pytest.raises(NotAllowed):
        await sam.call("talk.edit", post=post, text="mine now")


@pytest.mark.parametrize(("who", "shown"), [(NOUR, "author"), (MOD, "moderator")])
async def test_what_is_retracted_loses_its_words_everywhere(town: Town, nour: Bench, who: str, shown: str) -> None:
    post = (await nour.call("talk.post", text="regret", title="Oh", topics=["dating"], warning="sad"))["id"]
    town.pass_on()
    await town.nodes[SAM].call("talk.react", post=post)
    await town.nodes[who].call("talk.retract", post=post, reason="enough")
    town.pass_on()
    for node in town.nodes.values():
        read = await only(node)
        assert (read["retracted"], read["reason"], read["text"], read["title"]) == (shown, "enough", "", "")
        assert (read["warning"], read["topics"], read["reactions"], read["unread"]) == ("", [], {}, False)
        assert "regret" not in repr(node.tables.dump())
        assert not (await node.call("talk.read", search="regret"))["posts"]
    with pytest.raises(UsageError):
        await nour.call("talk.edit", post=post, text="again")


async def test_nobody_else_retracts(town: Town, nour: Bench, sam: Bench) -> None:
    post = (await nour.call("talk.post", text="stays"))["id"]
    town.pass_on()
    with pytest.raises(NotAllowed):
        await sam.call("talk.retract", post=post)


async def test_direct_messages_are_seen_by_two(town: Town, nour: Bench, sam: Bench) -> None:
    first = await nour.call("talk.post", text="just you", to="sam")
    town.pass_on()
    assert not (await town.nodes[MOD].call("talk.read", private=True))["posts"]
    assert not (await sam.call("talk.read"))["posts"]
    message = await only(sam, private=True, author="Nour")
    assert (message["private"], message["private_name"], message["unread"]) == (NOUR, "Nour", True)
    sam.clock.at += 1
    await sam.call("talk.post", text="and you", reply_to=first["id"])
    await sam.call("talk.react", post=first["id"], sign="♥")
    town.pass_on()
    both = (await nour.call("talk.read", private=True, author="Sam"))["posts"]
    assert [(post["text"], post["private"], post["parent"]) for post in both] == [
        ("and you", SAM, first["id"]),
        ("just you", SAM, ""),
    ]
    assert both[1]["reactions"] == {"♥": 1}
    assert town.nodes[MOD].tables.dump()["talk_posts"] == []
    with pytest.raises(UsageError):
        await nour.call("talk.post", text="to myself", to="Nour")
    with pytest.raises(UsageError):
        await nour.call("talk.post", text="to another", to="Maya", reply_to=first["id"])


async def test_mentions_follow_a_renaming(town: Town, nour: Bench, sam: Bench) -> None:
    await nour.call("people.profile", name="Nour Haddad")
    town.pass_on()
    await sam.call("talk.post", text="ask @nour haddad, or @Nobody, or sam@example.org")
    town.pass_on()
    assert (await only(nour))["text"] == "ask @Nour Haddad, or @Nobody, or sam@example.org"
    assert (await only(nour))["mentions_me"]
    await nour.call("people.profile", name="نور")
    town.pass_on()
    for node in town.nodes.values():
        assert (await only(node))["text"] == "ask @نور, or @Nobody, or sam@example.org"
        assert (await only(node, search="ask"))["id"]
        assert "Haddad" not in repr(node.tables.dump())
    await town.nodes[NEW].call("people.profile", name="Sam")
    town.pass_on()
    with pytest.raises(UsageError):
        await nour.call("talk.post", text="which @Sam?")
    await nour.call("talk.post", text="this @Sam #d4d4!")
    newest = (await nour.call("talk.read"))["posts"][0]
    assert newest["text"] == "this @Sam #d4d4!"


async def test_expiring_posts_go_with_all_that_is_about_them(town: Town, nour: Bench, sam: Bench) -> None:
    said = await nour.call("talk.post", text="for a while", expires=1800)
    assert said["expires_at"] == NOON + HOUR
    town.pass_on()
    answer = await sam.call("talk.post", text="answering the while", reply_to=said["id"])
    assert answer["expires_at"] == said["expires_at"]
    await sam.call("talk.react", post=said["id"])
    await nour.call("talk.edit", post=said["id"], text="for a little while")
    await sam.call("talk.mark_read")
    town.pass_on()
    assert all(expires_at == NOON + HOUR for event, _, expires_at, _ in town.log if event.kind not in (0,))
    sam.clock.at = NOON + HOUR
    assert not (await sam.call("talk.read"))["posts"]
    with pytest.raises(UsageError):
        await sam.call("talk.react", post=said["id"])
    for post in (said["id"], answer["id"]):
        sam.expire(post)
    kept = sam.tables.dump(local=True)
    kept.pop("talk_spaces")  # the space's own id
    assert not any(rows for table, rows in kept.items() if table.startswith("talk"))
    with pytest.raises(UsageError):
        await nour.call("talk.post", text="no", expires=-5)


async def test_unread_marks(town: Town, nour: Bench, sam: Bench) -> None:
    one = (await nour.call("talk.post", text="one"))["id"]
    two = (await nour.call("talk.post", text="two"))["id"]
    await nour.call("talk.post", text="under one", reply_to=one)
    await nour.call("talk.post", text="secret", to="Sam")
    town.pass_on()
    assert len((await sam.call("talk.read", unread=True))["posts"]) == 3
    assert await sam.call("talk.mark_read", posts=[two]) == {"marked": 1, "unread": 2, "unread_private": 1}
    assert await sam.call("talk.mark_read", posts=[two]) == {"marked": 0, "unread": 2, "unread_private": 1}
    assert await sam.call("talk.mark_read", thread=one) == {"marked": 2, "unread": 0, "unread_private": 1}
    assert await sam.call("talk.mark_read") == {"marked": 1, "unread": 0, "unread_private": 0}
    assert not (await sam.call("talk.read", unread=True))["posts"]
    assert (await nour.call("talk.mark_read")) == {"marked": 0, "unread": 0, "unread_private": 0}


async def test_a_claim_from_the_future_is_not_pinned_to_the_top(town: Town, nour: Bench, sam: Bench) -> None:
    sam.clock.at = NOON + 10**8
    await sam.call("talk.post", text="from the year 2028")
    await nour.call("talk.post", text="now")
    town.pass_on()
    read = await nour.call("talk.read")
    assert [post["text"] for post in read["posts"]] == ["now"]
    assert [(post["text"], post["ahead"]) for post in read["ahead"]] == [("from the year 2028", True)]
    assert [post["text"] for post in (await nour.call("talk.threads"))["threads"]] == ["now"]
    nour.clock.at = NOON + 10**8
    assert [post["text"] for post in (await nour.call("talk.read"))["posts"]] == ["from the year 2028", "now"]


async def test_waiting_gives_what_arrives_in_order_of_arrival(town: Town, nour: Bench, sam: Bench) -> None:
    await nour.call("talk.post", text="before")
    town.pass_on()
    start = await sam.call("talk.wait")
    assert start["posts"] == []
    assert await sam.call("talk.wait", after=start["after"], timeout=2) == start | {"posts": []}
    sam.clock.at = nour.clock.at = NOON
    await nour.call("talk.post", text="first, dated later")
    nour.clock.at -= 1000
    old = await nour.call("talk.post", text="then, dated back")
    await nour.call("talk.post", text="you", to="Sam")
    sam.while_pausing = [lambda: None, town.pass_on]
    got = await sam.call("talk.wait", after=start["after"])
    assert [post["text"] for post in got["posts"]] == ["first, dated later", "then, dated back", "you"]
    await nour.call("talk.edit", post=old["id"], text="changed")
    town.pass_on()
    assert (await sam.call("talk.wait", after=got["after"], timeout=0))["posts"] == []
    step = await sam.call("talk.wait", after=start["after"], limit=1)
    step = await sam.call("talk.wait", after=step["after"], limit=1)
    assert [post["text"] for post in step["posts"]] == ["changed"]


async def test_waiting_misses_nothing_when_the_last_post_expires(town: Town, nour: Bench, sam: Bench) -> None:
    first = await nour.call("talk.post", text="gone soon", expires=60)
    town.pass_on()
    after = (await sam.call("talk.wait"))["after"]
    sam.expire(first["id"])
    town.log = [entry for entry in town.log if entry[0].id != first["id"]]
    await nour.call("talk.post", text="takes its row")
    town.pass_on()
    got = await sam.call("talk.wait", after=after)
    assert [post["text"] for post in got["posts"]] == ["takes its row"]


async def test_short_ids(town: Town, nour: Bench) -> None:
    posts = [(await nour.call("talk.post", text=f"{n}"))["id"] for n in range(600)]
    with pytest.raises(UsageError, match="at least the first 4"):
        await nour.call("talk.react", post=posts[0][:3])
    with pytest.raises(UsageError):
        await nour.call("talk.react", post="zzzz")
    with pytest.raises(UsageError):
        await nour.call("talk.react", post="%" * 8)
    odd = posts[0][:7]
    assert (await nour.call("talk.react", post=odd.upper()))["post"] == posts[0]
    twins = [post for post in posts if sum(other[:4] == post[:4] for other in posts) > 1]
    if twins:
        with pytest.raises(UsageError, match=twins[0][:8]):
            await nour.call("talk.react", post=twins[0][:4])


async def test_search_by_person_topic_and_text(town: Town, nour: Bench, sam: Bench) -> None:
    await nour.call("talk.post", text="lawyer in Beirut", topics=["legal"])
    await sam.call("talk.post", text="a lawyer of mine", topics=["legal", "work"])
    town.pass_on()
    assert len((await nour.call("talk.read", search="lawyer"))["posts"]) == 2
    assert (await only(nour, search="lawyer", author="Sam"))["name"] == "Sam"
    assert (await only(nour, search="lawyer", topic="work"))["name"] == "Sam"
    assert (await only(nour, author="Nour"))["name"] == "Nour"
    assert not (await nour.call("talk.read", search="Nour"))["posts"]  # that finds a member, not a post


async def test_newcomers_below_the_level_read_and_take_back_only(town: Town, nour: Bench) -> None:
    post = (await nour.call("talk.post", text="hi"))["id"]
    town.pass_on()
    zed = town.nodes[NEW]
    for call, params in (
        ("talk.post", {"text": "no"}),
        ("talk.post", {"text": "no", "reply_to": post}),
        ("talk.post", {"text": "no", "to": "Nour"}),
        ("talk.react", {"post": post}),
    ):
        with pytest.raises(NotAllowed):
            await zed.call(call, **params)
    town.levels[NEW] = 10
    town.levels[SAM] = 0
    await zed.call("talk.react", post=post)
    town.levels[NEW] = 0
    with pytest.raises(NotAllowed):
        await town.nodes[SAM].call("talk.post", text="no more")


@pytest.mark.parametrize(
    "params",
    [
        {"text": ""},
        {"text": "  \n "},
        {"text": "bell \x07"},
        {"text": "nul \0"},
        {"text": "x" * (32 * 1024 + 1)},
        {"text": "\n".join("…" for _ in range(20_000))},
        {"text": "ok", "title": "t" * 201},
        {"text": "ok", "title": "two\u2028lines\x07"},
        {"text": "ok", "topics": ["a" * 41]},
        {"text": "ok", "topics": [""]},
        {"text": "ok", "topics": [f"t{n}" for n in range(9)]},
        {"text": "ok", "warning": "w" * 201},
        {"text": "ok", "expires": 10**9},
    ],
)
async def test_what_cannot_be_said_gets_a_sentence(nour: Bench, params: dict[str, Any]) -> None:
    with pytest.raises(UsageError) as caught:
        await nour.call("talk.post", **params)
    assert str(caught.value).endswith(".")
    assert not (await nour.call("talk.read"))["posts"]


async def test_the_longest_text_fits_into_an_event_or_is_refused_here(nour: Bench) -> None:
    await nour.call("talk.post", text="x" * 32 * 1024)
    with pytest.raises(UsageError, match="sealed"):
        await nour.call("talk.post", text='"' * 32 * 1024)
