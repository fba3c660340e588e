"""A quote as typed fields: what comes out is what went in, to the franc, and bad input never stops the window."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from core.invoices.rules import Rounding
from core.kernel.errors import Refused
from core.quotes.figures import figures
from core.quotes.rules import Discount, QuoteLine, Terms
from core.quotes.service import Quote, Wording
from desktop.pages.quotes import form as forms
from desktop.pages.quotes.form import LineForm, QuoteForm
from desktop.pages.quotes.presenter import QuotesPresenter
from desktop.pages.quotes.source import Overview
from desktop.texts import Texts
from tests.core.quotes.test_sums import quoted

WORDS = {
    currency: QuotesPresenter(Texts("fr"), currency, ZoneInfo("Africa/Dakar"), "SN") for currency in ("XOF", "EUR")
}
TYPED = st.text(max_size=12) | st.sampled_from(
    ["10 %", "100 %", "12,50", "1 000", "-1", "٣", "1e9", "%", "0", "9" * 40]
)


def kept(wording: Wording) -> Quote:
    total = wording.sums.total
    return Quote(
        1, "DV", None, "draft", 0, 0, total, None, None, None, None, "", None, None, wording, {}, Rounding.TOTAL
    )


@given(quoted(), st.integers(0, 99), st.integers(1, 365), st.sampled_from(["XOF", "EUR"]), st.sampled_from(Rounding))
def test_a_draft_opened_and_saved_says_the_same(
    found: tuple[list[QuoteLine], Discount | None], percent: int, days: int, currency: str, rounding: Rounding
) -> None:
    lines, discount = found
    words, terms = WORDS[currency], Terms(days, percent, 1, 365)
    wording = Wording(tuple(lines), discount, "Note", terms).checked()
    form = forms.of_quote(kept(wording), None, words)
    assert forms.of_text(form.to_text()) == form
    assert forms.problems(form, words) == {}
    assert forms.wording(form, currency) == wording
    shown = forms.come_to(form, words, Overview(rate=18, rounding=rounding))
    assert shown == figures(wording, 18, rounding)


@given(
    st.lists(st.builds(LineForm, TYPED, TYPED, TYPED, TYPED), max_size=4).map(tuple),
    st.builds(QuoteForm, name=TYPED, phone=TYPED, discount=TYPED, deposit=TYPED, valid=TYPED, pay=TYPED, balance=TYPED),
)
def test_whatever_is_typed_is_saved_or_blamed_and_never_both(lines: tuple[LineForm, ...], typed: QuoteForm) -> None:
    form, words = replace(typed, lines=lines or (LineForm(),)), WORDS["XOF"]
    found = forms.problems(form, words)
    forms.come_to(form, words, Overview(rate=18))
    try:
        forms.wording(form, "XOF")
        forms.recipient(form, "SN")
    except Refused:
        assert found
    else:
        assert found == {}


def test_what_another_version_wrote_is_not_read() -> None:
    assert forms.of_text('{"lines": 3}') is None
    assert forms.of_text("\ud800") is None
