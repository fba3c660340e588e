"""What goes together, without Qt: what is read and done, and what a pair and its reason say."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct

from core.catalogue.views import ProductView
from core.kernel.text import one_line
from core.orders.affinity import Affinity
from desktop.texts import Texts


class Reading(Struct, frozen=True):
    """``proposing``: something is proposed after a payment."""

    known: tuple[Affinity, ...] = ()
    proposing: bool = False


class PairsSource(Protocol):
    """All may block: called off the window's thread."""

    def read(self) -> Reading: ...

    def find(self, query: str, limit: int) -> list[ProductView]: ...

    def put(self, product_id: int, with_id: int, percent: int) -> None:
        """Raises Refused, NotFound."""
        ...

    def remove(self, product_id: int, with_id: int) -> None: ...

    def propose(self, on: bool) -> None:
        """Whether anything is proposed after a payment."""
        ...


def title(t: Texts, one: Affinity) -> str:
    """« Robe wax → Sac à main · −10 % »."""
    ends = {None: t("learned"), 0: t("only proposed")}
    end = ends.get(one.percent, f"−{one.percent}\u202f%")
    return f"{one_line(one.title, 24)} → {one_line(one.with_title, 24)}\n{one.sku} + {one.with_sku} · {end}"


def why(t: Texts, one: Affinity) -> str:
    """Where it comes from, what came of it, and what stands in its way."""
    said = []
    if one.percent is None:
        said.append(t("Learned from your sales: more often together than by chance."))
    else:
        said.append(t("You set it: it comes before what was learned."))
    if one.times:
        said.append(t("Bought together {n} times, of {all} sales of {sku}.", n=one.times, all=one.bought, sku=one.sku))
    if one.proposed:
        said.append(t("Proposed {n} times, taken {taken} times.", n=one.proposed, taken=one.taken))
    if not one.sold:
        said.append(t("{sku} is sold out or off sale: not proposed now.", sku=one.with_sku))
    return " ".join(said)
