"""The code of the product on screen, over the whole computer's screen: for who sells with a phone and shows it this.

It is what buyers may see and nothing else, so it stays when the window locks; acting from it needs the open window.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import QObject, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QKeySequence, QPainter, QPaintEvent, QShortcut
from PySide6.QtWidgets import QWidget

from core.kernel.look import LIGHT
from core.live.views import StagedProduct
from desktop.bridge import Bridge, Change
from desktop.fonts import face
from desktop.pages.live.presenter import LivePresenter, LiveSource, Stage
from desktop.widgets.qrcode import draw_code

AREAS: Final = frozenset({"live", "catalogue", "orders"})
_LEFT: Final = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_WRAPPED: Final = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap)
_CENTRED: Final = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap)


class StageFeed(QObject):
    """``read`` with a :class:`Stage`, at once and after each change; one reading at a time."""

    read = Signal(object)

    def __init__(self, source: LiveSource, bridge: Bridge, parent: QObject) -> None:
        super().__init__(parent)
        self._source, self._bridge = source, bridge
        self._under_way = self._stale = False
        bridge.changed.connect(self._take)
        self.refresh()

    def refresh(self) -> None:
        self._stale = True
        if not self._under_way:
            self._under_way, self._stale = True, False
            self._bridge.run(self._source.stage, owner=self, done=self._done, failed=self._failed, name="read stage")

    def _take(self, changes: list[Change]) -> None:
        if any(change.area in AREAS for change in changes):
            self.refresh()

    def _done(self, stage: Stage) -> None:
        self.read.emit(stage)
        self._again()

    def _failed(self, error: Exception) -> None:
        self._again()

    def _again(self) -> None:
        self._under_way = False
        if self._stale:
            self.refresh()


class StageWindow(QWidget):
    """A window of its own, white in every theme. Escape closes it, F11 switches the size, E changes the product."""

    def __init__(
        self,
        parent: QWidget,
        source: LiveSource,
        bridge: Bridge,
        presenter: LivePresenter,
        choose: Callable[[QWidget], object],
    ) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setProperty("public", True)  # the lock leaves it open
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._presenter, self._choose = presenter, choose
        self.stage: Stage | None = None
        self.setWindowTitle(presenter.t("QR code of the product on screen"))
        self.resize(1024, 640)
        for keys, act in (("Esc", self.close), ("Q", self.close), ("F11", self._switch), ("E", self._change)):
            QShortcut(QKeySequence(keys), self).activated.connect(partial(self._do, act))
        self.feed = StageFeed(source, bridge, self)
        self.feed.read.connect(self.show_stage)

    def _do(self, act: Callable[[], object]) -> None:
        act()

    def _switch(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def _change(self) -> None:
        self._choose(self)

    def show_stage(self, stage: Stage) -> None:
        """Show another product or number; nothing is painted for what stayed the same."""
        if stage != self.stage:
            self.stage = stage
            self.setAccessibleName(self.sentence())
            self.update()

    def sentence(self) -> str:
        """All that is shown, for who cannot see it, or why there is nothing."""
        t, stage = self._presenter.t, self.stage
        if stage is None:
            return ""
        product = stage.view.product
        if not stage.view.running:
            return t("No live is running")
        if product is None:
            return t("Put a product on screen: its code appears here (E).")
        if not stage.link and product.on_sale:
            return t("No code without the number that buyers write to: enter it in Settings, WhatsApp.")
        said = (
            product.keyword,
            product.title,
            self._presenter.money(product.price),
            self._presenter.staged(product)[0],
        )
        return ", ".join(said)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), Qt.GlobalColor.white)
        if self.stage is None:
            return
        product, edge = self.stage.view.product, min(self.width(), self.height()) * 0.06
        box = QRectF(self.rect()).adjusted(edge, edge, -edge, -edge)
        if product is None:
            self._say(painter, box)
            return
        side = (
            min(box.height(), box.width() * 0.5) if box.width() > box.height() else min(box.width(), box.height() / 2)
        )
        if box.width() > box.height():
            code = QRectF(box.left(), box.center().y() - side / 2, side, side)
            words = QRectF(code.right() + edge, box.top(), box.right() - code.right() - edge, box.height())
        else:
            code = QRectF(box.center().x() - side / 2, box.top(), side, side)
            words = QRectF(box.left(), code.bottom() + edge, box.width(), box.bottom() - code.bottom() - edge)
        if self.stage.link:
            draw_code(painter, code, self.stage.link)
        else:
            self._say(painter, code)
        self._words(painter, words, product)

    def _words(self, painter: QPainter, box: QRectF, product: StagedProduct) -> None:
        """What to write, what it is, what it costs, what is left: from above, in the middle of the height."""
        t, unit = self._presenter.t, min(box.height(), box.width()) / 12
        left, role = self._presenter.staged(product)
        title = QFontMetricsF(scaled(unit))
        rows = 1 if title.horizontalAdvance(product.title) <= box.width() else 2
        named = title.elidedText(product.title, Qt.TextElideMode.ElideRight, box.width() * rows * 0.9)
        lines = [
            (t("Write on WhatsApp"), 0.9, LIGHT.muted, 1.3),
            (product.keyword if product.on_sale else "", 2.6, LIGHT.text, 3.2),
            (named, 1.0, LIGHT.text, 0.4 + 1.25 * rows),
            (self._presenter.money(product.price), 1.9, LIGHT.text, 2.6),
            (left, 1.1, LIGHT.ink(role), 1.5),
        ]
        shown = [line for line in lines if line[0]] if product.on_sale else lines[2:]
        top = box.center().y() - unit * sum(line[3] for line in shown) / 2
        for text, size, colour, height in shown:
            place = QRectF(box.left(), top, box.width(), unit * height)
            self._write(painter, place, text, unit * size, colour, wrapped=text == named)
            top += unit * height

    def _say(self, painter: QPainter, box: QRectF) -> None:
        """A sentence where the code would be."""
        painter.setFont(scaled(min(box.width(), box.height()) * 0.07))
        painter.setPen(QColor(LIGHT.muted))
        painter.drawText(box, _CENTRED, self.sentence())

    @staticmethod
    def _write(painter: QPainter, box: QRectF, text: str, pixels: float, colour: str, *, wrapped: bool = False) -> None:
        font = scaled(pixels)
        wide = QFontMetricsF(font).horizontalAdvance(text)
        if not wrapped and wide > box.width():
            font = scaled(pixels * box.width() / wide)
        painter.setFont(font)
        painter.setPen(QColor(colour))
        painter.drawText(box, _WRAPPED if wrapped else _LEFT, text)


def scaled(pixels: float) -> QFont:
    """The bold face, so many pixels high."""
    font = QFont(face("body-bold"))
    font.setPixelSize(max(8, int(pixels)))
    return font
