"""What the person chose for this computer, kept outside of the store: read and changed as any setting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from desktop.pages.page import Mount
from desktop.presence import NOTIFY, TRAY
from desktop.theme import CHOICES, theme
from desktop.zoom import zoom

THEME: Final = "desktop.theme"
SOUND: Final = "desktop.sound"
LANGUAGE: Final = "desktop.language"
NOTIFYING: Final = "desktop.notify"
CLOSING: Final = "desktop.closing"
ZOOM: Final = "desktop.zoom"
OWN: Final = frozenset({THEME, SOUND, LANGUAGE, NOTIFYING, CLOSING, ZOOM})


def read(mount: Mount) -> Mapping[str, str]:
    """As they stand, by the keys of :data:`OWN`."""
    notified = mount.preferences.get(NOTIFY, "on") == "on"
    return {
        THEME: theme().choice,
        SOUND: "true" if mount.sounds.enabled else "false",
        LANGUAGE: mount.t.language,
        NOTIFYING: "true" if notified else "false",
        CLOSING: mount.preferences.get(TRAY, "ask"),
        ZOOM: str(zoom().percent),
    }


def choose(mount: Mount, key: str, text: str) -> None:
    """Keep one, in force at once."""
    if key == LANGUAGE:
        mount.speak(text)
    elif key == ZOOM:
        mount.enlarge(int(text))
    elif key == THEME:
        choice = next(choice for choice in CHOICES if choice == text)
        theme().choose(choice)
        mount.preferences.set("theme", choice)
    elif key == CLOSING:
        mount.preferences.set(TRAY, text)
    elif key == NOTIFYING:
        mount.preferences.set(NOTIFY, "on" if text == "true" else "off")
    else:
        mount.sounds.enabled = text == "true"
        mount.preferences.set("sound", "on" if text == "true" else "off")
