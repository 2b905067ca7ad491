"""Where members learn that a node is: what its person says of a forwarded port or a name, else its own addresses."""

from __future__ import annotations

import pytest

from kits.processes import Troupe, free_port, until, until_equal


def test_what_is_advertised_is_told_instead_of_the_bound_address(stage: Troupe) -> None:
    keeper = stage.keeper()
    nour, sami = stage.founded([keeper.address], "Nour", "Sami", listen="127.0.0.1:0")
    nour.stop()
    port = free_port()
    name = f"ws://localhost:{port}"
    nour.arguments += (f"--listen=127.0.0.1:{port}", f"--advertise={name}")
    nour.start()
    assert name in nour.call("invite.new")["leads_to"]

    def known() -> dict[str, str]:
        return {one["address"]: one["state"] for one in sami.call("peers.list") if one["what"] == "announced"}

    until(lambda: known() == {name: "live"}, "Sami has met Nour by the name that was told")
    assert name not in {one["address"] for one in nour.call("peers.list")}
    nour.call("talk.post", text="over the name")
    until_equal([nour, sami])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--advertise", "ws://nour.example.org"], "--listen"),
        (["--listen", "127.0.0.1:0", "--advertise", "ws://nour.example.org/path"], "no address to tell"),
        (["--listen", "127.0.0.1:0", "--advertise", "ws://nour.example.org:99999"], "no address to tell"),
        (["--listen", "127.0.0.1:0", "--advertise", "ws://abcdefgh.onion:80"], "no address to tell"),
        (["--listen", "127.0.0.1:0", *(f"--advertise=ws://n{k}.example" for k in range(9))], "At most 8"),
    ],
)
def test_what_cannot_be_told_is_refused_before_anything_starts(stage: Troupe, arguments: list[str], says: str) -> None:
    nour = stage.node("Nour", start=False)
    refused = nour.run("up", "--no-pages", *arguments)
    assert refused.code == 2
    assert says in refused.said["error"]["text"]
