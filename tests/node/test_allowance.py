"""How often a node does something because others ask for it."""

from __future__ import annotations

from kits.sim import Hours
from tadamun.node.allowance import MOST_KEYS, Allowance


def test_so_many_times_in_a_while_and_again_after_it() -> None:
    hours = Hours()
    some = Allowance(hours, 2, 60)
    assert [some.take("a") for _ in range(4)] == [True, True, False, False]
    assert some.take("b")
    hours.at += 60
    assert some.take("a")


def test_a_flood_of_others_neither_fills_the_memory_nor_shuts_anybody_out() -> None:
    some = Allowance(Hours(), 1, 60)
    assert all(some.take(n) for n in range(2 * MOST_KEYS))
    assert len(some._spent) == MOST_KEYS
    assert some.take("somebody new")
