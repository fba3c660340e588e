"""The look's tokens: the one source for the window, the web pages and the PDFs. Colours are ``#RRGGBB``, sizes px."""

from __future__ import annotations

from typing import Final, Literal

from msgspec import Struct

Role = Literal["text", "muted", "gold", "paid", "waiting", "danger", "info"]
"""What a colour means. A colour never speaks alone: an icon and a word always come with it."""


class Tone(Struct, frozen=True):
    """A meaning's two colours: its ink (readable on ``ground``, on surfaces and on the background) and its ground."""

    ink: str
    ground: str


class Palette(Struct, frozen=True):
    """All colours of one theme. Every pair of :func:`text_pairs` reaches WCAG AA (4.5 : 1).

    ``structure`` is for bars and other shapes; ``gold`` with ``gold_ink`` on it for the one primary action of a view,
    the selection's edge and peaks; ``gold_text`` where gold is written on a surface.
    """

    name: Literal["dark", "light"]
    background: str
    surface: str
    raised: str
    line: str
    text: str
    muted: str
    structure: str
    gold: str
    gold_hover: str
    gold_ink: str
    gold_text: str
    paid: Tone
    waiting: Tone
    danger: Tone
    info: Tone

    @property
    def selected_ink(self) -> str:
        """Words that are marked, on ``structure``."""
        return self.background if self.name == "dark" else self.surface

    def ink(self, role: Role) -> str:
        """The colour in which a role is written or drawn."""
        match role:
            case "text" | "muted":
                return self.text if role == "text" else self.muted
            case "gold":
                return self.gold_text
            case _:
                return self.tone(role).ink

    def ground(self, role: Role) -> str:
        """The ground of a pill of that role; neutral roles stand on ``raised``."""
        return self.raised if role in ("text", "muted", "gold") else self.tone(role).ground

    def shade(self, name: str, share: int = 1000) -> str:
        """A colour by its name, a tone's ink by its role; ``share`` of it laid on a surface, in thousandths."""
        whole = getattr(self, name)
        if isinstance(whole, Tone):
            whole = whole.ink
        return str(whole) if share >= 1000 else mix(self.surface, str(whole), share / 1000)

    def tone(self, role: Role) -> Tone:
        tones = {"paid": self.paid, "waiting": self.waiting, "danger": self.danger, "info": self.info}
        return tones[role]


DARK: Final = Palette(
    name="dark",
    background="#141A22",
    surface="#1C232D",
    raised="#252E3A",
    line="#323D4C",
    text="#E9EDF3",
    muted="#9BA8BA",
    structure="#74839B",
    gold="#C5B358",
    gold_hover="#D3C371",
    gold_ink="#231F0C",
    gold_text="#D8C878",
    paid=Tone("#45B985", "#163528"),
    waiting=Tone("#E8A33D", "#392B13"),
    danger=Tone("#E87373", "#3A1E22"),
    info=Tone("#7FB2E5", "#1B2D42"),
)

LIGHT: Final = Palette(
    name="light",
    background="#F4F5F8",
    surface="#FFFFFF",
    raised="#F8F9FB",
    line="#DDE2EA",
    text="#1F2733",
    muted="#5A6678",
    structure="#4A5568",
    gold="#C5B358",
    gold_hover="#B9A64A",
    gold_ink="#231F0C",
    gold_text="#7A6A1E",
    paid=Tone("#1B7A50", "#E1F3E9"),
    waiting=Tone("#9A5B06", "#FBEFD9"),
    danger=Tone("#B23636", "#FAE5E5"),
    info=Tone("#2C66A3", "#E5EFF9"),
)

PALETTES: Final[tuple[Palette, ...]] = (DARK, LIGHT)

STORE_COLOURS: Final[dict[str, tuple[str, str]]] = {
    "gold": (DARK.gold, LIGHT.gold_text),
    "blue": ("#7FB2E5", "#2C66A3"),
    "green": ("#5DBB8E", "#1B7A50"),
    "violet": ("#B79CEB", "#6B46B8"),
    "rose": ("#EC8FB4", "#AD2F68"),
    "turquoise": ("#55BDC4", "#0F6F78"),
}
"""What a store can be told by beside its name, in the dark theme and in the light one; AA on every ground."""


class Scale(Struct, frozen=True):
    """Sizes of type, space and targets in px."""

    small: float = 12.5
    body: float = 14
    lead: float = 16
    title: float = 20
    figure: float = 34
    line_height: float = 1.4
    grid: int = 4
    card: int = 16
    gap: int = 12
    corner: int = 9
    row: int = 47
    target: int = 40
    target_live: int = 44
    target_phone: int = 54
    icon: int = 18


SCALE: Final = Scale()

ZOOMS: Final = (80, 90, 100, 110, 125, 150, 175, 200)
"""How large all of the window may be, in percent."""

SANS: Final = "LivePay Sans"
SERIF: Final = "LivePay Serif"
FIGURES: Final = "LivePay Figures"


def text_pairs(palette: Palette) -> tuple[tuple[str, str], ...]:
    """Every (ink, ground) pair in which the program writes text."""
    grounds = (palette.background, palette.surface, palette.raised)
    inks = (palette.text, palette.muted, palette.gold_text)
    tones = (palette.paid, palette.waiting, palette.danger, palette.info)
    return (
        *((ink, ground) for ink in inks for ground in grounds),
        *((tone.ink, ground) for tone in tones for ground in (*grounds, tone.ground)),
        *((palette.text, tone.ground) for tone in tones),
        (palette.gold_ink, palette.gold),
        (palette.gold_ink, palette.gold_hover),
        (palette.selected_ink, palette.structure),
    )


def contrast(one: str, other: str) -> float:
    """The WCAG 2 contrast ratio of two colours, from 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def mix(one: str, other: str, share: float) -> str:
    """``one`` with ``share`` (0 to 1) of ``other`` laid over it."""
    channels = zip(_channels(one), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02X}" for a, b in channels)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in _shares(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _shares(colour: str) -> tuple[float, ...]:
    return tuple(channel / 255 for channel in _channels(colour))
