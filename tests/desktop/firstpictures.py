"""Renders the first run off-screen: ``python -m tests.desktop.firstpictures [FOLDER]``."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from core.kernel.errors import EnvironmentProblem
from core.storage.folder import Home
from desktop.app import application
from desktop.firstrun import SIZE, FirstRun
from desktop.texts import Texts
from desktop.theme import Choice, theme


def settle(seconds: float = 0.2) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        application().processEvents()


def shoot(window: FirstRun, folder: Path, name: str) -> None:
    settle()
    window.grab().save(str(folder / f"first-{name}.png"))


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    theme().install(application(), "light")
    choices: tuple[Choice, ...] = ("light", "dark")
    for choice in choices:
        theme().choose(choice)
        with tempfile.TemporaryDirectory() as home:
            window = FirstRun(Home(Path(home)), Texts())
            window.show()
            shoot(window, folder, choice)
            for size in ((1440, 900), (1280, 720), (1040, 720)):
                window.resize(*size)
                shoot(window, folder, f"{choice}-{size[0]}")
            window.resize(SIZE)
            window.submit()
            shoot(window, folder, f"{choice}-missing")
            window.name.edit.setText("Boutique Téranga")
            window._named("Boutique Téranga")
            window.phone.edit.setText("77 12")
            window._phone_left()
            window.samples.setChecked(True)
            shoot(window, folder, f"{choice}-filled")
            window._failed(
                EnvironmentProblem("The folder {path} cannot be written ({detail}).", path="D:\\", detail="1")
            )
            shoot(window, folder, f"{choice}-failed")
            window.close()
            window.bridge.close()
            window.deleteLater()
            settle(0.05)
    print(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp(prefix="livepay-pictures-")))
