"""Where a hostile member sends other people's computers: nowhere they should not go, and not for ever."""

from __future__ import annotations

import pytest
from forger import Forger
from witness import goes_on

from kits.sim import Town
from tadamun.carry.reached import networks
from tadamun.core import upkeep
from tadamun.core.body import spell
from tadamun.node import whereabouts

pytestmark = pytest.mark.anyio


HOME = whereabouts.Around(networks([("192.168.1.20", 24), ("fd12:3456::1", 64)]))


async def announce(forger: Forger, *addresses: str, **frame: object) -> None:
    body = upkeep.Addresses(addresses=addresses)
    await forger.send(forger.event(spell(body), kind=upkeep.ADDRESSES, **frame))


def dialled(town: Town, name: str) -> list[str]:
    node = town.homes[name].up
    node.refresh()
    return sorted(one.address for one in node.peers.status())


@pytest.mark.parametrize(
    "address",
    [
        "ws://192.168.1.1/cgi-bin/reboot?now=1",  # a request of the attacker's choice, from inside the house
        "ws://router.example/apply?dns=6.6.6.6",
        "ws://169.254.169.254",
        "ws://127.0.0.1:8545",
        "ws://127.1:8545",
        "ws://2130706433:8545",
        "ws://0x7f000001",
        "ws://[::1]:8545",
        "ws://[::ffff:127.0.0.1]:8545",
        "ws://localhost:8545",
        "ws://LOCALHOST.:8545",
        "ws://0.0.0.0:80",
        "ws://224.0.0.1",
        "ws://[fe80::1]",
        "wss://abcdefghijklmnop.onion",
        "ws://user:pass@example.org",
    ],
)
def test_where_nobody_sends_us(address: str) -> None:
    assert not whereabouts.goes_to(address, HOME)


@pytest.mark.parametrize(
    "address",
    [
        "ws://192.168.1.20:7447",
        "ws://[fd12:3456::20]:7447",
        "ws://[::ffff:192.168.1.20]:7447",
        "wss://relay.example.org",
        "ws://[2001:470::1]:7447/",
        "ws://203.0.113.7:7447",
    ],
)
def test_where_members_are(address: str) -> None:
    assert whereabouts.goes_to(address, HOME)


@pytest.mark.parametrize(
    "address",
    [
        "ws://192.168.1.1",  # the router of every other network too
        "ws://192.168.1.20:7447",
        "ws://172.16.0.1:2375",
        "ws://10.0.0.1",
        "ws://100.100.100.200",  # a data centre's list of secrets
        "ws://[fd12:3456::20]:7447",
        "ws://[::ffff:10.0.0.1]:80",
    ],
)
@pytest.mark.parametrize("where", [whereabouts.Around(), whereabouts.Around(networks([("192.168.7.20", 24)]))])
def test_private_addresses_lead_nowhere_on_a_foreign_network(address: str, where: whereabouts.Around) -> None:
    assert not whereabouts.goes_to(address, where)


def test_loopback_is_for_those_whose_own_relay_is_there() -> None:
    assert whereabouts.goes_to("ws://127.0.0.1:7447", whereabouts.Around(loopback=True))


async def test_a_laptop_that_changes_networks_dials_the_old_ones_addresses_no_more(three: Town) -> None:
    amal = three.homes["amal"].up
    amal.networks = HOME.networks
    await announce(Forger(three.homes["celine"]), "ws://192.168.1.7:7447", "ws://203.0.113.7:7447")
    await three.settle()
    assert dialled(three, "amal") == ["ws://192.168.1.7:7447", "ws://203.0.113.7:7447"]
    amal.networks = networks([("192.168.7.20", 24)])
    await three.pass_time(20)  # without anybody saying anything
    assert [one.address for one in amal.peers.status()] == ["ws://203.0.113.7:7447"]
    assert {one["address"] for one in await three.call("amal", "peers.list")} == {"ws://203.0.113.7:7447"}


async def test_only_the_last_announcement_of_a_device_counts(three: Town) -> None:
    celine = Forger(three.homes["celine"])
    three.homes["amal"].up.networks = networks([("10.1.1.1", 8)])
    for n in range(100):
        await announce(celine, *(f"ws://10.0.{n}.{k}:80" for k in range(8)))
    await announce(celine, "ws://10.9.9.9:80", seq=5)  # said earlier, come late
    await three.settle()
    assert dialled(three, "amal") == [f"ws://10.0.99.{k}:80" for k in range(8)]
    await announce(celine)
    await three.settle()
    assert dialled(three, "amal") == []
    await goes_on(three)


async def test_nobody_goes_to_whom_was_shut_out(three: Town) -> None:
    """Else they would see who connects, from where and when, and every new mailbox, for ever."""
    await announce(Forger(three.homes["celine"]), "ws://203.0.113.7:7447")
    await three.settle()
    assert dialled(three, "badr") == ["ws://203.0.113.7:7447"]
    await three.call("amal", "members.remove", member=three.homes["celine"].me)
    await three.settle()
    await three.pass_time(20)
    for name in ("amal", "badr"):
        assert three.homes[name].up.peers.status() == []


async def test_what_was_found_on_one_network_is_not_looked_for_on_another(three: Town) -> None:
    amal = three.homes["amal"].up
    for n in range(40):
        amal.met(amal.desk.place(three.homes["amal"].place.space).space, f"ws://192.168.1.{n}:7447")
    assert len(dialled(three, "amal")) == whereabouts.NEARBY
    three.hours.at += whereabouts.STALE + 1
    assert dialled(three, "amal") == []
    three.hours.at -= whereabouts.STALE + 1
    await three.restart("amal")
    assert dialled(three, "amal") == []
