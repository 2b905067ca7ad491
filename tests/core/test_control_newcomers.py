"""Stories about the newcomer period: nobody governs sooner by being dated back, raised, or vouched in by a friend
(docs/protocol/2-control.md, 2.7)."""

from __future__ import annotations

import msgspec
import pytest
from control_town import NOON, Person, Town, belongs, deliver, person

from tadamun.core.charter import DEFAULT, Charter
from tadamun.core.control import bodies
from tadamun.core.control import checkpoint as spelling
from tadamun.core.control.eras import Times, established
from tadamun.core.event import Event
from tadamun.core.genuine import Genuine
from tadamun.core.room import Standing

DAY = 86_400
MONTH: Charter = msgspec.structs.replace(DEFAULT, newcomer_days=30)


def seasoned(*levels: int, charter: Charter = MONTH) -> tuple[Town, list[Person]]:
    """A space whose founder and members were here before: a month has passed."""
    town = Town(charter)
    people = [town.join(f"p{number}", level) for number, level in enumerate(levels)]
    town.checkpoint(town.founder, [town.founder], at=NOON)
    town.checkpoint(town.founder, [town.founder], at=NOON + 30 * DAY)
    assert town.log.state.electorate == {town.founder.id, *(one.id for one in people if _steward(town, one))}
    return town, people


def _steward(town: Town, one: Person) -> bool:
    return town.log.state.members[one.id].level >= 50


def test_a_steward_of_yesterday_governs_only_when_the_period_is_over() -> None:
    town = Town(MONTH)
    ann, bob = town.join("ann", 50), town.join("bob", 10)
    refused = town.remove(ann, bob)
    assert town.log.why_void(refused) == "its author is a newcomer still"
    town.checkpoint(town.founder, [town.founder], at=NOON)
    assert not town.log.effective(town.remove(ann, bob))
    assert town.log.state.electorate == {town.founder.id}
    town.checkpoint(town.founder, [town.founder], at=NOON + 30 * DAY - 1)
    assert town.log.state.newcomer(ann.id)
    town.checkpoint(town.founder, [town.founder], at=NOON + 30 * DAY)
    assert not town.log.state.newcomer(ann.id)
    assert town.log.state.electorate == {town.founder.id, ann.id}
    town.remove(ann, bob)
    assert belongs(town, ann, bob) == [True, False]


@pytest.mark.parametrize("act", ["invite", "admit", "remove", "level", "revoke", "amend"])
def test_what_a_newcomer_may_not_do_however_open_the_charter(act: str) -> None:
    open_to_all = Charter(invite=0, admit=0, write=0, remove=0, amend=0, history="all", newcomer_days=30)
    town, (bob,) = seasoned(10, charter=open_to_all)
    town.add_device(bob)
    new = town.join("new", 50)
    with_whom = {"new": new, "bob": bob}
    effective = {}
    for who, one in with_whom.items():
        count = len(town.events)
        {
            "invite": lambda one=one, who=who: town.invite(one, who, level=0),
            "admit": lambda one=one, who=who: town.admit(one, person("friend of " + who), level=0),
            "remove": lambda one=one: town.remove(one, town.join("target", 0)),
            "level": lambda one=one: town.level(one, town.join("lowered", 5), 0),
            "revoke": lambda one=one: town.revoke(one, town.join("revoked", 0)),
            "amend": lambda one=one: town.amend(one, open_to_all),
        }[act]()
        effective[who] = town.log.effective(list(town.events)[-1])
        assert len(town.events) > count
    assert effective == {"new": False, "bob": True}


def test_what_a_newcomer_does_for_themselves_stands() -> None:
    town, _ = seasoned()
    new = town.join("new", 50)
    acts = [town.add_device(new), town.revoke(new, new, 1), town.level(new, new, 10)]
    town.epoch(new, "one")
    assert all(map(town.log.effective, acts))
    assert town.log.state.epochs
    town.leave(new)
    assert belongs(town, new) == [False]
    assert town.log.state.former[new.id].level == 0


