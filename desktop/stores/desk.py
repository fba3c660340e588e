"""The stores of this computer as the window sees them, open or not, and what can be done with them (no Qt)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol

from msgspec import Struct
from msgspec.structs import replace

from desktop.texts import Texts

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import SignalInstance

    from core.storage.departure import Departure
    from desktop.beside import Beside
    from desktop.context import Badges, Context, Status
    from desktop.stores.keeping import Facts, Keeping
    from desktop.stores.removal import Removal

State = Literal["open", "opening", "closing", "closed", "archived", "refused"]


class StoreState(Struct, frozen=True):
    """``problem``: why a store cannot be read or opened, a whole sentence. ``decide``, ``talks`` and ``money`` count
    what waits for a person: orders to decide, conversations, payments; zero while the store is locked or not open.

    ``colour``: a name of :data:`core.kernel.look.STORE_COLOURS`.
    """

    slug: str
    name: str
    country: str = ""
    currency: str = ""
    colour: str = "gold"
    state: State = "closed"
    shown: bool = False
    locked: bool = False
    failing: bool = False
    problem: str = ""
    decide: int = 0
    talks: int = 0
    money: int = 0
    moved: Departure | None = None
    """It lives on another computer now, and is put away here for that."""
    something: bool = False
    """Something waits, and it is not to be said what: the store is locked."""

    @property
    def waiting(self) -> int:
        return self.decide + self.talks + self.money


class StoresDesk(Protocol):
    """``changed`` whenever :meth:`states` says something else. Everything but the signals is called on the GUI thread,
    and comes back at once."""

    @property
    def changed(self) -> SignalInstance: ...

    @property
    def beside(self) -> Beside:
        """The icon beside the clock, which all stores share."""
        ...

    def states(self) -> tuple[StoreState, ...]:
        """All stores, by name; archived ones too."""
        ...

    def show(self, slug: str, page: str = "") -> None:
        """Bring a store into view, opened if need be, at a page of it. Unknown and archived ones do nothing."""
        ...

    def open(self, slug: str) -> bool:
        """Open it beside the one in view. → whether it is being opened."""
        ...

    def close(self, slug: str, then: Callable[[], object] | None = None) -> bool:
        """Shut an open store down, and do something ``then``; the last one in the window stays. → whether it is."""
        ...

    def refresh(self, then: Callable[[], object] = ...) -> None:
        """Look again at what stores there are; ``then`` once that is known."""
        ...

    def facts(self, slug: str) -> Callable[[], Facts]:
        """What reads them, off the GUI thread; no figures of a store that is locked or not open."""
        ...

    def context(self, slug: str) -> Context | None:
        """An open store; None for one that is locked, too."""
        ...

    def put_away(self, slug: str) -> None:
        """Archive it, closed first if need be. It says so by itself, as the two below."""
        ...

    def take_back(self, slug: str) -> None: ...

    def delete(self, slug: str) -> None:
        """For ever."""
        ...

    @property
    def removal(self) -> Removal:
        """Stores that go to another computer, or came from there."""
        ...

    @property
    def keeping(self) -> Keeping: ...


def counted(known: StoreState, status: Status, badges: Badges) -> StoreState:
    """With what waits there; of a locked store only whether something does."""
    counts = dict(badges.counts)
    if known.locked:
        return replace(known, something=any(counts.values()) or status.storage_failed)
    asked = counts.get("quotes", 0) + counts.get("papers", 0)
    return replace(
        known,
        failing=status.storage_failed,
        decide=counts.get("live", 0),
        talks=counts.get("conversations", 0),
        money=counts.get("payments", 0) + asked,
    )


def words(state: StoreState, t: Texts) -> str:
    """« 2 à décider, 1 conversation attend »: what waits in a store; empty when nothing does."""
    if state.problem and state.state == "refused":
        return t("could not be opened")
    if state.something:
        return t("something waits")
    parts = []
    if state.failing:
        parts.append(t("its disk refuses to write"))
    if state.decide:
        parts.append(t.plural("{n} to decide", "{n} to decide", state.decide))
    if state.talks:
        parts.append(t.plural("{n} conversation waits", "{n} conversations wait", state.talks))
    if state.money:
        parts.append(t.plural("{n} payment to look at", "{n} payments to look at", state.money))
    return ", ".join(parts)


def first_page(state: StoreState) -> str:
    """Where what waits is found."""
    return "live" if state.decide else "conversations" if state.talks else "payments" if state.money else ""


def pressing(states: tuple[StoreState, ...]) -> tuple[StoreState, ...]:
    """The stores out of view in which something waits, the most pressing first."""
    out = [one for one in states if not one.shown and _presses(one)]
    return tuple(sorted(out, key=lambda one: (not one.failing, -one.waiting)))


def _presses(one: StoreState) -> bool:
    return bool(one.waiting or one.failing or one.something or one.state == "refused")


def state_word(state: StoreState, t: Texts) -> str:
    if state.locked:
        return t.of("store", "Locked")
    if state.moved is not None:
        return t.of("store", "Moved")
    return {
        "open": t.of("store", "Open"),
        "opening": t.of("store", "Opening…"),
        "closing": t.of("store", "Closing…"),
        "closed": t.of("store", "Closed"),
        "archived": t.of("store", "Archived"),
        "refused": t.of("store", "Cannot be opened"),
    }[state.state]
