"""What a store still needs before it sells for real, and the steps that lead a new seller there (F13a, F101). Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from msgspec import Struct

from core.kernel.patterns import late

STEP: Final = "welcome.step"
LATER: Final = "welcome.later"
STEPS: Final = ("products", "practice", "whatsapp", "payment")
DONE: Final = "done"
"""Where nobody is led any more."""

NEXT: Final = "next"
"""Whichever step the first thing that is missing lies in."""

TEST_AMOUNT: Final = 100
"""Of a payment that tries a provider out, in units of francs or ariary: little enough to be given back by hand."""

# Reference payments §3–§8: what a seller of that country gets going first; the others follow in the registry's order.
_FIRST: Final[dict[str, tuple[str, ...]]] = {
    "SN": ("bictorys", "wave", "orange_sonatel"),
    "CI": ("wave", "cinetpay", "orange_web"),
    "ML": ("orange_web", "cinetpay"),
    "BF": ("orange_web", "cinetpay"),
    "BJ": ("fedapay", "cinetpay"),
    "TG": ("fedapay", "cinetpay"),
    "MG": ("mvola", "orange_web", "airtel_mg"),
}


class Standing(Struct, frozen=True):
    """What is there. ``heard``: a message has come in; ``provider``: one is switched on and has its keys."""

    products: bool = False
    address: bool = False
    whatsapp: bool = False
    heard: bool = False
    provider: bool = False


class Task(Struct, frozen=True):
    """``name``: products, address, whatsapp, heard or provider."""

    name: str
    done: bool


def tasks(standing: Standing) -> tuple[Task, ...]:
    """What it takes to sell for real, in the order in which each needs the one before."""
    names = ("products", "address", "whatsapp", "heard", "provider")
    return tuple(Task(name, getattr(standing, name)) for name in names)


def step_of(task: str) -> str:
    """The step that leads to it."""
    return {"products": "products", "provider": "payment"}.get(task, "whatsapp")


def next_step(found: Sequence[Task]) -> str:
    """Where the first task lies that is open; the last step when none is."""
    return next((step_of(task.name) for task in found if not task.done), STEPS[-1])


def following(step: str) -> str:
    """The step after this one; DONE after the last."""
    at = STEPS.index(step) + 1
    return STEPS[at] if at < len(STEPS) else DONE


def recommended(names: Sequence[str], country: str) -> tuple[str, ...]:
    """Providers that work in this country, those to begin with first."""
    first = _FIRST.get(country, ())
    return tuple(sorted(names, key=lambda name: first.index(name) if name in first else len(first)))


_AROUND: Final = "\"'`“”«»‘’‹›<>"
_UNSEEN: Final = late(r"[\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
_SCHEME: Final = late(r"^(?:authorization\s*[:=]\s*)?(?:bearer|basic)\s+", re.IGNORECASE)


def pasted(value: str) -> str:
    """A key, token or id as it was meant: without what came along with it from a page, a mail or a command.

    Spaces and line breaks anywhere, signs that nobody sees, quotation marks, « Bearer » in front.
    """
    seen = _UNSEEN.sub("", value).strip().strip(_AROUND)
    return re.sub(r"\s+", "", _SCHEME.sub("", seen.strip())).strip(_AROUND)


def tidied(typed: Mapping[str, str], keys: Collection[str]) -> dict[str, str]:
    """What was typed: those of ``keys`` as :func:`pasted`, the others on one line and without spaces around."""
    return {
        name: pasted(value) if name in keys else " ".join(_UNSEEN.sub("", value).split())
        for name, value in typed.items()
    }
