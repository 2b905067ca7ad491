"""Histories by which nodes once came to differ, cut down to what it takes. Each is named for what was missing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from test_convergence import Histories


def let_in_by_somebody_shut_out_at_the_same_time(state: Histories) -> None:
    """What shuts out the host never travelled where the newcomer reads."""
    state.begin(loss=0, seed=400, twice=30, delay=0)
    state.rotate(who=3)
    state.revoke(which=2, who=4)
    state.rotate(who=0)
    state.remove(undo=True, who=0, whom=1)
    state.invite(level=50, who=4)


def let_in_by_a_device_shut_out_at_the_same_time(state: Histories) -> None:
    """And the box that says what the newcomer reads is by somebody whose boxes do not count."""
    state.begin(loss=30, twice=0, delay=1, seed=7533)
    state.revoke(which=4, who=0)
    state.invite(level=0, who=1)
    state.rotate(who=1)
    state.split(parts=[1, 0, 1, 0, 0])
    state.time(hours=1)


def an_epoch_that_none_after_it_names(state: Histories) -> None:
    """Whoever began the next one did not have it, and history led past it."""
    state.begin(seed=65536, loss=0, delay=2, twice=30)
    state.rotate(who=3)
    state.rotate(who=1)
    state.post(expires=0, who=0)
    state.invite(level=50, who=0)


def history_due_when_an_elector_is_removed(state: Histories) -> None:
    """It waited for the next checkpoint, which too few were left to sign."""
    state.begin(seed=1104, loss=30, delay=3, twice=30)
    state.invite(level=0, who=1)
    state.rotate(who=2)
    state.wait(horizon=3.0)
    state.remove(undo=False, who=0, whom=1)


def a_link_that_lies_where_it_alone_leads(state: Histories) -> None:
    """It was sent under an epoch that the newcomer was to be given by it, and not again under the next."""
    state.begin(seed=32549, delay=2, loss=30, twice=30)
    state.revoke(which=2, who=0)
    state.wait(horizon=0.0)
    state.invite(level=0, who=3)
    state.split(parts=[0, 1, 1, 1, 1])
    state.wait(horizon=3.0)


FOUND = [
    let_in_by_somebody_shut_out_at_the_same_time,
    let_in_by_a_device_shut_out_at_the_same_time,
    an_epoch_that_none_after_it_names,
    history_due_when_an_elector_is_removed,
    a_link_that_lies_where_it_alone_leads,
]


@pytest.mark.parametrize("play", FOUND)
def test_all_agree_in_the_end(play: Callable[[Histories], None]) -> None:
    state = Histories()
    try:
        play(state)
    finally:
        state.teardown()
