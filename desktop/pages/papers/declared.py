"""What is said of a declaration to the state's platform: what it means, and what to do next. Without Qt."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from core.invoices.certification import ACCEPTED, PREPARED, QUEUED, REFUSED, SENT
from core.kernel.clock import to_datetime
from core.kernel.i18n import explain
from core.kernel.text import one_line
from desktop.pages.papers.presenter import Declared, PapersPresenter, Pill

_ANSWER: Final = 12  # lines of what was answered
_VALUE: Final = 120
# The proper names of the platforms, by the name of their adapter.
REGIMES: Final = {"emecef": "e-MECeF (Bénin)", "fne": "FNE (Côte d’Ivoire)", "fec": "FEC (Burkina Faso)"}


class DeclaredText(Struct, frozen=True):
    """``meaning`` and ``next_step`` are sentences; ``said``: the platform's words or why it does not go on.

    ``reference`` is empty unless the platform accepted. ``verb`` is empty where nothing can be done here; ``warning``:
    what to be sure of before it is done.
    """

    regime: str
    state: Pill
    since: str
    meaning: str
    said: str
    reference: str
    next_step: str
    answer: tuple[tuple[str, str], ...]
    verb: str
    warning: str = ""


def declared_text(declared: Declared, words: PapersPresenter) -> DeclaredText:
    t, entry = words.t, declared.entry
    said = words.held_up(entry.state, entry.error)
    if entry.state == PREPARED and declared.obstacle is not None:
        said = explain(declared.obstacle, t.language)
    elif entry.state == SENT and entry.uid is None:
        said = ""  # that no answer came is the meaning
    meaning, next_step, verb, warning = _told(declared, bool(said), words)
    since = to_datetime(entry.changed_at, words.zone)
    answer = entry.answer or {}
    accepted = entry.state == ACCEPTED
    return DeclaredText(
        REGIMES.get(entry.regime, entry.regime),
        words.certified(entry.state, entry.error),
        t("Since {day} at {time}", day=f"{since:%d/%m/%Y}", time=f"{since:%H:%M}"),
        meaning,
        said,
        str(answer.get("reference") or "") if accepted else "",
        next_step,
        tuple(
            (_entry(str(name), words), one_line(str(value), _VALUE))
            for name, value in answer.items()
            if isinstance(value, str | int | float) and value not in ("", None) and name != "reference"
        )[:_ANSWER],
        verb,
        warning,
    )


def _entry(name: str, words: PapersPresenter) -> str:
    """What an entry of an answer is called; as the platform calls it where that is all we know."""
    t = words.t
    return {
        "token": t("Address to check it"),
        "qrCode": t("QR code"),
        "ncc": t("Tax number"),
        "balance_sticker": t("Stamps left"),
        "counters": t("Counters"),
        "nim": t("Machine number"),
        "dateTime": t("Date and time"),
        "message": t("Message"),
        "errorDesc": t("Message"),
        "statusCode": t("Code of the answer"),
        "errorCode": t("Code of the answer"),
    }.get(name, name)


def _told(declared: Declared, held_up: bool, words: PapersPresenter) -> tuple[str, str, str, str]:
    """(meaning, next step, verb, warning)."""
    t, entry = words.t, declared.entry
    again = t("Try again")
    if entry.state == ACCEPTED:
        return t("The platform has accepted this paper. Its code stands on the PDF."), "", "", ""
    if entry.state == REFUSED:
        return (
            t("The platform has refused this paper: it is not certified."),
            t(
                "Correct what it complains about in your account there, then try again. What is printed on a paper no"
                " longer changes: if the mistake stands there, make a credit note and sell anew."
            ),
            again,
            "",
        )
    if entry.state == SENT and entry.uid is None:
        return (
            t("It left, and no answer came: nobody here knows whether the platform has it."),
            t("Look for {number} on the platform. Only if it is not there, try again.", number=declared.paper.number),
            again,
            t("If the platform has it already, it would stand there twice. Have you looked?"),
        )
    if entry.state in (SENT, QUEUED):
        meaning = t("The platform has it, and has not yet said yes.")
        if entry.state == QUEUED:
            meaning = t("It waits to be sent. It is not certified.")
        step = t("LivePay asks again by itself. If it lasts, check the address and the token in the settings.")
        return meaning, step if held_up else t("Nothing to do: LivePay goes on by itself."), again, ""
    return _prepared(declared, held_up, words)


def _prepared(declared: Declared, held_up: bool, words: PapersPresenter) -> tuple[str, str, str, str]:
    t = words.t
    meaning = t("What the platform is to be told is ready. It was told nothing: this paper is not certified.")
    if held_up:
        return (
            t("This paper cannot be told to the platform as it is. It is not certified."),
            t("Settle what stands above, then try again; or enter this paper on the platform by hand."),
            t("Try again"),
            "",
        )
    if not declared.sends:
        step = t("No connection is set up: write the declarations to a folder and take them there yourself.")
        return meaning, step, "", ""
    return meaning, t("Nothing to do: it leaves within a minute."), "", ""
