"""What every test shares: asyncio under anyio's plugin, and how hard Hypothesis tries.

By default the random cases are the same in every run, so that a red run means a change and not a throw of the dice;
`make test-long` throws them anew, ten times as many.
"""

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "same-every-run",
    deadline=None,  # two cores shared with real processes: a slow example is no failure
    derandomize=True,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("long", parent=settings.get_profile("same-every-run"), derandomize=False, max_examples=1000)
settings.load_profile("same-every-run")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
