"""Joining as it goes in life: links that admit no more, nobody at home, a death half way, a second device."""

from __future__ import annotations

import time

from kits.processes import Node, Troupe, until, until_equal


def names(node: Node) -> list[str]:
    return sorted(one["name"] for one in node.call("people.list"))


def test_links_that_do_not_admit_any_more(stage: Troupe) -> None:
    keeper = stage.keeper()
    [nour] = stage.founded([keeper.address], "Nour")
    sami, rima = stage.node("Sami", [keeper.address]), stage.node("Rima", [keeper.address])
    once = nour.call("invite.new", uses=1)["link"]
    assert sami.run("join", once, "--as", "Sami").code == 0
    late = rima.run("join", once, "--as", "Rima")
    assert late.code == 2
    assert "used up" in late.said["error"]["text"]
    # Another link opens the same door: nothing of the failed attempt stands in the way.
    taken_back = nour.call("invite.new", uses=5)
    assert nour.run("invite", "revoke", taken_back["key"][:8]).code == 0
    refused = rima.run("join", taken_back["link"], "--as", "Rima")
    assert refused.code == 2
    assert "withdrawn" in refused.said["error"]["text"]
    short = nour.call("invite.new", uses=1, expires=1)
    until(lambda: time.time() > short["expires"], "the invite's end")
    expired = rima.run("join", short["link"], "--as", "Rima")
    assert expired.code == 2
    assert "expired" in expired.said["error"]["text"]
    assert names(nour) == ["Nour", "Sami"]
    assert rima.run("join", nour.call("invite.new")["link"], "--as", "Rima").code == 0
    until_equal([nour, sami, rima])
    assert names(rima) == ["Nour", "Rima", "Sami"]


def test_nobody_answers_till_later(stage: Troupe) -> None:
    keeper = stage.keeper()
    [nour] = stage.founded([keeper.address], "Nour")
    link = nour.call("invite.new")["link"]
    until(lambda: nour.call("node.status")["spaces"][0]["waiting"] == 0, "the keeper has the invite")
    nour.stop()
    rima = stage.node("Rima", start=False)
    alone = rima.run("join", link, "--as", "Rima", "--timeout", "3s")
    assert alone.code == 4
    assert "completes" in alone.said["error"]["text"]
    refused = rima.run("post", "too early")
    assert refused.code == 3
    # It was not in vain: when both run, it completes by itself, through the keeper that the link named.
    rima.start()
    nour.start()
    until(lambda: rima.call("space.list")[0]["status"] == "member", "let in")
    until(lambda: names(nour) == ["Nour", "Rima"], "introduced by the name given when asking")
    rima.call("talk.post", text="here at last")
    until_equal([nour, rima])
    assert nour.texts() == ["here at last"]


def test_the_one_who_answers_may_be_another_steward(stage: Troupe) -> None:
    keeper = stage.keeper()
    nour, sami = stage.founded([keeper.address], "Nour", "Sami", level=50)
    link = nour.call("invite.new")["link"]
    until_equal([nour, sami])
    nour.stop()
    rima = stage.node("Rima")
    rima.call("join", link=link, called="Rima", timeout=60)
    until_equal([sami, rima])
    nour.start()
    until_equal([nour, sami, rima])


def test_killed_while_joining(stage: Troupe) -> None:
    keeper = stage.keeper()
    [nour] = stage.founded([keeper.address], "Nour")
    nour.call("talk.post", text="from before")
    link = nour.call("invite.new")["link"]
    until(lambda: nour.call("node.status")["spaces"][0]["waiting"] == 0, "the keeper has the invite")
    nour.stop()
    rima = stage.node("Rima")
    asked = rima.run("join", link, "--as", "Rima", "--timeout", "1s")
    assert asked.code == 4
    rima.kill()
    nour.start()
    until(lambda: nour.call("space.list")[0]["members"] == 2, "admitted while she was away")
    nour.kill()
    rima.start()
    nour.start()
    until_equal([nour, rima])
    assert rima.texts() == ["from before"]
    assert names(nour) == ["Nour", "Rima"]


def test_without_a_keeper_by_the_address_in_the_link(stage: Troupe) -> None:
    nour = stage.node("Nour", listen="127.0.0.1:0")
    nour.call("space.new", name="Circle", called="Nour")
    link = nour.call("invite.new")["link"]
    rima = stage.node("Rima")
    rima.call("join", link=link, called="Rima", timeout=60)
    rima.call("talk.post", text="over your own relay")
    until_equal([nour, rima])
    assert nour.texts() == ["over your own relay"]


def test_history_from_joining(stage: Troupe) -> None:
    keeper = stage.keeper()
    nour, sami = stage.founded([keeper.address], "Nour", "Sami", history="joining")
    nour.call("talk.post", text="between the two of us")
    until(lambda: sami.texts() == ["between the two of us"], "the first post")
    rima = stage.node("Rima")
    rima.call("join", link=nour.call("invite.new")["link"], called="Rima", timeout=60)
    for n, node in enumerate((nour, sami, rima)):
        node.call("talk.post", text=f"all three, {n}")
    for node in (nour, sami, rima):
        until(lambda node=node: {f"all three, {n}" for n in range(3)} <= set(node.texts()), "all three")
    assert "between the two of us" not in rima.texts()
    assert len(nour.texts()) == len(sami.texts()) == 4
    control = {node.digest()["spaces"][0]["control"] for node in (nour, sami, rima)}
    assert len(control) == 1


def test_a_second_device_and_its_end(stage: Troupe) -> None:
    keeper = stage.keeper()
    nour, sami = stage.founded([keeper.address], "Nour", "Sami")
    nour.call("talk.post", text="from the desk")
    phone = stage.node("phone")
    link = nour.run("devices", "add").said["link"]
    assert phone.run("join", link).code == 0
    phone.call("talk.post", text="from the street")
    until_equal([nour, sami, phone])
    assert sorted(phone.texts()) == ["from the desk", "from the street"]
    assert {post["name"] for post in sami.posts()} == {"Nour"}
    assert names(sami) == ["Nour", "Sami"]
    # The same link lets nobody else in.
    other = stage.node("other", start=False)
    assert other.run("join", link, "--timeout", "3s").code in (2, 4)
    # A message reaches both of her devices.
    sami.call("talk.post", text="to you on any device", to="Nour")
    for node in (nour, phone):
        until(lambda node=node: node.texts(private=True) == ["to you on any device"], "the message")
    lost = next(one["device"] for one in phone.call("devices.list") if one["this"])
    assert nour.run("devices", "revoke", lost[:8], "--yes").said["done"] is True
    until(lambda: not any(d["live"] for d in sami.call("devices.list") if d["device"] == lost), "revoked everywhere")
    sami.call("talk.post", text="after the phone was taken")
    until_equal([nour, sami])
    assert "after the phone was taken" in nour.texts()
    until(lambda: phone.call("space.list")[0]["status"] == "out", "the phone knows")
    assert phone.run("post", "from whoever has it").code == 3
    assert "after the phone was taken" not in phone.texts()
