"""What the tests of crypto share: a device, an epoch."""

from __future__ import annotations

import pytest
from seeded import SPACE, Device, Seeded

from tadamun.core.event import Draft
from tadamun.core.genuine import Genuine
from tadamun.crypto.epoch import EpochKeys


@pytest.fixture
def random() -> Seeded:
    return Seeded(b"tests")


@pytest.fixture(scope="session")
def device() -> Device:
    return Device.make(Seeded(b"device"))


@pytest.fixture(scope="session")
def epoch() -> EpochKeys:
    return EpochKeys.make(SPACE, Seeded(b"epoch"))


@pytest.fixture(scope="session")
def post(device: Device) -> Genuine:
    return device.signing.sign(Draft(11, "صباح الخير, good morning", (("h", SPACE), ("auth",)), 1_700_000_000))
