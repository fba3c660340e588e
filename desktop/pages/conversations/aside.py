"""Beside what is sent: notes of the shop's own people, and answers kept ready."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from core.conversations.canned import Canned
from desktop.bridge import Bridge
from desktop.pages.conversations.canned import CannedDialog
from desktop.pages.conversations.customer import CustomerPane
from desktop.pages.conversations.middle import Middle
from desktop.pages.conversations.presenter import ConversationSource
from desktop.pages.page import Page
from desktop.texts import Texts
from desktop.widgets.dialog import Confirm


class AsideActs:
    """Carries out what composer and thread wish for the page they stand on."""

    def __init__(
        self, page: Page, middle: Middle, card: CustomerPane, source: ConversationSource, bridge: Bridge, t: Texts
    ) -> None:
        self._page, self._middle, self._source, self._bridge, self._t = page, middle, source, bridge, t
        self._card = card
        self._shown: int | None = None
        middle.composer.noted.connect(self.add_note)
        middle.composer.canned_wanted.connect(self.offer_canned)
        middle.messages.note_dropped.connect(self.drop_note)
        middle.picker.managed.connect(self.manage)
        card.noted.connect(self.remember)

    def show(self, conversation_id: int, ready: Sequence[Canned]) -> None:
        """The conversation in view, and the answers worded for its customer."""
        self._shown = conversation_id
        self._middle.picker.set_answers(ready)

    def write_note(self) -> None:
        if self._shown is not None:
            self._middle.composer.write_note(True)

    def add_note(self, text: str) -> None:
        """The field is a message's again at once; a note that could not be kept comes back into it."""
        if self._shown is None:
            return
        composer = self._middle.composer
        composer.set_text("")
        composer.write_note(False)
        self._middle.messages.go_to_end()
        self._bridge.run(
            partial(self._source.add_note, self._shown, text),
            owner=self._page,
            failed=partial(self._lost, self._shown, text),
            name="keep note",
        )

    def _lost(self, conversation_id: int, text: str, error: Exception) -> bool:
        if conversation_id == self._shown:
            composer = self._middle.composer
            composer.write_note(True)
            later = composer.text
            composer.set_text(f"{text}\n{later}" if later.strip() else text)
        return False

    def remember(self, customer_id: int, text: str) -> None:
        """What the card says of a customer."""
        self._bridge.run(
            partial(self._source.set_notes, customer_id, text),
            owner=self._page,
            failed=self._not_remembered,
            name="keep notes",
        )

    def _not_remembered(self, error: Exception) -> bool:
        self._card.notes.lost()
        return False

    def drop_note(self, note_id: int) -> None:
        t = self._t
        question = t("This note is removed for everybody. What was sent to the customer stays as it is.")
        act = partial(self._page.call, partial(self._source.remove_note, note_id), "remove note")
        Confirm(self._page, t, t("Remove the note?"), question, t("Remove"), act).present()

    def offer_canned(self) -> None:
        """The answers to choose from; with words in the field, or where none is kept, the place to keep them."""
        composer = self._middle.composer
        if self._middle.picker.count_ready and not composer.text.strip():
            composer.set_text("/")
            composer.edit.setFocus()
        else:
            self.keep_canned()

    def manage(self) -> None:
        """The slash that opened the list was no message."""
        self._middle.composer.set_text("")
        self.keep_canned()

    def keep_canned(self) -> None:
        CannedDialog(self._page, self._t, self._source, self._bridge).present()
