"""``main.py pictures``: plays the demo's live and photographs every page, in both themes, all languages and sizes."""

from __future__ import annotations

import subprocess
import sys
import threading
from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from msgspec import Struct

from core.kernel.errors import EnvironmentProblem
from core.kernel.i18n import LANGUAGES
from core.kernel.reasons import reason
from desktop.app import application
from desktop.gallery.photographer import Size, develop, pose, tidy, window
from desktop.gallery.scenes import SCENES
from desktop.gallery.several import Shopping
from desktop.gallery.shots import EMPTY, PARLOUR, SHOTS, Shot
from desktop.offscreen import off_screen
from desktop.sources.context import ShopContext
from desktop.theme import Choice, theme

if TYPE_CHECKING:
    from core.bootstrap import Shop
    from desktop.sources.welcome import Practices

_GUIDE_COLOURS: Final = 160


class Screen(Struct, frozen=True):
    """A screen of ``width`` × ``height`` px that shows all ``scale`` times as large; ``folder``: of its pictures."""

    width: int
    height: int
    scale: float = 1
    folder: str = ""

    @property
    def room(self) -> Size:
        """As Qt counts it."""
        return round(self.width / self.scale), round(self.height / self.scale)


THEMES: Final[tuple[Choice, ...]] = ("light", "dark")
SCREENS: Final[dict[str, Screen]] = {
    "1280x720": Screen(1280, 720),
    "1920x1080": Screen(1920, 1080),
    "150": Screen(1920, 1080, 1.5, "150-percent"),
}
"""By the names the command line has for them."""

Place = tuple[tuple[Any, Any], tuple[Shot, ...]]
"""A shop with its server, and what is photographed there."""


class Play(Shopping, Protocol):
    """The stage behind: made by main, because the window does not know the web."""

    @property
    def shop(self) -> Shop: ...

    @property
    def practices(self) -> Practices: ...

    def open(self) -> tuple[Any, Any]: ...

    def open_empty(self) -> tuple[Any, Any]: ...

    def open_parlour(self) -> tuple[Any, Any]: ...

    def play(self) -> list[str]: ...

    def close(self) -> None: ...


class Borrowed(ShopContext):
    """Over a shop that outlives the window."""

    def close(self) -> None:
        self._welcome.close()
        self._papers.close()


class Wanted(Struct, frozen=True):
    """Which pictures: every theme in every language on one screen; of those whose name begins with ``only``."""

    screen: str
    themes: tuple[Choice, ...] = THEMES
    languages: tuple[str, ...] = LANGUAGES
    only: str = ""
    guide: bool = False

    def of(self, shots: Iterable[Shot]) -> tuple[Shot, ...]:
        return tuple(shot for shot in shots if shot.name.startswith(self.only) and (shot.guide or not self.guide))

    def named(self, names: Iterable[str]) -> frozenset[str]:
        return frozenset(name for name in names if name.startswith(self.only))


def take(places: Iterable[Place], wanted: Wanted, out: Path, practices: Practices | None = None) -> Iterator[Path]:
    """Every picture's path, as it is written. A window is opened for each language, and switched to the themes."""
    screen = SCREENS[wanted.screen]
    for (shop, server), shots in places:
        shots = wanted.of(shots)
        for language in wanted.languages if shots else ():
            with window(partial(Borrowed, shop, server, practices), language, screen.room) as desktop:
                for choice in wanted.themes:
                    theme().choose(choice)
                    folder = out / choice / language / (screen.folder or wanted.screen)
                    folder.mkdir(parents=True, exist_ok=True)
                    for shot in shots:
                        pose(desktop, shot)
                        path = folder / f"{shot.name}.png"
                        develop(desktop.shell).save(str(path))
                        yield path
                        tidy(desktop, shot)


