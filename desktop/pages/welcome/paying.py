"""The fourth step: through whom buyers pay. The provider's own fields, each change asked of the provider."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QComboBox, QLineEdit, QVBoxLayout, QWidget

from core.kernel.i18n import catalogue
from core.payments.provider import Finding
from desktop.bridge import Task
from desktop.pages.notices import Instructions
from desktop.pages.page import Mount
from desktop.pages.settings.words import choice_words
from desktop.pages.welcome.parts import PAUSE_MS, Said, Sheet, StepView, tidy_when_left, verdict
from desktop.pages.welcome.presenter import Offer, WelcomePresenter, WelcomeSource
from desktop.pages.welcome.trial import TrialPanel
from desktop.widgets.buttons import Button
from desktop.widgets.fields import Field, TextField
from desktop.widgets.labels import Rule


class PayingStep(StepView):
    def __init__(self, mount: Mount, source: WelcomeSource, presenter: WelcomePresenter) -> None:
        super().__init__(mount, source, presenter)
        t = self.t
        self.offers: tuple[Offer, ...] = ()
        self.edits: dict[str, QLineEdit | QComboBox] = {}
        self.good = False
        self.enabled = False
        self._task: Task[tuple[Finding, ...]] | None = None
        self._words = catalogue("errors", t.language).gettext
        sheet = Sheet()
        self.choice = QComboBox()
        self.choice.currentIndexChanged.connect(self._chosen)
        self._which = Field(
            t("Payment provider"), self.choice, t("The first is the one to begin with in your country.")
        )
        sheet.column.addWidget(self._which)
        self._form = QVBoxLayout()
        self._form.setSpacing(6)
        sheet.column.addLayout(self._form)
        self.foot = self.said = Said()
        self.hook = Button(t("Set notifications automatically"), icon="radio")
        self.hook.clicked.connect(self.set_notices)
        self.hook_said = Said()
        sheet.column.addWidget(self.hook, 0, Qt.AlignmentFlag.AlignLeft)
        sheet.column.addWidget(self.hook_said)
        self.hook.hide()
        self.notices = Instructions(t)
        sheet.column.addWidget(self.notices)
        self.rule = Rule()
        sheet.column.addWidget(self.rule)
        self.trial = TrialPanel(mount, source, presenter, self.typed)
        sheet.column.addWidget(self.trial)
        self.rule.hide()
        self.trial.hide()
        self.trial.moved.connect(self._moved)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(sheet)
        column.addStretch(1)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self.check)

    def enter(self) -> None:
        source, language = self.source, self.t.language
        self.mount.bridge.run(lambda: source.offers(language), owner=self, done=self.show_offers, name="read providers")
        self.choice.setFocus()

    def leave(self) -> None:
        self._pause.stop()
        self.trial.leave()
        if self._task is not None:
            self._task.cancel()

    def show_offers(self, offers: tuple[Offer, ...]) -> None:
        self.offers = offers
        self.choice.blockSignals(True)
        self.choice.clear()
        for offer in offers:
            more = "" if offer.methods == offer.label else f" – {offer.methods}"
            self.choice.addItem(offer.label + more, offer.name)
        first = sorted(range(len(offers)), key=lambda i: (not offers[i].tried, not offers[i].enabled))
        self.choice.setCurrentIndex(first[0] if first else -1)
        self.choice.blockSignals(False)
        self._chosen()

    @property
    def offer(self) -> Offer | None:
        at = self.choice.currentIndex()
        return self.offers[at] if 0 <= at < len(self.offers) else None

    def _chosen(self, *_: object) -> None:
        while (item := self._form.takeAt(0)) is not None:
            widget: QWidget | None = item.widget()
            if widget is not None:
                widget.deleteLater()
        self.edits.clear()
        if self._task is not None:
            self._task.cancel()  # what the one before says of its values is nothing to this one
        t, offer = self.t, self.offer
        self.said.say("")
        self.hook_said.say("")
        self.hook.setVisible(bool(offer and offer.hooked))
        self._offer_trial(False)
        self.good, self.enabled = False, bool(offer and offer.enabled)
        if offer is None:
            return
        for declared in offer.fields:
            label, hint = self._words(declared.label), self._words(declared.hint) if declared.hint else ""
            if declared.choices:
                combo = QComboBox()
                words = choice_words(t)
                for value in declared.choices:
                    combo.addItem(words.get(value, value), value)
                combo.setCurrentIndex(max(0, combo.findData(declared.default)))
                combo.currentIndexChanged.connect(lambda _: self._pause.start())
                self._form.addWidget(Field(label, combo, hint, close=True))
                self.edits[declared.name] = combo
                continue
            kept = "••••••••" if declared.name in offer.kept else ""
            field = TextField(label, hint, kept or declared.default, secret=declared.secret, close=True)
            field.changed.connect(lambda _: self._pause.start())
            if declared.secret:
                tidy_when_left(field.edit)
            self._form.addWidget(field)
            self.edits[declared.name] = field.edit
        self.notices.show_dashboard(offer.label, offer.dashboard, offer.address)
        self.trial.show_offer(offer)
        if offer.kept:
            self.check()
        self.ready.emit()

    def typed(self) -> dict[str, str]:
        """What was typed; what is kept and was not replaced is left out."""
        found = {}
        for name, edit in self.edits.items():
            text = str(edit.currentData()) if isinstance(edit, QComboBox) else edit.text().strip()
            if text:
                found[name] = text
        return found

    def check(self) -> None:
        """Ask the provider about what is typed."""
        offer = self.offer
        if offer is None:
            return
        if self._task is not None:
            self._task.cancel()
        typed = self.typed()
        self.said.say(self.t("{provider} is being asked…", provider=offer.label))
        self._task = self.mount.bridge.run_long(
            lambda control: self.source.examine_provider(offer.name, typed, control),
            owner=self,
            done=self.show_found,
            failed=self._failed,
            name="check provider",
        )

    def set_notices(self) -> None:
        """Have the provider's notices sent here by its API: the secret that signs them need not be typed."""
        offer, typed = self.offer, self.typed()
        if offer is None:
            return
        self._pause.stop()
        self.hook_said.say(self.t("{provider} is being asked…", provider=offer.label))
        self.mount.bridge.run_long(
            lambda control: (self.source.hook(offer.name, typed, control), self.source.offers(self.t.language)),
            owner=self,
            done=lambda found: self._hooked(offer.name, *found),
            failed=self._not_hooked,
            name="set notices",
        )

    def _hooked(self, name: str, findings: tuple[Finding, ...], offers: tuple[Offer, ...]) -> None:
        self.show_offers(offers)
        self.choice.setCurrentIndex(max(0, self.choice.findData(name)))
        self.hook_said.say(*verdict(self.presenter, findings))

    def _not_hooked(self, error: Exception) -> bool:
        self.hook_said.say(self.presenter.why(error), ok=False)
        return self.presenter.known(error)

    def show_found(self, findings: tuple[Finding, ...]) -> None:
        """What the provider says; while a field is missing, which."""
        offer = self.offer
        if offer is None:
            return
        if not findings:
            typed = self.typed()
            fields = (f for f in offer.fields if f.required and f.name not in typed and f.name not in offer.kept)
            names = ", ".join(self._words(field.label) for field in fields)
            self.said.say(self.t("Fill in first: {fields}.", fields=names) if names else "")
            self.good = False
        else:
            text, self.good = verdict(self.presenter, findings)
            self.said.say(text, self.good)
        self._offer_trial(self.good)
        self.ready.emit()

    def _moved(self) -> None:
        self._offer_trial(self.good)
        self.reveal.emit(self.trial)

    def _offer_trial(self, shown: bool) -> None:
        """A payment that is open, or whose end was just told, stays in sight, whatever is typed meanwhile."""
        shown = shown or self.trial.stage not in ("idle", "opening")
        self.rule.setVisible(shown)
        self.trial.setVisible(shown)

    def verb(self) -> str:
        offer = self.offer
        if offer is None or not self.good or self.enabled:
            return ""
        return self.t("Offer {provider} to my buyers", provider=offer.label)

    def act(self) -> None:
        offer = self.offer
        if offer is None or not self.verb():
            return
        typed = self.typed()
        self.mount.bridge.run(
            lambda: self.source.enable(offer.name, typed),
            owner=self,
            done=self._offered,
            failed=self._failed,
            name="enable provider",
        )

    def _offered(self, _: object) -> None:
        self.enabled = True
        offer = self.offer
        said = self.t(
            "Your buyers can pay through {provider}. Try it: pay yourself once.", provider=offer.label if offer else ""
        )
        self.said.say(said, ok=True)
        self.ready.emit()
        self.reveal.emit(self.trial)

    def _failed(self, error: Exception) -> bool:
        self.said.say(self.presenter.why(error), ok=False)
        return self.presenter.known(error)
