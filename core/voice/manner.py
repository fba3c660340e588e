"""How one store speaks: its own words, a wording under trial, ours; to whom it speaks; plainly on slow connections."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from core.conversations.adapting import Switches, plain
from core.conversations.texts import Tongue, built_in, filled, pick
from core.kernel.events import Event
from core.kernel.text import utf16_length
from core.storage.connection import Reader
from core.storage.engine import Engine, Tx
from core.voice import service, trials, wording
from core.voice.events import VoiceEvent

log = logging.getLogger(__name__)
_BROKEN = (KeyError, IndexError, ValueError, AttributeError, TypeError)


class Voice:
    """Implements :class:`core.conversations.texts.Manner`. Words are in memory, and read again after a commit that
    changed them: what a transaction does not keep is never said. ``segment()`` and ``switches()`` come from settings.
    """

    def __init__(self, engine: Engine, segment: Callable[[], str], switches: Callable[[], Switches]) -> None:
        self._engine = engine
        self._segment = segment
        self._switches = switches
        self._own: service.Own = {}
        self._running: trials.Running = {}
        engine.read(self._read)

    def switches(self) -> Switches:
        return self._switches()

    def segment(self) -> str:
        """The store's segment; an unknown one is a live seller's (F88)."""
        return service.segment_known(self._segment())

    def tongue(self, language: str) -> Tongue:
        """The store's language, as it speaks to its seller; :func:`spoken_to` makes a buyer's of it."""
        return Tongue(language, self)

    def on_events(self, events: Sequence[Event]) -> None:
        """After a commit, on the writer's thread: the next command already speaks in the new words."""
        if any(isinstance(event, VoiceEvent) for event in events):
            self._engine.read(self._read)

    def _read(self, reader: Reader) -> None:
        self._own, self._running = service.known(reader), trials.running(reader)

    # -- saying ------------------------------------------------------------------------------------------------

    def say(self, key: str, tongue: Tongue, values: Mapping[str, Any]) -> str:
        """Raises KeyError for a key or a variable that a caller of ours got wrong."""
        segment, language = self.segment(), str(tongue)
        variant, ours = pick(built_in(key, language, segment), values)
        own = self._words(key, variant, segment, language, tongue) if self._own or self._running else None
        said = None if own is None else self._filled(key, own, tongue, values)
        if said is None:
            said = filled(ours, values)
        return plain(said) if tongue.listener is not None and self._switches().simple else said

    def _words(self, key: str, variant: str, segment: str, language: str, tongue: Tongue) -> str | None:
        trial = self._running.get((segment, language, key, variant))
        if trial is not None and tongue.listener is not None:
            if isinstance(tongue.reader, Tx):
                trials.expose(tongue.reader, trial, tongue.listener)
            return trial.words(tongue.listener)
        return service.found(self._own, key, variant, segment, language)

    def _filled(self, key: str, own: str, tongue: Tongue, values: Mapping[str, Any]) -> str | None:
        """The store's words with their variables; None where they cannot be sent, so that ours are: no saved text keeps
        a buyer from an answer."""
        try:
            said = filled(own, values if "{" not in own else {**_person(tongue, own), **values})
        except _BROKEN as error:
            log.warning("The store's own text %s cannot be said (%r): ours is", key, error)
            return None
        if not said.strip() or utf16_length(said) > wording.place(key).limit:
            log.warning("The store's own text %s does not fit with these values: ours is said", key)
            return None
        return said


def _person(tongue: Tongue, words: str) -> dict[str, Any]:
    """Who is spoken to (F38), looked up only where the words ask."""
    if tongue.listener is None or tongue.reader is None or not any(name in words for name in wording.PERSON):
        return {}
    row = tongue.reader.one("SELECT name, paid FROM customer WHERE id = ?", (tongue.listener,)) or ("", 0)
    return {"clientName": row[0].split()[0] if row[0].strip() else "", "previousPurchases": row[1]}
