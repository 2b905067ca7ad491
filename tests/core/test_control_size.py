"""A space of 5,000 members: loading it, one more event, and what somebody hostile with old heads can cost.

Processor time, not the clock on the wall: others use this machine too. Budgets are several times what was measured.
"""

from __future__ import annotations

import time

import pytest
from control_town import Town, person, verify

from tadamun.core.control.log import ControlLog

SIGNATURE = 45e-6  # seconds a real check takes; the fake one here takes next to nothing


def grown(members: int) -> Town:
    """Twelve stewards who admit everybody; then levels, epochs, devices and removals, about as many again."""
    town = Town()
    stewards = [town.join(f"s{number}", 50) for number in range(12)]
    people = [town.join(f"m{number}", 10, by=stewards[number % 12]) for number in range(members)]
    for one in people[: members // 2]:
        town.level(town.founder, one, 20)
    for number, one in enumerate(people[: members // 5]):
        town.epoch(one, f"{number}")
        town.add_device(one)
    for one in people[-members // 10 :]:
        town.remove(town.founder, one)
    return town


@pytest.mark.long
def test_a_large_space_loads_and_grows_quickly_even_under_attack() -> None:
    town = grown(5_000)
    events = list(town.events.values())
    assert len(events) >= 10_000
    checks = 0

    def counted(key: str, digest: bytes, signature: str) -> bool:
        nonlocal checks
        checks += 1
        return verify(key, digest, signature)

    start = time.process_time()
    log = ControlLog.found(events[0], counted)
    log.add(events)
    assert len(log.state.members) == 4_513
    assert time.process_time() - start + checks * SIGNATURE < 3

    def cost(event: str) -> float:
        begin = time.process_time()
        log.add([town.events[event]])
        assert log.state
        assert log.heads
        return time.process_time() - begin

    def ordinary() -> float:
        return cost(town.admit(town.founder, person(f"n{len(town.events)}"), after=log.heads, hidden=True))

    assert sum(ordinary() for _ in range(20)) / 20 < 0.005
    # A steward is removed at old heads; then acts on at old heads, again and again, each time at others.
    steward = person("s3")
    steward.devices[0].seq = 10_000
    assert cost(town.remove(town.founder, steward, after=[events[60].event.id], hidden=True)) < 3
    ordinary()
    late = [cost(town.leave(steward, after=[events[100 * n].event.id], hidden=True)) for n in range(1, 15)]
    assert max(late) < 3
    ordinary()  # merges them
    assert sum(ordinary() for _ in range(20)) / 20 < 0.005
