"""What set-up installs is what is locked: the lists with hashes agree with uv.lock."""

from __future__ import annotations

import re
import tomllib

import pytest

from house.reading import HOUSE

LOCKED = {
    package["name"]: {file["hash"] for file in [package.get("sdist"), *package.get("wheels", [])] if file}
    | {package["version"]}
    for package in tomllib.loads((HOUSE / "uv.lock").read_text())["package"]
    if package["name"] != "tadamun"
}


def listed(name: str) -> dict[str, set[str]]:
    """The packages of a list, each with its version and hashes."""
    entries = re.split(r"\n(?=\S)", (HOUSE / "tools" / name).read_text())
    found = [re.match(r"([\w.-]+)==(\S+)", entry) for entry in entries]
    return {
        match[1]: {match[2], *re.findall(r"sha256:[0-9a-f]{64}", entry)}
        for match, entry in zip(found, entries, strict=True)
        if match
    }


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_listed_package_is_the_locked_one(name: str) -> None:
    packages = listed(name)
    assert {"coincurve", "cryptography", "sqlcipher3"} <= set(packages)
    assert {package: packages[package] for package in packages} == {package: LOCKED[package] for package in packages}


def test_tests_have_everything_that_is_locked() -> None:
    assert set(listed("requirements-dev.txt")) == set(LOCKED)
