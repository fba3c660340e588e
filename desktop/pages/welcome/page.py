"""The first steps over the whole window: where one is, the step, back, later, and one gold button."""

from __future__ import annotations

from functools import partial
from typing import Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from core.connecting.rules import DONE, NEXT, STEPS, following, next_step
from desktop.pages.page import Mount, Page
from desktop.pages.welcome.number import NumberStep
from desktop.pages.welcome.parts import StepView
from desktop.pages.welcome.paying import PayingStep
from desktop.pages.welcome.practice import PracticeStep
from desktop.pages.welcome.presenter import WelcomePresenter
from desktop.pages.welcome.products import ProductsStep
from desktop.widgets.buttons import Button
from desktop.widgets.labels import IconLabel, Label

_VIEWS: Final[dict[str, type[StepView]]] = {
    "products": ProductsStep,
    "practice": PracticeStep,
    "whatsapp": NumberStep,
    "payment": PayingStep,
}
_WIDE: Final = 720
_EDGE: Final = 28
_SETTLE_MS: Final = 60


class WelcomePage(Page):
    """Leads through the steps; where the person is, is kept with the store."""

    def __init__(self, mount: Mount) -> None:
        super().__init__(mount)
        t = self.t
        self.source = mount.context.welcome
        self.presenter = WelcomePresenter(t, mount.context.store.currency)
        self.step = ""
        self._to_keep, self._keeping = "", False
        outer = QVBoxLayout(self)
        outer.setContentsMargins(_EDGE, 18, _EDGE, 16)
        outer.setSpacing(12)
        outer.addLayout(self._head())
        self._title, self._intro = Label("", "title"), Label("", "body", "muted", wrap=True)
        self._heading = QWidget()
        said = QVBoxLayout(self._heading)
        said.setContentsMargins(0, 0, 0, 0)
        said.setSpacing(12)
        said.addWidget(self._title)
        said.addWidget(self._intro)
        outer.addWidget(self._heading)
        self.stack = QStackedWidget()
        self.views: dict[str, StepView] = {}
        for name in STEPS:
            view = self.views[name] = _VIEWS[name](mount, self.source, self.presenter)
            view.ready.connect(self._show_verb)
            view.passed.connect(self.next)
            area = None if name == "practice" else _framed(view)
            if area is not None:
                view.reveal.connect(partial(self._reveal, area))
            self.stack.addWidget(area or view)
        outer.addWidget(self.stack, 1)
        self._verbs = QWidget()
        self._verbs.setLayout(self._foot())
        outer.addWidget(self._verbs)
        self.add_shortcut("Ctrl+Return", self.press, self.t("Continue"))
        self.add_shortcut("Alt+Left", self.back, self.t("Back"))
        self.call(self.source.step, "read step", self._resume)

    def _head(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(6)
        brand = QHBoxLayout()
        brand.setSpacing(0)
        brand.addWidget(Label("Live", "title"))
        brand.addWidget(Label("Pay", "title", "gold"))
        line.addLayout(brand)
        line.addStretch(1)
        self._marks: dict[str, tuple[IconLabel, Label]] = {}
        for number, (name, word) in enumerate(self.presenter.steps(), 1):
            icon, label = IconLabel("dot", "muted", 16), Label(f"{number}. {word}", "small-bold", "muted")
            self._marks[name] = icon, label
            line.addWidget(icon)
            line.addWidget(label)
            line.addSpacing(14)
        line.addStretch(1)
        self.later = Button(self.t("Go to the window"), "quiet")
        self.later.clicked.connect(self.leave)
        line.addWidget(self.later)
        return line

    def _foot(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(10)
        self.before = Button(self.t("Back"), key="Alt ←")
        self.before.clicked.connect(self.back)
        self.skip = Button(self.t("Later"))
        self.skip.clicked.connect(self.next)
        self.action = Button(self.t("Continue"), "primary", key="Ctrl+\u21b5", live=True)
        self.action.clicked.connect(self.press)
        line.addWidget(self.before)
        line.addSpacing(10)
        self._said = [view.foot for view in self.views.values() if view.foot is not None]
        place = QWidget()
        words = QVBoxLayout(place)
        words.setContentsMargins(0, 0, 0, 0)
        words.addStretch(1)
        for said in self._said:
            words.addWidget(said)
        words.addStretch(1)
        line.addWidget(place, 1)
        line.addWidget(self.skip)
        line.addWidget(self.action)
        return line

    # -- where one is

    def take_focus(self) -> None:
        if self.step:
            self.views[self.step].enter()

    def _resume(self, step: str) -> None:
        if not self.step:  # nobody asked for a step meanwhile
            self.show_step(step if step in STEPS else STEPS[0])

    def show_subject(self, subject: object) -> None:
        """A step by its name; ``next``: that of the first thing that is missing."""
        if subject == NEXT:
            self.call(self.source.tasks, "read tasks", lambda found: self.show_step(next_step(found)))
        elif str(subject) in STEPS:
            self.show_step(str(subject))

    def show_step(self, step: str) -> None:
        """Go there, and remember it."""
        if self.step:
            self.views[self.step].leave()
        self.step = step
        title, intro = self.presenter.heading(step)
        self._title.say(title)
        self._intro.say(intro)
        at = STEPS.index(step)
        self.stack.setCurrentIndex(at)
        for place, name in enumerate(STEPS):
            icon, label = self._marks[name]
            icon.show_icon(
                "check" if place < at else "dot", "paid" if place < at else "gold" if place == at else "muted"
            )
            label.set_role("gold" if place == at else "muted")
        self._align()
        self.before.setVisible(at > 0)
        for said in self._said:
            said.setVisible(said is self.views[step].foot and bool(said.text))
        self._keep(step)
        self.views[step].enter()
        self._show_verb()

    def _align(self) -> None:
        """What is said over a form, and the verbs under it, begin and end where it does."""
        beside = max(0, (self.width() - 2 * _EDGE - _WIDE) // 2) if self.step != "practice" else 0
        for part in (self._heading, self._verbs):
            part.setContentsMargins(beside, 0, beside, 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._align()

    def _show_verb(self) -> None:
        verb = self.views[self.step].verb() if self.step else ""
        self.action.setText(verb or self.t("Continue"))
        self.skip.setVisible(bool(verb))

    @staticmethod
    def _reveal(area: QScrollArea, part: QWidget) -> None:
        """Once the layouts around it have settled."""
        QTimer.singleShot(_SETTLE_MS, part, lambda: area.ensureWidgetVisible(part, 0, 16))

    # -- moving

    def press(self) -> None:
        """The gold button: what the step asks for, or on to the next."""
        if not self.step:
            return
        view = self.views[self.step]
        if view.verb():
            view.act()
        else:
            self.next()

    def back(self) -> None:
        at = STEPS.index(self.step) if self.step else 0
        if at:
            self.show_step(STEPS[at - 1])

    def next(self) -> None:
        after = following(self.step)
        if after == DONE:
            self.leave()
        else:
            self.show_step(after)

    def leave(self) -> None:
        """To the window. What is still missing is said there, and leads back."""
        if self.step:
            self.views[self.step].leave()
        self.step = ""
        self._keep(DONE)
        self.navigate("live")

    def _keep(self, step: str) -> None:
        """One after the other: what is kept in the end is where one went last."""
        self._to_keep = step
        if not self._keeping:
            self._keep_next()

    def _keep_next(self, _: object = None) -> bool:
        """→ False: an error is said by the window."""
        step, self._to_keep = self._to_keep, ""
        self._keeping = bool(step)
        if step:
            self.mount.bridge.run(
                lambda: self.source.go(step), owner=self, done=self._keep_next, failed=self._keep_next, name="keep step"
            )
        return False


def _framed(view: StepView) -> QScrollArea:
    """A step in the middle of the window, as wide as a form should be."""
    middle = QWidget()
    line = QHBoxLayout(middle)
    line.setContentsMargins(0, 0, 0, 0)
    line.addStretch(1)
    view.setFixedWidth(_WIDE)
    line.addWidget(view)
    line.addStretch(1)
    area = QScrollArea()
    area.setAccessibleName(view.t("First steps"))
    area.setWidgetResizable(True)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(middle)
    return area
