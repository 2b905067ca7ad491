"""As many lockboxes as one event may hold do fit in one, under the longest frame: a large space can rotate."""

from __future__ import annotations

from tadamun.core import body, upkeep
from tadamun.core.b64 import to_b64
from tadamun.core.event import Draft
from tadamun.core.limits import MAX_INTEGER, MAX_LOCKBOXES, MAX_PARENTS
from tadamun.crypto.epoch import EpochKeys
from tadamun.crypto.keys import SigningKey
from tadamun.crypto.lockbox import ENC, TAG
from tadamun.crypto.random import SystemRandom
from tadamun.crypto.seal import open_sealed, seal

random = SystemRandom()
SPACE = random.bytes(32).hex()


def test_the_fullest_lockbox_event_can_be_sealed_and_opened() -> None:
    ids = [random.bytes(32).hex() for _ in range(MAX_LOCKBOXES)]
    boxes = tuple((device, to_b64(random.bytes(ENC + 32 + TAG))) for device in sorted(ids))
    frame = (
        ("h", SPACE),
        ("auth", *ids[:MAX_PARENTS]),
        ("cp", str(MAX_INTEGER)),
        ("log", str(MAX_INTEGER), SPACE),
        ("expiration", str(MAX_INTEGER // 3600 * 3600)),
    )
    content = body.spell(upkeep.Bucket(bucket=SPACE, scope=SPACE, expires=MAX_INTEGER // 3600 * 3600, boxes=boxes))
    inner = SigningKey.make(random).sign(Draft(upkeep.BUCKET, content, frame, MAX_INTEGER))
    epoch = EpochKeys.make(SPACE, random)

    assert open_sealed(seal(inner, epoch, now=1_700_000_000, random=random), epoch) == inner
