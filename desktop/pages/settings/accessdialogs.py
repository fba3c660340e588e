"""The dialogs of the access section: an account, a password, a second factor, its recovery codes, a loan."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QBuffer, QIODevice, Qt, Signal
from PySide6.QtGui import QFontDatabase, QGuiApplication, QPageSize, QPdfWriter, QTextDocument
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from core.accounts.queries import OpenSession, Person
from core.accounts.rules import CASHIER, OWNER
from core.accounts.second import Offer
from core.kernel.errors import LivePayError
from core.kernel.i18n import explain
from core.kernel.look import Role
from desktop.bridge import Bridge
from desktop.files import save_as
from desktop.pages.settings.access import session_rows
from desktop.pages.settings.accessparts import QrCode, RowList, RuleList
from desktop.pages.settings.accesswords import AccessSource, AccessWords
from desktop.texts import Texts
from desktop.widgets.buttons import Button
from desktop.widgets.dialog import Dialog
from desktop.widgets.fields import Field, TextField
from desktop.widgets.labels import Label, Rule
from desktop.widgets.speaking import say_aloud

_WIDE: Final = 560


class AskDialog(Dialog):
    """A dialog with one verb, run off the window's thread; what core refuses is said at its foot."""

    def __init__(self, parent: QWidget, bridge: Bridge, t: Texts, title: str, width: int = 460) -> None:
        super().__init__(parent, title, width)
        self._bridge, self.t = bridge, t
        self.problem = Label("", "small", "danger", wrap=True)
        self.problem.hide()
        self.action: Button | None = None

    def say_wrong(self, sentence: str) -> None:
        self.problem.say(sentence)
        self.problem.setVisible(bool(sentence))

    def run(self, work: Callable[[], Any], done: Callable[[Any], object]) -> None:
        """Carry it out; the button rests meanwhile."""
        self.say_wrong("")
        self._rest(True)

        def ended(result: Any) -> None:
            self._rest(False)
            done(result)

        self._bridge.run(work, owner=self, done=ended, failed=self._failed, name="access")

    def _rest(self, resting: bool) -> None:
        if self.action is not None:
            self.action.setEnabled(not resting)

    def _failed(self, error: Exception) -> bool:
        self._rest(False)
        if not isinstance(error, LivePayError):
            return False
        self.say_wrong(explain(error, self.t.language))
        return True


class RoleChoice(QWidget):
    """A role, and what it may do."""

    def __init__(self, words: AccessWords, role: str) -> None:
        super().__init__()
        self._words = words
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self.box = QComboBox()
        for name, word, _ in words.roles():
            self.box.addItem(word, name)
        self.box.setCurrentIndex(self.box.findData(role))
        self.told = Label("", "small", "muted", wrap=True)
        self.box.currentIndexChanged.connect(self._tell)
        column.addWidget(Field(words.t("Role"), self.box, close=True))
        column.addWidget(self.told)
        self._tell()

    @property
    def role(self) -> str:
        return str(self.box.currentData())

    def _tell(self) -> None:
        self.told.say(self._words.can(self.role))


class AddDialog(AskDialog):
    """Somebody new; the first is an owner."""

    def __init__(
        self, parent: QWidget, bridge: Bridge, words: AccessWords, source: AccessSource, *, first: bool
    ) -> None:
        t = words.t
        super().__init__(parent, bridge, t, t("Your account") if first else t("Add an account"))
        self._source = source
        self.name = TextField(t.of("person", "Name"), t("As you call them at the till."))
        self.email = TextField(t("E-mail"), t("They log in with it; nothing is sent to it."))
        self.choice = RoleChoice(words, OWNER if first else CASHIER)
        self.choice.box.setEnabled(not first)
        self.password = TextField(t("Password"), secret=True, close=True)
        self.rules = RuleList(words, lambda: self.email.text)
        for part in (self.name, self.email, self.choice, self.password, self.rules, self.problem):
            self.body.addWidget(part)
        for field in (self.email, self.password):
            field.edit.textChanged.connect(lambda: self.rules.judge(self.password.edit.text()))
        self.add_way_out(t("Back"))
        self.action = self.add_action(t("Add"), self.add)
        self.name.edit.setFocus()

    def add(self) -> None:
        email, name, role = self.email.text, self.name.text, self.choice.role
        password = self.password.edit.text()
        self.run(lambda: self._source.add(email, name, role, password), lambda _: self.accept())


class RoleDialog(AskDialog):
    """Another role for somebody."""

    def __init__(
        self, parent: QWidget, bridge: Bridge, words: AccessWords, source: AccessSource, person: Person
    ) -> None:
        t = words.t
        super().__init__(parent, bridge, t, t("Role of {name}", name=words.name(person)))
        self.choice = RoleChoice(words, person.role)
        told = t("Their open sessions end: they log in again, with the new role.")
        for part in (self.choice, Label(told, "small", "muted", wrap=True), self.problem):
            self.body.addWidget(part)
        self.add_way_out(t("Back"))
        self.action = self.add_action(
            t("Change"), lambda: self.run(lambda: source.set_role(person.id, self.choice.role), lambda _: self.accept())
        )
        self.choice.box.setFocus()


