"""The right side of the settings: a section is built when it is first opened."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget

from desktop.pages.settings.parts import Made
from desktop.pages.settings.presenter import Section, SettingsPresenter
from desktop.pages.settings.sections import SectionView
from desktop.pages.settings.views import VIEWS


class Sections(QStackedWidget):
    """``built`` with each view that is new, before anything else is done with it. ``views``: those built so far."""

    built = Signal(object)

    def __init__(self, presenter: SettingsPresenter, made: Made) -> None:
        super().__init__()
        self._presenter, self._made = presenter, made
        self.declared: dict[str, Section] = {section.name: section for section in presenter.sections()}
        self.views: dict[str, SectionView] = {}

    @property
    def current(self) -> str:
        """The name of the section in view; the first one before any was opened."""
        view = self.currentWidget()
        return view.section.name if isinstance(view, SectionView) else next(iter(self.declared))

    def view(self, name: str) -> SectionView:
        """A section's view, built at the latest now."""
        view = self.views.get(name)
        if view is None:
            section = self.declared[name]
            view = self.views[name] = VIEWS.get(name, SectionView)(section, self._presenter, self._made)
            self.built.emit(view)
            self.addWidget(view)
        return view

    def open(self, name: str) -> None:
        self.setCurrentWidget(self.view(name))
