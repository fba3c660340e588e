"""Finding a setting by its name, its words or its key; it is brought into sight and shines for a moment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, Protocol

from msgspec import Struct
from PySide6.QtCore import QEvent, QObject, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from core.kernel.text import fold
from desktop.icons import draw
from desktop.pages.settings.parts import Folded
from desktop.pages.settings.presenter import VERIFY_TOKEN, ProviderInfo, Section, SettingsPresenter
from desktop.pages.settings.rows import SettingRow
from desktop.pages.settings.sections import SectionView
from desktop.theme import theme
from desktop.widgets.suggest import Choice, Suggest

MOST: Final = 20
SHINE_MS: Final = 1800
_SETTLE_MS: Final = 60


class Place(Struct, frozen=True):
    """A setting, or (with an empty ``key``) a section. ``where``: whose it is, for the eye."""

    key: str
    section: str
    label: str
    where: str
    haystack: str


def places(
    sections: Iterable[Section], providers: Iterable[ProviderInfo], presenter: SettingsPresenter
) -> Iterator[Place]:
    """Everything that can be found."""
    for section in sections:
        yield Place("", section.name, section.title, section.intro, fold(f"{section.title} {section.intro}"))
        for group in section.groups:
            for key in (*group.keys, *group.advanced):
                yield _place(key, section.name, section.title, presenter)
        if section.name == "whatsapp":
            yield _place(VERIFY_TOKEN, section.name, section.title, presenter)  # on a card of its own there
    for provider in providers:
        group = presenter.provider_group(provider.name)
        for key in (*group.keys, *group.advanced):
            yield _place(key, "payments", provider.label, presenter)


def _place(key: str, section: str, where: str, presenter: SettingsPresenter) -> Place:
    label, hint = presenter.label(key), presenter.hint(key)
    return Place(key, section, label, where, fold(f"{label} {hint} {where} {key}"))


def found(known: Sequence[Place], asked: str, limit: int = MOST) -> list[Place]:
    """All words must occur; what is called so comes before what only says so."""
    words = fold(asked).split()
    hits = [place for place in known if all(word in place.haystack for word in words)]
    name = " ".join(words)

    def rank(place: Place) -> int:
        label = fold(place.label)
        return 0 if label.startswith(name) else 1 if all(word in label for word in words) else 2

    return sorted(hits, key=rank)[:limit]


class Settings(Protocol):
    """The page, as the finder needs it."""

    @property
    def views(self) -> Mapping[str, SectionView]:
        """The sections that were built."""
        ...

    def reveal(self, section: str, key: str) -> SettingRow | None:
        """Show a section, built now if it has to be. → the setting's row there."""
        ...


class Shine(QWidget):
    """A gold edge around a part, for a moment. It lets every press through."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setGeometry(over.rect())
        over.installEventFilter(self)
        QTimer.singleShot(SHINE_MS, self, self.deleteLater)
        self.show()
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and isinstance(watched, QWidget):
            self.setGeometry(watched.rect())
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme().palette.gold), 2))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(3, 3, -3, -3), 8, 8)


class Finder(Suggest):
    """The search box over all settings. Enter goes to the best, ↓ to others."""

    def __init__(self, page: Settings, presenter: SettingsPresenter) -> None:
        t = presenter.t
        super().__init__(t("Find a setting"), t("Find a setting"), eager=True)
        self._page, self._presenter = page, presenter
        self._providers: tuple[ProviderInfo, ...] = ()
        self._known: tuple[Place, ...] | None = None
        self.setProperty("kind", "search")
        self.setProperty("boxed", True)
        self.set_tag("Ctrl+F")
        self.setFixedWidth(300)
        self.asked.connect(self._look)
        self.chosen.connect(self.reach)

    def know(self, providers: Sequence[ProviderInfo]) -> None:
        """Whose settings can be found besides the store's own; told again when they were read again."""
        self._providers, self._known = tuple(providers), None

    @property
    def known(self) -> tuple[Place, ...]:
        """What there is to be found, from what is declared: a section need not be built for it."""
        if self._known is None:
            self._known = tuple(places(self._presenter.sections(), self._providers, self._presenter))
        return self._known

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        draw(QPainter(self), "search", theme().palette.muted, 11, (self.height() - 16) / 2, 16)

    def ask_for(self) -> None:
        """Be typed in."""
        self.setFocus()
        self.selectAll()

    def _look(self, asked: str) -> None:
        hits = found(self.known, asked)
        nothing = Choice(self._presenter.t("No setting is called so"), "", "", None)
        self.offer([Choice(place.label, place.where, "", place) for place in hits] or [nothing])

    def reach_key(self, key: str) -> bool:
        """As :meth:`reach`, by a setting's key. → whether there is one of that name."""
        place = next((one for one in self.known if key and one.key == key), None)
        self.reach(place)
        return place is not None

    def reach(self, place: Place | None) -> None:
        """Bring it into sight and give it the keyboard."""
        if place is None:
            return
        self.clear()
        row = self._page.reveal(place.section, place.key)
        view = self._page.views[place.section]
        if row is None:
            view.setFocus()
            return
        part = row.parentWidget()
        while part is not None and part is not view:
            if isinstance(part, Folded):
                part.open()
            part = part.parentWidget()
        row.setFocus()
        QTimer.singleShot(_SETTLE_MS, row, lambda: view.ensureWidgetVisible(row, 0, 40))
        Shine(row)
