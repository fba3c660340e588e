"""What happened in the shop, told to who looks at something else: each with the one verb that leads to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

from msgspec import Struct

from core.conversations.reasons import said
from core.kernel.i18n import sentence
from core.kernel.look import Role
from core.kernel.money import format_money
from desktop.bridge import Change
from desktop.context import Status
from desktop.texts import Texts

Kind = Literal["paid", "escalated", "stock", "unsent", "budget", "backup", "paste", "server"]


class Happening(Struct, frozen=True):
    """``subject``: the order, conversation or product it is about; ``name``: of its customer or product; ``number``:
    the amount in smallest units, what is left in stock, or percent; ``word``: an order's reference, a reason, an
    address. ``paste``: a provider's dashboard wants it; ``server``: an SSH server is to be confirmed."""

    kind: Kind
    subject: int = 0
    name: str = ""
    word: str = ""
    number: int = 0


class Told(Struct, frozen=True):
    """A happening in words. ``verb`` leads to ``page`` with ``subject``."""

    title: str
    detail: str
    icon: str
    role: Role
    verb: str
    page: str
    subject: object


class HappeningSource(Protocol):
    """What the shop's events mean."""

    def concern(self, changes: Sequence[Change]) -> list[Change]:
        """Those that may be worth telling. Quick, on any thread."""
        ...

    def read(self, changes: Sequence[Change]) -> list[Happening]:
        """What they tell; reads the store."""
        ...


def of_status(before: Status | None, now: Status) -> list[Happening]:
    """What the status line began to say."""
    late = now.backup_late or now.backup_harmed
    was = before is not None and (before.backup_late or before.backup_harmed)
    found = [Happening("backup", word="harmed" if now.backup_harmed else "late")] if late and not was else []
    pasted = () if before is None else before.hands
    found += [Happening("paste", name=hand.label, word=hand.address) for hand in now.hands if hand not in pasted]
    if _asks(now) and not _asks(before):
        found.append(Happening("server"))
    return found


def _asks(status: Status | None) -> bool:
    """Whether an SSH server waits to be confirmed."""
    return status is not None and status.tunnel is not None and status.tunnel.phase == "asks"


def told(happening: Happening, t: Texts, currency: str, pages: Sequence[str]) -> Told:
    """``pages``: those that this version has."""
    who, subject = happening.name or t("Unknown customer"), happening.subject
    match happening.kind:
        case "paid":
            title = t("{amount} paid", amount=format_money(happening.number, currency))
            page = "orders" if "orders" in pages else "live"
            detail = " · ".join(part for part in (who, happening.word) if part)
            return Told(title, detail, "circle-check", "paid", t("See"), page, subject)
        case "escalated":
            why = sentence(said(happening.word), {}, t.language)
            return Told(t("{name} needs you", name=who), why, "hand", "waiting", t("Answer"), "conversations", subject)
        case "stock":
            detail = t("Sold out") if happening.number <= 0 else t.plural("{n} left", "{n} left", happening.number)
            return Told(happening.name, detail, "triangle-alert", "waiting", t("See"), "catalogue", subject)
        case "unsent":
            title = t("A message to {name} did not leave", name=who)
            return Told(title, "", "circle-alert", "danger", t("See"), "conversations", subject)
        case "budget":
            title = t("{percent} % of the month’s budget is used", percent=happening.number)
            return Told(title, "", "wallet", "waiting", t("See"), "settings", "assistant")
        case "paste":
            title = t("{name}: paste the store’s new address", name=happening.name)
            return Told(title, happening.word, "link", "waiting", t("Do it"), "settings", "network")
        case "server":
            title = t("The tunnel waits until you confirm its server")
            return Told(title, "", "key-round", "waiting", t("See"), "settings", "network")
        case "backup":
            harmed = happening.word == "harmed"
            title = t("The backup is damaged") if harmed else t("The backup is late")
            return Told(title, "", "hard-drive", "danger" if harmed else "waiting", t("See"), "settings", "backup")
