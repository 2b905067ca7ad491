"""Stories about power, each with its ending: what the twelve rules are for (docs/protocol/2-control.md)."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import pytest
from control_town import Person, Town, deliver, person, sha, verify

from tadamun.core.charter import DEFAULT
from tadamun.core.control import bodies
from tadamun.core.control.log import ControlLog
from tadamun.core.errors import Reason, RemoteError
from tadamun.core.genuine import Genuine
from tadamun.core.room import Standing


def town_of(*levels: int, checkpoint: bool = False) -> tuple[Town, list[Person]]:
    """A founder, and one person of each level; with a checkpoint that makes its stewards the electorate."""
    town = Town()
    people = [town.join(f"p{number}", level) for number, level in enumerate(levels)]
    if checkpoint:
        town.checkpoint(town.founder, [town.founder])
        assert town.log.height == 1
    return town, people


def belongs(town: Town, *people: Person) -> list[bool]:
    """Who belongs; the same at a node that heard everything backwards."""
    backwards = town.node(reversed(list(town.events)))
    assert backwards.state == town.log.state
    return [one.id in town.log.state.members for one in people]


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


# Attacks that the twelve rules do not name.


def test_one_person_does_not_undo_a_majority_by_removing_its_publisher() -> None:
    town, (ann, bob, cem) = town_of(50, 50, 50, checkpoint=True)
    before = town.log.heads
    together = town.remove(ann, cem, before, together=[ann, bob])
    town.remove(town.founder, ann, after=before)
    assert town.log.effective(together)
    assert belongs(town, ann, cem) == [False, False]


def test_two_devices_of_one_elector_count_once() -> None:
    town, (ann, bob) = town_of(50, 50, checkpoint=True)
    town.add_device(ann)
    body = bodies.Remove(member=bob.id, cut=(), reason="", cosign=())
    twice = town.cosigned(body, bodies.REMOVE, [Person("", [device]) for device in ann.devices])
    made = town.say(ann, bodies.REMOVE, twice)
    assert "too few" in town.log.why_void(made)


def test_the_target_does_not_co_sign() -> None:
    town, (ann, bob) = town_of(50, 50, checkpoint=True)
    made = town.level(ann, ann, 100, together=[ann, bob])
    assert "too few" in town.log.why_void(made)
    assert town.log.state.level(ann.id) == 50


def test_nobody_lists_somebody_elses_device() -> None:
    town, (ann, bob) = town_of(10, 10)
    before = town.log.heads
    mine = town.add_device(bob)
    stolen = next(iter(town.events[mine].event.content.split('"key":"')[1:]))[:64]
    body = town.events[mine].event.content
    late = town.say(ann, bodies.DEVICE_ADD, body, after=before)
    after = town.say(ann, bodies.DEVICE_ADD, body)
    assert "another member" in town.log.why_void(after)
    assert town.log.effective(late)  # nobody can tell which was first: so the key is nobody's to use
    assert not town.log.state.devices[stolen].live
    wrong = msgspec.json.decode(body)
    wrong["device"]["proof"] = "00" * 64
    wrong["device"]["key"] = sha("another")
    assert "sign" in town.log.why_void(town.say(ann, bodies.DEVICE_ADD, msgspec.json.encode(wrong).decode()))


def test_nobody_takes_a_members_first_device() -> None:
    town, (ann,) = town_of(10)
    before = town.log.heads
    bob = town.join("bob")
    body = town.events[town.log.heads[0]].event.content
    listed = msgspec.json.decode(body)["device"]
    taken = msgspec.json.encode({"v": 1, "device": listed}).decode()
    town.say(ann, bodies.DEVICE_ADD, taken, after=before)
    belongs(town)
    assert town.log.state.devices[bob.id].member == bob.id
    assert town.log.state.devices[bob.id].live


def test_nobody_comes_back_as_somebody_else() -> None:
    town, (ann, bob) = town_of(50, 10)
    town.remove(town.founder, bob)
    own = person("ann's other key")
    body = msgspec.json.decode(town.events[town.admit(ann, own, 10, hidden=True)].event.content)
    body["member"] = bob.id
    made = town.say(ann, bodies.ADMIT, msgspec.json.encode(body).decode())
    assert "not that member's" in town.log.why_void(made)


def test_a_member_has_only_so_many_devices() -> None:
    town, (ann,) = town_of(10)
    made = [town.add_device(ann) for _ in range(17)]
    assert [town.log.effective(one) for one in made] == [True] * 15 + [False] * 2


def test_invites_run_out_and_close_with_their_author() -> None:
    town, (ann, bob) = town_of(50, 50)
    key = town.invite(ann, "one", level=10, uses=1)
    first = town.admit(bob, person("x"), 10, invite=key)
    second = town.admit(bob, person("y"), 10, invite=key)
    assert (town.log.effective(first), town.log.effective(second)) == (True, False)
    key = town.invite(ann, "two", level=10)
    assert "above" in town.log.why_void(town.admit(bob, person("y"), 20, invite=key))
    town.remove(town.founder, ann)
    assert "not open" in town.log.why_void(town.admit(bob, person("y"), 10, invite=key))
    town.admit(town.founder, ann, 50)
    assert key not in town.log.state.invites
    key = town.invite(ann, "three")
    town.revoke_invite(bob, key)
    assert "not open" in town.log.why_void(town.admit(bob, person("y"), 10, invite=key))


def test_admissions_over_the_limit_at_the_same_time_stand() -> None:
    town, (ann,) = town_of(50)
    key = town.invite(ann, "one")
    before = town.log.heads
    town.admit(ann, person("x"), invite=key, after=before)
    town.admit(town.founder, person("y"), invite=key, after=before)
    assert belongs(town, person("x"), person("y")) == [True, True]
    assert key not in town.log.state.invites


def test_an_invite_does_not_serve_without_its_secret() -> None:
    town, (ann,) = town_of(50)
    key = town.invite(ann, "one")
    body = msgspec.json.decode(town.events[town.admit(ann, person("x"), invite=key, hidden=True)].event.content)
    body["proof"] = "ab" * 64
    made = town.say(ann, bodies.ADMIT, msgspec.json.encode(body).decode())
    assert "signature" in town.log.why_void(made)


def test_a_revoked_device_voids_its_concurrent_acts_and_not_its_members() -> None:
    town, (ann,) = town_of(50)
    town.add_device(ann)
    before = town.log.heads
    seized = town.admit(ann, person("x"), after=before, device=0)
    own = town.admit(ann, person("y"), after=before, device=1)
    town.revoke(ann, ann, 0, after=before, device=1)
    assert [town.log.effective(one) for one in (seized, own)] == [False, True]
    assert belongs(town, ann, person("x")) == [True, False]
    assert not town.log.state.devices[ann.id].live


def test_strangers_and_the_removed_do_nothing() -> None:
    town, (ann,) = town_of(50)
    town.remove(town.founder, ann)
    made = [town.admit(ann, person("x")), town.epoch(ann, "e") and town.log.heads[0], town.leave(person("stranger"))]
    assert not any(map(town.log.effective, made))
    assert not town.log.state.epochs


def test_many_branches_are_merged_by_sixteens() -> None:
    town, (ann,) = town_of(10)
    before = town.log.heads
    town.remove(town.founder, ann)
    for number in range(40):
        town.epoch(ann, f"{number}", after=before)  # void, all of them
    good = [town.level(town.founder, town.founder, 100 - number, after=before) for number in range(3)]
    heads = town.log.heads
    assert len(heads) == 16
    assert set(good) <= set(heads)
    for _ in range(4):
        town.epoch(town.founder, f"merge{len(town.events)}")
    assert len(town.log.heads) == 1
    belongs(town)


# Epochs (docs/protocol/3-seal.md, 3.5).


def test_an_epoch_is_clean_only_after_everything_that_shut_somebody_out() -> None:
    town, (ann, bob) = town_of(50, 10)
    first = town.epoch(ann, "1")
    second = town.epoch(ann, "2", parents=[first])
    assert town.log.state.best_epoch() == second
    before = town.log.heads
    town.remove(ann, bob)
    assert town.log.state.best_epoch() is None
    third = town.epoch(town.founder, "3", parents=[second])
    aside = town.epoch(ann, "aside", after=before, parents=[second])  # by somebody who has not heard of the removal
    assert set(town.log.state.epochs) == {third}
    assert aside not in town.log.state.epochs
    assert town.log.state.epochs[third].depth == 3
    belongs(town)


def test_a_void_removal_soils_no_epoch() -> None:
    town, (ann, bob) = town_of(50, 50)
    epoch = town.epoch(ann, "1")
    town.remove(ann, bob)
    town.leave(person("stranger"))
    assert town.log.state.best_epoch() == epoch


def test_an_admission_that_a_checkpoint_undoes_soils_the_epochs_before_it() -> None:
    town, (ann, bob) = town_of(50, 50, checkpoint=True)
    before = town.log.heads
    town.level(town.founder, ann, 10)
    epoch = town.epoch(bob, "1")
    late = town.admit(ann, person("puppet"), after=before, hidden=True)
    town.checkpoint(bob, [town.founder, bob, ann])
    assert town.log.height == 2
    assert town.log.state.best_epoch() == epoch
    town.log.add([town.events[late]])
    assert not town.log.effective(late)
    assert town.log.state.best_epoch() is None
    assert town.epoch(bob, "2") == town.log.state.best_epoch()
    belongs(town)


# Content (docs/protocol/1-events.md, 1.7).


def standing(log: ControlLog, who: Person, seq: int, auth: Sequence[str], name: str = "post") -> object:
    return log.content_standing(who.id, seq, sha(name), auth, 0)


def test_content_counts_up_to_the_cut_whatever_it_cites() -> None:
    town, (ann,) = town_of(20)
    before = town.log.heads
    assert standing(town.log, ann, 7, before) == Standing(ann.id, 20, may_write=True, may_moderate=True)
    town.remove(town.founder, ann, cut=((ann.id, 5, sha("post")),))
    removed = town.log.heads
    assert isinstance(standing(town.log, ann, 5, before), Standing)
    assert isinstance(standing(town.log, ann, 4, before), Standing)
    assert standing(town.log, ann, 5, before, "another with that number") is Reason.AFTER_REMOVAL
    assert standing(town.log, ann, 6, before) is Reason.AFTER_REMOVAL
    assert standing(town.log, ann, 4, removed) is Reason.NOT_MEMBER
    assert standing(town.log, person("stranger"), 0, before) is Reason.NOT_MEMBER
    assert standing(town.log, ann, 4, ["0" * 64]) is None
    town.admit(town.founder, ann, 10)
    assert isinstance(standing(town.log, ann, 9, town.log.heads), Standing)
    assert standing(town.log, ann, 9, before) is Reason.AFTER_REMOVAL


def test_a_removal_that_names_no_cut_for_a_device_drops_all_that_is_not_known_to_be_before() -> None:
    town, (ann,) = town_of(10)
    before = town.log.heads
    town.remove(town.founder, ann)
    assert standing(town.log, ann, 0, before) is Reason.AFTER_REMOVAL


def test_what_a_puppet_wrote_goes_with_its_admission() -> None:
    town, (ann,) = town_of(50)
    before = town.log.heads
    puppet = person("puppet")
    admitted = town.admit(ann, puppet, after=before)
    assert isinstance(standing(town.log, puppet, 0, [admitted]), Standing)
    town.remove(town.founder, ann, after=before)
    assert standing(town.log, puppet, 0, [admitted]) is Reason.NOT_MEMBER


def test_one_who_left_is_cut_where_they_left() -> None:
    town, (ann,) = town_of(10)
    before = town.log.heads
    town.leave(ann)
    seq = ann.devices[0].seq
    assert isinstance(standing(town.log, ann, seq - 1, before), Standing)
    assert standing(town.log, ann, seq + 1, before) is Reason.AFTER_REMOVAL


def test_a_newcomer_counts_what_former_members_wrote_up_to_their_cut() -> None:
    town, (ann,) = town_of(10)
    before = town.log.heads
    town.remove(town.founder, ann, cut=((ann.id, 5, sha("post")),))
    point = town.checkpoint(town.founder, [town.founder])
    newcomer = town.newcomer(point, [])
    for seq, counts in ((4, True), (6, False)):
        for log in (town.log, newcomer):
            assert isinstance(standing(log, ann, seq, before), Standing) is counts
    assert standing(newcomer, ann, 4, [point]) is Reason.NOT_MEMBER


def test_a_charter_may_let_only_some_write() -> None:
    town, (ann,) = town_of(10)
    town.amend(town.founder, msgspec.structs.replace(DEFAULT, write=20))
    found = standing(town.log, ann, 0, town.log.heads)
    assert found == Standing(ann.id, 10, may_write=False, may_moderate=False)


# Beginning.


def test_a_genesis_is_bound_to_its_space_and_its_founder() -> None:
    town = Town()
    genesis = town.events[town.genesis].event
    other = Town(name="Other").events
    with pytest.raises(RemoteError) as refused:
        ControlLog.found(Genuine(msgspec.structs.replace(genesis, tags=next(iter(other.values())).event.tags)), verify)
    assert refused.value.reason is Reason.WRONG_SPACE
    with pytest.raises(RemoteError):
        ControlLog.found(Genuine(msgspec.structs.replace(genesis, pubkey=sha("thief"))), verify)
    with pytest.raises(RemoteError) as refused:
        ControlLog.found(town.events[town.genesis], lambda key, digest, sig: False)
    assert refused.value.reason is Reason.BAD_SIGNATURE
    added = town.log.add([*other.values()])
    assert set(added.refused.values()) == {Reason.WRONG_SPACE}


def test_a_checkpoint_to_begin_from_must_match_its_state() -> None:
    town, _ = town_of(10)
    point = town.checkpoint(town.founder, [town.founder])
    state = town.log.checkpoint_state(point)
    assert state is not None
    with pytest.raises(RemoteError):
        ControlLog.from_checkpoint(town.events[point], state[:-1] + b" ", verify)
    with pytest.raises(RemoteError):
        ControlLog.from_checkpoint(town.events[town.genesis], state, verify)
    with pytest.raises(RemoteError):
        ControlLog.from_checkpoint(town.events[point], state, lambda key, digest, sig: False)
