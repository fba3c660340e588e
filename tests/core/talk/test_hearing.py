"""What buyers answer to a shop's questions, over WhatsApp's wire: no number is lost, no question is met by silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.catalogue import service as catalogue
from core.faq import service as faq
from core.kernel.clock import DAY
from tests.faults.steps import books_hold, press, say
from tests.support.bargaining import AWA, add, held, opened, waits_for_a_person
from tests.support.shops import World, world

# -- how many ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "number"),
    [
        ("2 mais livré demain ?", 2),
        ("oui 3, vous livrez à Rufisque ?", 3),
        ("4 et la livraison c'est combien ?", 4),
        ("roa fa manao fanaterana ve ianareo ?", 2),
        ("bonjour, 5 svp, vous livrez ?", 5),
    ],
)
async def test_a_number_beside_a_question_is_kept_and_the_question_answered(
    tmp_path: Path, answer: str, number: int
) -> None:
    async with world(tmp_path) as w:
        await opened(w, "shop")
        add(w, "SAC2", "Sac cuir", 20_000, 40)
        await say(w, AWA, "je prends SAC2")
        (told,) = await say(w, AWA, answer)
        assert held(w) == {"SAC2": number}
        assert f"{number} × Sac cuir" in told
        assert "💬" in told, "the question is passed on, and the buyer knows"
        assert waits_for_a_person(w) == "question"


async def test_the_sellers_own_answer_goes_with_the_number(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await opened(w, "shop")
        add(w, "SAC2", "Sac cuir", 20_000, 40)
        w.shop.engine.call(
            lambda tx: faq.add(tx, "fr", "Vous livrez à Rufisque ?", "Oui, à Rufisque pour 2 000 F."), actor="seller"
        )
        await say(w, AWA, "je prends SAC2")
        (told,) = await say(w, AWA, "3, vous livrez à Rufisque ?")
        assert held(w) == {"SAC2": 3}
        assert "Oui, à Rufisque pour 2 000 F." in told
        assert waits_for_a_person(w) is None


@pytest.mark.parametrize(
    ("answer", "number"), [("une vingtaine", 20), ("une dizaine svp", 10), ("deux douzaines", 24), ("une paire", 2)]
)
async def test_a_score_is_twenty(tmp_path: Path, answer: str, number: int) -> None:
    async with world(tmp_path) as w:
        await opened(w, "shop")
        add(w, "SAC2", "Sac cuir", 20_000, 40)
        await say(w, AWA, "je prends SAC2")
        await say(w, AWA, answer)
        assert held(w) == {"SAC2": number}


async def test_a_pair_of_shoes_is_one(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await opened(w, "shop")
        add(w, "BASKET1", "Chaussures de sport", 20_000, 40)
        await say(w, AWA, "je prends BASKET1")
        await say(w, AWA, "une paire")
        assert held(w) == {"BASKET1": 1}


@pytest.mark.parametrize("answer", ["tout", "je prends tout ce qui reste", "alaiko daholo"])
async def test_all_of_it_is_confirmed_by_its_button(tmp_path: Path, answer: str) -> None:
    async with world(tmp_path) as w:
        await opened(w, "shop")
        add(w, "SAC2", "Sac cuir", 20_000, 140)
        await say(w, AWA, "je prends SAC2")
        (asked,) = await say(w, AWA, answer)
        assert "140 × *Sac cuir*" in asked
        assert held(w) == {"SAC2": 1}, "nothing more is held before the yes"
        await press(w, AWA, "ALAIKO" if "daholo" in answer else "JE PRENDS")
        assert held(w) == {"SAC2": 140}
        assert books_hold(w)


@pytest.mark.parametrize(
    ("said", "number"),
    [("une en moins", 2), ("encore une", 4), ("2 de plus", 5), ("enlève 2", 1), ("esory ny iray", 2)],
)
@pytest.mark.parametrize("segment", ["shop", "live_seller", "events"])
async def test_one_less_is_one_less(tmp_path: Path, segment: str, said: str, number: int) -> None:
    async with world(tmp_path) as w:
        await opened(w, segment)
        add(w, "SAC2", "Sac cuir", 20_000, 40)
        await say(w, AWA, "je prends 3 SAC2")
        await say(w, AWA, said)
        assert held(w) == {"SAC2": number}


@pytest.mark.parametrize("said", ["ok", "d'accord", "👍", "c'est bon"])
async def test_an_ok_is_the_yes_that_was_asked_for(tmp_path: Path, said: str) -> None:
    async with world(tmp_path) as w:
        await opened(w, "shop")
        add(w, "SAC2", "Sac cuir", 20_000, 40)
        await say(w, AWA, "je prends 2 SAC2")
        (told,) = await say(w, AWA, said)
        assert "Comment veux-tu payer" in told
        assert w.value("SELECT confirmed_at IS NOT NULL FROM orders")


async def test_thanks_are_no_yes(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await opened(w, "shop")
        add(w, "SAC2", "Sac cuir", 20_000, 40)
        await say(w, AWA, "je prends 2 SAC2")
        assert await say(w, AWA, "merci") == []
        assert not w.value("SELECT confirmed_at IS NOT NULL FROM orders")


async def test_the_total_is_said_once(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await opened(w, "shop")
        add(w, "SAC2", "Sac cuir", 20_000, 40)
        (card,) = await say(w, AWA, "je prends 2 SAC2")
        assert card.count("40\u202f000") == 1
        (card,) = await say(w, AWA, "non 3")
        assert card.count("60\u202f000") == 1


@pytest.mark.parametrize("said", ["j'en prends 4", "alaiko efatra", "je prends les 4", "oui 4"])
async def test_a_number_of_what_was_shown(tmp_path: Path, said: str) -> None:
    async with world(tmp_path) as w:
        await opened(w, "shop")
        add(w, "SAC2", "Sac cuir", 20_000, 40)
        await say(w, AWA, "c'est combien SAC2 ?")
        (told,) = await say(w, AWA, said)
        assert "4 × " in told
        assert held(w) in ({"SAC2": 4}, {}), "held, or offered by its button; never one"


@pytest.mark.parametrize("said", ["je prends celui à 15000", "je prends celle qui fait 15 000 F", "alaiko ilay 15k"])
async def test_a_price_names_what_costs_so_much(tmp_path: Path, said: str) -> None:
    async with world(tmp_path) as w:
        await opened(w, "live_seller")
        add(w, "SAC2", "Sac cuir", 20_000, 40)
        add(w, "ROBE1", "Robe bleue", 15_000, 40)
        await say(w, AWA, "c'est combien SAC2 ?")
        (told,) = await say(w, AWA, said)
        assert held(w) in ({"ROBE1": 1}, {}), "held, or offered by its button; never what was shown"
        assert "*Robe bleue*" in told


async def test_a_price_of_nothing_or_of_two_takes_nothing(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await opened(w, "live_seller")
        add(w, "SAC2", "Sac cuir", 20_000, 40)
        add(w, "ROBE1", "Robe bleue", 15_000, 40)
        add(w, "ROBE2", "Robe rouge", 15_000, 40)
        await say(w, AWA, "c'est combien SAC2 ?")
        for said in ("je prends celui à 15000", "je prends celui à 18000"):
            (told,) = await say(w, AWA, said)
            assert "Voici ce qui est disponible" in told
            assert held(w) == {}


async def test_two_or_three_is_asked_again(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await opened(w, "shop")
        add(w, "SAC2", "Sac cuir", 20_000, 40)
        await say(w, AWA, "je prends SAC2")
        (told,) = await say(w, AWA, "2 ou 3")
        assert "Combien en veux-tu" in told
        assert held(w) == {"SAC2": 1}
        (told,) = await say(w, AWA, "5 c'est possible de payer en 2 fois ?")
        assert held(w) == {"SAC2": 5}


@pytest.mark.parametrize(
    ("answer", "told"), [("3 c'est possible de payer en 2 fois ?", "pas de crédit"), ("3, dernier prix ?", "fixes")]
)
async def test_a_number_beside_a_price_or_a_credit_is_kept(tmp_path: Path, answer: str, told: str) -> None:
    async with world(tmp_path) as w:
        await opened(w, "shop")
        add(w, "SAC2", "Sac cuir", 20_000, 40)
        await say(w, AWA, "je prends SAC2")
        (card,) = await say(w, AWA, answer)
        assert held(w) == {"SAC2": 3}
        assert "3 × Sac cuir" in card
        assert told in card, "the house's rule is said under the card"
        assert waits_for_a_person(w) is None


async def test_a_yes_is_one_for_several_products_too(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await opened(w, "shop")
        add(w, "SAC2", "Sac cuir", 20_000, 40)
        add(w, "ROBE1", "Robe bleue", 15_000, 40)
        await say(w, AWA, "je prends 2 SAC2 et 1 ROBE1")
        await say(w, AWA, "c'est bon")
        assert w.value("SELECT confirmed_at IS NOT NULL FROM orders")


# -- a trade -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("said", ["il me faut 120 RIZ50", "RIZ50, 120 pièces", "120 pcs RIZ50", "RIZ50 x120"])
async def test_a_trade_buys_hundreds(tmp_path: Path, said: str) -> None:
    async with world(tmp_path) as w:
        await opened(w, "b2b")
        add(w, "RIZ50", "Riz 50 kg", 22_000, 500)
        (card,) = await say(w, AWA, said)
        assert held(w) == {"RIZ50": 120}
        assert card.count("2\u202f640\u202f000") == 1


async def test_the_stock_is_the_true_bound(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await opened(w, "b2b")
        add(w, "RIZ50", "Riz 50 kg", 22_000, 500)
        (card,) = await say(w, AWA, "je prends 800 RIZ50")
        assert held(w) == {"RIZ50": 500}
        assert "500" in card
        assert "800" in card


async def test_elsewhere_hundreds_are_asked_back(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await opened(w, "live_seller")
        add(w, "SAC2", "Sac cuir", 20_000, 500)
        await say(w, AWA, "SAC2, 150 pieces")
        assert held(w) == {}


async def test_a_quote_asked_for_in_words_is_drafted_and_said(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await opened(w, "b2b")
        add(w, "SAC2", "Sac cuir", 20_000, 500)
        add(w, "ROBE1", "Robe bleue", 15_000, 500)
        (told,) = await say(w, AWA, "il me faut un devis pour 20 SAC2 et 10 ROBE1")
        assert "20 × Sac cuir\n10 × Robe bleue" in told
        assert "550\u202f000" in told
        assert "vendeur le vérifie" in told
        assert w.rows("SELECT state, total FROM quote") == [("draft", 550_000)]
        assert waits_for_a_person(w) == "quote"
        (told,) = await say(w, AWA, "et 5 ROBE1")
        assert "5 × Robe bleue" in told
        assert w.rows("SELECT state, total FROM quote") == [("draft", 475_000)], "another number replaces the former"
        assert held(w) == {}


@pytest.mark.parametrize("said", ["commander", "je commande", "on valide"])
async def test_the_word_of_the_button_does_what_it_does(tmp_path: Path, said: str) -> None:
    async with world(tmp_path) as w:
        await opened(w, "b2b")
        add(w, "SAC2", "Sac cuir", 20_000, 500)
        await say(w, AWA, "je prends 20 SAC2")
        await say(w, AWA, said)
        assert w.value("SELECT confirmed_at IS NOT NULL FROM orders")


async def test_what_a_quote_is_for_may_follow_it_or_change(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await opened(w, "b2b")
        add(w, "SAC2", "Sac cuir", 20_000, 500)
        await say(w, AWA, "pouvez vous envoyer une proforma ?")
        (told,) = await say(w, AWA, "pour 45 SAC2")
        assert "45 × Sac cuir" in told
        (told,) = await say(w, AWA, "plutôt 150 SAC2")
        assert "150 × Sac cuir" in told
        assert w.rows("SELECT state, total FROM quote") == [("draft", 3_000_000)]
        assert held(w) == {}


@pytest.mark.parametrize("said", ["vous pouvez me faire un devis ?", "devis svp", "mila devis aho azafady"])
async def test_a_quote_for_nothing_named_is_noted(tmp_path: Path, said: str) -> None:
    async with world(tmp_path) as w:
        await opened(w, "b2b")
        add(w, "SAC2", "Sac cuir", 20_000, 500)
        (told,) = await say(w, AWA, said)
        assert "devis" in told
        assert "📝" in told
        assert waits_for_a_person(w) == "quote"


async def test_a_store_may_send_its_quotes_at_once(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await opened(w, "b2b")
        w.shop.settings.set("quotes.at_once", "true")
        add(w, "SAC2", "Sac cuir", 20_000, 500)
        (told,) = await say(w, AWA, "devis pour 50 sacs")
        assert "1\u202f000\u202f000" in told
        assert "/q/" in told, "the paper with its link is the answer"
        assert w.value("SELECT state FROM quote") == "sent"
        assert waits_for_a_person(w) is None


# -- events ------------------------------------------------------------------------------------------------------


def event(w: World, sku: str = "GALA", title: str = "Soirée de gala", place: str = "Théâtre Sorano") -> int:
    product = add(w, sku, title, 25_000, 40)
    at = w.clock.now() + 10 * DAY
    w.shop.engine.call(lambda tx: catalogue.change(tx, product, event_at=at, place=place))
    return product


@pytest.mark.parametrize(
    "said",
    [
        "GALA c'est quand ?",
        "c'est où le gala ?",
        "GALA c quand",
        "à quelle heure GALA ?",
        "oviana ny GALA ?",
        "aiza ny GALA ?",
    ],
)
async def test_when_and_where_come_from_the_catalogue(tmp_path: Path, said: str) -> None:
    async with world(tmp_path) as w:
        await opened(w, "events")
        event(w)
        (told,) = await say(w, AWA, said)
        assert "Théâtre Sorano" in told
        assert "oct." in told or "okt." in told
        assert "stock" not in told
        assert waits_for_a_person(w) is None


async def test_a_place_that_is_not_known_is_asked_of_the_seller(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await opened(w, "events")
        event(w, place="")
        (told,) = await say(w, AWA, "GALA c'est où ?")
        assert "oct." in told
        assert waits_for_a_person(w) == "question"


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("2 places pour GALA svp", 2),
        ("je prends un billet", 1),
        ("je veux 3 places", 3),
        ("alaiko tapakila roa", 2),
        ("GALA pour 4 personnes", 4),
        ("trois billets pour le gala", 3),
    ],
)
async def test_seats_are_counted(tmp_path: Path, said: str, number: int) -> None:
    async with world(tmp_path) as w:
        await opened(w, "events")
        event(w)
        await say(w, AWA, said)
        assert held(w) == {"GALA": number}


@pytest.mark.parametrize("said", ["il reste des places ?", "mbola misy toerana ve ?", "GALA il reste des places ?"])
async def test_places_are_no_stock(tmp_path: Path, said: str) -> None:
    async with world(tmp_path) as w:
        await opened(w, "events")
        event(w)
        (told,) = await say(w, AWA, said)
        assert "40" in told
        assert "stock" not in told
        assert "Soirée de gala" in told


# -- examples ----------------------------------------------------------------------------------------------------


async def test_an_example_is_a_product_of_this_shop(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await opened(w, "live_seller")
        (hello,) = await say(w, AWA, "bonjour")
        assert "par exemple" not in hello, "nothing is sold"
        add(w, "FINI", "Fini", 20_000, 0)
        add(w, "PAGNE7", "Pagne wax", 20_000, 5)
        (none,) = await say(w, AWA, "PAYER")
        assert "par exemple PAGNE7." in none
