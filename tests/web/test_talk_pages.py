"""Talk's pages where one writes: threads, answers, reactions, changes, retractions, messages, who will read it."""

from __future__ import annotations

import re

import pytest

from kits.visitor import Answer, Pages

pytestmark = pytest.mark.anyio


@pytest.fixture
async def space(pages: Pages) -> str:
    return await pages.space()


async def thread(pages: Pages, space: str, **fields: object) -> str:
    """The path of a new thread's page."""
    said = await pages.call("talk.post", **{"space": space, "text": "how it begins", **fields})
    return pages.url("talk-thread", space=space, thread=said["id"])


async def posts(pages: Pages, space: str) -> list[str]:
    return [post["text"] for post in (await pages.call("talk.read", space=space))["posts"]]


def value(answer: Answer, name: str) -> str:
    """What the form brings back in a field."""
    found = re.search(rf'<textarea[^>]*name="{name}"[^>]*>\n(.*?)</textarea>', answer.text, re.S)
    found = found or re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"', answer.text)
    found = found or re.search(rf'<select[^>]*name="{name}".*?<option value="([^"]*)" selected', answer.text, re.S)
    assert found is not None, f"no field {name}"
    return found[1]


async def test_a_thread_with_everything(pages: Pages, space: str) -> None:
    talk = pages.url("talk", space=space)
    fields = {"text": "so it is", "title": "A title", "topic": ["family", "work"], "other_topics": "tea، ليل",
              "warning": "sad", "expires": "604800"}  # fmt: skip
    shown = await pages.post(talk, fields)
    assert "Your post is on its way." in shown.words
    [post] = (await pages.call("talk.read", space=space))["posts"]
    assert (post["title"], post["warning"]) == ("A title", "sad")
    assert sorted(post["topics"]) == ["family", "tea", "work", "ليل"]
    assert post["expires_at"] >= pages.time.at + 604_800
    opened = await pages.get(pages.url("talk-thread", space=space, thread=post["id"]))
    assert '<details class="warned">' in opened.text
    assert re.search(r"\d+ days", opened.words)


async def test_an_answer_and_an_answer_to_it(pages: Pages, space: str) -> None:
    path = await thread(pages, space)
    led = await pages.post(path, {"text": "an answer"}, follow=False)
    assert led.location.startswith(path + "#p-")
    [answer] = [post for post in (await pages.call("talk.read", space=space))["posts"] if post["text"] == "an answer"]
    chosen = await pages.get(f"{path}?reply={answer['id']}")
    assert "You answer Nour : an answer" in chosen.words
    await pages.post(path, {"text": "deeper", "reply_to": value(chosen, "reply_to")})
    found = await pages.call("talk.read", space=space, thread=path[-64:])
    assert [(post["text"], post["depth"]) for post in found["posts"]] == [
        ("how it begins", 0),
        ("an answer", 1),
        ("deeper", 2),
    ]


async def test_the_same_form_sent_twice_says_it_once(pages: Pages, space: str) -> None:
    path = await thread(pages, space)
    token = (await pages.get(path)).token(path)
    first = await pages.post(path, {"text": "once"}, token=token, follow=False)
    again = await pages.post(path, {"text": "once"}, token=token, follow=False)
    assert first.location == again.location
    other = await pages.another()
    await other.post(path, {"text": "from another tab"})
    assert sorted(await posts(pages, space)) == ["from another tab", "how it begins", "once"]


async def test_what_is_too_long_comes_back_with_how_long_it_is(pages: Pages, space: str) -> None:
    for path in (pages.url("talk", space=space), await thread(pages, space)):
        text = "كلام" * 9_000
        shown = await pages.post(path, {"text": text, "warning": "long", "expires": "86400"})
        assert shown.status == 422
        assert "72,000 bytes" in shown.words
        assert "32,768" in shown.words
        assert (value(shown, "text"), value(shown, "warning"), value(shown, "expires")) == (text, "long", "86400")
    assert await posts(pages, space) == ["how it begins"]


async def test_who_will_read_it_without_a_script(pages: Pages, space: str) -> None:
    talk = pages.url("talk", space=space)
    line = "So far you alone in Circle , and whoever joins later; until you retract it."
    assert line in (await pages.get(talk)).words
    fields = {"text": "not yet sent", "title": "T", "topic": "work", "expires": "86400", "do": "show"}
    shown = await pages.post(talk, fields)
    assert shown.status == 200
    assert "So far you alone in Circle , and nobody who joins later; until " in shown.words
    assert (value(shown, "text"), value(shown, "title"), value(shown, "expires")) == ("not yet sent", "T", "86400")
    assert 'value="work" checked' in shown.text
    assert await posts(pages, space) == []
    del fields["do"]
    await pages.post(talk, fields)
    assert await posts(pages, space) == ["not yet sent"]


async def test_who_exactly(pages: Pages, space: str) -> None:
    shown = await pages.get(pages.url("talk-audience", space=space, expires=86_400))
    for words in ("Nour", "On 1 device", "What nobody can promise", "can copy it", "nobody who joins later; until "):
        assert words in shown.words
    for query in (
        "to=nobody",
        "edit=zz",
        "reply_to=1234",
        "expires=-5",
        "expires=" + "9" * 99,
        "circle=a,b",
        "circle=,,",
    ):
        shown = await pages.get(pages.url("talk-audience", space=space) + "?" + query)
        assert shown.status == 200, query
        assert "Something went wrong" not in shown.words


