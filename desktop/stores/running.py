"""Several stores in one window: each with its own shop, server, lock and pages; the others go on beside the one in
view, and what waits in them is told over it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace
from PySide6.QtCore import QObject, QTimer, Signal, SignalInstance
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from core.kernel.clock import MINUTE
from core.kernel.i18n import explain
from core.storage.folder import Standing, StoreCard
from desktop.bridge import Bridge
from desktop.context import Badges, Context, Preferences, Status
from desktop.garbage import Collector
from desktop.mishap import Mishaps
from desktop.seat import Seat, show
from desktop.sound import Sounds
from desktop.stores.alarms import AlarmLine
from desktop.stores.desk import State, StoreState, counted, first_page, pressing
from desktop.stores.keeping import Facts, Keeping
from desktop.stores.making import Makers, StorePreferences
from desktop.stores.removal import Removal
from desktop.stores.window import StoresWindow
from desktop.texts import Texts, chosen_language
from desktop.widgets.notices import Notice
from desktop.zoom import zoom

if TYPE_CHECKING:
    from desktop.beside import Beside

SIZE: Final = (1440, 900)
OPEN: Final = "stores.open"
"""Preference: the stores that were open, by their slugs."""
STORE: Final = "store"
"""Preference: the store in view."""
SOON_MS: Final = 300  # what changed out of view is read once for all that comes together


class Stores(QObject):
    """Implements :class:`desktop.stores.desk.StoresDesk`. ``first`` is opened with the window, those that were open
    when it was closed come after it, one by one."""

    changed = Signal()

    def __init__(self, makers: Makers, found: Sequence[Standing], first: StoreCard, preferences: Preferences) -> None:
        super().__init__()
        self._collector = Collector(self)
        self.preferences = preferences
        self.makers = makers
        self._found = tuple(found)
        self.t = Texts(chosen_language(preferences.get("language", ""), first.language))
        self.sounds = Sounds(preferences.get("sound", "on") == "on", self)
        self.bridge = Bridge(self.t, workers=2, parent=self)
        self.mishaps = Mishaps(self)
        self.seats: dict[str, Seat] = {}
        self._closing: dict[str, Seat] = {}
        self._read: dict[str, tuple[Status, Badges]] = {}
        self._soon: dict[str, QTimer] = {}
        self.shown = first.slug
        self.window = StoresWindow(AlarmLine(self.t, self._go, self.open_switcher))
        self.window.resize(zoom().logical(*SIZE))
        self.window.restore(preferences.get("window.place", ""))
        was_open = preferences.get(OPEN, "").split()
        self.removal = Removal(self)
        self._later = [
            one.slug for one in found if one.slug in was_open and one.slug != first.slug and not one.archived
        ]
        self._beside: Beside | None = None
        self.take(first.slug, first)
        self.mishaps.happened.connect(self._tell_mishap)
        self.bridge.notice.connect(lambda notice: self.window.shell.say(notice))
        self.changed.connect(self._show)
        QShortcut(QKeySequence("Ctrl+Shift+S"), self.window).activated.connect(self.open_switcher)
        self._show()

    # -- running

    @property
    def closing(self) -> SignalInstance:
        return self.window.closing

    @property
    def exit_code(self) -> int:
        return max((seat.exit_code for seat in self.seats.values()), default=0) if len(self.seats) == 1 else 0

    @property
    def seat(self) -> Seat:
        """The store in view."""
        return self.seats[self.shown]

    def start(self) -> None:
        """Show the window, then open the store on another thread while it is already seen."""
        self.mishaps.listen()
        show(self.window)
        QTimer.singleShot(0, self, self.seat.open)

    def stop(self) -> None:
        """Quiet first, then all the shops, side by side."""
        seats = list(self.seats.values())
        for seat in seats:
            seat.quiet()
        self.mishaps.leave()
        if self._beside is not None:
            self._beside.take_down()
        self.bridge.close()
        with ThreadPoolExecutor(4, thread_name_prefix="stores") as pool:
            for ended in [pool.submit(seat.close) for seat in (*seats, *self._closing.values())]:
                ended.result()
        self._collector.stop()

    def _tell_mishap(self, text: str) -> None:
        self.seat.bridge.tell_mishap(text)

    # -- seats

    def take(self, slug: str, card: StoreCard) -> Seat:
        """A new seat, not opened yet."""
        seat = self.seats[slug] = Seat(
            partial(self.makers.open, slug),
            StorePreferences(self.preferences, slug),
            Texts(chosen_language(self.preferences.get("language", ""), card.language)),
            self.sounds,
            card.name,
            partial(self.makers.rehearse, slug),
            self,
        )
        seat.setParent(self)
        soon = self._soon[slug] = QTimer(seat, singleShot=True, interval=SOON_MS)
        soon.timeout.connect(seat.shell.read_status)
        seat.shell.told.connect(partial(self._told, slug))
        seat.shell.chosen.connect(self._chosen)
        seat.shell.hiding.connect(partial(self._lock_others, slug))
        seat.settled.connect(partial(self._settled, slug))
        seat.bridge.changed.connect(partial(self._happened, slug))
        self.window.add(seat.shell)
        return seat

    def _chosen(self, key: str, value: str) -> None:
        """Another language: of the window at once, of each store when it comes into view."""
        if key == "language":
            self.t.choose(value)
            self.window.alarms.renew()
            self.beside.refresh()
            self.changed.emit()

    def _settled(self, slug: str) -> None:
        """A store is open, or will not open. The first one starts what all have in common."""
        seat = self.seats.get(slug)
        if seat is None:
            return
        if not self._collector.running:
            self._collector.start()
            seat.tell_fault()
        if seat.shell.lock is not None:
            seat.shell.lock.turned.connect(self.changed)
        if seat.context is not None:
            seat.bridge.run(seat.context.badge, owner=seat, done=partial(self._wear, slug), name="store's colour")
        self._remember()
        self.changed.emit()
        self.removal.welcome(slug)
        self._open_next()

    def _open_next(self) -> None:
        """Those that were open come one after the other, so that the one in view stays quick."""
        while self._later:
            slug = self._later.pop(0)
            if slug not in self.seats:
                self.open(slug)
                return

    def _wear(self, slug: str, colour: str) -> None:
        """Kept outside of the store too: a closed one is still told by it."""
        if self.preferences.get(f"colour.{slug}", "gold") != colour:
            self.preferences.set(f"colour.{slug}", colour)
            self.changed.emit()

    def _remember(self) -> None:
        self.preferences.set(OPEN, " ".join(slug for slug in self.seats))
        self.preferences.set(STORE, self.shown)

    # -- what happens

    def _happened(self, slug: str, changes: list[object]) -> None:
        """Out of view nothing reads the status every few seconds: what happens there asks for it."""
        seat = self.seats.get(slug)
        if seat is None or seat.context is None:
            return
        if any(getattr(change, "area", "") == "settings" for change in changes):
            seat.bridge.run(seat.context.badge, owner=seat, done=partial(self._wear, slug), name="store's colour")
        soon = self._soon[slug]
        if slug != self.shown and not (soon.isActive() and soon.remainingTime() <= SOON_MS):
            soon.start(SOON_MS)

    def _told(self, slug: str, status: Status, badges: Badges) -> None:
        """Every store out of view is looked at once a minute too: some of what waits only becomes late."""
        before, self._read[slug] = self._read.get(slug), (status, badges)
        soon = self._soon[slug]
        if slug != self.shown and not soon.isActive():
            soon.start(MINUTE)
        if before is None or before[1] != badges or before[0].storage_failed != status.storage_failed:
            self.changed.emit()

    def _lock_others(self, slug: str) -> None:
        """Who locks the window locks all of it."""
        for other, seat in self.seats.items():
            if other != slug and seat.shell.lock is not None:
                seat.shell.lock.lock()

    # -- the desk

    def states(self) -> tuple[StoreState, ...]:
        return tuple(self._state(one) for one in self._found)

    def _state(self, one: Standing) -> StoreState:
        card, slug = one.card, one.slug
        seat = self.seats.get(slug)
        state: State = "archived" if one.archived else "closed"
        known = StoreState(
            slug,
            one.name,
            card.country if card else "",
            card.currency if card else "",
            self.preferences.get(f"colour.{slug}", "gold"),
            state,
            shown=slug == self.shown,
        )
        if slug in self._closing:
            return replace(known, state="closing")
        if one.moved is not None:
            return replace(known, moved=one.moved)
        if seat is None:
            if one.problem is not None:
                return replace(known, state="refused" if not one.archived else state, problem=self._explain(one))
            return known
        if seat.context is None:
            return replace(known, state="refused" if seat.problem else "opening", problem=seat.problem)
        return self._open_state(replace(known, state="open", name=seat.context.store.name), seat)

    def _open_state(self, known: StoreState, seat: Seat) -> StoreState:
        status, badges = self._read.get(known.slug, (Status(), Badges()))
        return counted(replace(known, locked=seat.shell.locked), status, badges)

    def _explain(self, one: Standing) -> str:
        return explain(one.problem, self.t.language) if one.problem else ""

    def show(self, slug: str, page: str = "") -> None:
        if slug not in self.seats and not self.open(slug):
            return
        before, self.shown = self.seats.get(self.shown), slug
        seat = self.seats[slug]
        self.window.bring(seat.shell)
        if before is not None and before is not seat:
            before.shell.read_status()
        if page:
            seat.shell.go(page)
        seat.shell.choose_language(self.preferences.get("language", seat.t.language))
        seat.shell.read_status()
        self._remember()
        self.changed.emit()

    def open(self, slug: str) -> bool:
        """→ whether it is being opened."""
        found = next((one for one in self._found if one.slug == slug), None)
        if found is None or found.card is None or found.archived or slug in self._closing or slug in self.seats:
            return False
        self.take(slug, found.card).open()
        self.changed.emit()
        return True

    def close(self, slug: str, then: Callable[[], object] | None = None) -> bool:
        seat = self.seats.get(slug)
        if seat is None or len(self.seats) == 1 or (seat.context is None and not seat.problem):
            return False
        if slug == self.shown:
            self.show(next(other for other in self.seats if other != slug))
        del self.seats[slug]
        self._closing[slug] = seat
        self._read.pop(slug, None)
        self._soon.pop(slug).stop()
        seat.quiet()
        if seat.shell.presence is not None:
            self.beside.leave(seat.shell.presence)
        self.window.take_out(seat.shell)
        self._remember()
        self.changed.emit()
        gone = partial(self._gone, slug, then)
        self.bridge.run(seat.close, owner=self, done=lambda _: gone(), failed=lambda _: gone(), name="close store")
        return True

    def _gone(self, slug: str, then: Callable[[], object] | None) -> bool:
        seat = self._closing.pop(slug)
        seat.shell.deleteLater()
        seat.deleteLater()
        self.changed.emit()
        if then:
            then()
        return False

    def refresh(self, then: Callable[[], object] = lambda: None) -> None:
        """Look again at what stores there are; ``then`` once that is known."""

        def done(found: Sequence[Standing]) -> None:
            self._found = tuple(found)
            self.changed.emit()
            then()

        self.bridge.run(self.keeping.survey, owner=self, done=done, name="look at the stores")

    @property
    def beside(self) -> Beside:
        """Loaded once a store is open: the start does not pay for it."""
        if self._beside is None:
            from desktop.beside import Beside

            self._beside = Beside(self.t, self.window)
        return self._beside

    @property
    def keeping(self) -> Keeping:
        return self.makers.keep()

    def facts(self, slug: str) -> Callable[[], Facts]:
        return partial(self.keeping.facts, slug, self.context(slug))

    def context(self, slug: str) -> Context | None:
        seat = self.seats.get(slug)
        return None if seat is None or seat.shell.locked else seat.context

    @property
    def found(self) -> Sequence[Standing]:
        """The stores as they were last looked at."""
        return self._found

    def unseat(self, slug: str) -> Seat:
        """A seat whose shop has ended is the caller's to clear away."""
        self._read.pop(slug, None)
        self._soon.pop(slug).stop()
        seat = self.seats.pop(slug)
        self._remember()
        return seat

    def put_away(self, slug: str) -> None:
        self._once_closed(slug, partial(self.keeping.archive, slug, True), self.t("The store is archived."))

    def take_back(self, slug: str) -> None:
        self._once_closed(slug, partial(self.keeping.archive, slug, False), self.t("The store is back."))

    def delete(self, slug: str) -> None:
        self._once_closed(slug, partial(self.keeping.delete, slug), self.t("The store is deleted."))

    def _once_closed(self, slug: str, act: Callable[[], object], said: str) -> None:
        def done(_: object) -> None:
            self.refresh()
            self.bridge.notice.emit(Notice(said, "paid"))

        run = partial(self.bridge.run, act, owner=self, done=done, name="keep the stores")
        if slug not in self.seats:
            run()
        else:
            self.close(slug, run)

    # -- showing

    def _show(self) -> None:
        states = self.states()
        self.window.alarms.show_states(pressing(states))
        mine = next((state for state in states if state.slug == self.shown), None)
        if mine is not None:
            for slug, seat in self.seats.items():
                colour = self.preferences.get(f"colour.{slug}", "gold")
                seat.shell.sidebar.store.offer(self.open_switcher, colour)

    def open_switcher(self) -> QWidget | None:
        """The list of stores, under the name of the one in view; over a locked one too."""
        from desktop.stores.switcher import Switcher
        from desktop.widgets.popover import Popover

        shell = self.window.shell
        over: QWidget = shell if shell.locked else shell.centre
        if over.findChild(Popover) is not None:
            return None
        pages = not shell.locked and self.seat.context is not None
        switcher = Switcher(over, self.t, self, self.states(), pages=pages)
        switcher.present(shell.sidebar.store)
        return switcher

    def _go(self, state: StoreState) -> None:
        self.show(state.slug, "" if state.locked else first_page(state))
