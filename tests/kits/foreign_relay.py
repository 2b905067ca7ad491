"""PyPI nostr-relay as a process: another project's relay, without NIP-77, that cuts every answer at 500 events."""

from __future__ import annotations

import socket
import sys
import time
from pathlib import Path

from kits.processes import READY, Child, free_port


class ForeignRelay(Child):
    """On a port that stays the same; what it stored stays."""

    tells = False

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self.port = free_port()
        config = folder / "config.yaml"
        config.write_text(
            f"""
storage:
  sqlalchemy.url: sqlite+aiosqlite:///{folder}/relay.sqlite3
  num_concurrent_reqs: 4
  num_concurrent_adds: 1
  validators:
    - nostr_relay.validators.is_not_too_large
    - nostr_relay.validators.is_signed
    - nostr_relay.validators.is_recent
max_event_size: 65536
max_limit: 500
gunicorn:
  bind: 127.0.0.1:{self.port}
  workers: 1
  loglevel: warning
"""
        )
        program = str(Path(sys.executable).with_name("nostr-relay"))
        super().__init__(folder, "-c", str(config), "serve", "--use-uvicorn", program=(program,))

    @property
    def address(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    def wait_ready(self) -> None:
        """It says nothing when it is ready: somebody answers at its port."""
        assert self.process is not None
        until = time.monotonic() + READY
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                assert self.process.poll() is None, self.log()
                assert time.monotonic() < until, self.log()
                time.sleep(0.05)
            else:
                return
