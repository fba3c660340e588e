"""What every page is, and what it is given."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, TypeVar

from msgspec import Struct
from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from desktop.bridge import Bridge, Task
from desktop.context import Context, Preferences
from desktop.sound import Sounds
from desktop.texts import Texts
from desktop.ticker import Ticker
from desktop.widgets.fields import SearchField

if TYPE_CHECKING:
    from desktop.stores.desk import StoresDesk

T = TypeVar("T")


class Mount(Struct, frozen=True):
    """What a page is built with: the open shop, the way to it, texts, clock, sounds, and the person's choices.

    ``lock`` hides the window until somebody says who they are. ``rehearse`` opens a rehearsal for so many buyers at
    such a speed, where the store can be rehearsed. ``speak`` makes the window again in another language, ``enlarge``
    makes everything in it so many percent large.
    """

    context: Context
    bridge: Bridge
    t: Texts
    ticker: Ticker
    sounds: Sounds
    preferences: Preferences
    lock: Callable[[], object] = lambda: None
    rehearse: Callable[[int, int], object] | None = None
    speak: Callable[[str], object] = lambda code: None
    enlarge: Callable[[int], object] = lambda percent: None
    stores: StoresDesk | None = None
    """The stores of this computer; None in a window that was opened for one store alone."""


class Page(QWidget):
    """A page of the window. Built when first shown; kept until the window closes.

    ``wants`` asks the shell for another page: its name and what to show there (an id or None).
    """

    wants = Signal(str, object)

    hands_on: ClassVar[bool] = False
    """Whether all that is typed here saves itself, or goes on in the page built in this one's place."""

    def __init__(self, mount: Mount) -> None:
        super().__init__()
        self.mount = mount
        self.t = mount.t
        self.setProperty("kind", "page")

    @property
    def now(self) -> int:
        return self.mount.context.clock.now()

    def show_subject(self, subject: object) -> None:
        """Bring an object into sight, by its id. Pages that others point to say how."""

    def loses(self) -> bool:
        """Whether something typed here would be lost with the page: by default, any field that was typed in."""
        if self.hands_on:
            return False
        lines = (line.isModified() for line in self.findChildren(QLineEdit) if not isinstance(line, SearchField))
        texts = (text.document().isModified() for text in self.findChildren(QPlainTextEdit) if not text.isReadOnly())
        return any(lines) or any(texts)

    def kept(self) -> object:
        """What the page built in this one's place goes on with; its :meth:`take_back` gets it."""
        return None

    def take_back(self, kept: object) -> None:
        """Go on with what :meth:`kept` handed on."""

    def take_focus(self) -> None:
        """Give the keyboard to the page's main part when it comes into sight."""
        self.setFocus()

    def navigate(self, page: str, subject: object = None) -> None:
        self.wants.emit(page, subject)

    def call(self, work: Callable[[], T], name: str, done: Callable[[T], object] | None = None) -> Task[T]:
        """Run a verb off the window's thread; its error is said by the window."""
        return self.mount.bridge.run(work, owner=self, done=done, name=name)

    def add_shortcut(self, keys: str, act: Callable[[], object], said: str = "") -> QShortcut:
        """A key of this page, anywhere in the window while the page shows; a field being typed in keeps its letters.

        ``said``: what it does, for the overview of all keys.
        """
        shortcut = QShortcut(QKeySequence(keys), self)
        shortcut.setWhatsThis(said)
        shortcut.activated.connect(lambda: act())
        return shortcut
