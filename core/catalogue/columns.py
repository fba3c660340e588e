"""Which column of a product list is which: titles in French, English and Malagasy, as people spell them. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from core.kernel.errors import Refused
from core.kernel.text import fold

REQUIRED: Final = ("sku", "title", "price", "stock")

# Best name first: with both "référence" and "code", the reference is the SKU and the code is what buyers write.
_NAMES: Final[dict[str, tuple[str, ...]]] = {
    "sku": (
        "sku", "reference", "ref", "variant sku", "ugs", "reference produit", "ref produit", "reference article",
        "ref article", "code produit", "code article", "product code", "product id", "item code", "id produit",
        "identifiant", "code", "id", "numero", "n", "kaody", "laharana",
    ),
    "keyword": (
        "keyword", "mot cle", "motcle", "mots cles", "mot clef", "mot code", "code live", "code whatsapp", "mot",
        "key word", "teny fototra", "code",
    ),
    "title": (
        "title", "titre", "nom", "designation", "libelle", "nom produit", "nom l article", "produit", "article",
        "intitule", "name", "product name", "product", "product title", "item", "item name", "anarana", "entana",
    ),
    "description": (
        "description", "desc", "descriptif", "detail", "details", "description longue", "body html",
        "description courte", "short description", "description produit", "famaritana", "fanazavana",
    ),
    "category": (
        "category", "categorie", "categories", "cat", "famille", "rayon", "type", "groupe", "collection",
        "product type", "product category", "karazana", "sokajy",
    ),
    "price": (
        "price", "prix", "prix vente", "prix unitaire", "prix unit", "p u", "pu", "pv", "tarif", "montant",
        "unit price", "regular price", "selling price", "sale price", "variant price", "vidiny", "vidin ny iray",
    ),
    "stock": (
        "stock", "quantite", "qte", "qty", "quantity", "quantite stock", "qte stock", "stock initial", "stock actuel",
        "stock disponible", "disponible", "disponibilite", "dispo", "nombre", "nb", "nbre", "pieces",
        "variant inventory qty", "inventory", "on hand", "stock quantity", "isa", "isany", "tahiry",
    ),
    "photo": (
        "photo", "photos", "image", "images", "visuel", "url photo", "url image", "lien photo", "lien image",
        "image url", "photo url", "picture", "image src", "fichier photo", "sary",
    ),
}  # fmt: skip
_UNITS = frozenset(
    {"f", "cfa", "fcfa", "xof", "xaf", "ar", "ariary", "mga", "eur", "euro", "euros", "ttc", "en", "de", "du"}
)
_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_WORD = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Columns:
    """``of``: field → index of its column; ``unknown``: titles nothing is known about."""

    of: dict[str, int]
    unknown: tuple[str, ...]


def match(titles: Sequence[str]) -> Columns:
    """Find the field of each column. Raises nothing: two titles that read the same leave the first in charge."""
    indexes: dict[str, int] = {}
    for index, title in enumerate(titles):
        for key in _keys(title):
            indexes.setdefault(key, index)
    of: dict[str, int] = {}
    taken: set[int] = set()
    for field, names in _NAMES.items():
        for name in names:
            if indexes.get(name, -1) >= 0 and indexes[name] not in taken:
                of[field] = indexes[name]
                taken.add(indexes[name])
                break
    unknown = tuple(title.strip() for index, title in enumerate(titles) if index not in taken and title.strip())
    return Columns(of, unknown)


def check_unambiguous(titles: Sequence[str], columns: Columns) -> None:
    """Raises Refused when two columns have the same title and it is one that matters: which price is the price?"""
    written = [_keys(title)[-1:] for title in titles]
    for field, index in columns.of.items():
        if written.count(written[index]) > 1:
            raise Refused("Two columns are called “{title}”: keep one.", title=titles[index].strip(), field=field)


def _keys(title: str) -> list[str]:
    """``Prix (F CFA)`` → ``prix``; the plain form first, then the one without units."""
    words = _WORD.findall(fold(_BRACKETS.sub(" ", title)))
    bare = [word for word in words if word not in _UNITS]
    return [" ".join(words), " ".join(bare)] if bare else []
