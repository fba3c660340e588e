"""What a part of the status line means, and the way out when it is not well."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from functools import partial

from msgspec import Struct
from PySide6.QtWidgets import QWidget

from core.settings.declarations import ANSWERS
from core.tunnels.rules import OFF
from desktop.context import Context, Link, Status
from desktop.statusline import QUEUE_LONG, link_text
from desktop.texts import Texts
from desktop.tunnelwords import TunnelText, at_length
from desktop.widgets.popover import Explanation


class Explained(Struct, frozen=True):
    """``verb`` leads to ``page`` with ``subject``."""

    title: str
    sentence: str
    verb: str
    page: str
    subject: object = None


def present(over: QWidget, told: Explained, go: Callable[[str, object], object], mark: QWidget) -> None:
    """Say it beside the mark that was pressed."""
    Explanation(over, told.title, told.sentence, told.verb, partial(go, told.page, told.subject)).present(mark)


def explained(asked: Link | str, status: Status, t: Texts, context: Context | None = None) -> Explained:
    """``asked``: a connection, or one of queue, backup, lent, bot. ``context``: whose time it is."""
    tunnel = status.tunnel
    if isinstance(asked, Link) and asked.kind == "tunnel" and tunnel is not None and tunnel.kind != OFF:
        now, zone = (context.clock.now(), context.store.zone) if context else (tunnel.since, UTC)
        return _tunnel(asked, status, at_length(tunnel, now, zone, t), t)
    if isinstance(asked, Link):
        if asked.state == "off":
            step = "payment" if asked.kind == "psp" else "whatsapp"
            return Explained(link_text(asked, t), _link(asked, t), t("Set it up step by step"), "welcome", step)
        verb = t("Open the settings") if asked.state == "ok" else t("Put it right")
        return Explained(link_text(asked, t), _link(asked, t), verb, "settings", asked.settings)
    if asked == "queue":
        return _queue(status, t)
    if asked == "lent":
        title = t("Support looks on")
        sentence = t("You lent your store to support. You can end it at any time.")
        return Explained(title, sentence, t("See who looks on"), "settings", "access")
    if asked == "bot":
        sentence = t("It answers nobody: who writes waits for you. What comes of orders and payments is still told.")
        return Explained(t("Bot paused"), sentence, t("Open the settings"), "settings", ANSWERS)
    return _backup(status, t)


def _tunnel(link: Link, status: Status, text: TunnelText, t: Texts) -> Explained:
    said = [text.detail]
    if status.hands:
        said.append(t("Still to paste the new address at: {names}.", names=", ".join(h.label for h in status.hands)))
    well = link.state == "ok" and not status.hands
    verb = t("Open the settings") if well else t("Put it right")
    return Explained(text.title, " ".join(filter(None, said)), verb, "settings", link.settings)


def _link(link: Link, t: Texts) -> str:
    if link.kind == "tunnel":
        if link.state == "ok":
            return t("Buyers open their payment page there, and WhatsApp and the payment providers report there.")
        return t(
            "Without it nobody can open a payment page, and WhatsApp cannot hand messages over. A tunnel gives one."
        )
    if link.kind == "whatsapp":
        words = {
            "ok": t("Messages come in and go out."),
            "down": t("WhatsApp refuses what we send. Nothing is lost: messages wait and leave once it is put right."),
        }
        return words.get(link.state, t("No number is connected: your buyers cannot write to the store yet."))
    if link.state == "off":
        return t("Buyers can order and cannot pay. Connect Wave, Orange Money or another means of payment.")
    return t("Buyers can pay with it. Each payment is checked with the provider before an order counts as paid.")


def _queue(status: Status, t: Texts) -> Explained:
    title = t.plural("{n} message waiting", "{n} messages waiting", status.queued)
    if not status.queued:
        sentence = t("All messages have left.")
    elif any(link.kind == "whatsapp" and link.state != "ok" for link in status.links):
        sentence = t("They leave, in their order, once WhatsApp is connected.")
        return Explained(title, sentence, t("Put it right"), "settings", "whatsapp")
    elif status.queued > QUEUE_LONG:
        sentence = t(
            "WhatsApp takes so many a second. Answers to buyers of the live go first; the rest follows by itself."
        )
    else:
        sentence = t("They are leaving now.")
    return Explained(title, sentence, t("See the conversations"), "conversations")


def _backup(status: Status, t: Texts) -> Explained:
    title = t("Backup")
    if status.comparing:
        sentence = t("The store came back from a backup. Its payment providers are asked what happened since.")
    elif status.backup_harmed:
        sentence = t("What is kept could not be read on trial. Make a new backup now.")
    elif status.backup_late:
        sentence = t("The last backup is too old: is the disk plugged in, is the network there?")
    elif status.backup_at is None:
        sentence = t("Only this computer has your sales. Choose a disk or an online place for copies.")
    else:
        sentence = t("Every few minutes your sales are kept once more, encrypted.")
    return Explained(title, sentence, t("Open the backups"), "settings", "backup")
