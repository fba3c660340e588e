"""Support's source over an open shop: every method may block and is called off the window's thread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from core.bootstrap import Shop, bundle
from core.bootstrap.asides import ask_again
from core.bootstrap.checkup import Line, Words, connections, machine, store
from core.kernel.errors import EnvironmentProblem
from core.kernel.reasons import reason
from core.storage.connection import Reader
from core.storage.folder import Home
from core.support import logbook, trace
from core.support.trace import Story
from desktop.bridge import Control
from desktop.pages.support.presenter import TraceWanted
from desktop.sources.asking import asked

_STORIES: Final = {"order": trace.of_order, "payment": trace.of_payment, "message": trace.of_message}


class ShopSupport:
    """Implements :class:`desktop.pages.support.presenter.SupportSource`."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._home = Home(shop.folder.parent.parent)

    def checks(self, language: str, control: Control) -> list[Line]:
        words = Words(language)
        found = [*machine(self._home, words), *store(self._shop, words)]
        return [*found, *(asked(self._shop, partial(connections, self._shop, words), control) or [])]

    def ask_again(self, control: Control) -> tuple[int, int]:
        return asked(self._shop, partial(ask_again, self._shop, "seller"), control) or (0, 0)

    def find(self, text: str) -> list[Story]:
        def read(reader: Reader) -> list[Story]:
            return [trace.of_order(reader, one) for one in trace.find(reader, text, self._shop.card.country)]

        return self._shop.engine.read(read)

    def story(self, wanted: TraceWanted) -> Story:
        return self._shop.engine.read(lambda reader: _STORIES[wanted.kind](reader, wanted.id))

    def log(self, lines: int) -> list[str]:
        return logbook.tail(self._home.path, lines)

    def take_fault(self) -> str:
        found = logbook.last_fault(self._home.path)
        if found:
            logbook.forget_fault(self._home.path)
        return found

    def bundle(self, checks: Sequence[Line], personal: bool) -> Mapping[str, str]:
        return bundle.contents(self._shop, checks, self._home.path, personal=personal)

    def save(self, texts: Mapping[str, str], target: Path) -> None:
        try:
            bundle.save(dict(texts), target)
        except OSError as error:
            raise EnvironmentProblem(
                "The file {path} cannot be written ({detail}).", path=target, detail=reason(error)
            ) from None
