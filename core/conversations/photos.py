"""Photos of products on the cards buyers get: each is uploaded once, and no card waits long for its photo.

A card without its photo says all that matters, so every trouble with one ends there: the card goes without. WhatsApp
keeps an upload for 30 days, for the number that made it (reference whatsapp §5.4); what is known of them here lives as
long as the program and the account's settings do.
"""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Final

from core.conversations.channel import Channel
from core.kernel.clock import DAY, MINUTE, Clock
from core.kernel.errors import LivePayError, Refused
from core.storage import pictures

log = logging.getLogger(__name__)

LIFE: Final = 28 * DAY
REST: Final = 5 * MINUTE  # after a failure
PATIENCE: Final = 3.0  # s that cards wait for an upload, from its beginning
SIDE: Final = 800  # px: fills a phone's bubble, about 60 kB of the buyer's data
UNFIT: Final = frozenset({100, 131009, 131052, 131053})
"""Codes by which WhatsApp may mean the photo of a message (§7)."""
_QUALITY: Final = 80


class Photos:
    """The product photos WhatsApp has. On the sender's loop, but for :meth:`unfit`."""

    def __init__(self, folder: Path, clock: Clock, patience: float = PATIENCE) -> None:
        self._folder = folder
        self._clock = clock
        self._patience = patience
        self._channel: Channel | None = None
        self._known: dict[str, tuple[str | None, int]] = {}  # file → media id, and until when that holds (ms UTC)
        self._uploads: dict[str, tuple[asyncio.Task[None], float]] = {}

    async def ready(self, channel: Channel, file: str) -> None:
        """Have WhatsApp know this file of the media folder, or give up for a while. Never raises."""
        if channel is not self._channel:
            self._channel = channel
            self._known.clear()
        if self._known.get(file, (None, 0))[1] > self._clock.now():
            return
        loop = asyncio.get_running_loop()
        if file not in self._uploads:
            self._uploads[file] = loop.create_task(self._upload(channel, file)), loop.time()
        task, began = self._uploads[file]
        left = began + self._patience - loop.time()
        if left > 0:
            await asyncio.wait({task}, timeout=left)

    def known(self, file: str) -> str | None:
        """The media id to send this file under; None: send without."""
        media_id, until = self._known.get(file, (None, 0))
        return media_id if until > self._clock.now() else None

    def unfit(self, file: str) -> None:
        """WhatsApp would not show it: cards go without it for a while. Safe from any thread."""
        self._known[file] = None, self._clock.now() + REST

    async def close(self) -> None:
        """Nobody waits for these any more."""
        tasks = [task for task, _ in self._uploads.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _upload(self, channel: Channel, file: str) -> None:
        media_id, lasts = None, REST
        try:
            content = await asyncio.to_thread(for_card, self._folder, file)
            media_id, lasts = await channel.upload(content, f"{Path(file).stem}.jpg", "image/jpeg"), LIFE
        except LivePayError as error:
            log.info("Cards go without the photo %s: %s", file, error)
        finally:
            del self._uploads[file]
            if channel is self._channel:
                self._known[file] = media_id, self._clock.now() + lasts


def for_card(folder: Path, file: str) -> bytes:
    """A JPEG WhatsApp surely takes, whatever the shop keeps. Raises Refused, EnvironmentProblem. Slow."""
    path = pictures.find(folder, file)
    if path is None:
        raise Refused("The file {name} cannot be read.", name=file)
    return pictures.fitted(pictures.decoded(pictures.read(path), SIDE), SIDE, _QUALITY).content
