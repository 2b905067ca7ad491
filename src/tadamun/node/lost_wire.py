"""When the wire store is another one than last time (deleted, or started anew because it was damaged): what this device
said is queued to be sealed again, for the old store may have held copies that no peer had yet.

Everything others said comes back from them. Whatever peers do have already is a second sealed copy to them, and opens
to the same inner event.
"""

from __future__ import annotations

from tadamun.core.event import to_json
from tadamun.core.frame import split
from tadamun.core.ports import Tables
from tadamun.crypto.keys import SigningKey
from tadamun.node.place import SPACE, Place
from tadamun.store import log, masks, outbox


def queue_own(tx: Tables, place: Place) -> int:
    """Queue all that this device wrote and that has not expired. Returns how many events."""
    if place.control is None:
        return 0
    own = place.device.public
    waiting = [
        outbox.Waiting(one.event.id, place.ref, "", to_json(one.event))
        for one in place.log.events()
        if one.event.pubkey == own
    ]
    private = [box for box in place.mailboxes() if box.use in ("dm", "bucket")]
    # Those this person opened last, so that they hold: another's may leave out somebody of a circle.
    private.sort(key=lambda box: box.maker == place.me)
    boxes = {(box.channel, box.expires_at): box.id for box in private}
    kept_masks = [masks.get(tx, place.ref, opening) for opening in sorted(masks.every(tx, place.ref))]
    authors = [own, *(SigningKey(one.secret).public for one in kept_masks if one is not None)]
    for kept in [one for author in authors for one in log.of_device(tx, author)]:
        frame = split(kept.event)
        audience = (frame.channel, frame.expires_at)
        if audience == (SPACE, 0) or audience in boxes:
            epoch = boxes.get(audience, "")
            waiting.append(outbox.Waiting(kept.id, place.ref, epoch, kept.raw, expires_at=frame.expires_at))
    outbox.put(tx, waiting)
    return len(waiting)