def test_raised_newcomers_can_be_removed_by_whoever_may_remove_newcomers() -> None:
    town, (mod,) = seasoned(20, charter=msgspec.structs.replace(MONTH, remove=20))
    puppet = town.join("puppet", 50)
    town.remove(mod, puppet)
    assert belongs(town, puppet) == [False]


def test_a_puppet_admitted_yesterday_does_not_count_in_a_majority_act() -> None:
    town, (ann, bob) = seasoned(50, 50)
    puppets = [town.join(f"puppet{number}", 50, by=ann) for number in range(3)]
    # Checkpoints are made as ever, by a quorum; the puppets are members in them, and electors in none.
    town.checkpoint(ann, [town.founder, ann, bob], at=NOON + 31 * DAY)
    assert town.log.state.electorate == {town.founder.id, ann.id, bob.id}
    coup = town.remove(ann, bob, together=[ann, *puppets])
    assert not town.log.effective(coup)
    town.remove(bob, ann, together=[bob, town.founder])
    assert belongs(town, ann, bob) == [False, True]


def test_a_back_dated_checkpoint_shortens_no_period_while_most_signers_are_honest() -> None:
    town, (ann, bob) = seasoned(50, 50)
    puppet = town.join("puppet", 50, by=ann)
    today = NOON + 100 * DAY
    # Ann signs for a time long gone, so that the puppet would have been seen then; the others sign when they do.
    town.checkpoint(ann, [town.founder, ann, bob], at=today, times={"p0": NOON + DAY})
    assert town.log.state.members[puppet.id].since == today
    # And then for one far ahead, so that the period would be over.
    town.checkpoint(ann, [town.founder, ann, bob], at=today + DAY, times={"p0": 2**62})
    assert town.log.state.newcomer(puppet.id)
    assert puppet.id not in town.log.state.electorate


def test_of_two_signers_neither_shortens_a_period_alone() -> None:
    town, (ann,) = seasoned(50)
    puppet = town.join("puppet", 50, by=ann)
    today = NOON + 100 * DAY
    town.checkpoint(ann, [town.founder, ann], at=today, times={"p0": 0})
    assert town.log.state.members[puppet.id].since == today
    town.checkpoint(ann, [town.founder, ann], at=today + DAY, times={"p0": today + 90 * DAY})
    assert town.log.state.newcomer(puppet.id)


def test_what_an_event_says_of_its_own_time_changes_nothing() -> None:
    town = Town(MONTH)
    ann = town.join("ann", 50)
    town.checkpoint(town.founder, [town.founder], at=NOON)
    removal = bodies.Remove(member=town.founder.id, cut=(), reason="", cosign=())
    before = town.log.state
    for number, claimed in enumerate((0, NOON - 400 * DAY, NOON + 400 * DAY, 2**62)):
        plain = town.events[town.say(ann, bodies.REMOVE, removal, hidden=True)].event
        dated = Event(f"{number:064x}", plain.pubkey, claimed, plain.kind, plain.tags, plain.content, plain.sig)
        town.log.add([Genuine(dated)])
        assert not town.log.effective(dated.id)
    assert town.log.state == before


def test_signatures_bind_the_time_they_were_given_at() -> None:
    town, (ann, bob) = seasoned(50, 50)
    town.join("puppet", 50, by=ann)
    made = town.checkpoint(town.founder, [town.founder, ann, bob], at=NOON + 40 * DAY)
    height = town.log.height
    body = bodies.decode(town.events[made].event)
    assert isinstance(body, bodies.Checkpoint)
    # The same signatures under other times are nobody's, beside the true ones or alone.
    forged = msgspec.structs.replace(body, signatures=tuple((key, 1, sig) for key, _, sig in body.signatures))
    town.say(ann, bodies.CHECKPOINT, forged, after=_auth(town.events[made].event))
    assert town.log.height == height
    assert not town.log.alarms


def _auth(event: Event) -> tuple[str, ...]:
    tag = event.tag("auth")
    assert tag is not None
    return tag[1:]


