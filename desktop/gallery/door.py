"""``main.py pictures``: plays the demo's live and photographs every page, in both themes, all languages and sizes."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from msgspec import Struct

from core.kernel.errors import EnvironmentProblem
from core.kernel.i18n import LANGUAGES
from core.kernel.reasons import reason
from desktop.app import application
from desktop.gallery.photographer import Size, develop, pose, settle, tidy, window
from desktop.gallery.shots import EMPTY, SHOTS, Shot
from desktop.sources.context import ShopContext
from desktop.theme import Choice, theme

if TYPE_CHECKING:
    from core.bootstrap import Shop

SIZES: Final[tuple[Size, ...]] = ((1280, 720), (1920, 1080))
THEMES: Final[tuple[Choice, ...]] = ("light", "dark")
SCALE: Final = 1.5
_GUIDE_COLOURS: Final = 160


class Play(Protocol):
    """The stage behind: made by main, because the window does not know the web."""

    @property
    def shop(self) -> Shop: ...

    def open(self) -> tuple[Any, Any]: ...

    def open_empty(self) -> tuple[Any, Any]: ...

    def play(self) -> list[str]: ...

    def close(self) -> None: ...


class Borrowed(ShopContext):
    """Over a shop that outlives the window."""

    def close(self) -> None:
        self._papers.close()


class Wanted(Struct, frozen=True):
    """Which pictures: every theme in every language at every size."""

    themes: tuple[Choice, ...]
    languages: tuple[str, ...]
    sizes: tuple[Size, ...]
    scaled: bool = False

    def folder(self, choice: Choice, language: str, size: Size) -> Path:
        name = f"{SCALE:.0%}".rstrip("%") + "-percent" if self.scaled else f"{size[0]}x{size[1]}"
        return Path(choice, language, name)


def take(contexts: Iterable[tuple[tuple[Any, Any], tuple[Shot, ...]]], wanted: Wanted, out: Path) -> Iterator[Path]:
    """Every picture's path, as it is written."""
    for (shop, server), shots in contexts:
        for language in wanted.languages:
            for size in wanted.sizes:
                with window(lambda shop=shop, server=server: Borrowed(shop, server), language, size) as desktop:  # type: ignore[misc]
                    for shot in shots:
                        pose(desktop, shot)
                        for choice in wanted.themes:
                            theme().choose(choice)
                            settle(desktop)
                            path = out / wanted.folder(choice, language, size) / f"{shot.name}.png"
                            path.parent.mkdir(parents=True, exist_ok=True)
                            develop(desktop).save(str(path))
                            yield path
                        tidy(desktop)


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
    """→ 0 when every picture was taken and the live went well."""
    out = _checked(args.guide or args.out)
    made = application()
    theme().install(made, "light")
    scaled = made.primaryScreen().devicePixelRatio() != 1
    if args.guide or args.quick:
        wanted = Wanted(THEMES[:1] if args.guide else THEMES, LANGUAGES[:1], SIZES[:1])
    else:
        wanted = Wanted(THEMES, LANGUAGES, SIZES[:1] if scaled else SIZES, scaled)
    play = make(lambda line: None)
    try:
        opened = play.open()
        troubles = _played(play)
        for trouble in troubles:
            say(f"  ✕ {trouble}")
        shows = [(opened, SHOTS), (play.open_empty(), EMPTY)]
        if args.guide:
            shows = [(place, tuple(shot for shot in shots if shot.guide)) for place, shots in shows]
        count = 0
        for path in take(shows, wanted, out):
            count += 1
            if args.guide:
                path = path.rename(out / path.name)
                lighten(path)
        if args.guide:
            _remove_empty(out)
    finally:
        play.close()
    if not (scaled or args.guide or args.quick):
        count += _scaled(out)
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


def _scaled(out: Path) -> int:
    """A screen at 150 %: Qt takes the factor when it starts, so in a process of its own. → how many pictures."""
    program = [] if getattr(sys, "frozen", False) else [str(Path(__file__).parents[2] / "main.py")]
    command = [sys.executable, *program, "pictures", "--out", str(out)]
    subprocess.run(command, env=os.environ | {"QT_SCALE_FACTOR": str(SCALE)}, check=True)
    return sum(1 for _ in out.rglob(f"*/{Wanted(THEMES, (), (), True).folder('dark', '', SIZES[0]).name}/*.png"))
