"""The first event of a space and the state it gives (docs/protocol/1-events.md, 1.2)."""

from __future__ import annotations

from tadamun.core.charter import FOUNDER
from tadamun.core.control import digests
from tadamun.core.control.bodies import GENESIS, ControlBody, Genesis
from tadamun.core.control.rules import Verify
from tadamun.core.control.state import ControlState, Device, Member
from tadamun.core.errors import Reason, RemoteError
from tadamun.core.event import Event
from tadamun.core.genuine import Frame


def state(event: Event, frame: Frame, body: ControlBody, verify: Verify) -> ControlState:
    """One founder on one device. Raises RemoteError if this is not a sound genesis of the space it names."""
    if event.kind != GENESIS or not isinstance(body, Genesis):
        raise RemoteError(Reason.MALFORMED)
    masked = frame.mask is not None or frame.under
    if masked or frame.auth or frame.height or frame.seq or frame.channel or frame.prev or frame.expires_at:
        raise RemoteError(Reason.NOT_CANONICAL)
    if frame.space != digests.space_id(event.pubkey, event.content):
        raise RemoteError(Reason.WRONG_SPACE)
    own = body.device
    if own.key != event.pubkey:
        raise RemoteError(Reason.NOT_ALLOWED)
    if not verify(own.key, digests.bundle_digest(own.key, own.key, own.hpke, own.prekey), own.proof):
        raise RemoteError(Reason.BAD_SIGNATURE)
    return ControlState(
        space=frame.space,
        name=body.name,
        height=0,
        charter=body.charter,
        charter_by=event.id,
        members={own.key: Member(FOUNDER, event.id, since=0)},
        former={},
        devices={own.key: Device(own.key, own.hpke, own.prekey, live=True, revoked=False)},
        invites={},
        epochs={},
        depth=0,
        electorate=frozenset({own.key}),
    )
