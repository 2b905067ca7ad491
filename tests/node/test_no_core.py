"""A crash leaves no picture of the memory on the disk."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import resource
from tadamun.main import leave_no_core
resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)
leave_no_core()
leave_no_core()
print(max(resource.getrlimit(resource.RLIMIT_CORE)))
"""


def test_the_limit_that_keeps_dumps_from_being_written_or_handed_on() -> None:
    said = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True, timeout=60)
    assert int(said.stdout) in (0, 1)
