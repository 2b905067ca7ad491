"""Small numbers for the ids (devices, channels) that recur in every row of the log.

0 stands for "": the space's own channel. A number stays as long as a row uses it.
"""

from __future__ import annotations

from collections.abc import Iterable

from tadamun.core.ports import Tables
from tadamun.store.tables import listed


def numbers(tables: Tables, ids: Iterable[str]) -> dict[str, int]:
    """The numbers of those ids (hex, or "") that have one."""
    wanted = {i for i in ids if i}
    known = {"": 0}
    if wanted:
        sql = "SELECT lower(hex(id)), n FROM refs WHERE id IN (SELECT unhex(value) FROM json_each(?))"
        known.update((i, n) for i, n in tables.execute(sql, (listed(sorted(wanted)),)))
    return known


def ensure(tx: Tables, ids: Iterable[str]) -> dict[str, int]:
    """The numbers of those ids, given now to those that had none."""
    wanted = set(ids)
    known = numbers(tx, wanted)
    missing = sorted(wanted - known.keys())
    if missing:
        tx.many("INSERT OR IGNORE INTO refs (id) VALUES (?)", [(bytes.fromhex(i),) for i in missing])
        known.update(numbers(tx, missing))
    return known


def tidy(tx: Tables) -> None:
    """Let go of the ids that no row uses any more."""
    tx.execute(
        "DELETE FROM refs WHERE n NOT IN"
        " (SELECT device FROM log UNION SELECT channel FROM log UNION SELECT device FROM parked)"
    )
