"""Which epochs are clean (docs/protocol/3-seal.md, 3.5), and which content counts (1-events.md, 1.7)."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from control_town import Person, belongs, person, sha, town_of

from tadamun.core.charter import DEFAULT
from tadamun.core.control.log import ControlLog
from tadamun.core.errors import Reason
from tadamun.core.room import Standing

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
    return log.content_standing(who.id, seq, sha(name), auth)


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
