"""Epoch secrets and those like them (direct-message channels, buckets, invites' mailboxes), one row each.

Which is clean, current or still needed is not known here. `destroy` is the point of no return for expiring content:
with the row gone, nothing that was sealed under it opens again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tadamun.core.ports import Tables
from tadamun.crypto.secret import Secret
from tadamun.store.tables import listed


@dataclass(frozen=True, slots=True)
class Epoch:
    """Ids are hex, "" where there is none. parents, readers: epochs, and devices it was sealed to. event: the control
    event that named it. use: the node's word ("epoch", "dm", "bucket", "invite"). peers, maker: the other members of a
    private channel, and who opened it. since: Unix seconds it came here.
    """

    id: str
    scope: str
    secret: Secret
    use: str
    channel: str = ""
    peers: tuple[str, ...] = ()
    readers: tuple[str, ...] = ()
    since: int = 0
    depth: int = 0
    parents: tuple[str, ...] = ()
    event: str = ""
    expires_at: int = 0
    maker: str = ""


def put(tx: Tables, space: int, epoch: Epoch) -> None:
    """Keep it, or replace what was kept under its id."""
    tx.execute(
        "INSERT OR REPLACE INTO epochs (id, space, scope, secret, use, channel, peer, readers, since, depth, parents,"
        " event, expires_at, maker) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            bytes.fromhex(epoch.id),
            space,
            bytes.fromhex(epoch.scope),
            epoch.secret.reveal(),
            epoch.use,
            bytes.fromhex(epoch.channel),
            bytes.fromhex("".join(epoch.peers)),
            bytes.fromhex("".join(epoch.readers)),
            epoch.since,
            epoch.depth,
            bytes.fromhex("".join(epoch.parents)),
            bytes.fromhex(epoch.event),
            epoch.expires_at,
            bytes.fromhex(epoch.maker),
        ),
    )


def every(tables: Tables, space: int) -> list[Epoch]:
    """All of a space, oldest here first."""
    rows = tables.execute(
        "SELECT hex(id), hex(scope), secret, use, hex(channel), hex(peer), hex(readers), since, depth, hex(parents),"
        " hex(event), expires_at, hex(maker) FROM epochs WHERE space = ? ORDER BY since, id",
        (space,),
    )
    return [
        Epoch(
            id=i.lower(),
            scope=scope.lower(),
            secret=Secret(secret),
            use=use,
            channel=channel.lower(),
            peers=_ids(peers),
            readers=_ids(readers),
            since=since,
            depth=depth,
            parents=_ids(parents),
            event=event.lower(),
            expires_at=expires_at,
            maker=maker.lower(),
        )
        for i, scope, secret, use, channel, peers, readers, since, depth, parents, event, expires_at, maker in rows
    ]


def expired(tables: Tables, now: int) -> list[tuple[int, str]]:
    """(space, epoch id) of those that should be gone by `now` (Unix seconds)."""
    sql = "SELECT space, lower(hex(id)) FROM epochs WHERE expires_at > 0 AND expires_at <= ? ORDER BY space, id"
    return [(space, i) for space, i in tables.execute(sql, (now,))]


def destroy(tx: Tables, space: int, ids: Sequence[str]) -> None:
    """Overwrite and forget the secrets; older pages of the log in front of the file go with Vault.scrub."""
    tx.execute(
        "DELETE FROM epochs WHERE space = ? AND id IN (SELECT unhex(value) FROM json_each(?))", (space, listed(ids))
    )


def _ids(packed: str) -> tuple[str, ...]:
    return tuple(packed[k : k + 64].lower() for k in range(0, len(packed), 64))
