"""Whose a connection is, as the system tells."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from tadamun.web.neighbour import owner

# proc(5), with a listening socket, a client and the server's end of the same connection, and one of IPv6's length.
TABLE = """\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:5B25 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 1 1 0 100 0 0 10 0
   1: 0100007F:9C40 0100007F:5B25 01 00000000:00000000 00:00000000 00000000  1001        0 2 1 0 20 4 30 10 -1
   2: 0100007F:5B25 0100007F:9C40 01 00000000:00000000 00:00000000 00000000  1000        0 3 1 0 20 4 30 10 -1
   3: broken
"""


def test_it_is_the_clients_end_that_counts(tmp_path: Path) -> None:
    table = tmp_path / "tcp"
    table.write_text(TABLE)
    client, server = ("127.0.0.1", 0x9C40), ("127.0.0.1", 0x5B25)
    assert owner(client, server, table) == 1001
    assert owner(server, client, table) == 1000
    assert owner(("127.0.0.1", 1), server, table) is None
    assert owner(("127.0.0.2", 0x9C40), server, table) is None
    assert owner(("::1", 0x9C40), server, table) is None
    assert owner(client, server, tmp_path / "nowhere") is None


def test_a_connection_of_ones_own() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listening,
        socket.create_connection(listening.getsockname()) as client,
    ):
        assert owner(client.getsockname(), client.getpeername()) == os.geteuid()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another user")
def test_a_connection_of_somebody_else() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        child = os.fork()
        if child == 0:
            os.seteuid(65_534)
            with socket.create_connection(listening.getsockname()) as mine:
                mine.recv(1)
            os._exit(0)
        at_our_end, client = listening.accept()
        with at_our_end:
            found = owner(client, listening.getsockname())
        os.waitpid(child, 0)
    assert found == 65_534


def test_an_ipv6_socket_that_speaks_ipv4_hides_nobody() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listening,
        socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as client,
    ):
        client.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        client.connect(("::ffff:127.0.0.1", listening.getsockname()[1]))
        at_our_end, address = listening.accept()
        with at_our_end:
            assert owner(address, listening.getsockname()) == os.geteuid()
