"""The vault in the other slot, made from within the one that is open: with a passphrase and a life of its own.

Whoever opens it sees a vault like any other. That there is another one is noted in the vault that made it and nowhere
else, so the second one cannot say so; and what is made from there takes the place of the first.
"""

from __future__ import annotations

from tadamun.core.errors import UsageError
from tadamun.crypto.secret import Secret
from tadamun.store import keyfile, meta, slots
from tadamun.store.vault import KEY, Vault

_SECOND = "second"  # "opens", "destroys", or nothing, as far as this vault knows
_SHARED = ("language",)  # what the new one takes over, so that it looks lived in by the same person


def known(vault: Vault) -> str:
    """What was made of the other slot from here: "" (nothing), "opens", or "destroys" (this vault's key)."""
    return meta.text(vault.read, _SECOND)


def make(vault: Vault, passphrase: str, new: str, destroys: bool) -> None:
    """An empty vault in the other slot, under the passphrase `new`; what was in that slot is gone.

    passphrase: of the open vault. destroys: opening the new one makes noise of the slot of this one. Killed in
    between, it leaves this vault as it was, and nothing or noise in the other slot.
    Raises VaultError (wrong passphrase, disk full), UsageError (the same passphrase).
    """
    mine = vault.mine(passphrase)
    if new == passphrase:
        raise UsageError("This is the passphrase of this vault. Nothing was changed. Choose another.")
    _clear(vault)
    opened = keyfile.Opened(Secret.make(vault.random), mine.other, destroys)
    with vault.beside(opened) as second:
        second.begin()
        with second.write() as tx:
            for name in _SHARED:
                if (value := meta.get(vault.read, name)) is not None:
                    meta.put(tx, name, value)
    keyfile.put(vault.folder / KEY, opened, new, vault.random)
    with vault.write() as tx:
        meta.put_text(tx, _SECOND, "destroys" if destroys else "opens")
    vault.even()


def remove(vault: Vault) -> None:
    """Make noise of the other slot, whatever it held. Raises VaultError if its key could not be destroyed."""
    _clear(vault)
    vault.even()


def _clear(vault: Vault) -> None:
    other = keyfile.NUMBERS[2 - vault.number]
    keyfile.destroy(vault.folder / KEY, other, vault.random)
    with vault.write() as tx:
        meta.remove(tx, _SECOND)
    for path in (slots.database(vault.folder, other), slots.wire(vault.folder, other)):
        slots.remove(path)
