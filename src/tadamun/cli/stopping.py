"""Stopping cleanly what runs in the foreground: Ctrl-C, SIGTERM and a closed terminal end it, and are no error."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any


async def stoppable(work: Coroutine[Any, Any, None]) -> None:
    """Await the work until it ends or the first of the signals cancels it.

    A second signal, if the clean end takes too long for somebody, does what it does in any program.
    """
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    signals = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup asks to be left running
        signals.append(signal.SIGHUP)
    stopped = False

    def stop() -> None:
        nonlocal stopped
        stopped = True
        for one in signals:
            loop.remove_signal_handler(one)
        task.cancel()

    for one in signals:
        loop.add_signal_handler(one, stop)
    try:
        await work
    except asyncio.CancelledError:
        if not stopped:
            raise
