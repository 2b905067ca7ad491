"""What a rehearsal answers when it is called: by name, for everybody who may look, and in words when it cannot."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rooms_town import Town, member
from test_rooms_cli import Typing

from tadamun.core.errors import UsageError
from tadamun.core.ports import Audience, Reach, Seat
from tadamun.rooms.safety.calls_rehearse import WHY
from tadamun.rooms.safety.rehearse import DAY, Eyes, seen

pytestmark = pytest.mark.anyio
NOUR, SAM, LINA = member(0xA1), member(0xB2), member(0xC3)


@pytest.fixture
async def town() -> Town:
    town = Town({NOUR: 100, SAM: 10, LINA: 10})
    for who, called in ((NOUR, "Nour"), (SAM, "Sam"), (LINA, "Lina")):
        await town.nodes[who].call("people.profile", name=called)
    town.pass_on()
    return town


@pytest.mark.parametrize(
    ("asked", "reads", "why"),
    [
        ({"eyes": "member", "member": "Sam"}, True, "member"),
        ({"eyes": "member", "member": "Lina", "to": ["Sam"]}, False, "outside"),
        ({"eyes": "member", "member": "Sam", "to": ["Sam"]}, True, "member"),
        ({"eyes": "removed", "member": "Sam"}, True, "removed"),
        ({"eyes": "early"}, False, "early"),
        ({"eyes": "newcomer", "to": ["Sam"]}, False, "private"),
        ({"eyes": "newcomer", "expires": DAY}, False, "passing"),
        ({"eyes": "seized"}, True, "seized"),
        ({"eyes": "seized", "expires": DAY, "after": DAY * 3}, False, "expired"),
    ],
)
async def test_each_answer_gives_its_reason(town: Town, asked: dict[str, Any], reads: bool, why: str) -> None:
    said = len(town.log)
    found = await town.nodes[NOUR].call("safety.rehearse", **asked)
    assert (found["reads"], found["notes"][0]) == (reads, WHY[why])
    assert len(town.log) == said, "nothing was said to anybody"


@pytest.mark.parametrize(
    "wrong", [{"member": "Nobody", "eyes": "member"}, {"to": ["Nour"]}, {"expires": -1}, {"after": 10**12},
              {"until": 5}],
)  # fmt: skip
async def test_what_cannot_be_asked_is_refused(town: Town, wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        await town.nodes[NOUR].call("safety.rehearse", **wrong)


@given(
    st.sampled_from(["member", "newcomer", "early", "removed", "seized"]),
    st.sampled_from(["", "a", "b", "c"]),
    st.integers(0, 40 * DAY),
    st.integers(0, 40 * DAY),
    st.sampled_from([-1, 0, 1, 3]),
    st.sampled_from([(), ("b",), ("b", "c")]),
)
def test_nobody_outside_ever_reads_and_time_opens_nothing(
    kind: Any, who: str, after: int, left: int, later: int, others: tuple[str, ...]
) -> None:
    now = 1_700_000_000
    here = {"a", *others} if others else {"a", "b", "c"}
    seats = tuple(Seat(one, 10, 0, 1) for one in sorted(here))
    reach = Reach(Audience("", now + left if left else 0, others), seats, 0 if others or left else later, True)
    sight = seen(reach, now, Eyes(kind, who, after), {"a", "b", "c"})
    assert sight.why in WHY
    if sight.reads:
        assert kind != "early"
        assert who in here or kind == "newcomer"
        assert not left or (after < left and kind != "newcomer")
        assert not sight.recorded
    later_on = seen(reach, now, Eyes(kind, who, after + DAY), {"a", "b", "c"})
    assert sight.reads or not later_on.reads, "who waits reads nothing more"


@pytest.mark.parametrize(("language", "words"), [("en", "Not readable."), ("ar", "لا يُقرأ.")])
def test_the_command_says_it_in_words(tmp_path: Path, language: str, words: str) -> None:
    tadamun = Typing(tmp_path)
    assert words in tadamun("safety", "rehearse", "newcomer", "--expires", "1d", language=language)
    found = json.loads(tadamun("safety", "rehearse", "seized", "--expires", "1d", "--in", "3d", "--json"))
    assert (found["reads"], found["recorded"]) == (False, True)
