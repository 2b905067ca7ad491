"""One start of a node for bench/starting.py, in a process that loads nothing besides.

`python -m bench.cold HOME MOMENT`; MOMENT: `time.monotonic()` when the process was begun.
Prints, as JSON, the seconds from then until each step was done.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Final

LISTED: Final = 50


async def start(home: Path, begun: float) -> dict[str, float]:
    """What `tadamun up` does, then what its page does first."""
    moments = {"python": time.monotonic() - begun}
    from tadamun.main import node_at
    from tadamun.node.outward import Given

    moments["imported"] = time.monotonic() - begun
    async with node_at(home, PASSPHRASE, Given(listen=("127.0.0.1", 0), lan=False)) as node:
        moments["running"] = time.monotonic() - begun
        found = await node.call("talk.read", {"limit": LISTED})
        moments["listed"] = time.monotonic() - begun
        used = time.process_time()
        assert found["posts"], "nothing to list"
        return moments | {"cpu": used, "peak_mb": (await Actor(node).usage())["peak_mb"]}


if __name__ == "__main__":
    from bench.actor import PASSPHRASE, Actor

    sys.stdout.write(json.dumps(asyncio.run(start(Path(sys.argv[1]), float(sys.argv[2])))))
