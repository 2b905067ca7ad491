"""Rule 8: which strong acts take effect in a given past, and what that makes void.

1. Strong acts take their turn by priority. One takes effect unless an act that already did, and that lies outside its
   own past, strikes it or strikes what its authority rests on. What lies inside its past it was judged with already.
2. Everything whose past differs by this from what it was judged with is judged again, in causal order.
3. A strong act that took effect and is void after all is set aside (those first that rest on no other such act), and
   it all starts again without it.

Acts and events are numbers; sets of them are integers, a bit each. The result depends on the past alone: adding an
event that nothing follows and that strikes nothing leaves everything else as it was, which is what `extend` uses.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tadamun.core.control.dag import Past, bits_of
from tadamun.core.control.look import Look
from tadamun.core.control.rules import judge

if TYPE_CHECKING:
    from tadamun.core.control.era import Era


def as_bits(numbers: Iterable[int]) -> int:
    """A set of event numbers as the bits of one integer."""
    bits = 0
    for number in numbers:
        bits |= 1 << number
    return bits


def settle(era: Era, past: Past) -> frozenset[int]:
    """Authorised events of `past` that are void in it."""
    within = past.mask()
    struck = {act: hits for act, all_hits in era.struck.items() if past.has(act) and (hits := all_hits & within)}
    if not struck:
        return frozenset()
    acts = [number for number in era.acts() if past.has(number)]
    aside: set[int] = set()
    while True:
        taken, dead = _turns(era, acts, struck, aside)
        forced = dead
        for act in taken:
            forced |= struck.get(act, 0)
        void = _judge_again(era, past, forced)
        lost = [act for act in taken if (void >> act) & 1]
        if not lost:
            return frozenset(bits_of(void))
        aside.update(act for act in lost if not any(era.past_of(act).has(other) for other in lost))


def _turns(era: Era, acts: Iterable[int], struck: dict[int, int], aside: set[int]) -> tuple[list[int], int]:
    """Acts that take effect, by priority, and those that do not, as bits."""
    taken: list[int] = []
    striking: list[int] = []
    dead = 0
    for act in acts:
        if act in aside or _fails(era, act, striking, struck):
            dead |= 1 << act
            continue
        taken.append(act)
        if act in struck:
            striking.append(act)
    return taken, dead


def _fails(era: Era, act: int, striking: Iterable[int], struck: dict[int, int]) -> bool:
    """Is an act void by what strong acts outside its own past have done so far?"""
    past = era.past_of(act)
    hits = 0
    for other in striking:
        if not past.has(other):
            hits |= struck[other]
    if (hits >> act) & 1:
        return True
    known = era.seen[act]
    new = hits & past.mask() & ~known
    if not new:
        return False
    void = _judge_again(era, past, new | known)
    return not judge(era.dag.nodes[act], Look(era, past, frozenset(bits_of(void))), era.verify).ok


def _judge_again(era: Era, past: Past, forced: int) -> int:
    """Void events of `past`, as bits, when those in `forced` are: in causal order, whatever rested on them."""
    forced &= past.mask()
    if not forced:
        return 0
    void = forced
    first = (forced & -forced).bit_length() - 1
    for number in past.numbers():
        if number <= first or (void >> number) & 1:
            continue
        verdict = era.verdicts.get(number)
        if verdict is None or not verdict.ok:
            continue
        if not _stands(era, number, void):
            void |= 1 << number
    return void


def _stands(era: Era, number: int, void: int) -> bool:
    """Is an authorised event still so when these are void? Asked anew only if it was judged with others void."""
    past = era.past_of(number)
    here = void & past.mask()
    if here == era.seen[number]:
        return True
    return judge(era.dag.nodes[number], Look(era, past, frozenset(bits_of(here))), era.verify).ok


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
    if verdict.act is not None:
        if era.struck.get(number, 0) & past.mask() or any(era.struck[act] & here for act in outside):
            return settle(era, past.plus(number))
        return void
    hit = any(era.struck[act] & mine for act in outside if act not in void)
    if hit or not _stands(era, number, as_bits(void)):
        return void | {number}
    return void


def why(era: Era, past: Past, void: frozenset[int], number: int) -> str:
    """Why an event is void in a view, in plain words; "" if it is not."""
    verdict = era.verdicts[number]
    if not verdict.ok:
        return verdict.why
    if number not in void:
        return ""
    if any((hits >> number) & 1 for act, hits in era.struck.items() if past.has(act) and act not in void):
        return "its author was removed, lowered or shut out at the same time"
    return "what its authority rested on is void"
