"""The way of a template to WhatsApp and back: handed in, followed, compared, withdrawn.

The intent is kept first, then the call is made, then its answer is kept. Where no clear answer came, the template stays
handed in, and the next comparison with WhatsApp's own list says whether it arrived.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Protocol

from msgspec import Struct

from core.conversations.channel import NotSent, SendRefused
from core.conversations.photos import for_card
from core.conversations.sendcodes import Step
from core.kernel.errors import OutsideWorld, Refused
from core.kernel.events import Event
from core.kernel.waiting import woken
from core.storage.engine import Engine
from core.templates import service
from core.templates.events import TemplateHandedIn
from core.templates.rules import UNCHOSEN, Seen, Template, Words

log = logging.getLogger(__name__)

EVERY: Final = 300.0  # s, while WhatsApp looks at one; its webhook is quicker where it arrives
NOT_SET_UP: Final = "WhatsApp is not set up: enter the phone number ID and the access token."


class Handed(Struct, frozen=True):
    """WhatsApp's answer to a template: its id, our word for how it stands, and the category it took it for."""

    wa_id: str
    state: str
    category: str


class Compared(Struct, frozen=True):
    """``seen`` by WhatsApp, ``added`` here, ``odd``: of a form that is not filled here."""

    seen: int
    added: int
    odd: int


class TemplateChannel(Protocol):
    """The account's templates. Every method raises SendRefused, NotSent and Unclear."""

    async def templates(self) -> list[Seen]:
        """All of them."""
        ...

    async def hand_in(self, words: Words, code: str, wa_id: str, picture: bytes | None = None) -> Handed:
        """A new one, or (``wa_id``) other words of one it knows; ``picture``: a JPEG to stand above."""
        ...

    async def withdraw(self, name: str, wa_id: str) -> None:
        """Delete one, in this language only."""
        ...


class TemplateDesk:
    """One store's. ``channel()``: the account under the settings of the moment, None if not set up; ``media``: the
    folder of the pictures above templates."""

    def __init__(self, engine: Engine, channel: Callable[[], TemplateChannel | None], media: Path) -> None:
        self._engine = engine
        self._media = media
        self._channel = channel
        self._wake = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def _open(self) -> TemplateChannel:
        channel = self._channel()
        if channel is None:
            raise Refused(NOT_SET_UP)
        return channel

    async def hand_in(self, template_id: int, actor: str) -> Template:
        """Give it to WhatsApp for approval. Raises NotFound, Refused with WhatsApp's reason, OutsideWorld."""
        channel = self._open()
        picture = self._engine.read(lambda r: service.one(r, template_id)).words.picture
        above = await asyncio.to_thread(for_card, self._media, picture) if picture not in ("", UNCHOSEN) else None
        template = await self._engine.run(lambda tx: service.hand_in(tx, template_id), actor=actor)
        try:
            handed = await channel.hand_in(template.words, template.code, template.wa_id, above)
        except (SendRefused, NotSent) as error:
            said = error.details if isinstance(error, SendRefused) else ""
            await self._engine.run(lambda tx: service.refused(tx, template, said), actor="whatsapp")
            if isinstance(error, SendRefused) and error.action.step is Step.GIVE_UP:
                raise Refused("WhatsApp refuses the template: {details}", details=said or str(error.code)) from error
            raise
        await self._engine.run(
            lambda tx: service.taken(tx, template_id, handed.wa_id, handed.state, handed.category), actor="whatsapp"
        )
        return self._engine.read(lambda r: service.one(r, template_id))

    async def compare(self, actor: str = "whatsapp") -> Compared:
        """Bring the store's list up to what WhatsApp has. Raises Refused, OutsideWorld."""
        asked_at = self._engine.clock.now()
        seen: Sequence[Seen] = await self._open().templates()
        added, odd = await self._engine.run(lambda tx: service.compared(tx, seen, asked_at), actor=actor)
        return Compared(len(seen), added, odd)

    async def remove(self, template_id: int, actor: str) -> None:
        """Withdraw it from WhatsApp, where it is known there, and forget it. Raises NotFound, Refused, OutsideWorld."""
        template = self._engine.read(lambda r: service.one(r, template_id))
        if template.wa_id:
            await self._open().withdraw(template.words.name, template.wa_id)
        await self._engine.run(lambda tx: service.remove(tx, template_id), actor=actor)

    # -- by itself ---------------------------------------------------------------------------------------------

    def on_events(self, events: Sequence[Event]) -> None:
        """One was handed in: follow it. On the writer thread."""
        if any(isinstance(event, TemplateHandedIn) for event in events):
            loop = self._loop
            if loop is not None and not loop.is_closed():
                loop.call_soon_threadsafe(self._wake.set)

    async def run(self) -> None:
        """Ask WhatsApp now and then while it looks at a template; until cancelled."""
        self._loop = asyncio.get_running_loop()
        while True:
            self._wake.clear()
            waiting = self._engine.read(service.waits)
            if not await woken(self._wake, EVERY if waiting else None):
                await self.round()

    async def round(self) -> None:
        """One comparison; what is in its way is only noted."""
        try:
            await self.compare()
        except (Refused, OutsideWorld) as error:
            log.info("Templates are compared later: %s", error)
