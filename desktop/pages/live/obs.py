"""« Show in OBS »: the address to paste there, made of what is chosen here, and how it will look."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final
from urllib.parse import urlencode

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QLinearGradient, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QVBoxLayout, QWidget

from core.kernel.look import DARK, LIGHT
from core.live.views import StagedProduct
from desktop.bridge import Bridge
from desktop.fonts import face
from desktop.pages.live.presenter import LivePresenter, LiveSource, OverlayPlace, Stage
from desktop.pages.live.stage import StageFeed
from desktop.widgets.buttons import Chip
from desktop.widgets.copyline import CopyLine
from desktop.widgets.dialog import Dialog
from desktop.widgets.fields import Field
from desktop.widgets.flow import Flow
from desktop.widgets.labels import Label
from desktop.widgets.qrcode import draw_code

PARTS: Final = ("product", "qr", "stock", "feed")
_DEFAULTS: Final = {"position": "left", "theme": "dark", "size": "100", "lang": "", "show": ",".join(PARTS)}
_EXAMPLE: Final = StagedProduct(0, "ROBE1", "Robe Wax Ankara", 15_000, None, 2, 1, True, True)


def address(base: str, chosen: dict[str, str]) -> str:
    """The overlay's address with what differs from how it is by itself."""
    query = urlencode({name: value for name, value in chosen.items() if value != _DEFAULTS[name]}, safe=",")
    return base + (("&" if "?" in base else "?") + query if query and base else "")


class Preview(QWidget):
    """A small picture of the live with the card on it: the product on screen, or an example while there is none."""

    def __init__(self, presenter: LivePresenter, name: str) -> None:
        super().__init__()
        self._presenter = presenter
        self._stage: Stage | None = None
        self._chosen = dict(_DEFAULTS)
        self.setFixedSize(QSize(352, 198))
        self.setAccessibleName(name)

    def show_stage(self, stage: Stage) -> None:
        self._stage = stage
        self.update()

    def show_choice(self, chosen: dict[str, str]) -> None:
        self._chosen = dict(chosen)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole = QRectF(self.rect())
        frame = QPainterPath()
        frame.addRoundedRect(whole, 8, 8)
        painter.setClipPath(frame)
        wall = QLinearGradient(whole.topLeft(), whole.bottomRight())
        wall.setColorAt(0, QColor("#B98B6B"))
        wall.setColorAt(1, QColor("#5B6B7F"))
        painter.fillRect(whole, wall)
        self._seller(painter, whole)
        view = self._stage.view if self._stage else None
        self._card(painter, whole, (view.product if view else None) or _EXAMPLE)

    @staticmethod
    def _seller(painter: QPainter, whole: QRectF) -> None:
        """Somebody in the middle, so that one sees what is covered."""
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(0, 0, 0, 60))
        middle = whole.center()
        painter.drawEllipse(QRectF(middle.x() - 22, middle.y() - 52, 44, 52))
        painter.drawRoundedRect(QRectF(middle.x() - 52, middle.y() + 6, 104, 130), 40, 40)

    def _card(self, painter: QPainter, whole: QRectF, product: StagedProduct) -> None:
        shown, u = self._chosen["show"].split(","), whole.height() * int(self._chosen["size"]) / 10_000
        look = LIGHT if self._chosen["theme"] == "light" else DARK
        words, code = bool({"product", "stock"} & set(shown)), "qr" in shown
        if self._chosen["position"] == "bottom":
            box = QRectF(4 * u, whole.height() - 36 * u, whole.width() - 8 * u, 32 * u)
            place = QRectF(box.right() - 32 * u, box.top(), 32 * u, 32 * u)
            text = box.adjusted(3 * u, 2 * u, -34 * u if code else -3 * u, -2 * u)
        else:
            height = (34 if words else 0) + (42 if code else 0)
            left = 4 * u if self._chosen["position"] == "left" else whole.width() - 46 * u
            box = QRectF(left, whole.height() - (4 + height) * u, 42 * u, height * u)
            place = QRectF(box.left(), box.bottom() - 42 * u, 42 * u, 42 * u)
            text = QRectF(box.left() + 2 * u, box.top() + 2 * u, 38 * u, 30 * u)
        if not words and not code:
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(look.background if look is DARK else look.surface))
        painter.drawRoundedRect(box, 3 * u, 3 * u)
        if code:
            painter.setBrush(QColor("#FFFFFF"))
            painter.drawRoundedRect(place, 3 * u, 3 * u)
            link = self._stage.link if self._stage else ""
            draw_code(painter, place.adjusted(2 * u, 2 * u, -2 * u, -2 * u), link or "https://wa.me/")
        left_over = self._presenter.staged(product)
        lines = [(product.keyword, look.gold_text), (self._presenter.money(product.price), look.text)]
        lines = lines if "product" in shown else []
        lines += [(left_over[0], look.ink(left_over[1]))] if "stock" in shown else []
        for number, (line, colour) in enumerate(lines):
            place = QRectF(text.left(), text.top() + number * 9.4 * u, text.width(), 9 * u)
            self._write(painter, place, line, 7 * u, colour)

    @staticmethod
    def _write(painter: QPainter, box: QRectF, text: str, pixels: float, colour: str) -> None:
        font = QFont(face("body-bold"))
        font.setPixelSize(max(7, round(pixels)))
        wide = QFontMetricsF(font).horizontalAdvance(text)
        if wide > box.width():
            font.setPixelSize(max(6, int(pixels * box.width() / wide)))
        painter.setFont(font)
        painter.setPen(QColor(colour))
        painter.drawText(box, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), text)


