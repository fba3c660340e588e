"""The language model of a store, bound to its settings: the assistant, its desk and the model itself."""

from __future__ import annotations

from typing import Final

from core.adapters.llm import LanguageModel
from core.assistant.desk import AssistantDesk
from core.assistant.service import Assistant, Terms
from core.catalogue.lexicon import Lexicon
from core.conversations.talk import Talk
from core.faq import service as faq
from core.faq.matching import Matcher
from core.settings.service import Settings
from core.storage.connection import Reader
from core.storage.engine import Engine
from core.usage.meter import Meter
from core.usage.rules import Budget

ENABLED: Final = "llm.enabled"
MOST_QUESTIONS: Final = 5  # of the seller's own that a model is told: every one costs its words


def budget_of(settings: Settings) -> Budget:
    """What the seller wants to stay under."""
    number = settings.number
    return Budget(number("budget.messages"), number("budget.cents"), number("llm.calls_month"), number("llm.calls_day"))


def prices_of(settings: Settings) -> tuple[int, int]:
    """US cents for a million tokens read and written."""
    return settings.number("llm.price_in"), settings.number("llm.price_out")


class Phrasing:
    """One store's."""

    def __init__(self, engine: Engine, settings: Settings, talk: Talk, lexicon: Lexicon, meter: Meter) -> None:
        self._settings = settings
        self._model: LanguageModel | None = None
        self._retired: list[LanguageModel] = []
        self._matcher = Matcher()
        self.assistant = Assistant(talk, lexicon, meter, self._terms, self._asked_often)
        self.desk = AssistantDesk(engine, self.assistant, meter, self.model)
        talk.aside = self.assistant

    def _terms(self) -> Terms:
        get, number = self._settings.get, self._settings.number
        ready = self._settings.switch(ENABLED) and bool(get("llm.base_url") and get("llm.model"))
        return Terms(ready, number("llm.seconds"), get("llm.tone"), get("llm.policies"), get("hours.open"))

    def _asked_often(self, reader: Reader, text: str, language: str) -> list[tuple[str, str]]:
        """The seller's questions nearest to a text, with their answers; those in the buyer's language first."""
        every = faq.every(reader)
        found = self._matcher.find(text, language, every)
        near = [found.sure] if found.sure is not None else [*found.likely]
        others = sorted(every, key=lambda one: (one.language != language, one.id))
        chosen = list(dict.fromkeys([*near, *others]))[:MOST_QUESTIONS]
        return [(one.question, one.answer) for one in chosen]

    def model(self) -> LanguageModel | None:
        """The model, made anew when its settings changed; None while it is switched off."""
        if not self._terms().ready:
            return None
        get = self._settings.get
        identity = (get("llm.base_url"), get("llm.model"), self._settings.secret("llm.api_key"))
        if self._model is None or self._model.identity != identity:
            if self._model is not None:
                self._retired.append(self._model)
            self._model = LanguageModel(*identity)
        return self._model

    async def close(self) -> None:
        """Give back connections; call on the loop that used them."""
        for model in (*self._retired, *((self._model,) if self._model is not None else ())):
            await model.close()
        self._retired.clear()