class PasswordDialog(AskDialog):
    """A new password for somebody."""

    def __init__(
        self, parent: QWidget, bridge: Bridge, words: AccessWords, source: AccessSource, person: Person
    ) -> None:
        t = words.t
        super().__init__(parent, bridge, t, t("New password of {name}", name=words.name(person)))
        self.password = TextField(t("New password"), secret=True, close=True)
        self.rules = RuleList(words, lambda: person.email)
        self.password.edit.textChanged.connect(self.rules.judge)
        told = t("Their open sessions end, also in this window: they log in again, with the new password.")
        for part in (self.password, self.rules, Label(told, "small", "muted", wrap=True), self.problem):
            self.body.addWidget(part)
        self.add_way_out(t("Back"))
        self._source, self._account_id = source, person.id
        self.action = self.add_action(t("Set"), self._set)
        self.password.edit.setFocus()

    def _set(self) -> None:
        password = self.password.edit.text()
        self.run(lambda: self._source.set_password(self._account_id, password), lambda _: self.accept())


class ProveDialog(AskDialog):
    """One's own password, before something that a thief must not do. ``proved`` with what the verb gave back."""

    proved = Signal(object)

    def __init__(
        self,
        parent: QWidget,
        bridge: Bridge,
        t: Texts,
        title: str,
        sentence: str,
        verb: str,
        work: Callable[[str], Any],
    ) -> None:
        super().__init__(parent, bridge, t, title)
        self._work = work
        self.body.addWidget(Label(sentence, "body", "muted", wrap=True))
        self.password = TextField(t("Your password"), secret=True, close=True)
        self.body.addWidget(self.password)
        self.body.addWidget(self.problem)
        self.add_way_out(t("Back"))
        self.action = self.add_action(verb, self._prove)
        self.password.edit.setFocus()

    def _prove(self) -> None:
        password = self.password.edit.text()
        self.password.edit.clear()
        self.run(lambda: self._work(password), self._proved)

    def _proved(self, result: Any) -> None:
        self.proved.emit(result)
        self.accept()


class SecondDialog(AskDialog):
    """The secret as a QR code and for typing, and the first code that puts it in use. ``confirmed`` with the codes."""

    confirmed = Signal(object)

    def __init__(self, parent: QWidget, bridge: Bridge, words: AccessWords, source: AccessSource, offer: Offer) -> None:
        t = words.t
        super().__init__(parent, bridge, t, t("Second factor"), _WIDE)
        self._source = source
        line = QHBoxLayout()
        line.setSpacing(18)
        self.picture = QrCode(offer.uri, t("QR code for the authenticator app"))
        line.addWidget(self.picture, 0, Qt.AlignmentFlag.AlignTop)
        steps = QVBoxLayout()
        steps.setSpacing(8)
        for step in (
            t("1. Open an authenticator app on your phone: Google Authenticator, Aegis, 2FAS…"),
            t("2. Scan this picture. It is a secret: show it to nobody."),
            t("3. Type the six digits that the app shows."),
        ):
            steps.addWidget(Label(step, "body", wrap=True))
        steps.addSpacing(4)
        steps.addWidget(Label(t("Without a camera, type this key into the app:"), "small", "muted", wrap=True))
        self.secret = Label(words.grouped(offer.secret), "body-bold", wrap=True)
        self.secret.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.secret.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        steps.addWidget(self.secret)
        steps.addStretch(1)
        line.addLayout(steps, 1)
        self.body.addLayout(line)
        self.code = TextField(t("Code of your authenticator app"), close=True)
        self.body.addWidget(self.code)
        self.body.addWidget(self.problem)
        self.add_way_out(t("Back"))
        self.action = self.add_action(t("Put in use"), self.confirm)
        self.code.edit.setFocus()

    def confirm(self) -> None:
        code = self.code.text
        self.run(lambda: self._source.confirm(code), self._confirmed)

    def _confirmed(self, codes: Any) -> None:
        self.confirmed.emit(codes)
        self.accept()


