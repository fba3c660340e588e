"""What a person chose for this computer, kept outside the store: theme, sound, language and size."""

from __future__ import annotations

from typing import Final

from desktop.pages.page import Mount
from desktop.pages.settings.presenter import LANGUAGE, SOUND, THEME, ZOOM
from desktop.theme import CHOICES, theme
from desktop.zoom import zoom

KEYS: Final = (THEME, SOUND, LANGUAGE, ZOOM)


def choices(mount: Mount) -> dict[str, str]:
    """Each as it is now."""
    sound = "true" if mount.sounds.enabled else "false"
    return {THEME: theme().choice, SOUND: sound, LANGUAGE: mount.t.language, ZOOM: str(zoom().percent)}


def choose(mount: Mount, key: str, text: str) -> None:
    """From now on, and at the next start."""
    if key == LANGUAGE:
        mount.speak(text)
    elif key == ZOOM:
        mount.enlarge(int(text))
    elif key == THEME:
        choice = next(choice for choice in CHOICES if choice == text)
        theme().choose(choice)
        mount.preferences.set("theme", choice)
    else:
        mount.sounds.enabled = text == "true"
        mount.preferences.set("sound", "on" if text == "true" else "off")
