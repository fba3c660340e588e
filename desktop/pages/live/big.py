"""The live for the seller's eyes at two metres: figures, the product on screen, and the clocks of the holds that end.

It says who buys, so it goes when the window locks; what buyers may see is :mod:`desktop.pages.live.stage`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from msgspec import Struct
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QKeySequence, QPainter, QPaintEvent, QPen, QShortcut
from PySide6.QtWidgets import QWidget

from core.kernel.look import Role
from core.live.views import SessionView, StockBar
from desktop.pages.live.presenter import AlertText, LivePresenter, TileText
from desktop.pages.live.rows import RowText
from desktop.pages.live.stage import scaled
from desktop.theme import theme
from desktop.widgets.cells import LEFT, RIGHT
from desktop.widgets.stockbar import draw_track

HOLDS: Final = 5  # clocks in sight
_LEAST: Final = 3
_CENTRE: Final = int(Qt.AlignmentFlag.AlignCenter)


class BigBoard(Struct, frozen=True):
    """What stands there. ``holds``: those that end first, first; ``bars``: what is in stock, the least first."""

    session: SessionView
    tiles: Sequence[TileText]
    holds: Sequence[RowText]
    bars: Sequence[StockBar]
    alerts: Sequence[AlertText]


class BigWindow(QWidget):
    """A window of its own. Escape and G close it, F11 switches the size, E changes the product on screen."""

    def __init__(
        self, parent: QWidget, presenter: LivePresenter, now: Callable[[], int], choose: Callable[[QWidget], object]
    ) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._presenter, self._now = presenter, now
        self.board: BigBoard | None = None
        t = presenter.t
        self.setWindowTitle(t("Big screen"))
        self.resize(1280, 720)
        for keys, act, said in (
            ("Esc", self.close, t("Close the big screen")),
            ("G", self.close, t("Close the big screen")),
            ("F11", self._switch, t("Full screen")),
            ("E", lambda: choose(self), t("Choose the product on screen")),
        ):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setWhatsThis(said)
            shortcut.activated.connect(lambda act=act: act())
        theme().changed.connect(self.update)

    def _switch(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def show_board(self, board: BigBoard) -> None:
        self.board = board
        self.setAccessibleName(self.sentence())
        self.update()

    def tick(self) -> None:
        """A second has passed."""
        if self.isVisible():
            self.update()

    def sentence(self) -> str:
        """All that is shown, for who cannot see it."""
        if self.board is None:
            return ""
        now = self._now()
        tiles = [f"{tile.title} {tile.value}" for tile in self.board.tiles]
        shown = self.board.session.on_screen
        bar = next((bar for bar in self.board.bars if shown and bar.product_id == shown[0]), None)
        if bar is not None:
            tiles.append(f"{bar.sku} {self._presenter.amount(bar.price)}")
        return ", ".join([*tiles, *(hold.summary(now) for hold in self.board.holds)])

    # -- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, palette = QPainter(self), theme().palette
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(palette.background))
        if self.board is None:
            return
        edge = min(self.width(), self.height()) * 0.03
        box = QRectF(self.rect()).adjusted(edge, edge, -edge, -edge)
        head, tiles, foot = box.height() * 0.09, box.height() * 0.23, box.height() * 0.09
        self._head(painter, QRectF(box.left(), box.top(), box.width(), head), self.board)
        top = box.top() + head + edge / 2
        self._tiles(painter, QRectF(box.left(), top, box.width(), tiles), self.board.tiles, edge / 2)
        top += tiles + edge / 2
        height = box.bottom() - foot - edge / 2 - top
        left = QRectF(box.left(), top, box.width() * 0.52 - edge / 4, height)
        right = QRectF(left.right() + edge / 2, top, box.right() - left.right() - edge / 2, height)
        self._product(painter, left, self.board)
        self._holds(painter, right, self.board.holds)
        self._foot(painter, QRectF(box.left(), box.bottom() - foot, box.width(), foot), self.board)

    def _head(self, painter: QPainter, box: QRectF, board: BigBoard) -> None:
        t, palette, now = self._presenter.t, theme().palette, self._now()
        size = box.height() * 0.5
        pill = QRectF(box.left(), box.top() + box.height() * 0.1, 0, box.height() * 0.8)
        font = scaled(size * 0.8)
        pill.setWidth(QFontMetricsF(font).horizontalAdvance(t("ON AIR")) + size * 1.2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(palette.danger.ground))
        painter.drawRoundedRect(pill, 10, 10)
        _text(painter, pill, t("ON AIR"), size * 0.8, palette.danger.ink, _CENTRE)
        beside = box.adjusted(pill.width() + size * 0.6, 0, 0, 0)
        _text(painter, beside, self._presenter.elapsed(board.session, now), size * 1.2, palette.text, LEFT)
        _text(painter, box, board.session.title, size * 0.8, palette.muted, RIGHT)

    @staticmethod
    def _tiles(painter: QPainter, box: QRectF, tiles: Sequence[TileText], gap: float) -> None:
        palette = theme().palette
        shares = [1.7 if tile is tiles[-1] else 1.0 for tile in tiles]
        unit, left = (box.width() - gap * (len(tiles) - 1)) / sum(shares), box.left()
        for tile, share in zip(tiles, shares, strict=True):
            place = QRectF(left, box.top(), unit * share, box.height())
            _card(painter, place, palette.gold if tile is tiles[-1] else palette.line)
            pad = box.height() * 0.11
            inner = place.adjusted(pad, pad * 0.7, -pad, -pad * 0.7)
            upper = QRectF(inner.left(), inner.top(), inner.width(), inner.height() * 0.26)
            lower = QRectF(inner.left(), upper.bottom(), inner.width(), inner.height() * 0.74)
            _text(painter, upper, tile.title, upper.height() * 0.8, palette.muted, LEFT)
            _text(painter, lower, tile.value, lower.height() * 0.82, palette.ink(tile.role), LEFT, 0.2)
            left += place.width() + gap

    def _product(self, painter: QPainter, box: QRectF, board: BigBoard) -> None:
        """What is on screen, and what is left of it."""
        t, palette = self._presenter.t, theme().palette
        _card(painter, box, palette.line)
        pad = box.height() * 0.07
        inner = box.adjusted(pad, pad, -pad, -pad)
        unit = inner.height() / 10
        shown = board.session.on_screen
        if shown is None:
            _text(painter, inner, t("Put a product on screen (E)"), unit, palette.muted, _CENTRE)
            return
        number, sku, title = shown
        bar = next((bar for bar in board.bars if bar.product_id == number), None)
        lines: list[tuple[str, float, str, float]] = [
            (t("On screen"), 0.8, palette.muted, 1.2),
            (sku, 2.6, palette.text, 3.3),
            (title, 1.0, palette.muted, 1.5),
        ]
        top = inner.top()
        for text, size, ink, height in lines:
            _text(painter, QRectF(inner.left(), top, inner.width(), unit * height), text, unit * size, ink, LEFT)
            top += unit * height
        if bar is None:
            return
        words = self._presenter.stock(bar)
        ink = palette.ink(words.role)
        if bar.price:  # what she says aloud most often
            price = QRectF(inner.left() + inner.width() * 0.5, inner.top(), inner.width() * 0.5, unit * 1.6)
            _text(painter, price, self._presenter.amount(bar.price), unit * 1.6, palette.gold_text, RIGHT)
        _text(painter, QRectF(inner.left(), top, inner.width(), unit * 2.4), words.left, unit * 1.7, ink, LEFT)
        _text(
            painter, QRectF(inner.left(), top, inner.width(), unit * 2.4), words.waiting, unit, palette.info.ink, RIGHT
        )
        track = QRectF(inner.left(), inner.bottom() - unit * 0.8, inner.width(), unit * 0.6)
        draw_track(painter, track, words.free, words.held, words.role == "danger")

    def _holds(self, painter: QPainter, box: QRectF, holds: Sequence[RowText]) -> None:
        """Whose time runs out first: the clock is the largest thing in its row."""
        t, palette, now = self._presenter.t, theme().palette, self._now()
        _card(painter, box, palette.line)
        pad = box.height() * 0.05
        inner = box.adjusted(pad * 1.3, pad, -pad * 1.3, -pad)
        row = inner.height() / (max(_LEAST, len(holds)) + 0.7)
        title = QRectF(inner.left(), inner.top(), inner.width(), row * 0.6)
        _text(painter, title, t("Holds that end first"), row * 0.34, palette.muted, LEFT)
        if not holds:
            _text(painter, inner, t("No order waits for its money."), row * 0.45, palette.muted, _CENTRE)
        for number, hold in enumerate(holds):
            place = QRectF(inner.left(), inner.top() + row * (0.7 + number), inner.width(), row)
            clock, role = hold.clock(now) or ("", "text")
            words = place.adjusted(0, row * 0.08, -row * 2.4, 0)
            upper = QRectF(words.left(), words.top(), words.width(), row * 0.5)
            lower = QRectF(words.left(), upper.bottom(), words.width(), row * 0.36)
            _text(painter, upper, hold.customer, row * 0.44, palette.text, LEFT)
            what = " · ".join(
                (f"{hold.product.head} {hold.product.tail}".strip(), self._presenter.amount(hold.row.total))
            )
            _text(painter, lower, what, row * 0.32, palette.muted, LEFT)
            _text(painter, place, clock, row * 0.74, palette.ink(role), RIGHT)
            if number:
                painter.setPen(QPen(QColor(palette.line), 1))
                painter.drawLine(place.topLeft(), place.topRight())

    def _foot(self, painter: QPainter, box: QRectF, board: BigBoard) -> None:
        """What must be done, else what is running low, else that all is well."""
        t, palette = self._presenter.t, theme().palette
        if board.alerts:
            first, more = board.alerts[0], len(board.alerts) - 1
            text = f"{first.title} · {first.detail}" if first.detail else first.title
            text += f" · {t.plural('and {n} more', 'and {n} more', more)}" if more else ""
            role: Role = first.role
        else:
            text, role = t("Nothing to do: all is well."), "paid"
        tone = {"danger": palette.danger, "waiting": palette.waiting, "info": palette.info}.get(role, palette.paid)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tone.ground))
        painter.drawRoundedRect(box, 10, 10)
        _text(
            painter,
            box.adjusted(box.height() * 0.4, 0, -box.height() * 0.4, 0),
            text,
            box.height() * 0.42,
            tone.ink,
            LEFT,
        )


def _card(painter: QPainter, box: QRectF, edge: str) -> None:
    painter.setBrush(QColor(theme().palette.surface))
    painter.setPen(QPen(QColor(edge), 1.5))
    painter.drawRoundedRect(box, 12, 12)


def _text(painter: QPainter, box: QRectF, text: str, pixels: float, ink: str, flags: int, least: float = 0.55) -> None:
    """One line, as large as wished or as its room allows; cut where it would become smaller than ``least`` of that."""
    if not text:
        return
    font = scaled(pixels)
    wide = QFontMetricsF(font).horizontalAdvance(text)
    if wide > box.width():
        fits = 0.98 * box.width() / wide
        font = scaled(pixels * max(least, fits))
        if fits < least:
            text = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, box.width())
    painter.setFont(font)
    painter.setPen(QColor(ink))
    painter.drawText(box, flags, text)
