"""How a thread's items are measured and painted; measures are kept for each width."""

from __future__ import annotations

from typing import Final

from msgspec import Struct
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen, QPixmap, QTextCharFormat, QTextLayout, QTextOption

from core.kernel.look import Palette, mix
from desktop.fonts import Face, elided, face, width
from desktop.icons import draw
from desktop.pages.conversations.bubbles import Attachment, Bubble, Day, Item, Line, NoteItem
from desktop.pages.conversations.writing import Span
from desktop.theme import theme
from desktop.widgets.cells import colour
from desktop.widgets.picture import draw_picture

SIDE: Final = 22
PICTURE: Final = (240, 200)
_PAD: Final = 13
_WIDEST: Final = 560
_SHARE: Final = 0.74
_CORNER: Final = 11
_META: Final = 20
_CHIP: Final = 28
_FILE: Final = 42
_GAP: Final = 10
_CLOSE: Final = 3
_REMEMBERED: Final = 4000
DAY: Final = 40
LINE: Final = 30
_CENTRE: Final = int(Qt.AlignmentFlag.AlignCenter)
_LEFT: Final = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


class Measure(Struct, frozen=True):
    """A bubble laid out for one width: ``box`` is its ground, the rest stands within it; all from the item's corner."""

    height: int
    box: QRectF
    meta: QRectF
    text: QTextLayout | None
    text_at: QPointF
    note: QTextLayout | None
    note_at: QPointF
    picture: QRectF | None
    file: QRectF | None
    chips: tuple[QRectF, ...]


class Measures:
    """Lays bubbles out, each once for a width: scrolling and a new message measure nothing twice."""

    def __init__(self) -> None:
        self._wide = 0
        self._known: dict[Bubble, Measure] = {}
        self._notes: dict[NoteItem, QTextLayout] = {}

    def of(self, item: Bubble, wide: int) -> Measure:
        self._fit(wide)
        found = self._known.get(item)
        if found is None:
            found = self._known[item] = _measure_bubble(item, wide)
        return found

    def _fit(self, wide: int) -> None:
        if wide != self._wide or len(self._known) > _REMEMBERED:
            self.forget()
            self._wide = wide

    def note(self, item: NoteItem, wide: int) -> QTextLayout:
        """The words of a note, laid out."""
        self._fit(wide)
        found = self._notes.get(item)
        if found is None:
            room = min(_WIDEST, int((wide - 2 * SIDE) * _SHARE))
            found = self._notes[item] = _laid_out(item.text, "body", room - 2 * _PAD)
        return found

    def height(self, item: Item, wide: int) -> int:
        if isinstance(item, Bubble):
            return self.of(item, wide).height
        if isinstance(item, NoteItem):
            return round(self.note(item, wide).boundingRect().height()) + _GAP + _META + 20
        return DAY if isinstance(item, Day) else LINE

    def forget(self) -> None:
        """The fonts may have changed: with the screen, or the theme."""
        self._known.clear()
        self._notes.clear()


def _measure_bubble(item: Bubble, wide: int) -> Measure:
    room = min(_WIDEST, int((wide - 2 * SIDE) * _SHARE)) - 2 * _PAD
    top = _CLOSE if item.close else _GAP
    y, used = float(top + 9), 0.0
    picture = file = None
    attachment = item.attachment
    if attachment is not None and attachment.shown:
        size = min(PICTURE[0], room), PICTURE[1]
        picture = QRectF(0, y, *size)
        y, used = y + size[1] + 8, float(size[0])
    elif attachment is not None:
        words = max(width(attachment.title, "body-bold"), width(attachment.detail, "small"))
        file = QRectF(0, y, min(room, words + 48), _FILE)
        y, used = y + _FILE + 4, max(used, file.width())
    text = None
    text_y = y
    if item.text:
        text = _laid_out(item.text, "body", room, item.spans)
        y, used = y + text.boundingRect().height() + 2, max(used, _natural(text))
    chips, y, used = _chips(item.buttons, y, room, used)
    note = None
    note_y = y
    if item.note:
        note = _laid_out(item.note, "small", max(used, min(room, 300.0)))
        y, used = y + note.boundingRect().height() + 4, max(used, _natural(note))
    used = min(float(room), max(used, _meta_width(item)))
    height = y + _META + 4
    left = wide - SIDE - used - 2 * _PAD if item.ours else float(SIDE)
    box = QRectF(left, top, used + 2 * _PAD, height - top)
    inner = left + _PAD
    return Measure(
        height=round(height),
        box=box,
        meta=QRectF(inner, height - _META - 4, used, _META),
        text=text,
        text_at=QPointF(inner, text_y),
        note=note,
        note_at=QPointF(inner, note_y),
        picture=picture.translated(inner, 0) if picture is not None else None,
        file=file.translated(inner, 0) if file is not None else None,
        chips=tuple(chip.translated(inner, 0) for chip in chips),
    )


