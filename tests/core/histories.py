"""Random histories of a small town: several people, some with two devices, in partitions that merge, some hostile.

A history is a list of moves, each a tuple of small numbers, so that Hypothesis can shrink it to a story one can read.
"""

from __future__ import annotations

import msgspec
from control_town import NOON, Person, Town, deliver, person, sha
from hypothesis import strategies as st

from tadamun.core.charter import DEFAULT, Charter
from tadamun.core.control.log import ControlLog

MOVES = 16  # sorts of moves, see `play`
PLACES = 3  # partitions
DAY = 86_400  # seconds
LEVELS = (0, 10, 20, 50, 50, 60, 100)

Move = tuple[int, int, int, int, int]
moves = st.lists(
    st.tuples(
        st.integers(0, MOVES - 1),  # what
        st.integers(0, 7),  # who
        st.integers(0, 7),  # to whom
        st.integers(0, PLACES - 1),  # in which partition
        st.integers(0, 20),  # level, device, cosigners, or how far back
    ),
    max_size=14,
)


def play(history: list[Move], checkpoints: bool = True) -> Town:
    """The town after that history; its own log has heard everything, in the order it was made."""
    town = Town()
    people = [town.founder, *(town.join(name, level) for name, level in (("a", 50), ("b", 50), ("c", 60), ("d", 10)))]
    town.add_device(people[0])
    town.add_device(people[1])
    if checkpoints:
        town.checkpoint(town.founder, [town.founder])
    people += [person(name) for name in "xyz"]
    places = [town.node() for _ in range(PLACES)]
    for what, who, whom, place, extra in history:
        _move(town, people, places, what, people[who], people[whom], place, extra)
    return town


def _move(
    town: Town,
    people: list[Person],
    places: list[ControlLog],
    what: int,
    me: Person,
    you: Person,
    place: int,
    extra: int,
) -> None:
    here = places[place]
    known = [genuine.event.id for genuine in here.events()]
    # Most cite the heads they see; some cite what is long past, as only the hostile or the long absent do.
    after = (known[-1 - extra % len(known)],) if extra % 5 == 4 else here.heads
    device = extra % len(me.devices)
    level = LEVELS[extra % len(LEVELS)]
    together = [one for bit, one in enumerate(people[:5]) if (extra >> bit) & 1]
    count = len(town.events)
    if what == 0:
        town.admit(me, you, level, after)
    elif what == 1:
        town.remove(me, you, after, cut=((you.id, extra, "ab" * 32),) if extra % 2 else ())
    elif what == 2:
        town.level(me, you, level, after)
    elif what == 3:
        town.leave(me, after, device=device)
    elif what == 4 and len(me.devices) < 3:
        town.add_device(me, after, device)
    elif what == 5:
        town.revoke(me, you, extra % len(you.devices), after, device=device)
    elif what == 6:
        town.amend(me, replace_charter(extra), after)
    elif what == 7:
        town.epoch(me, f"{count}", after, device=device)
    elif what == 8:
        town.invite(me, f"{extra % 3}", level, 1 + extra % 2, after)
    elif what == 9:
        town.admit(me, you, level, after, invite=invite_key(extra))
    elif what == 10:
        town.remove(me, you, after, together)
    elif what == 11:
        town.level(me, you, level, after, together)
    elif what == 12:
        town.checkpoint(me, together, here, at=NOON + extra * DAY)
    elif what == 13:
        other = places[(place + 1) % PLACES]
        deliver(here, other.events())
    elif what == 14:
        town.revoke(me, you, extra % len(you.devices), after, together)
    elif what == 15:
        town.remove(me, you, after, device=device, seq=extra % 4)  # perhaps a number it used before
    for made in list(town.events)[count:]:
        deliver(here, [town.events[made]])


def invite_key(extra: int) -> str:
    return sha("invite", extra % 3)


def replace_charter(extra: int) -> Charter:
    return msgspec.structs.replace(
        DEFAULT,
        amend=LEVELS[extra % len(LEVELS)],
        admit=LEVELS[(extra + 1) % len(LEVELS)],
        newcomer_days=(0, 0, 3)[extra % 3],
    )
