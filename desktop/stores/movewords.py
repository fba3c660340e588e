"""What is said while a store moves from one computer to another (no Qt)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import Struct

from core.kernel.days import moment_in_words
from core.kernel.look import Role
from core.kernel.money import group_digits
from desktop.texts import Texts

if TYPE_CHECKING:
    from datetime import tzinfo

    from core.bootstrap.checkup import Line
    from core.bootstrap.moving import Counts, Moved, Sight, Standing
    from core.bootstrap.whereabouts import Whereabouts
    from core.storage.departure import Departure

SUFFIX: Final = ".livepay"
_MB: Final = 1_000_000


class Said(Struct, frozen=True):
    """A line with its sign. ``stops``: the next step waits for it."""

    icon: str
    role: Role
    text: str
    stops: bool = False


def steps(t: Texts) -> tuple[str, ...]:
    """The old computer's: where one is."""
    return (
        t("What will happen"),
        t("The file"),
        t("The code"),
        t("The code again"),
        t("Moving"),
        t("It has left"),
    )


def size(count: int, t: Texts) -> str:
    """« 12,4 Mo », « 72,3 Go »."""
    large = count >= 1000 * _MB
    said = f"{max(count, _MB // 10) / (1000 * _MB if large else _MB):.1f}"
    said = said if t.language == "en" else said.replace(".", ",")
    return t("{size} GB", size=said) if large else t("{size} MB", size=said)


def what_happens(relay: str, t: Texts) -> tuple[Said, ...]:
    """In order; ``relay``: its host, empty without one."""
    if relay:
        between = t("What comes in between waits at the relay {relay}. Nothing is lost.", relay=relay)
    else:
        between = t("Until the other computer is ready nobody answers: choose a quiet moment.")
    return (
        Said("hard-drive", "gold", t("LivePay writes the whole store into one sealed file: on a USB stick, say.")),
        Said("lock", "gold", t("The store closes here. It is not opened on this computer any more.")),
        Said(
            "monitor",
            "gold",
            t("On the other computer you open that file with a code that you note down in a moment."),
        ),
        Said("link" if relay else "hourglass", "gold", between),
    )


def moment(found: Standing, t: Texts) -> tuple[Said, ...]:
    """Whether it is the moment."""
    lines = [
        Said("circle-alert", "danger", t("A live is running: end it first."), stops=True)
        if found.live
        else Said("circle-check", "paid", t("No live is running.")),
        _waiting(found.leaving, t),
    ]
    if found.coming:
        come = t.plural(
            "{n} message that came is still being read.", "{n} messages that came are still being read.", found.coming
        )
        lines.append(Said("hourglass", "waiting", come))
    room = t(
        "{needed} are needed here for a while, {free} are free.", needed=size(found.here, t), free=size(found.free, t)
    )
    fits = found.free > found.here
    lines.append(Said("circle-check" if fits else "circle-alert", "paid" if fits else "danger", room, stops=not fits))
    return tuple(lines)


def _waiting(leaving: int, t: Texts) -> Said:
    if not leaving:
        return Said("circle-check", "paid", t("All messages have left."))
    text = t.plural(
        "{n} message still waits to leave. Give it a moment; what has not left you send from the other computer.",
        "{n} messages still wait to leave. Give them a moment; what has not left you send from the other computer.",
        leaving,
    )
    return Said("hourglass", "waiting", text)


def counted(counts: Counts, t: Texts) -> str:
    """« 12 commandes · 8 clients · 40 produits · 9 paiements »."""
    parts = (
        t.plural("{count} order", "{count} orders", counts.orders, count=group_digits(counts.orders)),
        t.plural("{count} customer", "{count} customers", counts.customers, count=group_digits(counts.customers)),
        t.plural("{count} product", "{count} products", counts.products, count=group_digits(counts.products)),
        t.plural("{count} payment", "{count} payments", counts.payments, count=group_digits(counts.payments)),
    )
    return " · ".join(parts)