def _chips(titles: tuple[str, ...], y: float, room: float, used: float) -> tuple[list[QRectF], float, float]:
    """Buttons side by side, going on below when the line is full."""
    found: list[QRectF] = []
    x, y = 0.0, y + (5 if titles else 0)
    for title in titles:
        wide = min(room, width(title, "small-bold") + 24)
        if x and x + wide > room:
            x, y = 0.0, y + _CHIP + 6
        found.append(QRectF(x, y, wide, _CHIP))
        x += wide + 7
        used = max(used, x - 7)
    return found, (y + _CHIP + 3 if titles else y), used


def _meta_width(item: Bubble) -> float:
    tick = item.tick
    wide = width(item.meta, "small")
    if tick is not None:
        wide += 20 + (width(tick.word, "small") + 4 if tick.word else 0)
    return wide + (26 if item.reaction else 0)


def _laid_out(text: str, name: Face, room: float, spans: tuple[Span, ...] = ()) -> QTextLayout:
    layout = QTextLayout(text.replace("\n", "\u2028"), face(name))
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    layout.setFormats([_format(span) for span in spans])
    layout.setCacheEnabled(True)
    y = 0.0
    layout.beginLayout()
    while (line := layout.createLine()).isValid():
        line.setLineWidth(room)
        line.setPosition(QPointF(0, y))
        y += line.height() + 1
    layout.endLayout()
    return layout


def _natural(layout: QTextLayout) -> float:
    """The width of the longest line as it was broken, which is less than the room it was given."""
    return max((layout.lineAt(n).naturalTextWidth() for n in range(layout.lineCount())), default=0.0)


def _format(span: Span) -> QTextLayout.FormatRange:
    found = QTextLayout.FormatRange()
    found.start, found.length = span.start, span.length
    style = QTextCharFormat()
    match span.style:
        case "bold":
            style.setFontWeight(QFont.Weight.Bold)
        case "italic":
            style.setFontItalic(True)
        case "struck":
            style.setFontStrikeOut(True)
        case "fixed":
            style.setFontFamilies(["monospace"])
    found.format = style
    return found


# -- painting ----------------------------------------------------------------------------------------------------


def paint_line(painter: QPainter, item: Line | Day, box: QRectF) -> None:
    """A line of the journal or a day, in the middle."""
    palette = theme().palette
    icon, role = (item.icon, item.role) if isinstance(item, Line) else ("", "muted")
    if isinstance(item, Day):
        box = box.adjusted(0, 10, 0, 0)
    ink = palette.ink(role)
    wide = min(box.width() - 40, width(item.text, "small") + (20 if icon else 0))
    left = box.center().x() - wide / 2
    if icon:
        draw(painter, icon, ink, left, box.center().y() - 7, 14, 2.4)
        left += 20
    painter.setPen(colour(ink))
    painter.setFont(face("small"))
    room = QRectF(left, box.top(), box.right() - left - 20, box.height())
    painter.drawText(room, _LEFT, item.text)


def paint_note(painter: QPainter, item: NoteItem, laid: QTextLayout, wide: int, selected: bool) -> None:
    """A note, with the painter's origin at the item's corner: in the middle, on yellow, with a dashed edge."""
    palette = theme().palette
    words = max(_natural(laid), width(item.meta, "small-bold") + 20)
    box = QRectF((wide - words - 2 * _PAD) / 2, _GAP, words + 2 * _PAD, laid.boundingRect().height() + _META + 16)
    tone = palette.tone("waiting")
    pen = QPen(colour(palette.info.ink if selected else mix(tone.ground, tone.ink, 0.45)), 1)
    if not selected:
        pen.setStyle(Qt.PenStyle.DashLine)
    painter.setPen(pen)
    painter.setBrush(colour(tone.ground))
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), _CORNER, _CORNER)
    left = box.left() + _PAD
    draw(painter, "pencil", tone.ink, left, box.top() + 11, 14, 2.4)
    painter.setPen(colour(tone.ink))
    painter.setFont(face("small-bold"))
    painter.drawText(QRectF(left + 20, box.top() + 8, words, _META), _LEFT, item.meta)
    painter.setPen(colour(palette.text))
    laid.draw(painter, QPointF(left, box.top() + 8 + _META))


