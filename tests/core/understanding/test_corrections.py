"""More, fewer, not this one, how many nobody can mean: labelled by what shall follow, with ways to say it."""

from __future__ import annotations

import pytest

from core.understanding.engine import understand
from core.understanding.rules import Context, Intent, Step, Topic, Understanding, next_step
from tests.bench.nlu import lexicon

SHOP = lexicon()
ROBE1, ROBE2, SAC2, KAFTAN = 1, 2, 4, 13


def read(text: str, shown: int | None = ROBE1) -> Understanding:
    return understand(text, SHOP, Context(shown))


@pytest.mark.parametrize(
    ("text", "by"),
    [
        ("une en moins", -1),
        ("un de moins svp", -1),
        ("retire une", -1),
        ("retirez en deux", -2),
        ("enlève-en une", -1),
        ("ote en 1 stp", -1),
        ("ahena iray azafady", -1),
        ("esory ny iray", -1),
        ("one less please", -1),
        ("enlève un", -1),
        ("remove one", -1),
        ("retire une ROBE1", -1),
        ("une de plus", 1),
        ("encore une", 1),
        ("ajoutez m'en deux", 2),
        ("ajoute encore une", 1),
        ("rajoute en 2", 2),
        ("encore 3", 3),
        ("j'en veux une de plus", 1),
        ("un autre svp", 1),
        ("ampio iray", 1),
        ("ampio roa azafady", 2),
        ("iray fanampiny", 1),
        ("one more please", 1),
        ("add two", 2),
        ("encore 2 SAC2", 2),
    ],
)
def test_more_and_fewer_are_counted_from_what_is_held(text: str, by: int) -> None:
    assert read(text).by == by


@pytest.mark.parametrize(
    "text",
    [
        "encore une fois merci",
        "une autre couleur ?",
        "encore 2 minutes",
        "encore une question ?",
        "plus tard",
        "je prends 2",
        "je paie en 2 fois",
        "2",
        "non 3",
        "moins cher",
    ],
)
def test_other_numbers_add_nothing(text: str) -> None:
    assert read(text).by is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("en fait j'en veux que deux", 2),
        ("finalement jen veux que 2", 2),
        ("je n'en prends que 3", 3),
        ("juste deux svp", 2),
        ("2 seulement", 2),
        ("roa ihany", 2),
        ("only two", 2),
        ("non 3", 3),
        ("diso, efatra ihany", 4),
    ],
)
def test_a_number_of_what_is_held_is_set(text: str, number: int) -> None:
    got = read(text)
    assert (got.intent in (Intent.CHANGE, Intent.QUANTITY), got.sure, got.number, got.by) == (True, True, number, None)


@pytest.mark.parametrize(
    ("text", "kept", "out"),
    [
        ("pas ROBE1, SAC2 plutôt", SAC2, ROBE1),
        ("pas ROBE1 mais SAC2", SAC2, ROBE1),
        ("tsy ROBE1 fa SAC2", SAC2, ROBE1),
        ("pas la robe dorée mais le kaftan", KAFTAN, ROBE2),
        ("SAC2 au lieu de ROBE1", SAC2, ROBE1),
        ("je veux SAC2 au lieu de ROBE1", SAC2, ROBE1),
        ("SAC2 instead of ROBE1", SAC2, ROBE1),
        ("SAC2 à la place de ROBE1 svp", SAC2, ROBE1),
    ],
)
def test_what_is_refused_is_never_what_is_offered(text: str, kept: int, out: int) -> None:
    got = read(text, None)
    assert ([item.product_id for item in got.items], out in got.out) == ([kept], True)


@pytest.mark.parametrize(
    "text", ["enlève SAC2", "retirez le SAC2 svp", "esory ny SAC2", "remove SAC2", "annule SAC2", "supprime SAC2"]
)
def test_one_product_is_taken_out(text: str) -> None:
    got = read(text, None)
    assert (got.intent, got.sure, got.out) == (Intent.CANCEL, True, (SAC2,))


@pytest.mark.parametrize("text", ["sans SAC2", "tsy haka SAC2 aho", "je ne veux pas SAC2", "j'en veux pas de SAC2"])
def test_a_refusal_claims_nothing_and_says_what_is_refused(text: str) -> None:
    got = read(text, None)
    assert (got.intent is Intent.CLAIM, got.out) == (False, (SAC2,))


