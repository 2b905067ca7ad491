"""Stories about power, each with its ending: what the twelve rules are for (docs/protocol/2-control.md)."""

from __future__ import annotations

import msgspec
import pytest
from control_town import Person, Town, belongs, deliver, person, sha, town_of

from tadamun.core.charter import DEFAULT
from tadamun.core.control import bodies


def test_mutual_removal_is_decided_by_the_authors_levels() -> None:
    town, (ann, bob) = town_of(60, 50)
    before = town.log.heads
    raised = town.level(town.founder, bob, 70)
    by_ann = town.remove(ann, bob, after=before)  # she has not heard that he was raised
    by_bob = town.remove(bob, ann, after=(raised,))
    assert town.log.effective(by_bob)
    assert not town.log.effective(by_ann)
    assert belongs(town, ann, bob) == [False, True]


def test_mutual_removal_by_two_majorities_is_decided_by_id() -> None:
    town, (ann, bob, cem, dua) = town_of(50, 50, 50, 50, checkpoint=True)
    before = town.log.heads
    by_ann = town.remove(ann, bob, before, together=[ann, cem, dua])
    by_bob = town.remove(bob, ann, before, together=[bob, cem, dua])
    assert [town.log.effective(one) for one in sorted((by_ann, by_bob))] == [True, False]
    assert sorted(belongs(town, ann, bob)) == [False, True]


def test_a_removed_stewards_back_dated_removal_is_void() -> None:
    town, (ann, bob) = town_of(50, 10)
    before = town.log.heads
    town.remove(town.founder, ann)
    late = town.remove(ann, bob, after=before)
    assert not town.log.effective(late)
    assert belongs(town, ann, bob) == [False, True]


def test_a_stewards_back_dated_removal_before_anybody_removed_her_stands() -> None:
    town, (ann, bob) = town_of(50, 10)
    before = town.log.heads
    town.join("zoe")
    town.remove(ann, bob, after=before)
    assert belongs(town, ann, bob) == [True, False]


def test_collusion_by_merging_does_not_launder_a_void_admission() -> None:
    town, (ann, bob) = town_of(50, 50)
    before = town.log.heads
    removal = town.remove(town.founder, ann)
    puppet, friend = person("puppet"), person("friend")
    late = town.admit(ann, puppet, 50, after=before)
    # Bob, in on it, cites both branches, and builds on the puppet.
    merged = town.level(bob, puppet, 10, after=sorted((removal, late)))
    by_puppet = town.admit(puppet, friend, 10, after=(merged,))
    assert not any(map(town.log.effective, (late, merged, by_puppet)))
    assert belongs(town, puppet, friend, bob) == [False, False, True]


def rampage() -> tuple[Town, list[Person], tuple[str, ...]]:
    """The founder's device was seized, and removed everybody. Last: the heads before."""
    town, people = town_of(50, 50, 50, 10, checkpoint=True)
    before = town.log.heads
    for one in people:
        town.remove(town.founder, one)
    town.amend(town.founder, msgspec.structs.replace(DEFAULT, admit=100))
    town.admit(town.founder, person("thug"), 100)
    assert not any(belongs(town, *people))
    return town, people, before


def test_a_founders_rampage_is_undone_by_a_majority_at_the_heads_before() -> None:
    town, people, before = rampage()
    ann, bob = people[:2]
    town.remove(ann, town.founder, before, together=[ann, bob])
    assert all(belongs(town, *people))
    assert belongs(town, town.founder, person("thug")) == [False, False]
    assert town.log.state.charter == DEFAULT


def test_a_majority_that_acts_after_a_rampage_still_counts_but_restores_nobody() -> None:
    town, people, _ = rampage()
    ann, bob, cem = people[:3]
    town.remove(ann, town.founder, together=[ann, bob, cem])
    assert belongs(town, town.founder, ann) == [False, False]


def test_one_steward_is_no_majority() -> None:
    town, people, before = rampage()
    ann = people[0]
    alone = town.remove(ann, town.founder, before, together=[ann])
    assert "too few" in town.log.why_void(alone)
    assert not any(belongs(town, *people))


def test_puppets_admitted_by_the_accused_have_no_say() -> None:
    town, (ann, bob, cem) = town_of(50, 50, 50, checkpoint=True)
    puppets = [town.join(f"puppet{number}", 50, by=cem) for number in range(6)]
    before = town.log.heads
    # They are six of nine stewards, but not of the electorate.
    town.remove(puppets[0], ann, together=puppets)
    assert belongs(town, ann) == [True]
    town.remove(ann, cem, before, together=[ann, bob, town.founder])
    assert belongs(town, cem, ann) == [False, True]