def paint_bubble(painter: QPainter, item: Bubble, laid: Measure, picture: QPixmap | None, selected: bool) -> None:
    """A bubble, with the painter's origin at the item's corner; ``picture`` None: not read yet."""
    palette = theme().palette
    painter.setPen(QPen(colour(palette.info.ink if selected else edge(item, palette)), 1))
    painter.setBrush(QColor(ground(item, palette)))
    painter.drawRoundedRect(laid.box.adjusted(0.5, 0.5, -0.5, -0.5), _CORNER, _CORNER)
    if laid.picture is not None:
        draw_picture(painter, laid.picture, picture, 7, "image", 26)
    if laid.file is not None and item.attachment is not None:
        _paint_file(painter, item.attachment, laid.file)
    painter.setPen(colour(palette.text))
    if laid.text is not None:
        laid.text.draw(painter, laid.text_at)
    for title, box in zip(item.buttons, laid.chips, strict=True):
        painter.setPen(QPen(colour(mix(palette.muted, palette.surface, 0.45)), 1))
        painter.setBrush(colour(palette.surface))
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 7, 7)
        painter.setPen(colour(palette.text))
        painter.setFont(face("small-bold"))
        painter.drawText(box, _CENTRE, title)
    if laid.note is not None:
        painter.setPen(colour(palette.ink(item.note_role)))
        laid.note.draw(painter, laid.note_at)
    _paint_meta(painter, item, laid.meta)


def _paint_file(painter: QPainter, attachment: Attachment, box: QRectF) -> None:
    palette = theme().palette
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour(palette.line))
    painter.drawRoundedRect(QRectF(box.left(), box.top() + 2, 36, 36), 8, 8)
    draw(painter, attachment.icon, palette.text, box.left() + 9, box.top() + 11, 18)
    words = box.adjusted(46, 0, 0, 0)
    painter.setPen(colour(palette.text))
    painter.setFont(face("body-bold"))
    two = bool(attachment.detail)
    upper = QRectF(words.left(), words.top() + (1 if two else 10), words.width() + 1, 20)
    painter.drawText(upper, _LEFT, _cut(attachment.title, "body-bold", words.width()))
    if two:
        painter.setPen(colour(palette.info.ink if attachment.opens else palette.muted))
        painter.setFont(face("small"))
        painter.drawText(
            QRectF(words.left(), words.top() + 20, words.width() + 1, 18),
            _LEFT,
            _cut(attachment.detail, "small", words.width()),
        )


def _cut(text: str, name: Face, room: float) -> str:
    return text if width(text, name) <= room + 1 else elided(text, name, int(room))


def _paint_meta(painter: QPainter, item: Bubble, box: QRectF) -> None:
    palette = theme().palette
    right = box.right()
    painter.setFont(face("small"))
    tick = item.tick
    if tick is not None:
        ink = palette.ink(tick.role)
        if tick.word:
            right = _write_left_of(painter, tick.word, right, box, ink) - 4
        draw(painter, tick.icon, ink, right - 15, box.center().y() - 7, 15, 2.2)
        right -= 20
    _write_left_of(painter, item.meta, right, box, palette.muted)
    if item.reaction:
        painter.drawText(QRectF(box.left(), box.top(), 24, box.height()), _LEFT, item.reaction)


def _write_left_of(painter: QPainter, text: str, right: float, box: QRectF, ink: str) -> float:
    wide = width(text, "small")
    painter.setPen(colour(ink))
    painter.drawText(QRectF(right - wide, box.top(), wide + 1, box.height()), _LEFT, text)
    return right - wide


def ground(item: Bubble, palette: Palette) -> str:
    """A bubble's ground tells who speaks: the customer plain, the bot green, a person of the shop gold."""
    tint = {"customer": palette.surface, "bot": palette.paid.ink}.get(item.author, palette.gold)
    # In the dark, more of it would take the red of a failure below what can be read.
    share = 0.09 if palette.name == "dark" else 0.10 if item.author == "bot" else 0.16
    return mix(palette.surface, tint, share)


def edge(item: Bubble, palette: Palette) -> str:
    if item.tick is not None and item.tick.icon == "x":
        return palette.danger.ink
    tint = {"customer": palette.line, "bot": palette.paid.ink}.get(item.author, palette.gold)
    return palette.line if item.author == "customer" else mix(palette.line, tint, 0.22)
