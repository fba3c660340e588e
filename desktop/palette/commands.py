"""Every command there is: the pages, what pages offer, and what the window itself can do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from core.connecting.rules import NEXT
from desktop.palette.presenter import Command
from desktop.sections import Section, keys_of
from desktop.texts import ENDONYMS, Texts, mark

if TYPE_CHECKING:
    from desktop.presence import Presence
    from desktop.shell import Shell


class WindowCommand(Struct, frozen=True):
    """Something the window does. ``keys`` are bound by the window, with the palette closed too."""

    name: str
    title: str
    icon: str
    keys: str
    act: Callable[[Shell], object]


def _beside(act: Callable[[Presence], object]) -> Callable[[Shell], object]:
    """What is done through the window's presence; nothing before the shop is open."""
    return lambda shell: act(shell.presence) if shell.presence is not None else None


WINDOW: Final[tuple[WindowCommand, ...]] = (
    WindowCommand("theme", mark("Another theme"), "moon", "Ctrl+T", lambda shell: shell.next_theme()),
    WindowCommand("sound", mark("Sound on or off"), "volume-2", "", lambda shell: shell.switch_sound()),
    WindowCommand("screen", mark("Full screen"), "monitor", "F11", lambda shell: shell.switch_full_screen()),
    WindowCommand("larger", mark("Larger"), "zoom-in", "Ctrl++", lambda shell: shell.zooming.larger()),
    WindowCommand("smaller", mark("Smaller"), "zoom-out", "Ctrl+-", lambda shell: shell.zooming.smaller()),
    WindowCommand("usual", mark("Usual size"), "search", "Ctrl+0", lambda shell: shell.zooming.usual()),
    WindowCommand("bell", mark("Notifications"), "bell", "Ctrl+B", lambda shell: shell.open_notifications()),
    WindowCommand(
        "telling", mark("Messages of the computer on or off"), "bell", "", _beside(lambda one: one.switch_telling())
    ),
    WindowCommand(
        "asking", mark("Ask again when the window closes"), "circle-help", "", _beside(lambda one: one.forget())
    ),
    WindowCommand(
        "bot", mark("Pause the bot or let it answer again"), "bot", "", _beside(lambda one: one.switch_bot())
    ),
    WindowCommand(
        "steps", mark("Sell for real: what is missing"), "store", "", lambda shell: shell.go("welcome", NEXT)
    ),
    WindowCommand("lock", mark("Lock now"), "lock", "Ctrl+L", lambda shell: shell.lock_now()),
    WindowCommand("quit", mark("Quit LivePay"), "x", "Ctrl+Q", lambda shell: shell.leave()),
)


def commands(shell: Shell, t: Texts, sections: Sequence[Section]) -> list[Command]:
    """In the order in which they are listed while nothing is typed."""
    return [*_pages(shell, t, sections), *_acts(shell, t, sections), *_window(shell, t)]


def _pages(shell: Shell, t: Texts, sections: Sequence[Section]) -> list[Command]:
    made = []
    for number, section in enumerate(sections, 1):
        keys = keys_of(number)
        for place, page in enumerate(section.pages):
            alone = len(section.pages) == 1 or t(page.title) == t(section.entry.title)
            detail = "" if alone else t(section.entry.title)
            go = partial(shell.go, page.name)
            made.append(Command(f"page:{page.name}", t(page.title), page.icon, go, detail, "" if place else keys))
    return made


def _acts(shell: Shell, t: Texts, sections: Sequence[Section]) -> list[Command]:
    return [
        Command(
            f"{page.name}:{one.act}",
            t(one.title),
            page.icon,
            partial(shell.do, page.name, one.act),
            t(page.title),
            one.keys,
        )
        for section in sections
        for page in section.pages
        for one in page.commands
    ]


def _window(shell: Shell, t: Texts) -> list[Command]:
    languages = [
        Command(
            f"language:{code}", name, "languages", partial(shell.choose_language, code), t("Language of the window")
        )
        for code, name in ENDONYMS.items()
    ]
    window = [Command(f"window:{c.name}", t(c.title), c.icon, partial(c.act, shell), keys=c.keys) for c in WINDOW]
    return [*window, *languages]
