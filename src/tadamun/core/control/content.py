"""Which content counts: the author's standing where they wrote, and the cuts since (docs/protocol/1-events.md, 1.7).

It looks at two places only: the heads that the content cites, and now. It does not know what the content says.
"""

from __future__ import annotations

from typing import Final

from tadamun.core.control import digests
from tadamun.core.control.bodies import DeviceRevoke, Remove
from tadamun.core.control.look import Look
from tadamun.core.control.state import Device, Member, is_new
from tadamun.core.errors import Reason
from tadamun.core.room import Standing

MODERATES: Final = 20  # least level of those who moderate


def standing(there: Look, now: Look, device: str, seq: int, event: str, older: bool) -> Standing | Reason:
    """The author's standing at the heads they cited, or why the event does not count.

    there: at those heads. now: at everything known. seq, event: number and id of the content event, in the space's own
    channel. older: all those heads lie before the checkpoint that the log began from; what those wrote who were gone by
    then counts up to their cut, with the last level they had.
    """
    found, known = there.device(device), now.device(device)
    if found is None or known is None or known.member != found.member:
        return Reason.NOT_MEMBER
    beyond = any(
        (seq, event) != (cut.seq, cut.last) and seq >= cut.seq
        for cut in known.cuts
        if not _came_back(cut.by, there, found)
    )
    if beyond:
        return Reason.AFTER_REMOVAL
    author = there.standing(found.member)
    if author is None or not (found.live or older):
        return Reason.NOT_MEMBER
    charter, _ = there.charter()
    level = there.weight(author) if isinstance(author, Member) else author.level
    return Standing(
        member=found.member,
        level=level,
        may_write=level >= charter.write,
        may_moderate=level >= MODERATES,
        newcomer=isinstance(author, Member) and is_new(author, charter),
    )


def _came_back(cut_by: str, there: Look, device: Device) -> bool:
    """Had the author come back after that removal, where they wrote?"""
    node = there.era.dag.by_id.get(cut_by)
    if node is None:
        return device.live
    if isinstance(node.body, Remove | DeviceRevoke) and node.body.cosign:
        digest = digests.act_digest(node.frame.space, node.kind, digests.without_cosign(node.body))
        return there.spent(digest.hex())
    return there.past.has(node.number) and node.number not in there.void
