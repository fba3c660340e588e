"""What Qt itself says, in the person's language: the menu of a text field, its own file dialog, a button's act as a
screen reader tells it. French comes with Qt; it has no Malagasy, so the menu is ours and the rest stays French."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QTranslator

from desktop.texts import Texts, mark

# The texts of QLineEdit and QWidgetTextControl (qtbase/src/widgets/widgets), and our ids for them.
_MENU: Final = {
    "&Undo": mark("Undo"),
    "&Redo": mark("Redo"),
    "Cu&t": mark("Cut"),
    "&Copy": mark("Copy"),
    "&Paste": mark("Paste"),
    "Delete": mark("Delete"),
    "Select All": mark("Select all"),
}
_FIELDS: Final = ("QLineEdit", "QWidgetTextControl")


class _Menu(QTranslator):
    """The menu of a field, in Malagasy. Whatever else is asked must stay without an answer: an empty one would be taken
    for a translation, and by Qt's readers of pictures for "nothing is wrong"."""

    def __init__(self) -> None:
        super().__init__()
        self._t = Texts("mg")

    def isEmpty(self) -> bool:
        return False

    def translate(self, context: str, source: str, disambiguation: str | None = None, n: int = -1) -> str | None:
        return self._t(_MENU[source]) if context in _FIELDS and source in _MENU else None


class QtWords:
    """What is installed now. ``spoken``: the language in force."""

    def __init__(self) -> None:
        self.spoken = "en"
        self._installed: list[QTranslator] = []

    def speak(self, language: str) -> None:
        """From now on in this language; what Qt has already written stays until it is shown again."""
        if language == self.spoken:
            return
        self.spoken = language
        for one in self._installed:
            QCoreApplication.removeTranslator(one)
        self._installed = []
        french = QTranslator()
        if language != "en" and french.load("qtbase_fr", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
            self._installed.append(french)
        if language == "mg":
            self._installed.append(_Menu())  # asked first: the last one that was installed is
        for one in self._installed:
            QCoreApplication.installTranslator(one)


@lru_cache(maxsize=1)
def words() -> QtWords:
    """The process's own."""
    return QtWords()


def speak(language: str) -> None:
    """Let Qt speak it too."""
    words().speak(language)
