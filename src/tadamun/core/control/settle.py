"""Rule 8: which strong acts take effect in a given past, and what that makes void.

1. Strong acts take their turn by priority. One takes effect unless an act that already did, and that lies outside its
   own past, strikes it or strikes what its authority rests on. What lies inside its past it was judged with already.
2. Everything whose past differs by this from what it was judged with is judged again, in causal order.
3. A strong act that took effect and is void after all is set aside (those first that rest on no other such act), and
   it all starts again without it.

Acts and events are numbers; who would strike whom is kept as integers, a bit each. The result depends on the past
alone: adding an event that nothing follows and that strikes nothing leaves everything else as it was, which is what
`extend` uses.
"""

from __future__ import annotations

from collections.abc import Iterable
from heapq import heappop, heappush
from typing import TYPE_CHECKING

from tadamun.core.control.dag import Past, bits_of
from tadamun.core.control.look import Look
from tadamun.core.control.rules import judge
from tadamun.core.words import N_

if TYPE_CHECKING:
    from tadamun.core.control.era import Era

Consequences = dict[tuple[int, frozenset[int]], set[int]]


def settle(era: Era, past: Past) -> frozenset[int]:
    """Authorised events of `past` that are void in it."""
    within = past.mask()
    struck = {act: hits for act, all_hits in era.struck.items() if past.has(act) and (hits := all_hits & within)}
    if not struck:
        return frozenset()
    acts = [number for number in era.acts() if past.has(number)]
    aside: set[int] = set()
    consequences: Consequences = {}
    while True:
        taken, forced = _turns(era, past, acts, struck, aside, consequences)
        for act in taken:
            if act in struck:
                forced.update(bits_of(struck[act]))
        void = _judge_again(era, past, forced)
        lost = {act for act in taken if act in void}
        while lost:
            first = {act for act in lost if not any(era.past_of(act).has(other) for other in lost if other != act)}
            aside |= first
            lost -= first
            if not first.isdisjoint(struck):
                break  # what they struck may stand, so everything has its turn again
        else:
            return frozenset(void)  # to start again without acts that strike nothing would give the same


def _turns(
    era: Era, past: Past, acts: Iterable[int], struck: dict[int, int], aside: set[int], consequences: Consequences
) -> tuple[list[int], set[int]]:
    """Acts that take effect, by priority, and those that do not."""
    taken: list[int] = []
    striking: list[int] = []
    dead: set[int] = set()
    for act in acts:
        if act in aside or _fails(era, past, act, striking, struck, consequences):
            dead.add(act)
            continue
        taken.append(act)
        if act in struck:
            striking.append(act)
    return taken, dead


def _fails(
    era: Era, everything: Past, act: int, striking: Iterable[int], struck: dict[int, int], consequences: Consequences
) -> bool:
    """Is an act void by what strong acts outside its own past have done so far?"""
    past = era.past_of(act)
    hits = 0
    for other in striking:
        if not past.has(other):
            hits |= struck[other]
    if not hits or (hits >> act) & 1:
        return bool(hits)
    # What follows from the same strikes is the same for every act; of it, only what lies in its own past concerns one.
    key = (hits, era.seen[act])
    if key not in consequences:
        consequences[key] = _judge_again(era, everything, {*bits_of(hits), *era.seen[act]})
    return not _stands(era, act, consequences[key])


def _judge_again(era: Era, past: Past, forced: frozenset[int] | set[int]) -> set[int]:
    """Void events of `past` when those in `forced` are: in causal order, whatever rested on them.

    Only events that asked for something which a void event writes to (or one that was void to them) can have changed.
    """
    void = {number for number in forced if past.has(number)}
    waiting: list[int] = []
    met: set[int] = set()

    def wake(changed: int) -> None:
        for key in era.touches(changed):
            for reader in era.readers.get(key, ()):
                if reader > changed and reader not in met and past.has(reader):
                    met.add(reader)
                    heappush(waiting, reader)

    for number in void | {number for number in era.ever_seen if past.has(number)}:
        wake(number)
    while waiting:
        number = heappop(waiting)
        if number not in void and not _stands(era, number, void):
            void.add(number)
            wake(number)
    return void


def _stands(era: Era, number: int, void: frozenset[int] | set[int]) -> bool:
    """Is an authorised event still so when these are void? Judged anew only if what it asked for may differ."""
    past, seen = era.past_of(number), era.seen[number]
    for key in era.asked[number]:
        for writer in era.writers.get(key, ()):
            if (writer in void) != (writer in seen) and past.has(writer):
                return judge(era.dag.nodes[number], Look(era, past, void), era.verify).ok
    return True


def extend(era: Era, past: Past, void: frozenset[int], number: int) -> frozenset[int]:
    """settle(past + number), given settle(past) = void, for a number that nothing in `past` follows."""
    verdict = era.verdicts[number]
    if not verdict.ok:
        return void
    own = era.past_of(number)
    if own == past:
        return void  # nothing is concurrent with it
    mine = 1 << number
    here = own.mask() | mine
    outside = [act for act in era.struck if past.has(act) and not own.has(act)]
    hits = [act for act in outside if era.struck[act] & mine and act not in void]
    if verdict.act is not None and not any(_always_before(era, past, act, number) for act in hits):
        if era.struck.get(number, 0) & past.mask() or any(era.struck[act] & here for act in outside):
            return settle(era, past.plus(number))
        return void
    if hits or not _stands(era, number, void):
        return void | frozenset((number,))
    return void


def _always_before(era: Era, past: Past, act: int, number: int) -> bool:
    """Does `act` take effect whatever else does, and before `number` has its turn?

    Then a strong act that it strikes never has one. This is the case of somebody removed who goes on acting.
    """
    if era.priority(act) > era.priority(number):
        return False
    own = era.past_of(act)
    here = own.mask() | (1 << act)
    return not any(
        hits & here for other, hits in era.struck.items() if other != number and past.has(other) and not own.has(other)
    )


def why(era: Era, past: Past, void: frozenset[int], number: int) -> str:
    """Why an event is void in a view, in plain words; "" if it is not."""
    verdict = era.verdicts[number]
    if not verdict.ok:
        return verdict.why
    if number not in void:
        return ""
    if any((hits >> number) & 1 for act, hits in era.struck.items() if past.has(act) and act not in void):
        return N_("its author was removed, lowered or shut out at the same time")
    return N_("what its authority rested on is void")
