"""A vault as whoever has its passphrase finds it: every row of every table, looked through for something planted.

Only for a node that does not run.
"""

from __future__ import annotations

from pathlib import Path

from kits.processes import PASSPHRASE
from tadamun.store.vault import Vault

# Full text's own tables give no rows; their content lies in tables of their own beside them.
_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"


def held(home: Path, planted: str) -> list[str]:
    """The tables in which a text, or hexadecimal as the bytes it stands for, is found anywhere."""
    sought = [planted.encode()]
    if len(planted) % 2 == 0 and not set(planted) - set("0123456789abcdef"):
        sought.append(bytes.fromhex(planted))
    with Vault.open(home, PASSPHRASE) as vault:
        tables = [name for (name,) in vault.read.execute(_TABLES)]
        return [
            name for name in tables if any(_in(row, sought) for row in vault.read.execute(f'SELECT * FROM "{name}"'))
        ]


def _in(row: tuple[object, ...], sought: list[bytes]) -> bool:
    values = [value.encode() if isinstance(value, str) else value for value in row if isinstance(value, str | bytes)]
    return any(one in value for value in values for one in sought)
