"""A vault as whoever has its passphrase finds it: every row of every table, looked through for something planted.

`held` and `together` are for a node that does not run.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kits.processes import PASSPHRASE
from tadamun.core.ports import Tables
from tadamun.store.vault import Vault

# Full text's own tables give no rows; their content lies in tables of their own beside them.
_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"


def held(home: Path, planted: str) -> list[str]:
    """The tables in which a text, or hexadecimal as the bytes it stands for, is found anywhere."""
    return together(home, [planted])


def together(home: Path, *groups: Sequence[str]) -> list[str]:
    """The tables of which one row holds something of each group."""
    with Vault.open(home, PASSPHRASE) as vault:
        return in_rows(vault.read, *groups)


def in_rows(tables: Tables, *groups: Sequence[str]) -> list[str]:
    """The same, of a vault that is open."""
    sought = [[spelling for planted in group for spelling in _spellings(planted)] for group in groups]
    return [
        name
        for (name,) in tables.execute(_TABLES)
        if any(all(_in(row, some) for some in sought) for row in tables.execute(f'SELECT * FROM "{name}"'))
    ]


def _spellings(planted: str) -> list[bytes]:
    found = [planted.encode()]
    if len(planted) % 2 == 0 and not set(planted) - set("0123456789abcdef"):
        found.append(bytes.fromhex(planted))
    return found


def _in(row: tuple[object, ...], sought: Sequence[bytes]) -> bool:
    values = [value.encode() if isinstance(value, str) else value for value in row if isinstance(value, str | bytes)]
    return any(one in value for value in values for one in sought)
