"""Where a newcomer's control log begins: the event that the link named, and nothing older is needed.

The link came from a person one trusts; the checkpoint or genesis it names is therefore trusted, and everything since is
evaluated from there by the ordinary rules (docs/protocol/4-joining.md, 4.3).
"""

from __future__ import annotations

import hashlib

from tadamun.core import upkeep
from tadamun.core.b64 import from_b64
from tadamun.core.control.bodies import CHECKPOINT, GENESIS
from tadamun.core.control.checkpoint import assemble
from tadamun.core.control.log import ControlLog
from tadamun.core.errors import RemoteError
from tadamun.core.genuine import Genuine
from tadamun.crypto.keys import verify_digest
from tadamun.node.place import Place


def meet_anchor(place: Place) -> ControlLog | None:
    """The control log from the anchor on, if the anchor (and for a checkpoint all its parts) is among what came."""
    events = [one.genuine for one in place.early]
    anchor = next((one for one in events if one.event.id == place.anchor), None)
    if anchor is None:
        return None
    try:
        if anchor.event.kind == GENESIS:
            return ControlLog.found(anchor, verify_digest)
        if anchor.event.kind == CHECKPOINT:
            state = assemble(anchor, parts_of(events))
            return None if state is None else ControlLog.from_checkpoint(anchor, state, verify_digest)
    except RemoteError:
        return None
    return None


def parts_of(events: list[Genuine]) -> dict[str, bytes]:
    """Checkpoint parts among events, by their hash. What only claims a hash is passed over."""
    parts: dict[str, bytes] = {}
    for one in events:
        if one.event.kind == upkeep.PART:
            try:
                body = upkeep.read(upkeep.PART, one.event.content, ())
                data = from_b64(body.data) if isinstance(body, upkeep.CheckpointPart) else b""
            except RemoteError:
                continue
            parts[hashlib.sha256(data).hexdigest()] = data
    return parts