def test_a_signer_with_a_clock_far_ahead_delays_nobody_for_good() -> None:
    town = Town(MONTH)
    ann = town.join("ann", 50)
    town.checkpoint(town.founder, [town.founder], at=NOON + 40_000 * DAY)
    assert town.log.state.members[ann.id].since == NOON + 40_000 * DAY
    town.checkpoint(town.founder, [town.founder], at=NOON)
    town.checkpoint(town.founder, [town.founder], at=NOON + 30 * DAY)
    assert not town.log.state.newcomer(ann.id)


def test_no_charter_makes_somebody_a_newcomer_again() -> None:
    town, (ann, bob) = seasoned(50, 10, charter=msgspec.structs.replace(DEFAULT, amend=50))
    # Ann may amend the charter, and would disarm the founder's other stewards by it.
    town.amend(ann, msgspec.structs.replace(DEFAULT, amend=50, newcomer_days=3650))
    town.checkpoint(ann, [town.founder, ann], at=NOON + 31 * DAY)
    assert town.log.state.electorate == {town.founder.id, ann.id}
    new = town.join("new", 50)
    town.remove(ann, bob)
    assert belongs(town, bob) == [False]
    assert town.log.state.newcomer(new.id)
    assert not town.log.state.newcomer(ann.id)


def test_who_comes_back_is_a_newcomer_again() -> None:
    town, (ann,) = seasoned(50)
    town.leave(ann)
    town.admit(town.founder, ann, 50)
    assert town.log.state.newcomer(ann.id)
    town.checkpoint(town.founder, [town.founder], at=NOON + 31 * DAY)
    assert town.log.state.electorate == {town.founder.id}


def test_a_charter_without_a_period_ends_everybodys() -> None:
    town, _ = seasoned()
    ann = town.join("ann", 50)
    bob = town.join("bob", 10)
    assert town.log.state.newcomer(ann.id)
    town.amend(town.founder, DEFAULT)
    town.remove(ann, bob)
    assert belongs(town, ann, bob) == [True, False]


def test_a_newcomer_writes_as_a_newcomer_and_moderates_nothing() -> None:
    town, (mod,) = seasoned(20)
    new = town.join("new", 20)
    heads = town.log.heads
    standings = [town.log.content_standing(one.id, 40, "ab" * 32, heads) for one in (mod, new)]
    assert standings == [
        Standing(mod.id, 20, may_write=True, may_moderate=True),
        Standing(new.id, 0, may_write=True, may_moderate=False, newcomer=True),
    ]
    town.amend(town.founder, msgspec.structs.replace(MONTH, write=10))
    standing = town.log.content_standing(new.id, 40, "ab" * 32, town.log.heads)
    assert isinstance(standing, Standing)
    assert not standing.may_write


def test_whoever_begins_at_a_checkpoint_knows_the_same_newcomers() -> None:
    town, (ann,) = seasoned(50)
    town.join("old", 10)
    at_old = town.checkpoint(ann, [town.founder, ann], at=NOON + 31 * DAY)
    town.join("new", 10)
    town.checkpoint(ann, [town.founder, ann], at=NOON + 60 * DAY)
    late = town.newcomer(at_old)
    assert late.state == town.log.state
    raw = town.stated(at_old)
    state, _ = spelling.read(raw)
    assert established(state, 3, Times(NOON + 31 * DAY, NOON + 31 * DAY)).members != state.members


def test_the_order_of_arrival_does_not_matter() -> None:
    town, (ann, bob) = seasoned(50, 10)
    new = town.join("new", 50)
    before = town.log.heads
    town.checkpoint(ann, [town.founder, ann], at=NOON + 31 * DAY)
    town.remove(new, bob, after=before)  # beside the checkpoint that has just seen them come
    town.checkpoint(ann, [town.founder, ann], at=NOON + 61 * DAY)
    town.remove(new, bob)
    for events in (list(town.events), list(reversed(town.events))):
        log = town.node([])
        deliver(log, [town.events[one] for one in events])
        assert log.state == town.log.state
    assert belongs(town, new, bob) == [True, False]