def test_puppets_admitted_at_the_same_time_as_the_removal_never_were() -> None:
    town, (ann, bob) = town_of(50, 50)
    before = town.log.heads
    removal = town.remove(town.founder, ann)
    puppet = person("puppet")
    admitted = town.admit(ann, puppet, 50, after=before)
    town.remove(puppet, bob, after=sorted((admitted, removal)))
    assert belongs(town, puppet, bob) == [False, True]
    assert puppet.id not in town.log.state.devices


@pytest.mark.parametrize("forged", [{"state": sha("other")}, {"height": 3}, {"parts": (sha("other"),)}])
def test_a_forged_checkpoint_changes_nothing(forged: dict[str, object]) -> None:
    town, (ann, bob) = town_of(50, 50, checkpoint=True)
    everybody = [town.founder, ann, bob]
    false = town.checkpoint(ann, everybody, **forged)
    assert (town.log.height, town.log.effective(false)) == (1, False)
    true = town.checkpoint(ann, everybody)
    assert (town.log.height, town.log.effective(true)) == (2, True)


def test_a_checkpoint_needs_more_than_two_thirds() -> None:
    town, (ann, bob) = town_of(50, 50, checkpoint=True)
    town.checkpoint(ann, [ann, bob])
    assert town.log.height == 1
    town.checkpoint(ann, [ann, bob, town.founder])
    assert town.log.height == 2


def test_stewards_added_since_the_checkpoint_do_not_sign_it() -> None:
    town, (ann,) = town_of(50)
    town.checkpoint(ann, [ann])
    assert town.log.height == 0
    assert town.log.state.electorate == {town.founder.id}


def test_flapping_roles_end_with_the_last_word_and_the_lowest_of_two() -> None:
    town, (ann,) = town_of(10)
    for level in (50, 10, 50, 20, 50):
        town.level(town.founder, ann, level)
    assert town.log.state.level(ann.id) == 50
    before = town.log.heads
    town.level(town.founder, ann, 20, after=before)
    town.level(town.founder, ann, 60, after=before)
    belongs(town, ann)
    assert town.log.state.level(ann.id) == 20
    town.level(town.founder, ann, 40)
    assert town.log.state.level(ann.id) == 40


def test_coming_back_takes_an_admission_after_the_removal() -> None:
    town, (ann,) = town_of(10)
    before = town.log.heads
    town.remove(town.founder, ann)
    town.level(town.founder, ann, 50, after=before)
    assert belongs(town, ann) == [False]
    town.admit(town.founder, ann, 10)
    assert belongs(town, ann) == [True]
    assert town.log.state.devices[ann.id].live
    # A second removal beside the first, heard of only now, still says out: whoever admitted did not know of it.
    town.remove(town.founder, ann, after=before)
    assert belongs(town, ann) == [False]


def test_a_majoritys_removal_published_twice_is_one_removal() -> None:
    town, (ann, bob, cem) = town_of(50, 50, 50, checkpoint=True)
    before = town.log.heads
    town.remove(bob, ann, before, together=[bob, cem, town.founder])
    town.admit(town.founder, ann, 10)
    again = town.remove(cem, ann, together=[bob, cem, town.founder])
    assert "already" in town.log.why_void(again)
    town.remove(cem, ann, before, together=[bob, cem, town.founder])  # the same signatures, back-dated
    zoe = town.join("zoe")
    assert belongs(town, ann, zoe) == [True, True]
    town.checkpoint(bob, [bob, cem, town.founder])
    town.remove(cem, ann, before, together=[bob, cem, town.founder])
    assert belongs(town, ann) == [True]


def test_two_concurrent_checkpoints_raise_an_alarm_and_everybody_chooses_the_same() -> None:
    town, (ann,) = town_of(50, checkpoint=True)
    everybody = [town.founder, ann]
    one, other = town.node(), town.node()
    first = town.say(ann, bodies.EPOCH, bodies.Epoch(epoch=sha("e"), parents=(), boxes=sha("b")), one.heads)
    deliver(one, [town.events[first]])
    mine = town.checkpoint(ann, everybody, log=one)
    theirs = town.checkpoint(town.founder, everybody, log=other)
    assert town.log.height == 2
    assert town.log.checkpoint == min(mine, theirs)
    (alarm,) = town.log.alarms
    assert [alarm.one, alarm.other] == sorted((mine, theirs))
    assert belongs(town, ann) == [True]
    # One more on the one that lost wins: it has more checkpoints before it.
    loser = one if town.log.checkpoint == theirs else other
    deliver(loser, [town.events[max(mine, theirs)]])
    third = town.checkpoint(ann, everybody, log=loser)
    assert (town.log.checkpoint, town.log.height) == (third, 3)
    belongs(town, ann)