class ObsDialog(Dialog):
    """Choices on the left, the picture on the right, the address below. ``full_screen`` opens the big code."""

    def __init__(
        self,
        parent: QWidget,
        source: LiveSource,
        bridge: Bridge,
        presenter: LivePresenter,
        full_screen: Callable[[], object],
    ) -> None:
        t = presenter.t
        super().__init__(parent, t("Show in OBS"), 860)
        self._presenter, self._full_screen = presenter, full_screen
        self.chosen = dict(_DEFAULTS)
        self.chips: dict[tuple[str, str], Chip] = {}
        self.parts: dict[str, Chip] = {}
        self._place: OverlayPlace | None = None
        self.preview = Preview(presenter, t("How it will look"))
        self.body.addWidget(
            Label(
                t(
                    "The product on screen, its QR code and what is left, over your video. In OBS, TikTok Live Studio"
                    " or Streamlabs add a “Browser” source with this address, 1920 × 1080 or 1080 × 1920."
                ),
                "body",
                "muted",
                wrap=True,
            )
        )
        line = QHBoxLayout()
        line.setSpacing(20)
        line.addLayout(self._choices(), 1)
        line.addWidget(self.preview, 0, Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(line)
        self.here = CopyLine(t, t("Address on this computer"))
        self.body.addWidget(
            Field(
                t("Address on this computer"),
                self.here,
                t("If OBS was open before LivePay, refresh its source once."),
                close=True,
            )
        )
        self.outside = CopyLine(t, t("Address for another computer"))
        self._outside = Field(
            t("Address for another computer"),
            self.outside,
            t("It carries your store’s key: show it to nobody."),
            close=True,
        )
        self.body.addWidget(self._outside)
        self._outside.hide()
        self.missing = Label(
            t("No code without the number that buyers write to: enter it in Settings, WhatsApp."),
            "body",
            "danger",
            wrap=True,
        )
        self.missing.hide()
        self.body.addWidget(self.missing)
        self.add_way_out(t("Close"))
        self.action = self.add_action(t("QR code on this screen"), self._open_full)
        bridge.run(source.overlay, owner=self, done=self.show_place, name="read overlay")
        StageFeed(source, bridge, self).read.connect(self.show_stage)

    def show_stage(self, stage: Stage) -> None:
        """The picture follows the live; without one there is no code to fill the screen with."""
        self.preview.show_stage(stage)
        self.action.setEnabled(stage.view.running)

    def _choices(self) -> QVBoxLayout:
        t = self._presenter.t
        column = QVBoxLayout()
        column.setSpacing(10)
        places = (("left", t("On the left")), ("right", t("On the right")), ("bottom", t("At the bottom")))
        themes = (("dark", t.of("choice", "Dark")), ("light", t.of("choice", "Light")))
        tongues = (("", t("As the store")), ("fr", "Français"), ("mg", "Malagasy"), ("en", "English"))
        column.addWidget(Field(t("Where it stands"), self._one("position", places), close=True))
        column.addWidget(Field(t("Card"), self._one("theme", themes), close=True))
        sizes = (("75", t("Small")), ("100", t("Normal")), ("120", t("Large")))
        column.addWidget(Field(t("Size"), self._one("size", sizes), close=True))
        column.addWidget(Field(t("Language"), self._one("lang", tongues), close=True))
        parts = (
            ("product", t("Product")),
            ("qr", t("QR code")),
            ("stock", t("What is left")),
            ("feed", t("Last paid")),
        )
        column.addWidget(
            Field(t("Shown"), self._some(parts), t("Who has paid shows only if the settings allow it."), close=True)
        )
        column.addStretch(1)
        return column

    def _row(self, chips: Sequence[Chip]) -> QWidget:
        row = QWidget()
        line = Flow(row)
        for chip in chips:
            line.addWidget(chip)
        return row

    def _one(self, name: str, values: Sequence[tuple[str, str]]) -> QWidget:
        """One of several values."""
        group = QButtonGroup(self)
        chips = []
        for value, word in values:
            chip = Chip(word)
            chip.setChecked(value == self.chosen[name])
            chip.clicked.connect(lambda _=False, value=value: self.choose(name, value))
            group.addButton(chip)
            self.chips[name, value] = chip
            chips.append(chip)
        return self._row(chips)

    def _some(self, parts: Sequence[tuple[str, str]]) -> QWidget:
        for part, word in parts:
            chip = self.parts[part] = Chip(word)
            chip.setChecked(True)
            chip.clicked.connect(lambda _=False: self._choose_parts())
        return self._row(list(self.parts.values()))

    def _choose_parts(self) -> None:
        """At least one stays: an overlay of nothing is nobody's wish."""
        wanted = [part for part in PARTS if self.parts[part].isChecked()]
        if not wanted:
            for part in self.chosen["show"].split(","):
                self.parts[part].setChecked(True)
            return
        self.choose("show", ",".join(wanted))

    def choose(self, name: str, value: str) -> None:
        """Another look: the address and the picture follow."""
        self.chosen[name] = value
        if chip := self.chips.get((name, value)):
            chip.setChecked(True)
        self.preview.show_choice(self.chosen)
        if self._place is not None:
            self.show_place(self._place)

    def show_place(self, place: OverlayPlace) -> None:
        self._place = place
        self.here.say(address(place.here, self.chosen))
        self.outside.say(address(place.outside, self.chosen))
        self._outside.setVisible(bool(place.outside))
        self.missing.setVisible(not place.number_known)

    def _open_full(self) -> None:
        self.accept()
        self._full_screen()
