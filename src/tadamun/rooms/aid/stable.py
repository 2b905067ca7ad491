"""Stable pairs of mentees and mentors with room for several: what nobody two of them would rather leave for each other.

Gale and Shapley, "College Admissions and the Stability of Marriage" (1962), the applicants proposing: of all stable
pairings the one best for those who ask. Pure; the work is bounded by the wishes there are.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Mapping, Sequence


def pairs(
    wishes: Mapping[str, Sequence[str]], ranks: Mapping[str, Mapping[str, int]], rooms: Mapping[str, int]
) -> dict[str, str]:
    """Who goes with whom: mentee → mentor, those without anybody left out.

    wishes: of each mentee the acceptable mentors, best first. ranks: of each mentor the acceptable mentees, the lower
    number the better (equal ones: by name). rooms: how many each mentor can take. Only who is acceptable to both is
    ever paired.
    """
    held: dict[str, list[tuple[int, str]]] = {mentor: [] for mentor in rooms}
    asked = dict.fromkeys(wishes, 0)
    waiting = sorted(wishes, reverse=True)
    while waiting:
        mentee = waiting.pop()
        while asked[mentee] < len(wishes[mentee]):
            mentor = wishes[mentee][asked[mentee]]
            asked[mentee] += 1
            rank = ranks.get(mentor, {}).get(mentee)
            if rank is None or rooms.get(mentor, 0) < 1:
                continue
            insort(held[mentor], (rank, mentee))
            if len(held[mentor]) <= rooms[mentor]:
                break
            # The one the mentor would take last asks on, be it this one.
            _, left = held[mentor].pop()
            if left != mentee:
                waiting.append(left)
                break
    return {mentee: mentor for mentor, taken in held.items() for _, mentee in taken}
