"""The texts' page's source over an open shop: every method may block and is called off the window's thread."""

from __future__ import annotations

from typing import Final

from core.bootstrap import Shop
from core.faq import service as faq
from core.faq.views import Faq
from core.storage.connection import Reader
from core.storage.engine import Tx
from core.voice import service, trials
from core.voice.service import StoreText
from core.voice.trials import Trial
from desktop.pages.messages.presenter import Listing

ACTOR: Final = "seller"


class ShopMessages:
    """Implements :class:`desktop.pages.messages.presenter.MessagesSource`."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._engine = shop.engine

    @property
    def segment(self) -> str:
        return self._shop.voice.segment()

    def read(self, segment: str, language: str) -> Listing:
        now = self._shop.clock.now()

        def look(reader: Reader) -> Listing:
            texts = tuple(service.listing(service.known(reader), segment, language))
            compared = {
                (trial.key, trial.variant): (trial, trials.read(reader, trial, now))
                for trial in trials.running(reader).values()
                if (trial.segment, trial.language) == (segment, language)
            }
            return Listing(segment, language, texts, compared)

        return self._engine.read(look)

    def save(self, text: StoreText, words: str | None) -> StoreText:
        place = {"variant": text.variant, "segment": text.segment, "language": text.language}
        currency = self._shop.card.currency

        def put(tx: Tx) -> StoreText:
            if words is None:
                return service.reset(tx, text.key, **place)
            return service.put(tx, text.key, words, **place, currency=currency)

        return self._engine.call(put, actor=ACTOR)

    def compare(self, text: StoreText, words: str) -> None:
        self._engine.call(
            lambda tx: trials.start(
                tx,
                text.key,
                words,
                variant=text.variant,
                segment=text.segment,
                language=text.language,
                currency=self._shop.card.currency,
            ),
            actor=ACTOR,
        )

    def end(self, trial: Trial, apply: str) -> None:
        self._engine.call(lambda tx: trials.end(tx, trial.id, apply, self._shop.card.currency), actor=ACTOR)

    def questions(self) -> tuple[Faq, ...]:
        return tuple(self._engine.read(faq.every))

    def keep_question(self, number: int | None, language: str, question: str, answer: str) -> int:
        def keep(tx: Tx) -> int:
            if number is None:
                return faq.add(tx, language, question, answer)
            faq.change(tx, number, language=language, question=question, answer=answer)
            return number

        return self._engine.call(keep, actor=ACTOR)

    def remove_question(self, number: int) -> None:
        self._engine.call(lambda tx: faq.remove(tx, number), actor=ACTOR)
