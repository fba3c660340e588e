"""The third step: the WhatsApp number. Each value is asked of WhatsApp as it is typed, then one button connects it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QVBoxLayout

from core.payments.provider import Finding
from desktop.bridge import Task
from desktop.pages.page import Mount
from desktop.pages.welcome.parts import PAUSE_MS, CheckedField, Said, Sheet, StepView, verdict
from desktop.pages.welcome.presenter import SECRET, Arrival, Kept, WelcomePresenter, WelcomeSource

_LISTEN_MS: Final = 1000


class NumberStep(StepView):
    """Values, then connect, then listen for a first message."""

    def __init__(self, mount: Mount, source: WelcomeSource, presenter: WelcomePresenter) -> None:
        super().__init__(mount, source, presenter)
        self.good: dict[str, bool] = {}
        self.stage = "values"  # values, connecting, listening, heard
        self._kept = Kept({}, frozenset())
        self._task: Task[Mapping[str, Finding]] | None = None
        self._asking = False
        sheet = Sheet()
        self.fields: dict[str, CheckedField] = {}
        for name, label, hint in presenter.whatsapp_fields():
            field = self.fields[name] = CheckedField(label, hint, secret=name in SECRET)
            field.changed.connect(self._typed)
            sheet.column.addWidget(field)
        self.foot = self.said = Said()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(sheet)
        column.addStretch(1)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self.check)
        self._ear = QTimer(self, interval=_LISTEN_MS)
        self._ear.timeout.connect(self._listen)

    def enter(self) -> None:
        self.mount.bridge.run(self.source.kept, owner=self, done=self._show_kept, name="read connection")
        next(iter(self.fields.values())).setFocus()

    def leave(self) -> None:
        self._pause.stop()
        self._ear.stop()
        if self._task is not None:
            self._task.cancel()

    def _show_kept(self, kept: Kept) -> None:
        self._kept = kept
        for name, field in self.fields.items():
            if name in kept.values and not field.text:
                field.field.edit.setText(kept.values[name])
            if name in kept.secrets:
                field.field.edit.setPlaceholderText("••••••••")
        if any(kept.values.values()) or kept.secrets:
            self.check()

    def typed(self) -> dict[str, str]:
        """What stands in the fields; a kept secret that nobody replaced is left out."""
        return {
            name: field.text
            for name, field in self.fields.items()
            if field.text or not (name in SECRET and name in self._kept.secrets)
        }

    def _typed(self, _: str) -> None:
        self.stage = "values"
        self._ear.stop()
        self._pause.start()

    def check(self) -> None:
        """Ask WhatsApp about all that is typed so far."""
        if self._task is not None:
            self._task.cancel()
        typed = self.typed()
        for name, field in self.fields.items():
            if (field.text or name in self._kept.secrets) and name not in self.good:
                field.said.say(self.t("Being checked with WhatsApp…"))
        self._task = self.mount.bridge.run_long(
            lambda control: self.source.examine(typed, control),
            owner=self,
            done=self.show_found,
            failed=self._failed,
            name="check values",
        )

    def show_found(self, found: Mapping[str, Finding]) -> None:
        """A tick and what was found, or the cause and the way out, under each value."""
        self.good = {name: finding.ok for name, finding in found.items()}
        for name, field in self.fields.items():
            finding = found.get(name)
            field.said.say(self.presenter.finding(finding) if finding else "", finding.ok if finding else None)
        if self.stage == "values":
            self.said.say(self.presenter.missing(tuple(self.fields), self.good))
        self.ready.emit()

    @property
    def complete(self) -> bool:
        return all(self.good.get(name) for name in self.fields)

    def verb(self) -> str:
        t = self.t
        if self.stage == "connecting":
            return t("Connecting…")
        return t("Connect this number") if self.stage == "values" and self.complete else ""

    def act(self) -> None:
        if self.stage != "values" or not self.complete:
            return
        self.stage = "connecting"
        self.ready.emit()
        typed = self.typed()
        self.mount.bridge.run_long(
            lambda control: self.source.connect(typed, control),
            owner=self,
            done=self._connected,
            failed=self._failed,
            name="connect number",
        )

    def _connected(self, findings: tuple[Finding, ...]) -> None:
        text, good = verdict(self.presenter, findings)
        if not good:
            self.stage = "values"
            self.said.say(text, ok=False)
        else:
            self.stage = "listening"
            number = next((str(f.params["number"]) for f in findings if "number" in f.params), "")
            self.said.say(self.t("Connected. Now write OK to {number} from your own phone.", number=number))
            self._ear.start()
        self.ready.emit()

    def _listen(self) -> None:
        if self._asking:
            return
        self._asking = True
        text = self.t("Your LivePay number works. This is a test message.")
        self.mount.bridge.run(
            lambda: self.source.listen(text), owner=self, done=self._heard, failed=self._failed, name="listen"
        )

    def _heard(self, arrival: Arrival | None) -> None:
        self._asking = False
        if arrival is None or arrival.echo is None:
            return
        self._ear.stop()
        self.stage = "heard"
        came = self.t("“{text}” came in from {name}.", text=arrival.text, name=arrival.name or "WhatsApp")
        self.said.say(f"{came} {self.presenter.finding(arrival.echo)}", arrival.echo.ok)
        self.ready.emit()

    def _failed(self, error: Exception) -> bool:
        self._asking = False
        self.stage = "values"
        self.said.say(self.presenter.why(error), ok=False)
        self.ready.emit()
        return self.presenter.known(error)
