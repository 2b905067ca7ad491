"""What a node that listens tells others: addresses that mean this machine to them as well."""

from tadamun.carry.reached import MOST, machine, networks, reached

OWN = ("127.0.0.1", "192.168.1.20", "203.0.113.7", "::1", "fe80::1", "fd00::20", "2001:db8::7", "192.168.1.20")


def test_all_addresses_are_told_one_by_one() -> None:
    assert reached("0.0.0.0", 7447, OWN) == ("ws://192.168.1.20:7447", "ws://203.0.113.7:7447")


def test_ipv6_too_where_it_listens_there() -> None:
    assert reached("::", 7447, OWN) == (
        "ws://192.168.1.20:7447",
        "ws://203.0.113.7:7447",
        "ws://[fd00::20]:7447",
        "ws://[2001:db8::7]:7447",
    )


def test_one_address_is_told_as_it_is() -> None:
    assert reached("127.0.0.1", 1, OWN) == ("ws://127.0.0.1:1",)
    assert reached("::1", 1, OWN) == ("ws://[::1]:1",)
    assert reached("nour.example.org", 80, OWN) == ("ws://nour.example.org:80",)


def test_no_more_than_an_announcement_holds() -> None:
    assert len(reached("0.0.0.0", 1, [f"10.0.0.{k}" for k in range(1, 100)])) == MOST


def test_a_machine_off_every_network_tells_nothing() -> None:
    assert reached("0.0.0.0", 1, ["127.0.0.1"]) == ()


def test_this_machine_knows_its_own_addresses() -> None:
    assert "127.0.0.1" in machine()


def test_networks_are_those_of_its_addresses() -> None:
    own = [
        ("127.0.0.1", 8),
        ("192.168.1.20", 24),
        ("192.168.1.21", 24),
        ("10.8.0.2", 32),
        ("fe80::1", 64),
        ("::1", 128),
    ]
    assert list(map(str, networks([*own, ("fd00:1::20", 64)]))) == ["192.168.1.0/24", "10.8.0.2/32", "fd00:1::/64"]
    assert not any(network.is_loopback for network in networks())