async def test_reactions_are_given_and_taken_back(pages: Pages, space: str) -> None:
    path = await thread(pages, space)
    post, react = path[-64:], pages.url("talk-react", space=space)
    opened = await pages.get(f"{path}?at={post}")
    assert f'name="react" value="{post} +"' in opened.text
    shown = await pages.post(react, {"react": f"{post} +"}, token=opened.token(react))
    assert shown.path == path
    assert f'name="unreact" value="{post} +" aria-pressed="true"' in shown.text
    shown = await pages.post(react, {"unreact": f"{post} +"}, token=shown.token(react))
    assert "aria-pressed" not in shown.text
    for wrong in ("x", f"{post} ", "zzzz +", f"{post} " + "x" * 999):
        assert (await pages.post(react, {"react": wrong}, token=(await pages.get(path)).token(react))).status == 422


async def test_a_post_is_changed(pages: Pages, space: str) -> None:
    path = await thread(pages, space, title="Before", topics=["work"], warning="w")
    edit = pages.url("talk-edit", space=space, post=path[-64:])
    form = await pages.get(edit)
    assert (value(form, "text"), value(form, "title"), value(form, "warning")) == ("how it begins", "Before", "w")
    shown = await pages.post(edit, {"text": "anew", "title": "After", "opens": "1", "place": value(form, "place")})
    assert shown.path.startswith(path)
    assert "edited" in shown.words
    [post] = (await pages.call("talk.read", space=space))["posts"]
    assert (post["text"], post["title"], post["topics"], post["warning"]) == ("anew", "After", [], "")
    refused = await pages.post(edit, {"text": "", "title": "Kept", "opens": "1"})
    assert refused.status == 422
    assert value(refused, "title") == "Kept"


async def test_retracting_is_explained_before(pages: Pages, space: str) -> None:
    path = await thread(pages, space)
    retract = pages.url("talk-retract", space=space, post=path[-64:])
    asked = await pages.get(retract)
    for words in ("how it begins", "It cannot be brought back.", "may have kept a copy"):
        assert words in asked.words
    shown = await pages.post(retract, {"reason": "a mistake"})
    assert "This post was taken back. a mistake" in shown.words
    assert "how it begins" not in shown.words
    assert 'name="text"' not in shown.text
    for name in ("talk-edit", "talk-retract"):
        assert (await pages.get(pages.url(name, space=space, post=path[-64:]))).path.startswith(path)


async def test_a_draft_comes_back_until_it_is_sent_or_thrown_away(pages: Pages, space: str) -> None:
    path = await thread(pages, space)
    draft = pages.url("talk-draft", space=space)
    form = await pages.get(path)
    [standing] = re.findall(r'name="standing-token" content="(\w+)"', form.text)
    typed = {"place": value(form, "place"), "text": "half a sen", "warning": "w", "expires": "3600"}
    kept = await pages.browser.post(draft, typed, token="", follow=False, x_form_token=standing)
    assert kept.status == 204
    await pages.house.lock()
    await pages.house.unlock("horse battery staple forty")
    back = await pages.get(path)
    assert "Your draft was kept" in back.words
    assert (value(back, "text"), value(back, "warning"), value(back, "expires")) == ("half a sen", "w", "3600")
    gone = await pages.post(draft, {"place": typed["place"], "away": "1"}, token=back.token(draft))
    assert "thrown away" in gone.words
    assert value(await pages.get(path), "text") == ""
    await pages.browser.post(draft, typed, token="", follow=False, x_form_token=standing)
    await pages.post(path, {**typed, "text": "half a sentence"})
    assert value(await pages.get(path), "text") == ""
    assert (await pages.call("talk.drafts", space=space))["drafts"] == []


async def test_a_draft_for_one_who_left_is_not_turned_to_all(pages: Pages, space: str) -> None:
    await pages.call(
        "talk.draft", space=space, place="new", text="for one alone", fields={"to": "ab" * 32, "topics": 3}
    )
    shown = await pages.get(pages.url("talk", space=space))
    assert value(shown, "to") == "ab" * 32
    assert "whoever joins later" not in shown.words
    refused = await pages.post(pages.url("talk", space=space), {"text": "for one alone", "to": "ab" * 32})
    assert refused.status == 422
    assert value(refused, "to") == "ab" * 32
    assert await posts(pages, space) == []


async def test_messages_begin_with_choosing_somebody(pages: Pages, space: str) -> None:
    shown = await pages.get(pages.url("talk-messages", space=space))
    assert "No messages yet" in shown.words
    [me] = await pages.call("people.list", space=space)
    led = await pages.get(pages.url("talk-messages", space=space, member=me["member"]))
    assert "That is you" in led.words
    assert (await pages.get(pages.url("talk-message", space=space, member="nobody"))).status == 422


async def test_a_thread_that_is_not_here(pages: Pages, space: str) -> None:
    for path in (
        pages.url("talk-thread", space=space, thread="ab" * 32),
        pages.url("talk-edit", space=space, post="%00"),
    ):
        shown = await pages.get(path)
        assert shown.status == 422
        assert "Something went wrong" not in shown.words
