"""« Accès »: oneself, the lock of the window, who works here, and what support is let see."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QMenu, QWidget

from core.accounts.queries import OpenSession, Person
from core.accounts.rules import SUPPORT
from core.kernel.look import SCALE
from desktop.pages.settings.accessparts import AccessRow, RowList
from desktop.pages.settings.accesswords import AccessReading, AccessWords
from desktop.pages.settings.parts import GroupCard
from desktop.pages.settings.sections import SectionView
from desktop.widgets.buttons import Button
from desktop.widgets.card import Card
from desktop.widgets.labels import Rule

# What can be done with an account, as the menu offers it.
VERBS: Final = ("role", "password", "unlock", "sessions", "second", "disable", "enable")


class AccessSection(SectionView):
    """Shows a reading; what is pressed is told by signals. ``shown`` when it comes into sight."""

    shown = Signal()
    lock_asked = Signal()
    set_up_asked = Signal()
    codes_asked = Signal()
    remove_asked = Signal()
    end_asked = Signal(object)
    """The number of one of one's own sessions, None for all."""
    add_asked = Signal()
    verb_asked = Signal(str, object)
    """A verb of :data:`VERBS` and the :class:`Person` it is about."""
    lend_asked = Signal(object)
    take_back_asked = Signal(object)

    def fill(self) -> None:
        t = self.presenter.t
        self.reading: AccessReading | None = None
        self.own = Card(t("You"))
        self.own.head.addStretch(1)
        self.own_rows = RowList()
        self.own.body.addWidget(self.own_rows)
        self.column.addWidget(self.own)
        self.sessions = Card(t("Where you are logged in"))
        self.sessions.head.addStretch(1)
        self.end_all = Button(t("End all others"), "link")
        self.end_all.clicked.connect(lambda: self.end_asked.emit(None))
        self.sessions.head.addWidget(self.end_all)
        self.session_rows = RowList()
        self.sessions.body.addWidget(self.session_rows)
        self.column.addWidget(self.sessions)
        self.staff = Card(t("Who works here"))
        self.staff.head.addStretch(1)
        self.add_button = Button(t("Add an account"), "primary", icon="plus")
        self.add_button.clicked.connect(self.add_asked)
        self.people_rows = RowList()
        self.staff.body.addWidget(self.people_rows)
        self.staff.head.addWidget(self.add_button)
        self.staff.set_band(60)
        self.column.addWidget(self.staff)
        self.support = Card(t("Support’s access"))
        self.support.head.addStretch(1)
        self.support_rows = RowList()
        self.support.body.addWidget(self.support_rows)
        self.column.addWidget(self.support)
        self._lock_card()
        for card in (self.sessions, self.staff, self.support):
            card.hide()

    def _lock_card(self) -> None:
        t = self.presenter.t
        self.lock_now = Button(t("Lock now"), icon="lock", key="Ctrl+L")
        self.lock_now.clicked.connect(self.lock_asked)
        for group in self.section.groups:
            card = GroupCard(group, self.presenter, self._made)
            row = AccessRow(
                t("Hide everything now"),
                t("Pages, open dialogs and notices disappear until somebody says who they are. The live goes on."),
            )
            row.add(self.lock_now)
            card.body.addWidget(Rule())
            card.body.addWidget(row)
            self.column.addWidget(card)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.shown.emit()

    # -- showing

    def show_access(self, reading: AccessReading, words: AccessWords, now: int) -> None:
        """Put what was read into the cards."""
        self.reading = reading
        self.own_rows.show_rows(self._own(reading, words, now))
        self.sessions.setVisible(reading.me is not None)
        self.session_rows.show_rows(self._sessions(reading, words, now))
        self.end_all.setVisible(bool(reading.sessions))
        self.lock_now.setEnabled(not reading.first)
        due = reading.me is not None and not reading.me.second_factor and reading.me.second_due is not None
        self.add_button.set_kind("secondary" if due else "primary")  # one gold button: what is to be done first
        self.staff.setVisible(reading.manages or reading.first)
        self.people_rows.show_rows(self._people(reading, words, now))
        self.support.setVisible(reading.manages)
        self.support_rows.show_rows(self._support(reading, words, now))

    def _own(self, reading: AccessReading, words: AccessWords, now: int) -> list[AccessRow]:
        t, me = self.presenter.t, reading.me
        if me is None:
            if reading.first:
                return [
                    AccessRow(
                        t("This store has no account yet"),
                        t("Whoever sits at this computer may do everything. Make your own account first, as owner."),
                    )
                ]
            row = AccessRow(
                t("You have not said who you are"),
                t("Lock the window, then unlock it with your account: your second factor and sessions are then here."),
            )
            return [row]
        who = AccessRow(words.name(me), words.about(me, now))
        factor = AccessRow(t("Second factor"), words.second_sentence(me, now), [words.second(me, now)])
        if not me.second_factor:
            verb = Button(t("Set it up now"), "primary" if me.second_due is not None else "secondary", icon="key-round")
            factor.add(verb).clicked.connect(self.set_up_asked)
            return [who, factor]
        factor.add(Button(t("Remove"), "quiet"), t("Second factor")).clicked.connect(self.remove_asked)
        codes = AccessRow(t("Recovery codes"), words.codes(me))
        codes.add(Button(t("Make new ones"))).clicked.connect(self.codes_asked)
        return [who, factor, codes]

    def _sessions(self, reading: AccessReading, words: AccessWords, now: int) -> list[AccessRow]:
        t, rows = self.presenter.t, []
        if reading.since is not None:
            rows.append(AccessRow(t("This window"), words.since(reading.since, now)))
        return rows + session_rows(words, reading.sessions, now, self.end_asked.emit)

    def _people(self, reading: AccessReading, words: AccessWords, now: int) -> list[AccessRow]:
        t = self.presenter.t
        rows = []
        for person in reading.people:
            row = AccessRow(words.name(person), words.about(person, now), words.pills(person, now))
            verb = Button(t("Change"), icon="chevron-down")
            row.add(verb, words.name(person)).clicked.connect(partial(self._open_menu, verb, person))
            rows.append(row)
        if not rows:
            rows.append(AccessRow(t("Nobody yet"), t("With accounts, everybody sees and does only what is theirs.")))
        return rows

    def _support(self, reading: AccessReading, words: AccessWords, now: int) -> list[AccessRow]:
        t, rows = self.presenter.t, []
        for person in reading.people:
            if person.role != SUPPORT or person.disabled:
                continue
            pill, sentence = words.lent(person, now)
            row = AccessRow(words.name(person), sentence, [pill])
            if person.looks_until is not None and person.looks_until > now:
                verb = row.add(Button(t("Take back"), icon="undo-2"), words.name(person))
                verb.clicked.connect(partial(self.take_back_asked.emit, person))
            else:
                verb = row.add(Button(t("Lend a look"), icon="eye"), words.name(person))
                verb.clicked.connect(partial(self.lend_asked.emit, person))
            rows.append(row)
        if not rows:
            told = t("An account with the role Support sees the catalogue only, until you lend it a look for a time.")
            rows.append(AccessRow(t("No support account"), told))
        return rows

    # -- the menu of an account

    def verbs(self, person: Person) -> tuple[str, ...]:
        """What can be done with this account now."""
        me = self.reading.me if self.reading else None
        mine = me is not None and me.id == person.id
        fits = {
            "role": True,
            "password": True,
            "unlock": person.locked_until is not None,
            "sessions": True,
            "second": person.second_factor and not mine,
            "disable": not person.disabled and not mine,
            "enable": person.disabled,
        }
        return tuple(verb for verb in VERBS if fits[verb])

    def _open_menu(self, button: QWidget, person: Person, *_: object) -> QMenu:
        t = self.presenter.t
        words = {
            "role": t("Change the role…"),
            "password": t("New password…"),
            "unlock": t("Unlock"),
            "sessions": t("Where they are logged in…"),
            "second": t("Remove the second factor…"),
            "disable": t("Switch off…"),
            "enable": t("Switch on"),
        }
        menu = QMenu(button)
        for verb in self.verbs(person):
            menu.addAction(words[verb]).triggered.connect(partial(self.verb_asked.emit, verb, person))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(button.mapToGlobal(button.rect().bottomLeft()))
        return menu


def session_rows(
    words: AccessWords,
    sessions: Sequence[OpenSession],
    now: int,
    end: Callable[[int], object],
    *,
    margin: int = SCALE.card,
) -> list[AccessRow]:
    """A row for each session, with the verb that ends it."""
    rows = []
    for one in sessions:
        device, detail = words.session(one, now)
        row = AccessRow(device, detail, margin=margin)
        row.add(Button(words.t.of("session", "End")), device).clicked.connect(partial(_ended, end, one.number))
        rows.append(row)
    return rows


def _ended(end: Callable[[int], object], number: int, *_: object) -> None:
    end(number)
