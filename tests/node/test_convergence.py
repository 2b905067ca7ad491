"""Whatever order things come in, every honest node shows the same: random histories of a small community.

Nodes write, answer, invite, remove, leave, split into parts and come together again, are killed and started anew,
while events come late, twice and in any order. In the end all are connected, and must agree with each other, with a
rebuild from their own log, and with a node that hears the same events in another order.
"""

from __future__ import annotations

import asyncio
import random
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from witness import agree, fold_in_another_order, has_history

from kits.sim import Home, Template, Town, circle
from tadamun.core.errors import LocalError

DAY = 86_400
MOST_HOMES = 5
seeds = st.integers(0, 2**16)
whose = st.integers(0, MOST_HOMES - 1)


def scratch() -> Path:
    """A folder in memory if there is one: vaults wait for the disk at every commit."""
    shared = Path("/dev/shm")
    return Path(tempfile.mkdtemp(prefix="tadamun-", dir=shared if shared.is_dir() else None))


@cache
def community() -> Template:
    """A founder, a steward and a member, with a checkpoint behind them."""

    async def found() -> Template:
        return await circle(Town(scratch(), seed=7))

    return asyncio.run(found())


class Histories(RuleBasedStateMachine):
    """One history. Every rule is something a person or the world does; refusals by the rules of the space are fine."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = scratch()
        self.said: dict[str, Home] = {}  # confirmed posts for all and for good, and who wrote them
        self.posts: list[str] = []
        self.joined = 0

    def run(self, work: Any) -> Any:
        return self.loop.run_until_complete(work)

    @initialize(seed=seeds, loss=st.sampled_from((0, 0, 30)), twice=st.sampled_from((0, 30)), delay=st.integers(0, 3))
    def begin(self, seed: int, loss: int, twice: int, delay: int) -> None:
        self.town = self.run(community().open(self.folder, seed, loss=loss, twice=twice, delay=delay))

    def teardown(self) -> None:
        try:
            if hasattr(self, "town"):
                self.run(self.end())
                self.run(self.town.close())
        finally:
            self.loop.close()
            shutil.rmtree(self.folder)

    async def end(self) -> None:
        town = self.town
        town.medium.heal()
        town.medium.loss = town.medium.twice = 0
        await town.settle()
        await town.pass_time(61)  # what could not be sealed is tried again
        honest = await agree(town)
        for name in honest:
            home = town.homes[name]
            assert (await town.call(name, "node.rebuild"))["same"], f"{name}: rebuilt otherwise"
            await fold_in_another_order(town, home, random.Random(town.seed))
        for post, home in self.said.items():
            author = home.place.device.public
            for name in (one for one in honest if has_history(town.homes[one])):
                if author in town.homes[name].place.log.state.live_devices() and not _ever_cut(home):
                    assert _holds(town.homes[name], post), f"{name} lost a post of {home.name}"

    def home(self, k: int) -> str:
        names = sorted(self.town.homes)
        return names[k % len(names)]

    def member(self, k: int) -> str:
        return self.town.homes[self.home(k)].me

    def act(self, who: int, call: str, **params: Any) -> Any:
        """None if the rules refuse it."""
        try:
            done = self.run(self.town.call(self.home(who), call, **params))
        except LocalError:
            done = None
        self.run(self.town.work(self.town.homes[self.home(who)]))
        return done

    # What people say.

    @rule(who=whose, expires=st.sampled_from((0, 0, 3_600, 3 * DAY)))
    def post(self, who: int, expires: int) -> None:
        done = self.act(who, "talk.post", text=f"words {len(self.posts)}", topics=["family"], expires=expires)
        if done:
            self.posts.append(done["id"])
            if not expires:
                self.said[done["id"]] = self.town.homes[self.home(who)]

    @precondition(lambda self: self.posts)
    @rule(who=whose, which=seeds, what=st.sampled_from(("comment", "react", "unreact", "edit", "retract")))
    def about(self, who: int, which: int, what: str) -> None:
        post = self.posts[which % len(self.posts)]
        if what == "comment":
            done = self.act(who, "talk.post", text=f"answer {len(self.posts)}", reply_to=post)
            if done:
                self.posts.append(done["id"])
        elif what == "edit":
            self.act(who, "talk.edit", post=post, text=f"edited {which}")
        else:
            self.act(who, f"talk.{what}", post=post)

    @rule(who=whose, to=whose, expires=st.sampled_from((0, 3_600)))
    def message(self, who: int, to: int, expires: int) -> None:
        done = self.act(who, "talk.post", text=f"between us {len(self.posts)}", to=self.member(to), expires=expires)
        if done:
            self.posts.append(done["id"])

    @rule(who=whose, about=whose, vouches=st.booleans())
    def people(self, who: int, about: int, vouches: bool) -> None:
        if vouches:
            self.act(who, "people.vouch", member=self.member(about))
        else:
            self.act(who, "people.profile", name=f"Name {about}")

    # Who belongs.

    @rule(who=whose, level=st.sampled_from((0, 10, 50)))
    def invite(self, who: int, level: int) -> None:
        if len(self.town.homes) < MOST_HOMES:
            self._let_in(self.act(who, "invite.new", level=level))

    @rule(who=whose)
    def add_device(self, who: int) -> None:
        if len(self.town.homes) < MOST_HOMES:
            self._let_in(self.act(who, "devices.add"))

    def _let_in(self, made: dict[str, Any] | None) -> None:
        if made:
            self.joined += 1
            name = f"new{self.joined}"
            self.run(self.town.build(name))
            self.run(self.town.join(name, made["link"], name))

    @rule(who=whose, whom=whose, undo=st.booleans())
    def remove(self, who: int, whom: int, undo: bool) -> None:
        self.act(who, "members.remove", member=self.member(whom), undo=undo)

    @rule(who=whose, whom=whose, level=st.sampled_from((0, 10, 20, 50, 60)))
    def level(self, who: int, whom: int, level: int) -> None:
        self.act(who, "members.level", member=self.member(whom), level=level)

    @rule(who=whose)
    def leave(self, who: int) -> None:
        self.act(who, "members.leave")

    @rule(who=whose, which=whose)
    def revoke(self, who: int, which: int) -> None:
        self.act(who, "devices.revoke", device=self.town.homes[self.home(which)].place.device.public)

    @rule(who=whose)
    def cosign(self, who: int) -> None:
        for one in self.act(who, "acts.list") or ():
            self.act(who, "acts.cosign", id=one["id"])

    @rule(who=whose)
    def rotate(self, who: int) -> None:
        home = self.town.homes[self.home(who)]
        if home.place.status == "member":
            self.run(rotate(home))
            self.run(self.town.work(home))

    # What the world does.

    @rule(parts=st.lists(st.integers(0, 1), min_size=MOST_HOMES, max_size=MOST_HOMES))
    def split(self, parts: list[int]) -> None:
        names = sorted(self.town.homes)
        groups = [[name for name, part in zip(names, parts, strict=False) if part == k] for k in (0, 1)]
        self.town.medium.heal()
        self.town.medium.split(*groups)

    @rule()
    def heal(self) -> None:
        self.town.medium.heal()

    @rule(steps=st.integers(1, 3), who=whose)
    def pass_mail(self, steps: int, who: int) -> None:
        for _ in range(steps):
            self.run(self.town.medium.step())
        self.run(self.town.work(self.town.homes[self.home(who)]))

    @rule(horizon=st.sampled_from((0.0, 3.0, 70.0)))
    def wait(self, horizon: float) -> None:
        self.run(self.town.settle(horizon))

    @rule(who=whose)
    def kill(self, who: int) -> None:
        self.run(self.town.restart(self.home(who)))

    @rule(hours=st.sampled_from((1, 30)))
    def time(self, hours: int) -> None:
        self.run(self.town.pass_time(hours * 3_600))


async def rotate(home: Home) -> None:
    home.up.desk.rotate(home.place)


def _ever_cut(home: Home) -> bool:
    """Was this device ever shut out? Then what it said is cut somewhere."""
    found = home.place.log.state.devices.get(home.place.device.public)
    return home.place.status != "member" or found is None or bool(found.cuts)


def _holds(home: Home, post: str) -> bool:
    return bool(home.up.vault.read.execute("SELECT 1 FROM talk_posts WHERE id = ?", (bytes.fromhex(post),)))


def test_histories_converge(request: pytest.FixtureRequest) -> None:
    long = settings.default is not None and settings.default.max_examples >= 1_000
    run_state_machine_as_test(
        Histories,
        settings=settings(
            max_examples=2_000 if long else 200,
            stateful_step_count=30 if long else 20,
            suppress_health_check=list(HealthCheck),
        ),
    )
