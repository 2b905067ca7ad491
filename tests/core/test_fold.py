"""One order, one state, whatever order events came in."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tadamun.core.fold import fold, in_order
from tadamun.core.genuine import Said
from tadamun.core.room import Room, Standing, Verdict

ALICE = Standing(member="a", level=10, may_write=True, may_moderate=False)


def said(id: str, prev: tuple[str, ...] = (), body: Any = None) -> Said[Any]:
    return Said(id=id, space="", member="a", device="a", seq=0, kind=1, created_at=0, auth=(), prev=prev, body=body)


def toy() -> Room:
    """A toy room: the state is the ids applied so far; a body names an id it waits for ("!": always denied)."""

    def authorise(state: tuple[str, ...], one: Said[Any], standing: Standing) -> Verdict:
        if one.body == "!":
            return Verdict.DENY
        return Verdict.ALLOW if one.body is None or one.body in state else Verdict.UNKNOWN

    return Room(
        name="toy",
        kinds=frozenset({1}),
        decode=lambda event, rest: None,
        topic=lambda one: "t",
        empty=lambda topic: (),
        reduce=lambda state, one: (*state, one.id),
        authorise=authorise,
        tables=(),
        project=lambda tables, space, topic, state: None,
        forget=lambda tables, space: None,
    )


TOY = toy()


def ids(saids: list[Said[Any]]) -> list[str]:
    return [one.id for one in saids]


def test_parents_come_first_and_ties_go_to_the_lowest_id() -> None:
    events = [said("a", prev=("z",)), said("z"), said("b"), said("c", prev=("a", "b"))]
    assert ids(in_order(events)) == ["b", "z", "a", "c"]


def test_a_parent_outside_the_set_is_taken_as_met() -> None:
    assert ids(in_order([said("b", prev=("elsewhere",)), said("a")])) == ["a", "b"]


def test_a_repeated_event_and_a_repeated_parent_count_once() -> None:
    events = [said("b", prev=("a", "a")), said("a"), said("b", prev=("a", "a"))]
    assert ids(in_order(events)) == ["a", "b"]


def test_an_event_that_waits_is_applied_after_what_it_refers_to() -> None:
    state, verdicts = fold(TOY, "t", [said("a", body="b"), said("b", body="c"), said("c")], lambda one: ALICE)
    assert state == ("c", "b", "a")
    assert set(verdicts.values()) == {Verdict.ALLOW}


def test_what_waits_in_vain_or_is_denied_changes_nothing() -> None:
    events = [said("a", body="nowhere"), said("b", body="!"), said("c", body="b")]
    state, verdicts = fold(TOY, "t", events, lambda one: ALICE)
    assert state == ()
    assert verdicts == {"a": Verdict.UNKNOWN, "b": Verdict.DENY, "c": Verdict.UNKNOWN}


def test_an_author_whose_standing_is_not_known_yet_waits() -> None:
    events = [said("a"), said("b")]
    state, verdicts = fold(TOY, "t", events, lambda one: ALICE if one.id == "b" else None)
    assert state == ("b",)
    assert verdicts["a"] is Verdict.UNKNOWN


@st.composite
def tangles(draw: st.DrawFn) -> list[Said[Any]]:
    """Up to ten events: some with parents among the earlier, some waiting for any other, some denied."""
    names = draw(st.permutations("abcdefghij"))[: draw(st.integers(1, 10))]
    events = []
    for at, name in enumerate(names):
        earlier = names[:at]
        prev = tuple(sorted(draw(st.sets(st.sampled_from(earlier), max_size=3)))) if earlier else ()
        body = draw(st.sampled_from([None, None, "!", *names]))
        events.append(said(name, prev, body))
    return events


@given(tangles(), st.data())
def test_the_order_of_arrival_and_repetition_decide_nothing(events: list[Said[Any]], data: st.DataObject) -> None:
    again = data.draw(st.permutations(events + data.draw(st.lists(st.sampled_from(events), max_size=3))))
    assert fold(TOY, "t", again, lambda one: ALICE) == fold(TOY, "t", events, lambda one: ALICE)
    ordered = ids(in_order(again))
    assert all(ordered.index(parent) < ordered.index(one.id) for one in events for parent in one.prev)
