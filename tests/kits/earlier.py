"""`python earlier.py FILE …`: tadamun on a computer whose clock is behind by the seconds that FILE holds.

So a space gets a past: what people say while FILE says 86400, was said yesterday once it says 0.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from tadamun.main import command_line

behind = Path(sys.argv.pop(1))
true_time = time.time


def earlier() -> float:
    return true_time() - float(behind.read_text())


time.time = earlier

if __name__ == "__main__":
    command_line()
