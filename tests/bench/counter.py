"""A shop serving without a window, a process of its own: ``HOME STORE``. It notes when each answer is kept."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.bootstrap import open_shop
from core.conversations.events import MessageAdded
from core.kernel.events import Event
from core.storage.folder import Home
from localserver.runner import ServerThread
from tests.bench.processes import say, serve


class Answers:
    """Conversations that the bot has answered, each with the moment its answer was durable."""

    def __init__(self) -> None:
        self.at: dict[int, float] = {}

    def hear(self, events: Sequence[Event]) -> None:
        now = time.time()
        for event in events:
            if isinstance(event, MessageAdded) and event.author == "bot":
                self.at.setdefault(event.conversation_id, now)


def main(home: str, slug: str) -> None:
    sys.setswitchinterval(0.0005)  # as main.py does
    shop = open_shop(Home(Path(home)), slug)
    answers = Answers()
    shop.engine.subscribe(answers.hear)
    server = ServerThread([shop])

    def count(_: dict[str, Any]) -> dict[str, Any]:
        held, orders, waiting, left = shop.engine.read(
            lambda r: r.one(
                "SELECT (SELECT coalesce(sum(held), 0) FROM order_line), (SELECT count(*) FROM orders),"
                " (SELECT count(*) FROM waiting WHERE state = 'waiting'), (SELECT sum(on_hand - held) FROM product)"
            )
        ) or (0, 0, 0, 0)
        times = sorted(answers.at.values())
        return {"answers": times, "held": held, "orders": orders, "waiting": waiting, "left": left}

    try:
        say({"url": server.start()})
        serve(count)
    finally:
        server.stop()
        shop.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