class CodesDialog(Dialog):
    """Recovery codes, shown this once: to copy, or to save and print."""

    def __init__(self, parent: QWidget, t: Texts, store: str, codes: Sequence[str]) -> None:
        super().__init__(parent, t("Recovery codes"), 480)
        self._t, self._store, self.codes = t, store, tuple(codes)
        told = t("If your phone is lost, each of these codes opens once in its place. They are shown only now.")
        self.body.addWidget(Label(told, "body", "muted", wrap=True))
        grid = QGridLayout()
        grid.setContentsMargins(0, 6, 0, 6)
        grid.setVerticalSpacing(6)
        fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        for number, code in enumerate(self.codes):
            label = Label(code, "lead-bold")
            label.setFont(fixed)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            grid.addWidget(label, number % 5, number // 5)
        self.body.addLayout(grid)
        line = QHBoxLayout()
        self.copy = Button(t("Copy"), icon="copy")
        self.copy.clicked.connect(self._copy)
        self.save = Button(t("Save to print…"), icon="download")
        self.save.clicked.connect(self._ask_where)
        line.addWidget(self.copy)
        line.addWidget(self.save)
        line.addStretch(1)
        self.body.addLayout(line)
        self.kept = False
        self.told = Label("", "body", wrap=True)
        self.told.hide()
        self.body.addWidget(self.told)
        self.action = self.add_action(t("I have kept them"), self.accept)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText("\n".join(self.codes))
        self.copy.setText(self._t("Copied"))
        self.copy.set_icon_name("check")
        self.kept = True

    def _ask_where(self) -> None:
        path = save_as(self, self.save.text(), "codes-livepay.pdf", "PDF (*.pdf)")
        if path:
            self.write(path)

    def write(self, path: Path) -> None:
        """The codes on one sheet."""
        document = QTextDocument()
        lines = [self._t("LivePay – recovery codes"), self._store, "", *self.codes]
        document.setPlainText("\n".join(lines))
        sheet = QBuffer()
        sheet.open(QIODevice.OpenModeFlag.WriteOnly)
        writer = QPdfWriter(sheet)
        writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
        document.print_(writer)
        try:
            path.write_bytes(sheet.data().data())
        except OSError:
            self._tell(self._t("It could not be saved there: choose another folder."), "danger")
        else:
            self.kept = True
            self._tell(self._t("Saved in {path}.", path=path), "paid")

    def _tell(self, sentence: str, role: Role) -> None:
        self.told.say(sentence)
        self.told.set_role(role)
        self.told.show()
        say_aloud(self, sentence, urgent=role == "danger")

    def reject(self) -> None:
        """Escape must not cost the only sight of them."""
        if self.kept:
            super().reject()
        else:
            self._tell(self._t("Copy or save them first: they are not shown again."), "danger")


class SessionsDialog(AskDialog):
    """Where somebody is logged in; each session can be ended, or all."""

    def __init__(
        self,
        parent: QWidget,
        bridge: Bridge,
        words: AccessWords,
        source: AccessSource,
        person: Person,
        now: Callable[[], int],
    ) -> None:
        t = words.t
        super().__init__(parent, bridge, t, t("Where {name} is logged in", name=words.name(person)), _WIDE)
        self._words, self._source, self._person, self._now = words, source, person, now
        self.rows = RowList()
        self.none = Label(t("Nowhere just now."), "body", "muted")
        for part in (self.none, self.rows, self.problem):
            self.body.addWidget(part)
        self.add_way_out(t("Close"))
        self.action = self.add_action(t("End all"), lambda: self._end(None), danger=True)
        self._read()

    def _read(self) -> None:
        self.run(lambda: self._source.sessions_of(self._person.id), self.show_sessions)

    def show_sessions(self, sessions: Sequence[OpenSession]) -> None:
        self.none.setVisible(not sessions)
        self.rows.show_rows(session_rows(self._words, sessions, self._now(), self._end, margin=0))
        if self.action is not None:
            self.action.setEnabled(bool(sessions))
        self.fit()

    def _end(self, number: int | None) -> None:
        self.run(lambda: self._source.end_sessions(self._person.id, number), lambda _: self._read())


class LendDialog(AskDialog):
    """What support may look at, and for how long."""

    def __init__(
        self, parent: QWidget, bridge: Bridge, words: AccessWords, source: AccessSource, person: Person
    ) -> None:
        t = words.t
        super().__init__(parent, bridge, t, t("Lend {name} a look", name=words.name(person)))
        told = t("To look, never to act. It ends by itself, and you can take it back at any time.")
        self.body.addWidget(Label(told, "body", "muted", wrap=True))
        self.boxes: dict[str, QCheckBox] = {}
        for scope, word, what in words.scopes():
            box = self.boxes[scope] = QCheckBox(word)
            box.setAccessibleDescription(what)
            self.body.addWidget(box)
            line = QHBoxLayout()
            line.setContentsMargins(28, 0, 0, 4)
            line.addWidget(Label(what, "small", "muted", wrap=True))
            self.body.addLayout(line)
        self.boxes["amounts"].setChecked(True)
        self.body.addWidget(Rule())
        self.long = QComboBox()
        for ms, word in words.loans():
            self.long.addItem(word, ms)
        self.body.addWidget(Field(t("For how long"), self.long, close=True))
        self.body.addWidget(self.problem)
        self.add_way_out(t("Back"))
        self.action = self.add_action(t("Lend"), lambda: self._lend(source, person))

    def _lend(self, source: AccessSource, person: Person) -> None:
        scopes = tuple(scope for scope, box in self.boxes.items() if box.isChecked())
        if not scopes:
            self.say_wrong(self.t("Choose what may be looked at."))
            return
        duration = int(self.long.currentData())
        self.run(lambda: source.lend(person.id, duration, scopes), lambda _: self.accept())
