"""Paging finds everything an honest relay holds, and ends whatever a hostile one answers."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tadamun.carry.paging import MAX_PAGES, Paging, Window

Item = tuple[int, str]


class Relay:
    """Answers by the letter of NIP-01, but for what it is told."""

    def __init__(self, items: list[Item], page: int, exclusive: bool = False) -> None:
        self.items = sorted(items, key=lambda item: (-item[0], item[1]))
        self.page, self.exclusive = page, exclusive
        self.asked = 0

    def answer(self, window: Window) -> list[Item]:
        self.asked += 1
        until = 2**63 if window.until is None else window.until - self.exclusive
        return [item for item in self.items if (window.since or 0) <= item[0] <= until][: self.page]


def read(relay: Relay) -> set[str]:
    paging = Paging()
    while (window := paging.next()) is not None:
        paging.take(relay.answer(window))
    return paging.seen


# Times close together, so that many events share a second, but never more than a page holds.
spread = st.integers(1, 8).flatmap(
    lambda page: st.tuples(
        st.just(page),
        st.lists(st.tuples(st.integers(0, 30), st.integers(1, page)), max_size=25, unique_by=lambda pair: pair[0]),
    )
)


@given(spread, st.booleans())
def test_everything_is_found_however_it_shares_seconds(
    held: tuple[int, list[tuple[int, int]]], exclusive: bool
) -> None:
    page, seconds = held
    items = [(at, f"{at}-{k}") for at, count in seconds for k in range(count)]
    relay = Relay(items, page, exclusive)
    assert read(relay) == {i for _, i in items}
    assert relay.asked <= 4 * len(seconds) + 4


@pytest.mark.parametrize("exclusive", [False, True])
def test_of_a_second_with_more_than_a_page_the_rest_of_history_is_not_lost(exclusive: bool) -> None:
    """What a relay cannot give by REQ at all stays behind; what is older does not."""
    crowd = [(100, f"crowd-{k}") for k in range(50)]
    others = [(at, f"other-{at}") for at in (*range(60, 100), *range(101, 140))]
    seen = read(Relay(crowd + others, 10, exclusive))
    assert {i for _, i in others} <= seen
    assert len(seen) == len(others) + 10


def test_pages_are_few_where_nothing_is_shared() -> None:
    relay = Relay([(k, str(k)) for k in range(10_000)], 500)
    assert len(read(relay)) == 10_000
    assert relay.asked <= 25


def test_an_empty_relay_is_asked_once() -> None:
    relay = Relay([], 500)
    assert read(relay) == set()
    assert relay.asked == 1


@settings(max_examples=300)
@given(st.lists(st.lists(st.tuples(st.integers(0, 2**63 - 1), st.sampled_from("abcdefgh")), max_size=6), max_size=40))
def test_whatever_is_answered_it_ends(answers: list[list[Item]]) -> None:
    """At most eight different events: three pages without a new one end it, so 3 × 9 pages are the most."""
    paging = Paging()
    asked = 0
    while paging.next() is not None:
        paging.take(answers[asked % len(answers)] if answers else [])
        asked += 1
        assert asked <= 27


def test_a_relay_that_makes_up_events_for_ever_is_left_in_the_end() -> None:
    paging = Paging()
    asked = 0
    while (window := paging.next()) is not None:
        asked += 1
        paging.take([(window.until or 2**40, f"new-{asked}")])
    assert asked <= MAX_PAGES


def test_one_that_ignores_until_is_not_asked_for_ever() -> None:
    items = [(at, str(at)) for at in range(20)]
    paging = Paging()
    asked = 0
    while paging.next() is not None:
        asked += 1
        paging.take(items[-10:])
    assert asked <= 4
    assert len(paging.seen) == 10