def take_others(shopping: Shopping, wanted: Wanted, out: Path) -> Iterator[Path]:
    """Those of the windows that are not one store's."""
    screen = SCREENS[wanted.screen]
    for scene in SCENES:
        names = wanted.named(scene.guide if wanted.guide else scene.names)
        for language in wanted.languages if names else ():
            for name, shown in scene.play(shopping, language, screen.room):
                for choice in wanted.themes if name in names else ():
                    theme().choose(choice)
                    path = out / choice / language / (screen.folder or wanted.screen) / f"{name}.png"
                    path.parent.mkdir(parents=True, exist_ok=True)
                    develop(shown).save(str(path))
                    yield path


def lighten(path: Path) -> None:
    """Fewer colours, for a folder that travels with the program."""
    from PIL import Image

    with Image.open(path) as picture:
        few = picture.convert("RGB").quantize(_GUIDE_COLOURS, dither=Image.Dither.NONE)
    few.save(path, optimize=True)


def _checked(out: Path) -> Path:
    """Before the live is played, not after. Raises EnvironmentProblem."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / ".writable").touch()
        (out / ".writable").unlink()
    except OSError as error:
        raise EnvironmentProblem(
            "The folder {path} cannot be written ({detail}).", path=out, detail=reason(error)
        ) from None
    return out


def run(args: Namespace, say: Callable[[str], None], make: Callable[[Callable[[str], None]], Play]) -> int:
    """→ 0 when every picture was taken and the live went well. Qt knows one screen from its start: each has a process
    of its own."""
    guide = args.guide is not None
    few = guide or args.quick
    out = _checked(args.guide or args.out)
    screen = args.size or (next(iter(SCREENS)) if few else "")
    if not screen:
        return max(_beside(args, name) for name in SCREENS)
    wanted = Wanted(
        screen,
        themes=(args.theme,) if args.theme else THEMES[:1] if guide else THEMES,
        languages=(args.language,) if args.language else LANGUAGES[:1] if few else LANGUAGES,
        only=args.only,
        guide=guide,
    )
    place = SCREENS[screen]
    with off_screen(place.width, place.height, place.scale):
        theme().install(application(), "light")
        return _take_all(wanted, out, say, make)


def _take_all(
    wanted: Wanted, out: Path, say: Callable[[str], None], make: Callable[[Callable[[str], None]], Play]
) -> int:
    """Play, then photograph. → 0 when the live went well."""
    play = make(lambda line: None)
    count = 0
    try:
        opened = play.open()
        troubles = _played(play)
        for trouble in troubles:
            say(f"  ✕ {trouble}")
        places = [(opened, SHOTS), (play.open_empty(), EMPTY), (play.open_parlour(), PARLOUR)]
        for path in chain(take(places, wanted, out, play.practices), take_others(play, wanted, out)):
            count += 1
            if wanted.guide:
                lighten(path.rename(out / path.name))
        if wanted.guide:
            _remove_empty(out)
    finally:
        play.close()
    say(f"{count} → {out.resolve()}")
    return 1 if troubles else 0


def _played(play: Play) -> list[str]:
    """The live takes its course on another thread, as beside a window."""
    said: list[str] = []
    thread = threading.Thread(target=lambda: said.extend(play.play()), name="play")
    thread.start()
    thread.join()
    return said


def _remove_empty(out: Path) -> None:
    for folder in sorted((path for path in out.rglob("*") if path.is_dir()), reverse=True):
        if not any(folder.iterdir()):
            folder.rmdir()


def _beside(args: Namespace, screen: str) -> int:
    """The same for one screen, in another process. → its exit code."""
    program = [] if getattr(sys, "frozen", False) else [str(Path(__file__).parents[2] / "main.py")]
    command = [sys.executable, *program, "pictures", "--out", str(args.out), "--size", screen, "--only", args.only]
    for option in ("language", "theme"):
        if getattr(args, option):
            command += [f"--{option}", getattr(args, option)]
    return subprocess.run(command, check=False).returncode
