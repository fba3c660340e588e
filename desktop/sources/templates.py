"""WhatsApp's templates over an open shop: every method may block and is called off the window's thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

from core.bootstrap import Shop, templating
from core.conversations.templatedesk import Compared
from core.storage import pictures as store
from core.storage.connection import Reader
from core.templates import service
from core.templates.rules import Template, Words
from desktop import pictures
from desktop.pages.messages.beyondwords import Choice
from desktop.pictures import Thumb

ACTOR: Final = "seller"
T = TypeVar("T")


class ShopTemplates:
    """Implements :class:`desktop.pages.messages.beyondwords.TemplatesSource`."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._engine = shop.engine

    def every(self) -> tuple[Template, ...]:
        return tuple(self._engine.read(service.every))

    def take_ready_made(self) -> int:
        return self._engine.call(service.take_ready_made, actor=ACTOR)

    def save(self, template_id: int | None, words: Words) -> int:
        return self._engine.call(lambda tx: service.save(tx, template_id, words), actor=ACTOR)

    def remove(self, template_id: int) -> None:
        self._asked(lambda: self._shop.templates.remove(template_id, ACTOR))

    def hand_in(self, template_id: int) -> int:
        """Hand what is kept to WhatsApp. → its id."""
        return self._asked(lambda: self._shop.templates.hand_in(template_id, ACTOR)).id

    def keep_picture(self, path: Path) -> str:
        return store.keep(self._shop.media, pictures.prepare(path))

    def thumb(self, photo: str, width: int, height: int) -> Thumb | None:
        path = store.find(self._shop.media, photo)
        return None if path is None else pictures.thumb(path, width, height)

    def compare(self) -> Compared:
        return self._asked(lambda: self._shop.templates.compare(ACTOR))

    def choices(self, conversation_id: int) -> tuple[Choice, ...]:
        def read(reader: Reader) -> tuple[Choice, ...]:
            offers = templating.beyond(self._shop).offers(reader, conversation_id)
            return tuple(
                Choice(o, templating.cost(self._shop, reader, conversation_id, o.template.words.category))
                for o in offers
            )

        return self._engine.read(read)

    def send(self, conversation_id: int, template_id: int, values: Sequence[str]) -> None:
        beyond = templating.beyond(self._shop)
        self._engine.call(lambda tx: beyond.send(tx, conversation_id, template_id, values, "window"), actor=ACTOR)

    def _asked(self, question: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Ask WhatsApp on a loop of our own, which lives as long as the question."""

        async def ask() -> T:
            try:
                return await question()
            finally:
                await self._shop.http.close_here()

        return asyncio.run(ask())