@pytest.mark.parametrize(
    "text",
    ["-2 ROBE1", "je prends -2 ROBE1", "ROBE1 x 1,5", "1.5 ROBE1", "je prends 0 ROBE1", "ROBE1 -1", "alaiko 1,5 ROBE1"],
)
def test_a_number_nobody_can_mean_is_asked_back(text: str) -> None:
    got = read(text, None)
    assert (got.topic, next_step(got, 0), got.intent is Intent.CLAIM) == (Topic.HOW_MANY, Step.ACT, False)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("ROBE1 pour moi et ROBE1 pour ma fille", 2),
        ("ROBE1 pour moi, ROBE1 pour ma sœur et ROBE1 pour maman", 3),
        ("2 ROBE1 pour moi et 1 ROBE1 pour ma fille", 3),
        ("ROBE1 ho ahy ary ROBE1 ho an'ny zanako", 2),
        ("ROBE1 taille M et ROBE1 taille L", 2),
        ("ROBE1 for me and ROBE1 for my sister", 2),
        ("ROBE1 ROBE1 ROBE1", 1),
        ("je prends ROBE1 pour moi ROBE1 svp", 1),
        ("- 2 ROBE1\n- 1 SAC2", 2),
        ("ROBE1 - 2 pièces", 2),
    ],
)
def test_a_product_named_for_each_is_counted_for_each(text: str, count: int) -> None:
    got = read(text, None)
    assert (got.intent, got.items[0].product_id, got.items[0].quantity) == (Intent.CLAIM, ROBE1, count)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("I'll take two", 2),
        ("I'll have three please", 3),
        ("i take it", 1),
        ("réservez moi ça", 1),
        ("réserve la moi", 1),
        ("garde le moi svp", 1),
        ("je prends ça", 1),
        ("okey raisiko ray", 1),
        ("eka alaiko", 1),
        ("raisiko roa", 2),
        ("haka telo aho", 3),
        ("tehirizo ho ahy io", 1),
    ],
)
def test_what_was_shown_is_claimed_with_its_number(text: str, count: int) -> None:
    got = read(text)
    assert (got.intent, [(i.product_id, i.quantity) for i in got.items]) == (Intent.CLAIM, [(ROBE1, count)])
    assert got.items[0].counted is (got.number is not None)


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("combien en tout ?", Topic.TOTAL),
        ("ohatrinona ny totaliny ?", Topic.TOTAL),
        ("ça fait combien au total", Topic.TOTAL),
        ("je vous dois combien", Topic.TOTAL),
        ("how much in total?", Topic.TOTAL),
        ("10000 dernier prix", Topic.HAGGLING),
        ("hampihena kely", Topic.HAGGLING),
        ("vous pouvez me faire ROBE1 a 12000 ?", Topic.HAGGLING),
        ("une petite réduction svp", Topic.HAGGLING),
        ("azo ampidinina ve ny vidiny", Topic.HAGGLING),
        ("what's your best price", Topic.HAGGLING),
        ("payer en plusieurs fois possible ?", Topic.CREDIT),
        ("vous faites crédit ?", Topic.CREDIT),
        ("je prends ROBE1 en 2 fois possible ?", Topic.CREDIT),
        ("azo aloha indroa ve", Topic.CREDIT),
        ("vous avez des chaussures ?", Topic.NOT_SOLD),
        ("misy kiraro ve", Topic.NOT_SOLD),
        ("je prends les chaussures rouges taille 38", Topic.NOT_SOLD),
        ("مرحبا كم السعر", Topic.SCRIPT),
        ("你好 多少钱", Topic.SCRIPT),
        ("ߊߟߎ߫ ߛߐ߲߬ߜߐ߬ߡߊ߬", Topic.SCRIPT),
        ("сколько это стоит", Topic.SCRIPT),
        ("vous avez des robes ?", None),
        ("je prends \u0420\u041e\u0412\u04151", None),
        ("on m'a débité 2 fois", None),
        ("débité deux fois", None),
        ("c'est combien ROBE1", None),
        ("un devis pour 20 ROBE1", None),
        ("bonjour", None),
    ],
)
def test_what_a_message_is_plainly_about(text: str, topic: Topic | None) -> None:
    assert read(text, None).topic is topic


@pytest.mark.parametrize("text", ["débité 2 fois", "j'ai été débité deux fois", "payé mais toujours en attente"])
def test_money_that_is_in_doubt_is_a_problem(text: str) -> None:
    assert read(text, None).intent is Intent.PAYMENT_PROBLEM


@pytest.mark.parametrize(
    ("text", "notes"),
    [
        ("ROBE1 taille M rouge", ["taille M rouge"]),
        ("SAC2 noir", ["noir"]),
        ("je prends ROBE1 en Rouge taille 38 svp", ["rouge taille 38"]),
        ("SAC2 noir et ROBE1 taille L", ["noir", "taille L"]),
        ("alaiko ROBE1 mena habe XL", ["mena habe XL"]),
        ("je prends B07 en 44", ["44"]),
        ("ROBE1", [""]),
        ("ROBE1 pour maman", [""]),
        ("ROBE1, je suis au 12 rue 10", [""]),
    ],
)
def test_size_and_colour_stay_with_the_product(text: str, notes: list[str]) -> None:
    got = read(text, None)
    assert (got.intent, [item.note for item in got.items]) == (Intent.CLAIM, notes)


@pytest.mark.parametrize(("text", "note"), [("en fait taille L", "taille L"), ("en rouge svp", "rouge"), ("merci", "")])
def test_a_size_alone_is_kept_for_what_is_held(text: str, note: str) -> None:
    assert read(text).note == note
