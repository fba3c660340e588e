"""The first start's door: asks for the first store, before the main loop."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent

from core.storage.folder import Home, StoreCard
from desktop.app import application, theme_choice
from desktop.context import Preferences
from desktop.firstrun import FirstRun
from desktop.stores.removal import ARRIVED
from desktop.texts import Texts
from desktop.theme import theme


def create_first_store(home: Home, preferences: Preferences) -> StoreCard | None:
    """Ask for the first store and make it. → the store, or None when the person leaves without one."""
    theme().install(application(preferences), theme_choice(preferences))
    window = FirstRun(home, Texts())
    try:
        window.exec()
    finally:
        window.bridge.close()
        card, arrived = window.card, window.arrived
        window.deleteLater()
        QCoreApplication.sendPostedEvents(window, QEvent.Type.DeferredDelete)
    if card is not None:
        preferences.set("store", card.slug)
        preferences.set("theme", theme().choice)
        if arrived:
            preferences.set(ARRIVED, card.slug)
    return card
