"""The control state is a function of the set of events: any order, any repetition, any way of getting there."""

from __future__ import annotations

import random

import pytest
from control_town import deliver, verify
from histories import Move, moves, play
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tadamun.core.control import settle
from tadamun.core.control.log import ControlLog

quick = settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
long = settings(max_examples=3_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def told(log: ControlLog) -> tuple[object, ...]:
    """All that a log says."""
    standing = {one: log.why_void(one) for one in sorted(genuine.event.id for genuine in log.events())}
    return log.state, log.heads, log.height, log.checkpoint, standing, log.equivocations, log.alarms


def check_any_order(history: list[Move], seed: int) -> None:
    town = play(history)
    shuffled = list(town.events)
    random.Random(seed).shuffle(shuffled)
    expected = told(town.log)
    assert told(town.node(shuffled)) == expected
    # Some first, in one go; then everything, so that much comes twice.
    part = ControlLog.found(town.events[town.genesis], verify)
    part.add([town.events[one] for one in shuffled[: len(shuffled) // 2]])
    deliver(part, [town.events[one] for one in reversed(shuffled)])
    assert told(part) == expected
    again = part.add(town.events.values())
    assert not again.applied
    assert not again.waiting
    assert told(part) == expected


@quick
@given(moves, st.integers(0, 10_000))
def test_any_order_gives_the_same(history: list[Move], seed: int) -> None:
    check_any_order(history, seed)


@pytest.mark.long
@long
@given(moves, st.integers(0, 10_000))
def test_any_order_gives_the_same_often(history: list[Move], seed: int) -> None:
    check_any_order(history, seed)


@quick
@given(moves)
def test_extending_is_the_same_as_settling_anew(history: list[Move]) -> None:
    log = play(history).log
    assert log._void == settle.settle(log._eras.last, log._dag.everything())


@quick
@given(moves)
def test_the_state_at_heads_is_that_of_a_log_with_nothing_else(history: list[Move]) -> None:
    town = play(history)
    for genuine in town.log.events()[-6:]:
        node = town.log._dag.by_id[genuine.event.id]
        before = [town.log._dag.nodes[number].id for number in node.closed().numbers()]
        assert town.log.at([node.id]) == town.node(before).state


@quick
@given(moves)
def test_a_state_looked_up_step_by_step_is_the_one_looked_up_at_once(history: list[Move]) -> None:
    town = play(history)
    log = ControlLog.found(town.events[town.genesis], verify)
    for genuine in town.log.events():
        log.add([genuine])
        log.state.live_devices()  # each step builds on what was found in the state before it
    assert log.state.live_devices() == {key: one for key, one in log.state.devices.items() if one.live}
    assert log.state == ControlLog.at(town.node(), log.heads if len(log.heads) < 16 else [])


@quick
@given(moves, st.integers(0, 10_000))
def test_a_newcomer_from_a_checkpoint_agrees(history: list[Move], seed: int) -> None:
    town = play(history)
    if town.log.alarms:
        return  # with two quorums at odds, which one somebody began from matters: hence the alarm
    shuffled = list(town.events)
    random.Random(seed).shuffle(shuffled)
    for era in list(town.log._eras.by_start.values())[1:]:
        log = town.newcomer(town.log._dag.nodes[era.start].id, shuffled)
        assert log.state == town.log.state
        assert set(log.heads) <= set(town.log.heads)
