"""Bodies have one spelling; anything else is the peer's fault, whatever it is."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rooms_town import BY_KIND, member

from tadamun.core.body import spell
from tadamun.core.errors import Reason, RemoteError, UsageError
from tadamun.core.event import Event, Tags
from tadamun.core.ports import Audience
from tadamun.core.text import balance_bidi, shown_line, tidy_line, tidy_text
from tadamun.rooms.people import actions as people
from tadamun.rooms.talk import actions as talk
from tadamun.rooms.talk.bodies import Comment, Edit, Message, TakeBack, Thread, tags_of

A, B = member(0xA1), member(0xB2)
ID, ROOT = "1" * 64, "2" * 64
EDIT = '{"v":1,"of":"' + ID + '","version":1,"text":"t","title":"","topics":[],"warning":""}'
VOUCH = '{"v":1,"version":1,"member":"' + B + '","vouches":true,"note":""}'
PROFILE = '{"v":1,"version":1,"name":"Nour","pronouns":"","languages":["ar"],"about":""}'


def decode(kind: int, content: str, tags: Tags = ()) -> Any:
    return BY_KIND[kind].decode(Event(ID, A, 0, kind, tags, content, "0" * 128), tags)


@pytest.mark.parametrize(
    "saying",
    [
        talk.post(Thread("text", "Title", ("family", "work"), "warning"), Audience()),
        talk.post(Thread(f"a @{A} b @{B} c @{A}"), Audience()),
        talk.post(Comment("text", ROOT, ROOT, "warning"), Audience()),
        talk.post(Comment(f"@{B}", ROOT, ID), Audience()),
        talk.post(Message("text", ID, "warning"), Audience(B)),
        talk.reaction(ID, B, 1111, "🏴󠁧󠁢󠁳󠁣󠁴󠁿", Audience()),
        talk.retraction(ID, 14, "why", Audience()),
        talk.edit(ID, 2**63 - 1, "t\n\t“x”", "T", ("a",), "w", Audience()),
        talk.take_back(ID, [ROOT, ID], Audience()),
        people.profile(1, "Nour ☀️", "she/her", ["ar", "en-GB"], "two\nlines"),
        people.vouch(3, B, False),
    ],
)
def test_what_is_said_here_is_read_there(saying: Any) -> None:
    body = decode(saying.kind, saying.content, saying.tags)
    if saying.kind in (0, 3730, 3740, 3741):
        assert spell(body) == saying.content
    else:
        assert tags_of(body) == saying.tags


@pytest.mark.parametrize(
    ("kind", "content", "tags", "reason"),
    [
        (11, "", (), Reason.MALFORMED),
        (11, " \n ", (), Reason.MALFORMED),
        (11, "a\0b", (), Reason.MALFORMED),
        (11, "a\x1b[2Jb", (), Reason.MALFORMED),
        (11, "a\u2028b", (), Reason.MALFORMED),
        (11, "x" * 32_769, (), Reason.MALFORMED),
        (11, "ع" * 16_385, (), Reason.MALFORMED),
        (11, "x", (("t", "Family"),), Reason.MALFORMED),
        (11, "x", (("t", "two words"),), Reason.MALFORMED),
        (11, "x", (("t", "b"), ("t", "a")), Reason.NOT_CANONICAL),
        (11, "x", (("t", "a"), ("t", "a")), Reason.NOT_CANONICAL),
        (11, "x", (("t", "a"), ("title", "T")), Reason.NOT_CANONICAL),
        (11, "x", (("title", "T"), ("title", "U")), Reason.NOT_CANONICAL),
        (11, "x", (("title", ""),), Reason.NOT_CANONICAL),
        (11, "x", (("title", "\u202eT"),), Reason.MALFORMED),
        (11, "x", (("title", " T"),), Reason.MALFORMED),
        (11, "x", (("content-warning",),), Reason.NOT_CANONICAL),
        (11, "x", (("p", A),), Reason.NOT_CANONICAL),
        (11, "@" + A, (), Reason.NOT_CANONICAL),
        (11, "".join(f"@{n:064x} " for n in range(33)), (), Reason.MALFORMED),
        (11, "x", (("surprise", "y"),), Reason.NOT_CANONICAL),
        (1111, "x", (), Reason.MALFORMED),
        (1111, "x", (("E", ROOT), ("K", "11"), ("e", ID), ("k", "11")), Reason.NOT_CANONICAL),
        (1111, "x", (("E", ROOT), ("K", "11"), ("e", ROOT), ("k", "1111")), Reason.NOT_CANONICAL),
        (1111, "x", (("E", ROOT), ("K", "30023"), ("e", ID), ("k", "1111")), Reason.NOT_CANONICAL),
        (1111, "x", (("E", ROOT.upper()), ("K", "11"), ("e", "ID"), ("k", "1111")), Reason.MALFORMED),
        (1111, "x", (("e", ID), ("E", ROOT), ("K", "11"), ("k", "1111")), Reason.NOT_CANONICAL),
        (14, "x", (("p", B),), Reason.NOT_CANONICAL),
        (14, "x", (("e", ""),), Reason.MALFORMED),
        (7, "", (("e", ID), ("p", B), ("k", "11")), Reason.MALFORMED),
        (7, "+ ", (("e", ID), ("p", B), ("k", "11")), Reason.MALFORMED),
        (7, "\u202e+", (("e", ID), ("p", B), ("k", "11")), Reason.MALFORMED),
        (7, "x" * 17, (("e", ID), ("p", B), ("k", "11")), Reason.MALFORMED),
        (7, "+", (("e", ID), ("p", B), ("k", "0")), Reason.UNKNOWN_KIND),
        (7, "+", (("e", ID), ("p", B), ("k", "011")), Reason.UNKNOWN_KIND),
        (7, "+", (("e", ID), ("p", B)), Reason.UNKNOWN_KIND),
        (5, "", (("e", ID), ("e", ROOT), ("k", "11")), Reason.NOT_CANONICAL),
        (5, "two\nlines", (("e", ID), ("k", "11")), Reason.MALFORMED),
        (5, "", (("e", ID), ("k", "3740")), Reason.UNKNOWN_KIND),
        (3740, EDIT.replace('"v":1', '"v":2'), (), Reason.UNKNOWN_KIND),
        (3740, EDIT.replace('"v":1', '"v":"1"'), (), Reason.MALFORMED),
        (3740, EDIT.replace('"v":1,', ""), (), Reason.MALFORMED),
        (3740, EDIT.replace('"v":1', '"v": 1'), (), Reason.NOT_CANONICAL),
        (3740, EDIT.replace('"v":1', '"v":1,"v":1'), (), Reason.NOT_CANONICAL),
        (3740, EDIT.replace('"v":1', '"v":2,"v":1'), (), Reason.MALFORMED),
        (3740, EDIT.replace('"text":"t"', '"text":"\\u0074"'), (), Reason.NOT_CANONICAL),
        (3740, EDIT.replace('"version":1', '"version":0'), (), Reason.MALFORMED),
        (3740, EDIT.replace('"version":1', '"version":1.0'), (), Reason.MALFORMED),
        (3740, EDIT.replace('"version":1', f'"version":{2**63}'), (), Reason.MALFORMED),
        (3740, EDIT.replace('"topics":[]', '"topics":["b","a"]'), (), Reason.NOT_CANONICAL),
        (3740, EDIT.replace("}", ',"more":1}'), (), Reason.MALFORMED),
        (3740, EDIT, (("e", ID),), Reason.NOT_CANONICAL),
        (3740, "[" * 30_000, (), Reason.MALFORMED),
        (3741, spell(TakeBack(of=ID, reactions=(ROOT, ID))), (), Reason.NOT_CANONICAL),
        (3741, spell(TakeBack(of=ID, reactions=())), (), Reason.MALFORMED),
        (3741, spell(TakeBack(of=ID, reactions=(ID,) * 65)), (), Reason.MALFORMED),
        (0, PROFILE.replace("Nour", ""), (), Reason.MALFORMED),
        (0, PROFILE.replace("Nour", "x" * 61), (), Reason.MALFORMED),
        (0, PROFILE.replace("Nour", " Nour"), (), Reason.MALFORMED),
        (0, PROFILE.replace("Nour", "No\u202eur"), (), Reason.MALFORMED),
        (0, PROFILE.replace("Nour", "No\u200bur"), (), Reason.MALFORMED),
        (0, PROFILE.replace("Nour", "No\\nur"), (), Reason.MALFORMED),
        (0, PROFILE.replace("Nour", "Nour #a3f2"), (), Reason.MALFORMED),
        (0, PROFILE.replace("Nour", "Nour ＃a3f2"), (), Reason.MALFORMED),
        (0, PROFILE.replace("Nour", "N" + "\u0301" * 10_000), (), Reason.MALFORMED),
        (0, PROFILE.replace('"ar"', '"ar","ar"'), (), Reason.MALFORMED),
        (0, PROFILE.replace('"ar"', '"Arabic!"'), (), Reason.MALFORMED),
        (3730, VOUCH.replace(B, "b"), (), Reason.MALFORMED),
        (3730, VOUCH.replace("true", "1"), (), Reason.MALFORMED),
        (3730, VOUCH.replace('"note":""', '"note":"\u2067"'), (), Reason.MALFORMED),
    ],
)
def test_other_spellings_are_refused(kind: int, content: str, tags: Tags, reason: Reason) -> None:
    with pytest.raises(RemoteError) as caught:
        decode(kind, content, tags)
    assert caught.value.reason is reason


def test_the_spellings_that_those_are_made_from_are_good() -> None:
    for kind, content in ((3740, EDIT), (3730, VOUCH), (0, PROFILE)):
        assert spell(decode(kind, content)) == content
    assert decode(1111, "x", (("E", ROOT), ("K", "11"), ("e", ID), ("k", "1111")))
    assert decode(7, "+", (("e", ID), ("p", B), ("k", "11")))


strange = st.text(st.characters(codec="utf-8"), max_size=12) | st.sampled_from(
    [ID, ROOT, A, "11", "1111", "14", "\0", "\u202e", "@" + A, "{}", EDIT, VOUCH, PROFILE, "t", "title", "e", "E", "p"]
)
names = st.sampled_from(["e", "E", "k", "K", "p", "t", "title", "content-warning", "d", ""])
tag = st.tuples(names, strange) | st.lists(strange, min_size=1, max_size=3).map(tuple)


@given(st.sampled_from(sorted(BY_KIND)), strange, st.lists(tag, max_size=6).map(tuple))
@settings(max_examples=600)
def test_anything_at_all_is_decoded_to_its_one_spelling_or_refused(kind: int, content: str, tags: Tags) -> None:
    try:
        body = decode(kind, content, tags)
    except RemoteError as error:
        assert error.reason in (Reason.MALFORMED, Reason.NOT_CANONICAL, Reason.UNKNOWN_KIND)  # noqa: PT017  # the error is looked at, not awaited
        assert not error.detail  # noqa: PT017 - nothing of what was said
        return
    if kind in (0, 3730, 3740, 3741):
        assert (spell(body), ()) == (content, tags)
    else:
        assert tags_of(body) == tags


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | strange,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(strange, inner, max_size=3),
)


@given(st.sampled_from([0, 3730, 3740, 3741]), st.data())
@settings(max_examples=300)
def test_own_kinds_with_any_json_in_their_fields(kind: int, data: st.DataObject) -> None:
    whole = {0: PROFILE, 3730: VOUCH, 3740: EDIT, 3741: spell(TakeBack(of=ID, reactions=(ID,)))}[kind]
    fields = msgspec.json.decode(whole)
    for name in data.draw(st.sets(st.sampled_from(sorted(fields)), min_size=1)):
        fields[name] = data.draw(json)
    content = msgspec.json.encode(fields).decode()
    with suppress(RemoteError):
        assert spell(decode(kind, content)) == content


@given(st.text(st.characters(codec="utf-8"), max_size=40))
@settings(max_examples=300)
def test_what_is_typed_is_refused_in_words_or_read_by_every_node(typed: str) -> None:
    for make in (
        lambda: talk.post(Thread(tidy_text(typed), tidy_line(typed)), Audience()),
        lambda: talk.post(Thread("x", topics=talk.tidy_topics([typed])), Audience()),
        lambda: talk.edit(ID, 1, tidy_text(typed), "", (), tidy_line(typed), Audience()),
        lambda: talk.reaction(ID, A, 11, typed, Audience()),
        lambda: talk.retraction(ID, 11, typed, Audience()),
        lambda: people.profile(1, typed, typed, [typed], typed),
        lambda: people.profile(1, typed),
        lambda: people.vouch(1, B, True, typed),
    ):
        try:
            saying = make()
        except UsageError:
            continue
        decode(saying.kind, saying.content, saying.tags)


@given(st.text(st.sampled_from("ab \n\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"), max_size=30))
def test_direction_controls_are_balanced_on_every_line(text: str) -> None:
    balanced = balance_bidi(text)
    assert balance_bidi(balanced) == balanced
    for line in balanced.split("\n"):
        opened: list[str] = []
        for sign in line:
            if sign in "\u202a\u202b\u202d\u202e":
                opened.append("\u202c")
            elif sign in "\u2066\u2067\u2068":
                opened.append("\u2069")
            elif sign in "\u202c\u2069":
                assert opened.pop() == sign
        assert not opened


def test_marks_do_not_stack_without_end() -> None:
    assert shown_line("Z" + "\u0335" * 10_000 + "alg") == "Z" + "\u0335" * 4 + "alg"
    assert shown_line("عُّمَر") == "عُّمَر"


def test_edit_fields_are_in_the_order_of_the_page() -> None:
    assert spell(Edit(of=ID, version=1, text="t", title="", topics=(), warning="")) == EDIT
