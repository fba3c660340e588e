"""Light and dark: one object that owns the Qt palette and the style sheet, both made from ``core.kernel.look``."""

from __future__ import annotations

import string
from functools import lru_cache
from typing import Final, Literal, get_args

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from core.kernel.look import DARK, FIGURES, LIGHT, SCALE, SERIF, Palette, mix
from core.kernel.paths import resource
from desktop.fonts import face, load_fonts, points
from desktop.zoom import zoom

Choice = Literal["dark", "light", "system"]
CHOICES: Final[tuple[Choice, ...]] = get_args(Choice)


class Theme(QObject):
    """The theme in force. ``changed`` is emitted after the palette and style sheet were switched."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.choice: Choice = "dark"
        self.palette: Palette = DARK
        zoom().changed.connect(self.changed)  # what was drawn is drawn again, as sharp as before

    def install(self, application: QApplication, choice: Choice) -> None:
        """Dress the application once, before the first widget."""
        load_fonts()
        application.setStyle("Fusion")
        application.setFont(face("body"))
        application.styleHints().colorSchemeChanged.connect(self._system_changed)
        self.choose(choice)

    def choose(self, choice: Choice) -> None:
        """Switch now; ``system`` follows the computer's own setting and its changes."""
        self.choice = choice
        application = QApplication.instance()
        if not isinstance(application, QApplication):
            return
        # Title bars follow on Windows and macOS; elsewhere this does nothing, hence our own palette.
        scheme = {"dark": Qt.ColorScheme.Dark, "light": Qt.ColorScheme.Light, "system": Qt.ColorScheme.Unknown}[choice]
        application.styleHints().setColorScheme(scheme)
        # Read after a choice of ours has been taken back, or it would be heard as the system's.
        self.palette = _system() if choice == "system" else DARK if choice == "dark" else LIGHT
        # A sheet that takes another's place dresses every widget once for each it stands in; a first one, just once.
        application.setStyleSheet("")
        application.setPalette(qt_palette(self.palette))
        application.setStyleSheet(style_sheet(self.palette))
        self.changed.emit()

    def colour(self, token: str) -> QColor:
        """A colour of the palette in force by its name (``surface``, ``line``…)."""
        return QColor(getattr(self.palette, token))

    def _system_changed(self) -> None:
        if self.choice == "system" and _system() is not self.palette:
            self.choose("system")


@lru_cache(maxsize=1)
def theme() -> Theme:
    """The program's one theme."""
    return Theme()


def _system() -> Palette:
    scheme = QGuiApplication.styleHints().colorScheme()
    return LIGHT if scheme == Qt.ColorScheme.Light else DARK


def qt_palette(palette: Palette) -> QPalette:
    """The Qt palette for what the style sheet leaves to Fusion."""
    roles = QPalette.ColorRole
    made = QPalette()
    for role, colour in (
        (roles.Window, palette.background),
        (roles.Base, palette.surface),
        (roles.AlternateBase, palette.raised),
        (roles.Button, palette.raised),
        (roles.ToolTipBase, palette.raised),
        (roles.WindowText, palette.text),
        (roles.Text, palette.text),
        (roles.ButtonText, palette.text),
        (roles.BrightText, palette.text),
        (roles.ToolTipText, palette.text),
        (roles.PlaceholderText, palette.muted),
        (roles.Highlight, palette.structure),
        (roles.HighlightedText, palette.selected_ink),
        (roles.Link, palette.info.ink),
        (roles.LinkVisited, palette.info.ink),
        (roles.Accent, palette.gold),
        (roles.Light, palette.line),
        (roles.Midlight, palette.line),
        (roles.Mid, palette.line),
        (roles.Dark, palette.line),
    ):
        made.setColor(role, QColor(colour))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(mix(palette.muted, palette.surface, 0.35)))
    return made


@lru_cache(maxsize=4)
def style_sheet(palette: Palette) -> str:
    """``resources/qss/livepay.qss`` with the tokens filled in."""
    template = string.Template(resource("qss", "livepay.qss").read_text(encoding="utf-8"))
    values: dict[str, str] = {
        name: value for name in palette.__struct_fields__ if isinstance(value := getattr(palette, name), str)
    }
    for name in ("paid", "waiting", "danger", "info"):
        tone = palette.tone(name)
        values[name] = tone.ink
        values[f"{name}_ground"] = tone.ground
    values |= {
        "hover": mix(palette.raised, palette.muted, 0.10),
        "pressed": mix(palette.raised, palette.muted, 0.18),
        "disabled": mix(palette.muted, palette.surface, 0.35),
        "gold_pressed": mix(palette.gold, palette.gold_ink, 0.14),
        "selected_ink": palette.selected_ink,
        "serif": SERIF,
        "figures": FIGURES,
        "corner": str(SCALE.corner),
        "target": str(SCALE.target),
        "target_live": str(SCALE.target_live),
        "tiny": f"{points(11.5):.3f}",
        "small": f"{points(SCALE.small):.3f}",
        "body": f"{points(SCALE.body):.3f}",
        "lead": f"{points(SCALE.lead):.3f}",
        "heading": f"{points(15):.3f}",
        "title": f"{points(SCALE.title):.3f}",
        "figure": f"{points(SCALE.figure):.3f}",
        "icons": resource("icons").as_posix(),
    }
    return template.substitute(values)