def moved(done: Moved, relay: str, t: Texts) -> tuple[Said, ...]:
    """What is so now, what comes next, and what keeps two computers from answering."""
    if relay:
        fence = t("The relay lets one computer answer: the first that opens the file. Any other has to ask you first.")
    else:
        fence = t(
            "Without a relay nothing but you keeps two computers from answering: open it on one only, then delete it."
        )
    return (
        Said("circle-check", "paid", t("Written: {path} ({size})", size=size(done.size, t), path=done.path)),
        Said("circle-check", "paid", t("Opened again and counted: {counts}.", counts=counted(done.counts, t))),
        Said("circle-check", "paid", t("The store is closed here.")),
        Said(
            "monitor",
            "gold",
            t("Now on the other computer: start LivePay, “I have a moving file”, choose the file, type the code."),
        ),
        Said("info" if relay else "triangle-alert", "info" if relay else "waiting", fence),
    )


def gone(departure: Departure, zone: tzinfo, t: Texts) -> str:
    """When and in which file a store left."""
    if not departure.at:
        return t("It was moved to another computer.")
    when = moment_in_words(departure.at, zone, t.language)
    return t("It left on {when}, in the file {path}", when=when, path=departure.file)


def may_come_back(found: Whereabouts, t: Texts) -> Said:
    """Whether a moved store may live here again. ``stops``: it may not, from this window."""
    if found.answers == "elsewhere":
        text = t(
            "Another computer answers for this store now. To have it here again, move it from there to here; if that"
            " computer is lost, bring back its last backup."
        )
        return Said("circle-alert", "danger", text, stops=True)
    if found.answers == "here":
        text = t("The relay {relay} says that no other computer has answered for it yet.", relay=found.relay)
        return Said("circle-check", "paid", text)
    if found.relay:
        text = t("The relay {relay} cannot be asked just now who has the store.", relay=found.relay)
    else:
        text = t("There is no relay to ask whether another computer has the store. Two would answer your buyers.")
    return Said("triangle-alert", "waiting", text)


def after_coming_back(found: Whereabouts, t: Texts) -> str:
    """What becomes of the file."""
    if found.file_here:
        return t("The file still stands there. It is deleted, so that nobody opens it later by mistake.")
    return t("The file is not there any more: whoever has it must not open it. Destroy it.")


def asking(t: Texts) -> tuple[Said, ...]:
    """Until it is known."""
    return (Said("hourglass", "muted", t("Asking…")),)


def follows(t: Texts) -> tuple[Said, ...]:
    """What bringing a store here means."""
    return (
        Said("store", "gold", t("The store opens here, and this computer answers for it from then on.")),
        Said(
            "message-circle",
            "gold",
            t("Messages that had not left wait for your word; payments made meanwhile are looked up by themselves."),
        ),
    )


def sight(found: Sight, zone: tzinfo, t: Texts) -> str:
    """« Parti de PC-AWA le 26 novembre à 14:05 · 12 commandes · … »."""
    if not found.at:
        return t("A backup: what happened after it is not in it.")
    when = moment_in_words(found.at, zone, t.language)
    left = t("Left {source} on {when}", source=found.source or "?", when=when)
    return f"{left} · {counted(found.counts, t)}"


def arrival(lines: tuple[Line, ...]) -> tuple[Said, ...]:
    """What still needs a hand first, then what is well."""
    ordered = sorted(lines, key=lambda line: line.ok)
    return tuple(
        Said(
            "circle-check" if line.ok else "circle-alert",
            "paid" if line.ok else "waiting",
            f"{line.name[:1].upper()}{line.name[1:]} – {line.detail}",
        )
        for line in ordered
    )


def by_hand(t: Texts) -> tuple[Said, ...]:
    """What no file brings: said whatever the checks say."""
    return (
        Said("tv", "muted", t("In OBS, add the source again: its address is that of this computer.")),
        Said("file-text", "muted", t("Papers are printed on the printer of this computer.")),
    )
