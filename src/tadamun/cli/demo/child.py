"""A process of the demo: Tadamun, which ends when the demo does, however that ends.

The demo holds one end of a pipe that nobody writes to. When it is gone, killed too, the other end says so here. This
file knows nothing of what runs.
"""

from __future__ import annotations

import os
import runpy
import signal
import threading
import time
from typing import Final

ALIVE: Final = "TADAMUN_DEMO"  # the variable that names the pipe's end
PATIENCE: Final = 5.0  # seconds to put things away


def _outlive_nobody(pipe: int) -> None:
    os.read(pipe, 1)  # returns when nobody can write to it any more
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(PATIENCE)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    threading.Thread(target=_outlive_nobody, args=(int(os.environ.pop(ALIVE)),), daemon=True).start()
    runpy.run_module("tadamun.main", run_name="__main__", alter_sys=True)
