"""Renders the code on screen and « Show in OBS »: ``python -m tests.desktop.overlaypictures [FOLDER]``. To look at."""

from __future__ import annotations

import sys
from pathlib import Path

from msgspec.structs import replace

from tests.desktop.pictures import close, dialog, live, open_desktop, settle, shoot  # isort: skip - sets Qt's platform

from desktop.app import application
from desktop.pages.live.obs import ObsDialog
from desktop.pages.live.presenter import OverlayPlace, Stage
from desktop.pages.live.stage import StageWindow
from desktop.theme import theme
from tests.desktop.sample import PLACE, STAGE, SampleSource


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    product = STAGE.view.product
    assert product is not None
    long = replace(
        product, keyword="ENSEMBLEBAZINXXL", title="Ensemble grand boubou bazin riche brodé main trois pièces"
    )
    gone = replace(product, available=0, price=1_250_000)
    stages = {
        "robe": STAGE,
        "long": Stage(replace(STAGE.view, product=long), STAGE.link),
        "gone": Stage(replace(STAGE.view, product=gone), STAGE.link),
        "nothing": Stage(replace(STAGE.view, product=None)),
        "number": Stage(STAGE.view),
    }
    for choice in ("dark", "light"):
        theme().install(application(), choice)
        for name, stage in stages.items():
            desktop = open_desktop(SampleSource(staged=stage), (1280, 720))
            live(desktop).show_code()
            window = desktop.shell.findChildren(StageWindow)[-1]
            window.showNormal()
            for size in ((1280, 720), (720, 1100)):
                window.resize(*size)
                settle(desktop, seconds=0.2)
                shoot(window, folder, f"stage-{name}-{choice}-{size[0]}")
            window.close()
            close(desktop)
        for name, place in (("obs", PLACE), ("obs-public", _public(known=False))):
            desktop = open_desktop(SampleSource(place=place), (1280, 720))
            live(desktop).show_in_obs()
            opened = dialog(desktop, ObsDialog)
            assert isinstance(opened, ObsDialog)
            settle(desktop, seconds=0.3)
            shoot(opened, folder, f"{name}-{choice}")
            opened.choose("position", "bottom")
            opened.choose("theme", "light")
            settle(desktop, seconds=0.1)
            shoot(opened, folder, f"{name}-bottom-{choice}")
            opened.reject()
            close(desktop)
        for width in (1440, 1024):
            desktop = open_desktop(size=(width, 700))
            shoot(desktop.shell, folder, f"head-{choice}-{width}")
            close(desktop)
        desktop = open_desktop(SampleSource(running=None), (1280, 720))
        shoot(desktop.shell, folder, f"no-live-{choice}")
        close(desktop)


def _public(*, known: bool) -> OverlayPlace:
    return OverlayPlace(PLACE.here, "https://boutique.exemple.sn/overlay/teranga?key=" + "0f" * 16, known)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "overlay-pictures"))
