"""« Resolved », for one conversation and for many, and the way back from it."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject

from core.conversations.resolving import Standing
from core.conversations.views import ThreadRow
from core.kernel.phone import display
from desktop.pages.bulk import UNCHANGED, Act, Offer, Rows
from desktop.pages.conversations.identity import IdentityActs
from desktop.pages.conversations.people import People
from desktop.pages.conversations.presenter import ConversationSource
from desktop.pages.many import Many
from desktop.pages.page import Page
from desktop.widgets.notices import Notice


class SettleActs(QObject):
    """Acts on the conversation in view, and on all that are selected in the list.
    ``identity``: a merge that was made after these is taken back before them."""

    def __init__(self, page: Page, people: People, source: ConversationSource, identity: IdentityActs) -> None:
        super().__init__(page)
        self._page, self._people, self._source, self.t = page, people, source, page.t
        self._before: Standing | None = None
        self._identity = identity
        t = self.t
        offers = (
            Offer("read", t("Mark as read…"), None, self._ask_read),
            Offer("resolve", t("Resolved…"), None, self._ask_resolve),
        )
        self.many = Many(page, page.mount.bridge, t, offers, self._name, stacked=True)
        people.add_many(self.many)
        self.many.settled.connect(identity.forget)
        page.add_shortcut("Ctrl+Z", self.undo, t("Take the last change back"))

    def _name(self, row: ThreadRow) -> str:
        return row.name or (display(row.phone) if row.phone else self.t("Unknown customer"))

    # -- one

    def resolve(self, conversation_id: int) -> None:
        """Nothing is left to do here; it can be taken back."""
        self._people.list.setFocus()
        self._page.call(partial(self._source.resolve, conversation_id), "resolve", self._resolved)

    def _resolved(self, before: Standing | None) -> None:
        self._before = before
        self._identity.forget()
        if before is not None:
            said = self.t("Resolved: the bot answers what comes next.")
            self._page.mount.bridge.notice.emit(Notice(said, "paid", self.t("Undo"), partial(self._take_up, before)))

    def undo(self) -> None:
        """Take back what was done last, to one or to many."""
        if self._identity.undo():
            return
        if self._before is None:
            self.many.undo()
        else:
            self._take_up(self._before)

    def _take_up(self, before: Standing) -> None:
        if self._before is before:
            self._before = None

            def done(_: None) -> None:
                said = self.t("Taken up again, as it stood before.")
                self._page.mount.bridge.notice.emit(Notice(said, "info"))

            self._page.call(partial(self._source.take_up_again, before), "take up again", done)

    # -- many

    def _ask_read(self, rows: Rows) -> None:
        t, source = self.t, self._source

        def read(row: ThreadRow) -> object:
            return None if source.mark_read(row.conversation_id) else UNCHANGED

        act = Act(
            "mark conversations read",
            read,
            lambda n: t.plural("{n} conversation marked as read", "{n} conversations marked as read", n),
        )
        title = t.plural("Mark {n} conversation as read?", "Mark {n} conversations as read?", len(rows))
        self.many.confirm(title, t("They no longer stand among the unread ones."), t("Mark as read"), act, rows)

    def _ask_resolve(self, rows: Rows) -> None:
        t, source = self.t, self._source
        self._before = None

        def resolve(row: ThreadRow) -> object:
            before = source.resolve(row.conversation_id)
            return UNCHANGED if before is None else before

        act = Act(
            "resolve conversations",
            resolve,
            lambda n: t.plural("{n} conversation resolved", "{n} conversations resolved", n),
            lambda row, before: source.take_up_again(before),
        )
        title = t.plural("Resolve {n} conversation?", "Resolve {n} conversations?", len(rows))
        sentence = t("Nothing is left to do in them until the customer writes, and then the bot answers.")
        self.many.confirm(title, sentence, t.of("need", "Resolved"), act, rows)
