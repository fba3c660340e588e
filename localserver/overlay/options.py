"""How the seller wants the overlay: the options of its address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from core.kernel.errors import Refused
from core.kernel.i18n import LANGUAGES

THEMES: Final = ("dark", "light")
PARTS: Final = ("product", "qr", "stock", "feed")
POSITIONS: Final = ("left", "right", "bottom")
SIZES: Final = (50, 150)  # percent


class Options(Struct, frozen=True):
    """``show``: some of :data:`PARTS`; ``size`` in percent; ``lang`` empty for the store's."""

    theme: str = "dark"
    lang: str = ""
    show: tuple[str, ...] = PARTS
    position: str = "left"
    size: int = 100


def read_options(query: Mapping[str, str]) -> Options:
    """Options nobody knows are left alone. Raises Refused for a value that an option does not take."""
    show = tuple(dict.fromkeys(part.strip() for part in query.get("show", ",".join(PARTS)).split(",")))
    if not set(show) <= set(PARTS):
        raise _unknown("show", query["show"], ", ".join(PARTS))
    size = query.get("size", "100")
    if not (size.isascii() and size.isdigit() and len(size) < 4 and SIZES[0] <= int(size) <= SIZES[1]):
        raise _unknown("size", size, f"{SIZES[0]}–{SIZES[1]}")
    return Options(
        _one_of(query, "theme", THEMES, "dark"),
        _one_of(query, "lang", LANGUAGES, ""),
        show,
        _one_of(query, "position", POSITIONS, "left"),
        int(size),
    )


def _one_of(query: Mapping[str, str], name: str, known: tuple[str, ...], default: str) -> str:
    value = query.get(name, default)
    if value not in known and value != default:
        raise _unknown(name, value, ", ".join(known))
    return value


def _unknown(name: str, value: str, known: str) -> Refused:
    return Refused("The address says {name}={value}: use one of {known}.", name=name, value=value[:40], known=known)
