"""The vault's schema as numbered steps, each in one transaction; `PRAGMA user_version` says how many were taken.

A step is never changed once released: what comes later is another step. The files are `NNNN_name.sql`, statements
separated by `;` at the end of a line.
"""

from __future__ import annotations

import re
from importlib import resources
from typing import Any, Final

from tadamun.core.errors import VaultError
from tadamun.store.cipher import APPLICATION, transaction

_END: Final = re.compile(r";\s*\n")


def steps() -> list[str]:
    """The SQL of every step, first to last."""
    files = sorted(f.name for f in resources.files(__name__).iterdir() if f.name.endswith(".sql"))
    return [resources.files(__name__).joinpath(name).read_text("utf-8") for name in files]


def version_of(connection: Any) -> int:
    """How many steps this file has taken; 0 for a new one."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def refuse_newer(connection: Any, known: int) -> None:
    """Raises VaultError, having changed nothing, when a later program wrote the file."""
    if version_of(connection) > known:
        raise VaultError(
            "This vault was written by a newer Tadamun. Nothing was changed: install the newer version to open it."
        )


def migrate(connection: Any, upto: int | None = None) -> None:
    """Take the steps not yet taken. Raises VaultError if the file is newer than this program; nothing is changed then.

    upto: stop after that step (tests make old vaults with it).
    """
    known = steps()
    refuse_newer(connection, len(known))
    for number, sql in enumerate(known[:upto], start=1):
        if number <= version_of(connection):
            continue
        with transaction(connection):
            for statement in statements(sql):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number}")
            connection.execute(f"PRAGMA application_id = {APPLICATION}")


def statements(sql: str) -> list[str]:
    """The statements of a script, without comment lines."""
    plain = "\n".join(line for line in sql.splitlines() if not line.lstrip().startswith("--")) + "\n"
    return [part.strip() for part in _END.split(plain) if part.strip()]
