"""``serve``: a store without a window."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import signal
import sys
from argparse import Namespace
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from core.bootstrap import Shop, open_shop
from core.storage.folder import Home
from localserver.console.terminal import DONE, Terminal
from localserver.runner import new_loop, serve

if TYPE_CHECKING:
    from localserver.sandbox.stage import Stage

log = logging.getLogger(__name__)


def run(args: Namespace, home: Home, out: Terminal) -> int:
    """Serve until SIGTERM or SIGINT; one JSON line on stdout says when requests are accepted."""
    shop = open_shop(home, args.store)
    stage = _stage(shop) if args.sandbox else None
    try:
        if stage is not None:
            out.say("Sandbox: the buyer's phone is at {url}", url=stage.start())

        def ready(url: str) -> None:
            if stage is not None:
                stage.connect(url)
            gc.freeze()  # what is loaded by now stays: a full round of the collector over it stops everything for 50 ms
            gc.enable()
            print(json.dumps({"ready": True, "url": url}), flush=True)

        with asyncio.Runner(loop_factory=new_loop) as runner:
            runner.run(_until_signal(shop, args, ready))
    finally:
        if stage is not None:
            stage.stop()
        shop.close()
    return DONE


def _stage(shop: Shop) -> Stage:
    from localserver.sandbox.stage import Stage

    return Stage(shop)


async def _until_signal(shop: Shop, args: Namespace, ready: Callable[[str], None]) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        if sys.platform == "win32":
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))
        else:
            with suppress(NotImplementedError):
                loop.add_signal_handler(number, stop.set)
    await serve([shop], args.host, args.port, ready, stop)
