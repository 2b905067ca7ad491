"""Whatever comes in, the control log, its bodies, frames and states answer with RemoteError or a reason, never else."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from control_town import Town, person, sha, verify
from hypothesis import given, settings
from hypothesis import strategies as st

from tadamun.core import frame as frames
from tadamun.core.b64 import to_b64
from tadamun.core.control import bodies, checkpoint
from tadamun.core.control.log import ControlLog
from tadamun.core.errors import Reason, RemoteError
from tadamun.core.event import Event, Tags
from tadamun.core.genuine import Frame, Genuine, Proof
from tadamun.core.limits import MAX_INNER

quick = settings(max_examples=150, deadline=None)


def event(kind: int, content: str, tags: Tags = ()) -> Event:
    return Event(sha(kind, content, tags), sha("key"), 0, kind, tags, content, "00" * 64)


def one_of_each() -> dict[int, str]:
    """A canonical content of every kind."""
    town = Town()
    ann = town.join("ann", 50)
    town.level(town.founder, ann, 40)
    town.invite(town.founder, "i")
    town.revoke_invite(town.founder, sha("invite", "i"))
    town.add_device(ann)
    town.epoch(ann, "e", parents=[sha("p"), sha("q")])
    town.revoke(ann, ann, 1, cut=((ann.devices[1].key, 4, sha("last")),))
    town.amend(town.founder, town.log.state.charter)
    town.checkpoint(town.founder, [town.founder])
    town.remove(town.founder, ann, cut=((ann.id, -1, ""),), together=[town.founder])
    town.leave(town.founder)
    return {genuine.event.kind: genuine.event.content for genuine in town.log.events()}


CONTENTS = one_of_each()


def refused(kind: int, content: str) -> Reason:
    with pytest.raises(RemoteError) as error:
        bodies.decode(event(kind, content))
    return error.value.reason


def test_there_is_one_of_each_and_it_decodes() -> None:
    assert set(CONTENTS) == set(bodies.KINDS)
    for kind, content in CONTENTS.items():
        assert isinstance(bodies.decode(event(kind, content)), bodies.KINDS[kind])


@pytest.mark.parametrize("kind", bodies.KINDS)
def test_each_kind_has_one_spelling(kind: int) -> None:
    content = CONTENTS[kind]
    assert refused(kind, content.replace('"v":1', '"v":2')) is Reason.UNKNOWN_KIND
    assert refused(kind, content.replace('"v":1', '"v":1,"x":0')) is Reason.MALFORMED
    assert refused(kind, content.replace('"v":1', '"v":1,"v":1')) is Reason.NOT_CANONICAL
    assert refused(kind, content.replace('"v":1', '"v": 1')) is Reason.NOT_CANONICAL
    assert refused(kind, content.replace('"v":1', '"v":1.0')) in (Reason.NOT_CANONICAL, Reason.MALFORMED)
    assert refused(kind, content + " ") is Reason.NOT_CANONICAL
    assert refused(kind, content + " " * MAX_INNER) is Reason.TOO_LARGE
    assert refused(kind, "") is Reason.MALFORMED
    assert refused(kind, "\ud800") is Reason.MALFORMED
    assert refused(kind, "[" * 10_000) is Reason.MALFORMED
    for field in list(json.loads(content))[1:]:
        fields = json.loads(content)
        del fields[field]
        assert refused(kind, json.dumps(fields, separators=(",", ":"))) is Reason.MALFORMED
    with pytest.raises(RemoteError):
        bodies.decode(event(kind, content), (("e", sha("x")),))


def changed(kind: int, **fields: Any) -> str:
    return msgspec.json.encode(json.loads(CONTENTS[kind]) | fields).decode()


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (bodies.LEVEL, {"level": -1}),
        (bodies.LEVEL, {"level": 101}),
        (bodies.LEVEL, {"level": 10.5}),
        (bodies.LEVEL, {"level": True}),
        (bodies.LEVEL, {"member": sha("x").upper()}),
        (bodies.LEVEL, {"member": sha("x") + "\n"}),
        (bodies.LEVEL, {"cosign": [[sha("b"), "00" * 64], [sha("b"), "00" * 64]]}),
        (bodies.LEVEL, {"cosign": sorted([[sha("a"), "00" * 64], [sha("b"), "00" * 64]], reverse=True)}),
        (bodies.LEVEL, {"cosign": [[sha("b"), "00" * 63]]}),
        (bodies.REMOVE, {"reason": "x" * 501}),
        (bodies.REMOVE, {"cut": [[sha("a"), -2, ""]]}),
        (bodies.REMOVE, {"cut": [[sha("a"), -1, sha("x")]]}),
        (bodies.REMOVE, {"cut": [[sha("a"), 2**63, sha("x")]]}),
        (bodies.REMOVE, {"cut": [[sha("a"), 3, sha("x")]] * 2}),
        (bodies.DEVICE_REVOKE, {"cut": [[sha("other"), 3, sha("x")]]}),
        (bodies.INVITE, {"uses": 0}),
        (bodies.INVITE, {"expires": -1}),
        (bodies.INVITE, {"mailbox": "A" * 42 + "B"}),  # bits beyond the 32 bytes
        (bodies.INVITE, {"mailbox": "A" * 43 + "="}),
        (bodies.ADMIT, {"invite": sha("i")}),  # without its proof
        (bodies.EPOCH, {"parents": sorted([sha("a"), sha("b")], reverse=True)}),
        (bodies.EPOCH, {"parents": [sha("a")] * 2}),
        (bodies.EPOCH, {"parents": sorted(sha(number) for number in range(17))}),
        (bodies.CHECKPOINT, {"height": 0}),
        (bodies.CHECKPOINT, {"parts": []}),
        (bodies.GENESIS, {"name": ""}),
        (bodies.CHARTER, {"charter": json.loads(CONTENTS[bodies.CHARTER])["charter"] | {"history": 0}}),
        (bodies.CHARTER, {"charter": json.loads(CONTENTS[bodies.CHARTER])["charter"] | {"history": "some"}}),
        (bodies.CHARTER, {"charter": json.loads(CONTENTS[bodies.CHARTER])["charter"] | {"extra": 1}}),
    ],
)
def test_values_out_of_range_are_refused(kind: int, fields: dict[str, Any]) -> None:
    bodies.decode(event(kind, changed(kind)))
    assert refused(kind, changed(kind, **fields)) is Reason.MALFORMED


SPACE = sha("space")
IDS = sorted(sha(number) for number in range(17))
GOOD: Tags = (("h", SPACE), ("auth", *IDS[:2]), ("cp", "1"), ("log", "7", IDS[0]))


def test_a_frame_reads_back_as_written() -> None:
    frame = Frame(SPACE, tuple(IDS[:2]), 1, 7, IDS[0], tuple(IDS[:1]), 7_200, (("t", "x"),), IDS[3])
    assert frames.split(event(1, "", frames.tags(frame))) == frame
    first = Frame(SPACE, (), 0, 0, "")
    assert frames.split(event(1, "", frames.tags(first))) == first


@pytest.mark.parametrize(
    "tags",
    [
        (),
        GOOD[1:],
        (GOOD[1], GOOD[0], *GOOD[2:]),
        (("h", "x"), *GOOD[1:]),
        (("h", SPACE, ""), *GOOD[1:]),
        (GOOD[0], ("auth", IDS[1], IDS[0]), *GOOD[2:]),
        (GOOD[0], ("auth", IDS[0], IDS[0]), *GOOD[2:]),
        (GOOD[0], ("auth", *IDS), *GOOD[2:]),
        (GOOD[0], ("auth", "x"), *GOOD[2:]),
        (*GOOD[:2], ("cp", "01"), GOOD[3]),
        (*GOOD[:2], ("cp", "-1"), GOOD[3]),
        (*GOOD[:2], ("cp", "١"), GOOD[3]),  # an Arabic digit is a digit to int()
        (*GOOD[:2], ("cp", str(2**63)), GOOD[3]),
        (*GOOD[:2], ("cp", ""), GOOD[3]),
        (*GOOD[:2], ("cp",), GOOD[3]),
        (*GOOD[:3], ("log", "7", "")),
        (*GOOD[:3], ("log", "0", IDS[0])),
        (*GOOD[:3], ("log", "7")),
        (*GOOD, ("dm", "x")),
        (*GOOD, ("dm",)),
        (*GOOD, ("prev",)),
        (*GOOD, ("prev", IDS[1], IDS[0])),
        (*GOOD, ("expiration", "3601")),
        (*GOOD, ("expiration", "0")),
        (*GOOD, ("expiration", "")),
        (*GOOD, ("expiration", "3600"), ("prev", IDS[0])),
        (*GOOD, GOOD[1]),
        (*GOOD, ("t", "x"), ("prev", IDS[0])),
        (*GOOD, ()),
        (*GOOD[:3], ()),
    ],
)
def test_a_frame_has_one_spelling(tags: Tags) -> None:
    frames.split(event(1, "", GOOD))
    with pytest.raises(RemoteError):
        frames.split(event(1, "", tags))


def test_events_that_can_never_enter_are_refused_with_a_reason() -> None:
    town = Town()
    ann = town.join("ann")
    leave = '{"v":1}'
    odd = {
        town.say(ann, bodies.LEAVE, leave, after=(), hidden=True): Reason.NOT_ALLOWED,
        town.say(ann, 3713, leave, hidden=True): Reason.UNKNOWN_KIND,
        town.say(ann, bodies.LEAVE, '{"v":2}', hidden=True): Reason.UNKNOWN_KIND,
        town.say(ann, bodies.GENESIS, CONTENTS[bodies.GENESIS], hidden=True): Reason.NOT_ALLOWED,
    }
    state = town.log.state
    added = town.log.add([town.events[one] for one in odd])
    assert added.refused == odd
    assert not added.applied
    assert town.log.state == state


def test_nobody_governs_under_a_one_time_key() -> None:
    town = Town()
    ann = town.join("ann")
    genuine = town.events[town.say(ann, bodies.LEAVE, bodies.Leave(), hidden=True)]
    made = genuine.event
    masked = Proof("a.b", 1, 0, tuple(IDS[:2]), "A" * 43, to_b64(bytes(96)))
    for frame in ({"mask": masked}, {"under": IDS[0], "seq": 1}):
        tags = frames.tags(msgspec.structs.replace(frames.split(made), **({"seq": 0, "previous": ""} | frame)))
        other = msgspec.structs.replace(made, id=sha(str(frame)), tags=tags, created_at=3_600)
        added = town.log.add([Genuine(other)])
        assert added.refused == {other.id: Reason.NOT_CANONICAL}
    assert town.log.add([genuine]).applied


def test_an_event_whose_parents_are_missing_waits_and_changes_nothing() -> None:
    town = Town()
    parent = town.admit(town.founder, person("ann"), hidden=True)
    child = town.say(person("ann"), bodies.LEAVE, bodies.Leave(), after=(parent,), hidden=True)
    orphan = town.say(town.founder, bodies.LEAVE, bodies.Leave(), after=(sha("nobody has this"),), hidden=True)
    added = town.log.add([town.events[child], town.events[orphan]])
    assert added.waiting == tuple(sorted((child, orphan)))
    added = town.log.add([town.events[orphan], town.events[child], town.events[parent]])
    assert (added.applied, added.waiting) == ((parent, child), (orphan,))


def quietly(read: Callable[[], object]) -> None:
    with contextlib.suppress(RemoteError):
        read()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@quick
@given(st.sampled_from(sorted(bodies.KINDS)), st.text(max_size=40) | json_values.map(lambda value: json.dumps(value)))
def test_any_text_is_a_body_or_a_remote_error(kind: int, content: str) -> None:
    quietly(lambda: bodies.decode(event(kind, content)))


@quick
@given(st.sampled_from(sorted(bodies.KINDS)), st.integers(0, 12), json_values)
def test_any_value_in_a_field_is_a_body_or_a_remote_error(kind: int, which: int, value: object) -> None:
    fields = json.loads(CONTENTS[kind])
    fields[list(fields)[which % len(fields)]] = value
    quietly(lambda: bodies.decode(event(kind, json.dumps(fields, separators=(",", ":")))))


pieces = st.sampled_from(["h", "auth", "cp", "log", "dm", "prev", "expiration", "0", "1", "", SPACE, *IDS[:3]])


@quick
@given(st.lists(st.lists(pieces | st.text(max_size=4), max_size=5).map(tuple), max_size=8).map(tuple))
def test_any_tags_are_a_frame_or_a_remote_error(tags: Tags) -> None:
    quietly(lambda: frames.split(event(1, "", tags)))
    quietly(lambda: frames.split(event(1, "", (*GOOD, *tags))))


@quick
@given(
    st.sampled_from(sorted(bodies.KINDS)), st.integers(0, 12), json_values, st.sampled_from(["founder", "ann", "none"])
)
def test_a_log_takes_any_event_without_a_crash(kind: int, which: int, value: object, who: str) -> None:
    town = Town()
    ann = town.join("ann", 50)
    fields = json.loads(CONTENTS[kind])
    fields[list(fields)[which % len(fields)]] = value
    author = {"founder": town.founder, "ann": ann, "none": person("none")}[who]
    made = town.say(author, kind, json.dumps(fields, separators=(",", ":"), ensure_ascii=False), hidden=True)
    added = town.log.add([town.events[made]])
    assert (made in added.refused) != (made in added.applied)
    assert town.log.state.members


def a_checkpoint() -> tuple[Genuine, bytes]:
    town = Town()
    town.join("ann", 50)
    town.epoch(town.founder, "e")
    town.invite(town.founder, "i")
    point = town.checkpoint(town.founder, [town.founder])
    return town.events[point], town.stated(point)


POINT, STATE = a_checkpoint()


@quick
@given(st.integers(0, 20), json_values)
def test_any_state_is_read_or_a_remote_error(which: int, value: object) -> None:
    fields = json.loads(STATE)
    fields[list(fields)[which % len(fields)]] = value
    raw = json.dumps(fields, separators=(",", ":")).encode()
    quietly(lambda: checkpoint.read(raw))
    quietly(lambda: ControlLog.from_checkpoint(POINT, raw, verify))


def test_a_state_reads_back_and_is_put_together_from_its_parts() -> None:
    state, settled = checkpoint.read(STATE)
    assert checkpoint.spell(state, settled) == STATE
    found = dict(zip(checkpoint.hashes(checkpoint.parts(STATE)), checkpoint.parts(STATE), strict=True))
    assert checkpoint.assemble(POINT, found) == STATE
    assert checkpoint.assemble(POINT, {}) is None
    assert checkpoint.assemble(POINT, dict.fromkeys(found, b"other")) is None
    with pytest.raises(RemoteError):
        checkpoint.read(STATE + b" ")
    with pytest.raises(RemoteError):
        checkpoint.read(b"\xff" * 100)


@pytest.mark.parametrize("field", ["members", "devices", "electorate", "settled", "epochs"])
def test_a_state_with_something_left_out_is_not_the_checkpoints(field: str) -> None:
    fields = json.loads(STATE)
    fields[field] = "" if field == "settled" else []
    with pytest.raises(RemoteError):
        ControlLog.from_checkpoint(POINT, json.dumps(fields, separators=(",", ":")).encode(), verify)
