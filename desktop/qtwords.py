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


class QtWords(QTranslator):
    """One for the process; ``spoken`` is the language in force."""

    def __init__(self) -> None:
        super().__init__(QCoreApplication.instance())
        self.spoken = "en"
        self._t: Texts | None = None

    def speak(self, language: str) -> None:
        """From now on in this language; what Qt has already written stays until it is shown again."""
        if language == self.spoken:
            return
        QCoreApplication.removeTranslator(self)
        self.spoken = language
        self._t = Texts(language) if language == "mg" else None
        if language != "en" and self.load("qtbase_fr", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
            QCoreApplication.installTranslator(self)

    def translate(self, context: str, source: str, disambiguation: str | None = None, n: int = -1) -> str | None:
        if self._t is not None and context in _FIELDS and source in _MENU:
            return self._t(_MENU[source])
        return super().translate(context, source, disambiguation, n)


@lru_cache(maxsize=1)
def words() -> QtWords:
    """The process's own."""
    return QtWords()


def speak(language: str) -> None:
    """Let Qt speak it too."""
    words().speak(language)
