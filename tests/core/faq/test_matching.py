"""A buyer's question finds the seller's answer by its meaning, in either language, and never a wrong one surely."""

from __future__ import annotations

from core.faq.matching import Matcher
from core.faq.views import Faq

QUESTIONS = [
    ("fr", "Livrez-vous en dehors de Dakar ?"),
    ("fr", "Combien coûte la livraison ?"),
    ("fr", "Peut-on payer à la livraison ?"),
    ("fr", "Est-ce que je peux échanger si la taille ne va pas ?"),
    ("fr", "Où se trouve la boutique ?"),
    ("fr", "Acceptez-vous le paiement en plusieurs fois ?"),
    ("fr", "Les robes sont-elles en coton ?"),
    ("fr", "Combien de temps gardez-vous une réservation ?"),
    ("fr", "Faites-vous des prix de gros ?"),
    ("fr", "Comment laver le pagne ?"),
    ("fr", "Avez-vous des tailles enfants ?"),
    ("fr", "Les parfums sont-ils originaux ?"),
    ("mg", "Mandefa any amin'ny faritra ve ianareo ?"),
    ("mg", "Azo soloina ve raha tsy antonona ?"),
    ("mg", "Misy boaty fanomezana ve ?"),
]
EVERY = [Faq(number, language, question, "…", 1) for number, (language, question) in enumerate(QUESTIONS, 1)]

# What buyers wrote → the number of the question, several where each of them is right.
ASKED = [
    ("vous livrez à Thiès ?", "fr", {1}),
    ("vous envoyez hors de la capitale ?", "fr", {1}),
    ("c'est possible d'expédier à Ziguinchor", "fr", {1}),
    ("c combien la livraison", "fr", {2}),
    ("les frais de transport sont de combien", "fr", {2}),
    ("ohatrinona ny saran'ny fanaterana", "mg", {2}),
    ("je peux payer quand je reçois le colis ?", "fr", {3}),
    ("cash au livreur c'est bon ?", "fr", {3}),
    ("azo aloa rehefa tonga ve", "mg", {3}),
    ("si c'est trop petit je peux changer ?", "fr", {4}),
    ("échange possible si la taille va pas", "fr", {4}),
    ("vous êtes situés où", "fr", {5}),
    ("c'est quelle adresse votre magasin", "fr", {5}),
    ("aiza no misy anareo", "mg", {5}),
    ("je peux payer en 3 tranches ?", "fr", {6}),
    ("paiement échelonné possible ?", "fr", {6}),
    ("c'est du coton vos robes ?", "fr", {7}),
    ("la réservation est gardée pendant combien de minutes", "fr", {8}),
    ("prix en gros svp", "fr", {9}),
    ("je suis revendeuse vous faites un tarif ?", "fr", {9}),
    ("comment on lave le pagne", "fr", {10}),
    ("le pagne se lave à la main ?", "fr", {10}),
    ("il y a des tailles pour enfant ?", "fr", {11}),
    ("vos parfums c'est des vrais ou des copies", "fr", {12}),
    ("parfum original ?", "fr", {12}),
    ("mandefa any Antsirabe ve ianareo", "mg", {13, 1}),
    ("azo alefa any ivelan'Antananarivo ve", "mg", {13, 1}),
    ("raha tsy mety amiko azo soloina ve", "mg", {14, 4}),
    ("misy fonosana fanomezana ve", "mg", {15}),
]
NEVER = [
    "je prends ROBE1",
    "bonjour",
    "merci beaucoup",
    "j'ai payé",
    "tu es mariée ?",
    "le son est coupé",
    "il pleut chez nous",
    "annulez ma commande",
    "qui a gagné le tirage",
    "vous recrutez ?",
    "tsy misy réseau eto",
    "la robe est déchirée",
]


def found(text: str, language: str = "fr") -> tuple[int | None, tuple[int, ...]]:
    made = Matcher().find(text, language, EVERY)
    return (made.sure.id if made.sure else None, tuple(faq.id for faq in made.likely))


def test_paraphrases_find_their_answer_and_no_other_surely() -> None:
    sure = {text: found(text, language)[0] for text, language, _ in ASKED}
    wrong = [(text, sure[text]) for text, _, right in ASKED if sure[text] is not None and sure[text] not in right]
    assert wrong == []
    given = sum(number is not None for number in sure.values())
    assert given >= 0.6 * len(ASKED), sure
    helped = sum(bool(right & {found(t, lang)[0], *found(t, lang)[1]}) for t, lang, right in ASKED)
    assert helped >= 0.85 * len(ASKED)


def test_what_asks_none_of_them_gets_no_answer() -> None:
    assert {text: found(text)[0] for text in NEVER} == dict.fromkeys(NEVER)
