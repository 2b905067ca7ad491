"""Attacks on the control log that the twelve rules do not name, and what it refuses to begin from."""

from __future__ import annotations

import msgspec
import pytest
from control_town import Person, Town, belongs, bundle, person, sha, town_of, verify

from tadamun.core.body import spell
from tadamun.core.control import bodies
from tadamun.core.control.log import ControlLog
from tadamun.core.errors import Reason, RemoteError
from tadamun.core.genuine import Genuine


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


def listing(device: bodies.Bundle) -> str:
    return spell(bodies.DeviceAdd(device=device))


def test_nobody_lists_somebody_elses_device() -> None:
    town, (ann, bob) = town_of(10, 10)
    before = town.log.heads
    mine = town.add_device(bob)
    device = bob.devices[1].key
    copied = town.events[mine].event.content
    late = town.say(ann, bodies.DEVICE_ADD, copied, after=before)
    after = town.say(ann, bodies.DEVICE_ADD, copied)
    assert "did not sign" in town.log.why_void(late)  # it signed that it is Bob's
    assert "another member" in town.log.why_void(after)
    assert town.log.state.devices[device].member == bob.id
    assert town.log.state.devices[device].live


def test_a_device_that_signed_for_two_members_is_nobodys_to_use() -> None:
    town, (ann, bob) = town_of(10, 10)
    before = town.log.heads
    town.add_device(bob)
    device = bob.devices[1].key
    assert town.log.effective(town.say(ann, bodies.DEVICE_ADD, listing(bundle(device, ann.id)), after=before))
    belongs(town)
    assert not town.log.state.devices[device].live


@pytest.mark.parametrize("field", ["key", "hpke", "prekey", "proof"])
def test_a_bundle_is_listed_whole_or_not_at_all(field: str) -> None:
    town, (ann,) = town_of(10)
    signed, other = bundle(sha("one"), ann.id), bundle(sha("two"), ann.id)
    changed = msgspec.structs.replace(signed, **{field: getattr(other, field)})
    assert "did not sign" in town.log.why_void(town.say(ann, bodies.DEVICE_ADD, listing(changed)))
    assert town.log.effective(town.say(ann, bodies.DEVICE_ADD, listing(signed)))


def test_nobody_takes_a_members_first_device() -> None:
    town, (ann,) = town_of(10)
    before = town.log.heads
    bob = town.join("bob")
    copied = town.say(ann, bodies.DEVICE_ADD, listing(bundle(bob.id, bob.id)), after=before)
    assert "did not sign" in town.log.why_void(copied)
    # Not even together with Bob: his id names his device.
    town.say(ann, bodies.DEVICE_ADD, listing(bundle(bob.id, ann.id)), after=before)
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
    state = town.stated(point)
    with pytest.raises(RemoteError):
        ControlLog.from_checkpoint(town.events[point], state[:-1] + b" ", verify)
    with pytest.raises(RemoteError):
        ControlLog.from_checkpoint(town.events[town.genesis], state, verify)
    with pytest.raises(RemoteError):
        ControlLog.from_checkpoint(town.events[point], state, lambda key, digest, sig: False)
