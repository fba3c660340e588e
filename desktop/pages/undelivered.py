"""Why a message that carries a paper did not arrive, as far as is known."""

from __future__ import annotations

from core.conversations import sendcodes
from core.kernel.i18n import catalogue
from desktop.texts import Texts


def why_undelivered(t: Texts, state: str | None, code: int | None, error: str | None) -> str:
    """``state`` of the outbox, ``code`` WhatsApp's own, ``error`` ours; empty for a message that is not lost."""
    if state not in ("failed", "unknown"):
        return ""
    words = catalogue("errors", t.language)
    if code is not None:
        return words.gettext(sendcodes.action(code).message).format(code=code)
    known = words.gettext(error) if error else ""
    if known and known != error:
        return known
    return t("WhatsApp could not be reached. Send it again.")
