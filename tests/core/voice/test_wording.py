"""What may be saved: known variables, what is promised, WhatsApp's lengths with the longest values, in one sentence."""

from __future__ import annotations

from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.conversations.texts import LATE_VALUES, texts
from core.kernel.errors import LivePayError, NotFound, Refused
from core.kernel.i18n import LANGUAGES, explain
from core.kernel.text import utf16_length
from core.voice import wording
from core.voice.wording import SEGMENTS, check

CURRENCIES = ("XOF", "MGA", "XAF", "GNF", "EUR")
KEYS = st.sampled_from(wording.all_keys())
PIECES = ["{total}", "{remaining}", "{clientName}", "a", "{", "}", "\n", "💳", "{x}"]
WORDS = st.one_of(st.text(max_size=1200), st.lists(st.sampled_from(PIECES)).map("".join))


@pytest.mark.parametrize("segment", SEGMENTS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_our_own_words_pass_what_a_sellers_must(language: str, segment: str) -> None:
    for key in wording.all_keys():
        for variant in wording.variants(key):
            words = wording.default(key, variant, segment, language)
            for currency in CURRENCIES:
                assert check(key, variant, words, currency) == words


def test_every_family_of_the_brief_has_its_texts() -> None:
    found = {wording.family(key) for key in wording.all_keys()}
    assert found >= {"welcome", "payment_request", "confirmation", "reminder", "summary"}
    known = set(texts("fr"))
    assert {key for keys in wording.FAMILIES.values() for key in keys} <= known
    assert set(wording.REQUIRED) <= known


@given(KEYS, WORDS)
def test_what_is_accepted_can_always_be_said_within_the_limit(key: str, words: str) -> None:
    variant = wording.variants(key)[0]
    try:
        kept = check(key, variant, words, "XOF")
    except Refused:
        return
    longest = wording.longest("XOF", key)
    said = kept.format(**LATE_VALUES, **{n: longest.get(n, "W") for n in wording.variables(key) if n != "remaining"})
    assert 0 < utf16_length(said) <= wording.place(key).limit + len("{remaining}")
    assert {name for _, name, _, _ in Formatter().parse(kept) if name} <= set(wording.variables(key))


def sentence(key: str, words: str, variant: str = "") -> str:
    with pytest.raises(LivePayError) as caught:
        check(key, variant, words, "XOF")
    return explain(caught.value, "fr")


def test_an_unknown_variable_is_named_with_those_that_may_be_used() -> None:
    said = sentence("choose_payment", "À payer {montant}")
    assert said == (
        "La variable {montant} n’existe pas dans ce texte. Il peut utiliser\u202f: {total}, {clientName},"
        " {previousPurchases}."
    )
    assert sentence("button_pay", "PAYER {total}") == "Ce texte n’a pas de variable\u202f: enlevez {total}."


def test_what_the_buyer_relies_on_must_stay() -> None:
    assert sentence("reminder", "Paie vite\u202f!") == (
        "Ce texte doit dire {total}, {remaining}\u202f: l’acheteur compte dessus."
    )


@pytest.mark.parametrize("words", ["{total", "total}", "{}", "{0}", "{total!r}", "{total:>99999}", "{total.__class__}"])
def test_braces_that_are_no_variable_are_refused(words: str) -> None:
    assert "{total}" in sentence("choose_payment", words)


def test_lengths_are_those_of_whatsapp_with_the_longest_values() -> None:
    assert check("button_pay", "", "X" * 20, "XOF")
    assert "21" in sentence("button_pay", "X" * 21)
    assert "1024" in sentence("choose_payment", "{total}" + "x" * 1024)
    assert check("choose_payment", "", "{total}" + "x" * 1000, "XOF")
    assert (
        sentence("button_pay", "PAYER\nVITE") == "Ce texte tient sur une ligne\u202f: enlevez les retours à la ligne."
    )
    assert sentence("choose_payment", " \n ")
    assert sentence("choose_payment", "{total}\x07")


def test_a_text_nobody_knows_is_not_found() -> None:
    for key, variant in (("no_such_text", ""), ("greeting", "nope"), ("greeting@shop", "other")):
        with pytest.raises(NotFound):
            check(key, variant, "x", "XOF")
