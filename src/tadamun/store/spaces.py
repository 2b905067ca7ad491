"""The spaces this person is in, with the keys this device has for each, and the prekeys and invites made here.

Every secret here is readable only in the open vault, and is destroyed by `remove` or the function named for it.
"""

from __future__ import annotations

from dataclasses import dataclass

from tadamun.core.ports import Tables
from tadamun.crypto.secret import Secret
from tadamun.store.tables import one


@dataclass(frozen=True, slots=True)
class Space:
    """ref: its number in this vault. id, me (own member), anchor: hex, "" if not known yet. device, box: private keys.

    status: what the node makes of it ("joining", "member", "out"). joined_at: Unix seconds.
    """

    ref: int
    id: str
    me: str
    device: Secret
    box: Secret
    status: str
    anchor: str
    joined_at: int


_SQL = "SELECT n, lower(hex(id)), lower(hex(me)), device, box, status, lower(hex(anchor)), joined_at FROM spaces"


def add(tx: Tables, space: str, me: str, device: Secret, box: Secret, status: str, anchor: str, joined_at: int) -> int:
    """A space that is not there yet; returns its number."""
    tx.execute(
        "INSERT INTO spaces (id, me, device, box, status, anchor, joined_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (_raw(space), _raw(me), device.reveal(), box.reveal(), status, _raw(anchor), joined_at),
    )
    return int(tx.execute("SELECT n FROM spaces WHERE id = ?", (_raw(space),))[0][0])


def update(
    tx: Tables, ref: int, *, me: str | None = None, status: str | None = None, anchor: str | None = None
) -> None:
    """Change what is given."""
    for column, value in (("me", _raw(me)), ("status", status), ("anchor", _raw(anchor))):
        if value is not None:
            tx.execute(f"UPDATE spaces SET {column} = ? WHERE n = ?", (value, ref))


def every(tables: Tables) -> list[Space]:
    """All spaces, in the order they were added."""
    return [
        Space(n, space, me, Secret(device), Secret(box), status, anchor, joined_at)
        for n, space, me, device, box, status, anchor, joined_at in tables.execute(f"{_SQL} ORDER BY n")
    ]


def remove(tx: Tables, ref: int) -> None:
    """Forget a space and all that is kept of it, keys first. (Views and full text are their owners' to clear.)"""
    tx.execute("DELETE FROM spaces WHERE n = ?", (ref,))  # epochs, prekeys, invites follow (foreign keys)
    for table in ("control", "parts", "peers", "log", "parked", "outbox"):
        tx.execute(f"DELETE FROM {table} WHERE space = ?", (ref,))


def add_prekey(tx: Tables, ref: int, public: str, secret: Secret, made_at: int) -> None:
    """A prekey of this device. public: hex of its public half."""
    tx.execute(
        "INSERT INTO prekeys (space, public, secret, made_at) VALUES (?, ?, ?, ?)",
        (ref, _raw(public), secret.reveal(), made_at),
    )


def prekeys(tables: Tables, ref: int) -> list[tuple[str, Secret, int]]:
    """(public half, private half, made at), oldest first."""
    rows = tables.execute(
        "SELECT lower(hex(public)), secret, made_at FROM prekeys WHERE space = ? ORDER BY made_at, n", (ref,)
    )
    return [(public, Secret(secret), made_at) for public, secret, made_at in rows]


def destroy_prekeys(tx: Tables, ref: int, publics: list[str]) -> None:
    """Private halves that no unexpired bucket can have been sealed to."""
    for public in publics:
        tx.execute("DELETE FROM prekeys WHERE space = ? AND public = ?", (ref, _raw(public)))


def add_invite(tx: Tables, ref: int, key: str, secret: Secret, made_at: int) -> None:
    """An invite made on this device; the secret lets it print the link again."""
    tx.execute(
        "INSERT OR REPLACE INTO invites (space, key, secret, made_at) VALUES (?, ?, ?, ?)",
        (ref, _raw(key), secret.reveal(), made_at),
    )


def invite(tables: Tables, ref: int, key: str) -> Secret | None:
    """The secret of an invite made here, by its key."""
    row = one(tables.execute("SELECT secret FROM invites WHERE space = ? AND key = ?", (ref, _raw(key))))
    return None if row is None else Secret(row[0])


def invites(tables: Tables, ref: int) -> list[tuple[str, Secret, int]]:
    """(key, secret, made at) of invites made here, oldest first."""
    sql = "SELECT lower(hex(key)), secret, made_at FROM invites WHERE space = ? ORDER BY made_at, key"
    return [(key, Secret(secret), made_at) for key, secret, made_at in tables.execute(sql, (ref,))]


def destroy_invite(tx: Tables, ref: int, key: str) -> None:
    tx.execute("DELETE FROM invites WHERE space = ? AND key = ?", (ref, _raw(key)))


def _raw(text: str | None) -> bytes | None:
    return None if text is None else bytes.fromhex(text)
