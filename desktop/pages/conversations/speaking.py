"""Who speaks, above the thread (no Qt): why the bot hands over and what it is about, or until when it is silent."""

from __future__ import annotations

from collections.abc import Sequence

from core.conversations import reasons, summary
from core.conversations.escalation import Case
from core.conversations.views import OrderMark, ThreadRow
from core.kernel.clock import MINUTE
from core.kernel.i18n import catalogue
from core.kernel.text import clock_time_in_words
from desktop.pages.conversations.presenter import BannerText, ConversationPresenter
from desktop.pages.conversations.times import in_hours


class Speaking:
    """The banner's words."""

    def __init__(self, presenter: ConversationPresenter) -> None:
        self._presenter = presenter
        self._t = presenter.t

    def banner(
        self, row: ThreadRow, marks: Sequence[OrderMark], now: int, case: Case | None = None
    ) -> BannerText | None:
        """Why the bot hands over, what it is about, and where the latest order stands; or until when it is silent."""
        if row.need == "seller":
            return self._paused(row, now, case)
        if row.need != "escalated":
            return None
        t = self._t
        reason = catalogue("errors", t.language).gettext(reasons.said(row.reason))
        latest = self._latest(marks, now)
        about = self._about(row, case, bool(latest))
        title = t("The bot hands over to you")
        if row.waiting_since is not None and now - row.waiting_since >= MINUTE:
            title += f" · {t('waits for {time}', time=in_hours(now - row.waiting_since))}"
        return BannerText(title, " ".join(filter(None, (reason, about, latest))))

    def _about(self, row: ThreadRow, case: Case | None, told: bool) -> str:
        """What the last messages say beyond the reason itself, and the order that is ``told`` of."""
        if case is None:
            return ""
        known = {row.reason, "expired"} if told else {row.reason}
        facts = [fact for fact in case.facts if fact.code not in known or fact.count > 1]
        found = summary.sentence(facts, self._t.language)
        return f"{found}." if found else ""

    def _paused(self, row: ThreadRow, now: int, case: Case | None) -> BannerText:
        t = self._t
        who = case.taken_by if case else None
        if case is not None and case.place == "phone":
            title = t("You answer from your phone")
        elif who in (None, "seller"):
            title = t("You answer yourself")
        else:
            title = t("{who} answers", who=who)
        if row.resume_at is None:
            sentence = t("The bot is silent until you give the conversation back.")
        else:
            left = -(-max(MINUTE, row.resume_at - now) // MINUTE) * MINUTE
            sentence = t("The bot answers again in {time}.", time=in_hours(left))
        return BannerText(title, sentence, "info", paused=True)

    def _latest(self, marks: Sequence[OrderMark], now: int) -> str:
        """Where the latest order of today stands."""
        if not marks:
            return ""
        t, mark = self._t, marks[-1]
        at = mark.paid_at or mark.closed_at or mark.expires_at
        if self._presenter.day(at) != self._presenter.day(now):
            return ""
        what, time = self._presenter.what(mark.summary), clock_time_in_words(at, self._presenter.zone)
        sentences = {
            "reserved": t("Order {what} reserved until {time}.", what=what, time=time),
            "paid": t("Order {what} paid at {time}.", what=what, time=time),
            "expired": t("Order {what} expired at {time}.", what=what, time=time),
            "cancelled": t("Order {what} cancelled at {time}.", what=what, time=time),
        }
        return sentences.get(mark.state, "")