def test_what_came_beside_a_checkpoint_is_not_covered_though_it_was_here_first() -> None:
    town, (ann,) = town_of(50, checkpoint=True)
    everybody = [town.founder, ann]
    elsewhere = town.node()
    town.join("bob")
    (admitted,) = town.log.heads
    point = town.checkpoint(ann, everybody, log=elsewhere)
    assert town.log.checkpoint == point
    deliver(elsewhere, [town.events[point], town.events[admitted]])
    for log in (town.log, elsewhere):
        assert log.covered(point)
        assert not log.covered(admitted)
    town.checkpoint(ann, everybody)
    assert town.log.covered(admitted)
    assert not elsewhere.covered("0" * 64)


def test_equivocation_is_kept_as_evidence() -> None:
    town, (ann,) = town_of(50)
    before = town.log.heads
    seq = ann.devices[0].seq + 1
    one = town.level(ann, town.join("bob"), 20, seq=seq)
    other = town.leave(ann, after=before, seq=seq)
    assert town.log.equivocations == ((ann.id, seq, tuple(sorted((one, other)))),)


def test_a_demoted_stewards_concurrent_acts_keep_what_the_new_level_allows() -> None:
    town, (ann, bob) = town_of(50, 10)
    before = town.log.heads
    town.level(town.founder, ann, 10)
    admitted = town.admit(ann, person("puppet"), 10, after=before)
    removed = town.remove(ann, bob, after=before)
    raised = town.level(ann, bob, 20, after=before)
    device = town.add_device(ann, after=before)
    epoch = town.epoch(ann, "e", after=before)
    assert [town.log.effective(one) for one in (admitted, removed, raised, device)] == [False, False, False, True]
    assert belongs(town, bob) == [True]
    assert epoch not in town.log.state.epochs  # the puppet may hold its secret
    assert len([one for one in town.log.state.devices.values() if one.member == ann.id and one.live]) == 2


def test_a_newcomer_from_a_checkpoint_equals_an_old_timer() -> None:
    town, (ann, bob, cem) = town_of(50, 50, 10, checkpoint=True)
    early = town.log.heads
    town.remove(town.founder, cem)
    town.admit(town.founder, cem, 10)
    town.invite(ann, "i", uses=3)
    town.epoch(ann, "e")
    point = town.checkpoint(ann, [ann, bob, town.founder])
    town.join("dua")
    # Written before the checkpoint, heard of after it: judged as if after it, by everybody alike.
    late = town.remove(town.founder, bob, after=early)
    stale = town.admit(town.founder, cem, 50, after=early)
    newcomer = town.newcomer(point, reversed(list(town.events)))
    assert newcomer.state == town.log.state
    assert newcomer.heads == town.log.heads
    assert (newcomer.effective(late), newcomer.effective(stale)) == (True, False)
    assert newcomer.at(early) == newcomer.at([point])
    assert newcomer.unknown([early[0], "0" * 64]) == ["0" * 64]


def test_a_leave_at_the_same_time_as_a_removal() -> None:
    town, (ann, bob) = town_of(50, 10)
    before = town.log.heads
    left = town.leave(ann, after=before)
    removed = town.remove(town.founder, ann, after=before)
    seated = town.remove(ann, bob, after=before)
    assert belongs(town, ann, bob) == [False, True]
    assert [town.log.effective(one) for one in (left, removed, seated)] == [True, True, False]


def test_a_removal_by_someone_admitted_by_a_void_act_is_void_too() -> None:
    town, (ann, bob) = town_of(60, 10)
    before = town.log.heads
    cem = person("cem")
    admitted = town.admit(ann, cem, 50, after=before)
    by_cem = town.remove(cem, bob, after=(admitted,))
    assert belongs(town, bob) == [False]
    town.remove(town.founder, ann, after=before)
    assert not town.log.effective(by_cem)
    assert belongs(town, ann, cem, bob) == [False, False, True]


def test_a_void_removal_voids_nothing() -> None:
    town, (ann, bob) = town_of(50, 50)
    before = town.log.heads
    void = town.remove(ann, bob, after=before)  # of equal level, alone
    kept = town.admit(bob, person("dua"), 10, after=before)
    assert (town.log.effective(void), town.log.effective(kept)) == (False, True)
    assert belongs(town, bob, person("dua")) == [True, True]


def test_of_charters_changed_at_the_same_time_the_majoritys_counts() -> None:
    town, (ann, bob) = town_of(50, 50, checkpoint=True)
    before = town.log.heads
    strict, loose = (msgspec.structs.replace(DEFAULT, write=level) for level in (50, 0))
    for number in range(3):
        town.amend(town.founder, msgspec.structs.replace(loose, newcomer_days=number + 1), after=before)
    chosen = town.amend(ann, strict, before, together=[ann, bob])
    belongs(town)
    assert (town.log.state.charter, town.log.state.charter_by) == (strict, chosen)


def test_of_charters_changed_alone_the_lower_id_counts() -> None:
    town, _ = town_of()
    before = town.log.heads
    made = [town.amend(town.founder, msgspec.structs.replace(DEFAULT, write=level), before) for level in (10, 20, 50)]
    belongs(town)
    assert town.log.state.charter_by == min(made)
