"""What the page of all stores says of each (no Qt)."""

from __future__ import annotations

from msgspec import Struct

from core.kernel.countries import COUNTRIES
from core.kernel.look import Role
from core.kernel.money import currency_sign, format_money, group_digits
from desktop.statusline import backup_text
from desktop.stores.desk import StoreState, state_word, words
from desktop.stores.keeping import Day, Facts
from desktop.texts import Texts

_MB = 1_000_000
_LOOKS: dict[str, tuple[str, Role]] = {
    "open": ("circle-check", "paid"),
    "opening": ("hourglass", "waiting"),
    "closing": ("hourglass", "waiting"),
    "closed": ("minus", "muted"),
    "archived": ("archive", "muted"),
    "refused": ("circle-alert", "danger"),
}


class Verbs(Struct, frozen=True):
    """What can be done with a store now."""

    go: bool = False
    open: bool = False
    close: bool = False
    export: bool = False
    archive: bool = False
    take_back: bool = False
    move: bool = False
    delete: bool = False


def where(state: StoreState) -> str:
    """« Sénégal · F CFA »."""
    country = COUNTRIES.get(state.country)
    parts = (country.name if country else "", currency_sign(state.currency) if state.currency else "")
    return " · ".join(part for part in parts if part)


def pill(state: StoreState, t: Texts) -> tuple[str, str, Role]:
    """Word, icon and role."""
    if state.locked:
        return state_word(state, t), "lock", "muted"
    if state.moved is not None:
        return state_word(state, t), "monitor", "muted"
    return (state_word(state, t), *_LOOKS[state.state])


def figures(day: Day | None, state: StoreState, t: Texts) -> tuple[tuple[str, str], ...]:
    """Figure and what it is, of today; nothing of a store that is not open to who looks."""
    if day is None or state.locked:
        return ()
    return (
        (group_digits(day.orders), t.plural("order today", "orders today", day.orders)),
        (group_digits(day.paid), t.plural("paid", "paid", day.paid)),
        (format_money(day.revenue, state.currency), t("came in today")),
    )


def sentence(state: StoreState, facts: Facts | None, t: Texts) -> tuple[str, Role]:
    """The one thing to know of a store just now."""
    if state.problem:
        return state.problem, "danger"
    if state.locked:
        return t("Locked: go there and say who you are to see its figures."), "muted"
    if state.moved is not None:
        return t("It lives on another computer now. It is not opened here."), "muted"
    if state.state == "archived":
        return t("Put away: nothing is lost, and nobody writes to it."), "muted"
    if state.state == "closed":
        return t("Closed: it answers nobody and takes no payment."), "muted"
    waiting = words(state, t)
    if waiting:
        return waiting[0].upper() + waiting[1:], "waiting"
    if facts and facts.day and facts.day.live:
        return t("A live is running."), "paid"
    return (t("Nothing waits."), "muted") if state.state == "open" else ("", "muted")


def kept(facts: Facts | None, now: int, t: Texts) -> str:
    """« 12,4 Mo · sauvegardé il y a 3 min »."""
    if facts is None:
        return ""
    size = f"{facts.size / _MB:.1f}"
    said = t("{size} MB", size=size if t.language == "en" else size.replace(".", ","))
    return f"{said} · {backup_text(facts.backup_at, now, t)}"


def verbs(state: StoreState, facts: Facts | None, others_open: bool) -> Verbs:
    """``others_open``: another store stays in the window when this one goes."""
    owner = facts is not None and facts.owner
    unlocked = state.state == "open" and not state.locked
    return Verbs(
        go=state.state == "open" and not state.shown,
        open=state.state == "closed" or (state.state == "refused" and bool(state.country)),
        close=state.state == "open" and others_open,
        export=unlocked and owner,
        archive=state.state == "closed" or (unlocked and owner and others_open),
        take_back=state.state == "archived",
        move=unlocked and owner,
        delete=(unlocked and owner and others_open) or state.moved is not None,
    )
