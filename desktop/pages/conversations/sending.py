"""What the seller adds to a message or looks at closely: a product, a file, a picture in full."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from core.catalogue.views import ProductView
from core.conversations.limits import CAPTION
from core.kernel.money import group_digits
from core.kernel.text import utf16_length
from desktop.bridge import Bridge
from desktop.opening import open_file
from desktop.pages.conversations.bubbles import Attachment
from desktop.pages.conversations.composer import FILES
from desktop.pages.conversations.presenter import ConversationSource
from desktop.pages.live.presenter import LivePresenter, LiveSource
from desktop.pages.live.products import ProductPicker
from desktop.pictures import Thumb
from desktop.texts import Texts
from desktop.widgets.dialog import Dialog
from desktop.widgets.fields import TextField
from desktop.widgets.labels import ElidedLabel, IconLabel, Label
from desktop.widgets.picture import draw_picture, pixmap_of

if TYPE_CHECKING:
    from desktop.pages.conversations.page import ConversationsPage

_THUMB: Final = (120, 120)


class ProductDialog(Dialog):
    """Find a product; its card goes into the message, where the seller may still change it."""

    def __init__(
        self,
        parent: QWidget,
        source: LiveSource,
        bridge: Bridge,
        presenter: LivePresenter,
        act: Callable[[ProductView], object],
    ) -> None:
        super().__init__(parent, presenter.t("Add a product to the message"), 520)
        self._act = act
        self.picker = ProductPicker(source, bridge, presenter, rows=7)
        self.picker.chosen.connect(self._chosen)
        self.body.addWidget(self.picker)
        self.add_way_out(presenter.t("Back"))
        self.picker.ask()
        self.picker.setFocus()

    def _chosen(self, product: ProductView) -> None:
        self.accept()
        self._act(product)


class _Preview(QWidget):
    """The chosen picture, or the sign of a document."""

    def __init__(self, icon: str) -> None:
        super().__init__()
        self._icon = icon
        self._picture: QPixmap | None = None
        self.setFixedSize(QSize(*_THUMB))

    def show_thumb(self, thumb: Thumb | None) -> None:
        self._picture = pixmap_of(thumb) if thumb is not None else None
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        draw_picture(QPainter(self), QRectF(self.rect()), self._picture, 8, self._icon, 32)


class FileDialog(Dialog):
    """A file about to be sent: what it is, a caption, Enter. ``act`` with the path and the caption."""

    def __init__(
        self,
        parent: QWidget,
        t: Texts,
        source: ConversationSource,
        bridge: Bridge,
        path: Path,
        act: Callable[[Path, str], object],
    ) -> None:
        picture = path.suffix.lower() != ".pdf"
        super().__init__(parent, t("Send a photo") if picture else t("Send a document"), 480)
        self._t, self._path, self._act = t, path, act
        line = QHBoxLayout()
        line.setSpacing(16)
        self.preview = _Preview("image" if picture else "file-text")
        line.addWidget(self.preview)
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(ElidedLabel(path.name, "body-bold"))
        words.addWidget(Label(self._size(), "small", "muted"))
        self.caption = TextField(t("Caption"), placeholder=t("optional"))
        self.caption.changed.connect(self._typed)
        words.addSpacing(6)
        words.addWidget(self.caption)
        line.addLayout(words, 1)
        self.body.addLayout(line)
        self.add_way_out(t("Back"))
        self.action = self.add_action(t("Send"), self._send)
        self.caption.setFocus()
        if picture:
            bridge.run(
                lambda: source.thumb_of(path, *_THUMB), owner=self, done=self.preview.show_thumb, name="read picture"
            )

    def _size(self) -> str:
        try:
            kilobytes = max(1, self._path.stat().st_size // 1000)
        except OSError:
            return ""
        return self._t("{size} kB", size=group_digits(kilobytes))

    def _typed(self, text: str) -> None:
        length = utf16_length(text)
        too_long = self._t("{length} of {limit} characters.", length=length, limit=CAPTION) if length > CAPTION else ""
        self.caption.set_error(too_long)
        self.action.setEnabled(not too_long)

    def _send(self) -> None:
        if not self.action.isEnabled():
            return
        self.accept()
        self._act(self._path, self.caption.text)


class _Sheet(QWidget):
    """A picture at its best size, and a word while it is being read."""

    def __init__(self, room: QSize) -> None:
        super().__init__()
        self._room = room
        self._picture: QPixmap | None = None
        self.setMinimumSize(280, 200)

    def show_picture(self, image: QImage) -> None:
        ratio = self.devicePixelRatioF()
        fitted = image.size().scaled(self._room * ratio, Qt.AspectRatioMode.KeepAspectRatio)
        fitted = fitted.boundedTo(image.size())
        scaled = image.scaled(fitted, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
        self._picture = QPixmap.fromImage(scaled)
        self._picture.setDevicePixelRatio(ratio)
        self.setFixedSize((self._picture.size() / ratio).expandedTo(QSize(120, 120)))

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._picture is not None:
            size = self._picture.deviceIndependentSize()
            x, y = (self.width() - size.width()) / 2, (self.height() - size.height()) / 2
            QPainter(self).drawPixmap(round(x), round(y), self._picture)


class PictureDialog(Dialog):
    """A picture of the thread as large as the window allows."""

    def __init__(self, parent: QWidget, t: Texts, source: ConversationSource, bridge: Bridge, name: str) -> None:
        super().__init__(parent, t("Photo"), 400)
        self._t = t
        window = parent.window().size()
        self.sheet = _Sheet(QSize(max(300, window.width() - 220), max(240, window.height() - 220)))
        self._nothing = IconLabel("image", "muted", 40)
        self._word = Label(t("Reading the picture…"), "small", "muted")
        for part in (self._nothing, self._word, self.sheet):
            self.body.addWidget(part, 0, Qt.AlignmentFlag.AlignHCenter)
        self.sheet.hide()
        self.add_way_out(t("Close"))
        bridge.run(lambda: _image(source.picture(name)), owner=self, done=self._show, name="read picture")

    def _show(self, image: QImage | None) -> None:
        if image is None:
            self._word.say(self._t("This picture cannot be shown any more."))
            return
        self._nothing.hide()
        self._word.hide()
        self.sheet.show_picture(image)
        self.sheet.show()
        self.widen(max(400, self.sheet.width() + 48))
        parent = self.parentWidget()
        if parent is not None:
            middle = parent.window().frameGeometry().center()
            self.move(middle.x() - self.width() // 2, middle.y() - self.height() // 2)


def _image(content: bytes | None) -> QImage | None:
    image = QImage.fromData(content) if content else QImage()
    return None if image.isNull() else image


class FileChooser(QFileDialog):
    """Asks for a photo or a PDF. Shown, never executed: a nested loop would wedge qasync's tasks."""

    picked = Signal(Path)

    def __init__(self, parent: QWidget, t: Texts) -> None:
        endings = " ".join(f"*{ending}" for ending in FILES)
        kinds = t("Photos and PDF documents")
        super().__init__(parent.window(), t("Photo or PDF"), "", f"{kinds} ({endings})")
        self.setFileMode(QFileDialog.FileMode.ExistingFile)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.fileSelected.connect(lambda path: self.picked.emit(Path(path)))


def show_attachment(page: ConversationsPage, attachment: Attachment) -> None:
    """A picture grows over the window; another file opens in the computer's own program for it."""
    name = attachment.file
    if name is None:
        return
    if attachment.shown:
        PictureDialog(page, page.t, page.source, page.mount.bridge, name).present()
    else:
        page.call(lambda: page.source.file(name), "find file", lambda path: path and open_file(path))
