"""The house: opens once, closes whole, and outlives whatever befalls its node."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tadamun.core.errors import LocalError, UsageError, VaultError, VaultInUse, WrongPassphrase
from tadamun.web.house import Doors, House, State

pytestmark = pytest.mark.anyio

RIGHT = "the right passphrase"


class FakeNode:
    def __init__(self) -> None:
        self.listeners: set[Callable[[str], None]] = set()

    async def call(self, name: str, params: Mapping[str, Any]) -> Any:
        return name


class Vault:
    """What `main` would do. opened: how many are open now; dies: set to make the open node die of it."""

    def __init__(self) -> None:
        self.there = True
        self.opened = 0
        self.most = 0
        self.refuses: Exception | None = None
        self.dies: asyncio.Future[None] | None = None

    def create(self, passphrase: str, language: str) -> None:
        self.there = True

    async def change(self, old: str, new: str) -> None:
        if old != RIGHT:
            raise WrongPassphrase("No.")
        self.changed = new

    async def second(self, passphrase: str, new: str, what: str) -> None:
        await self.change(passphrase, new)

    @asynccontextmanager
    async def open(self, passphrase: str, report: Callable[[int, int], None]) -> AsyncIterator[FakeNode]:
        await asyncio.sleep(0)
        if self.refuses is not None:
            raise self.refuses
        if passphrase != RIGHT:
            raise WrongPassphrase("No.")
        self.opened += 1
        self.most = max(self.most, self.opened)
        self.dies = asyncio.get_running_loop().create_future()
        task = asyncio.current_task()
        assert task is not None
        self.dies.add_done_callback(lambda died: died.cancelled() or task.cancel())
        try:
            yield FakeNode()
        except asyncio.CancelledError:
            if self.dies.done() and not self.dies.cancelled():
                task.uncancel()
                self.dies.result()
            raise
        finally:
            self.opened -= 1


@pytest.fixture
def vault() -> Vault:
    return Vault()


@pytest.fixture
async def house(vault: Vault) -> AsyncIterator[House]:
    made = House(Doors(lambda: vault.there, vault.create, vault.open, vault.change, vault.second), lambda: 0.0)
    async with asyncio.TaskGroup() as group:
        run = group.create_task(made.run())
        yield made
        run.cancel()


async def test_states(house: House, vault: Vault) -> None:
    vault.there = False
    assert house.state is State.FRESH
    with pytest.raises(VaultError, match="no vault yet"):
        await house.call("space.list", {})
    await house.create(RIGHT, "ar")
    assert house.state is State.OPEN
    assert await house.call("space.list", {}) == "space.list"
    with pytest.raises(UsageError):
        await house.create(RIGHT, "ar")
    await house.lock()
    assert (house.state, vault.opened) == (State.LOCKED, 0)
    with pytest.raises(VaultError, match="locked"):
        await house.call("space.list", {})


async def test_it_opens_once_however_many_ask(house: House, vault: Vault) -> None:
    await asyncio.gather(*(house.unlock(RIGHT) for _ in range(5)))
    await house.unlock("whatever")  # open is open
    assert vault.most == 1
    await asyncio.gather(*(house.lock() for _ in range(3)))
    await house.lock()
    assert vault.opened == 0
    await house.unlock(RIGHT)
    assert (house.state, vault.most) == (State.OPEN, 1)


@pytest.mark.parametrize(
    "error", [VaultError("The disk is full. Nothing was lost."), RuntimeError("the secret")], ids=["foreseen", "not"]
)
async def test_a_node_that_dies_leaves_a_locked_house(house: House, vault: Vault, error: Exception) -> None:
    told: list[State] = []
    await house.unlock(RIGHT)
    known = asyncio.Event()
    house.watchers.add(lambda: told.append(house.state))
    house.watchers.add(lambda: known.set() if house.trouble is not None else None)
    assert vault.dies is not None
    vault.dies.set_exception(error)
    await asyncio.wait_for(known.wait(), 5)
    assert (house.state, vault.opened) == (State.LOCKED, 0)
    assert told[-1] is State.LOCKED
    assert isinstance(house.trouble, LocalError)
    assert "secret" not in str(house.trouble)
    await house.unlock(RIGHT)
    assert (house.state, house.trouble) == (State.OPEN, None)


async def test_only_wrong_passphrases_count_as_such(house: House, vault: Vault) -> None:
    vault.refuses = VaultInUse("Another process has it.")
    for _ in range(3):
        with pytest.raises(VaultInUse):
            await house.unlock(RIGHT)
    assert house.attempts.wrong == 0
    vault.refuses = None
    with pytest.raises(WrongPassphrase):
        await house.unlock("wrong")
    assert house.attempts.wrong == 1


async def test_whoever_hangs_up_while_it_opens_leaves_it_in_order(house: House, vault: Vault) -> None:
    async with asyncio.TaskGroup() as group:
        asking = group.create_task(house.unlock(RIGHT))
        await asyncio.sleep(0)
        asking.cancel()
    await house.unlock(RIGHT)
    assert (house.state, vault.most) == (State.OPEN, 1)
    await house.lock()
    for _ in range(10):
        await asyncio.sleep(0)
    assert (house.state, vault.opened) == (State.LOCKED, 0), "no wish was left that would open it again"


async def test_what_a_listener_hears_are_names_of_spaces(house: House) -> None:
    heard: list[str] = []
    house.listeners.add(heard.append)
    await house.unlock(RIGHT)
    node = house.node
    assert node is not None
    for tell in node.listeners:
        tell("a" * 64)
    assert heard == ["a" * 64]
