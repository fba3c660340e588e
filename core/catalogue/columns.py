"""Which column of a product list is which: titles in French, English and Malagasy, as people spell them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from core.kernel import titles
from core.kernel.titles import Columns

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
    "vat": (
        "tva", "taux tva", "taux de tva", "vat", "vat rate", "tax rate", "taux taxe", "taxe", "hetra",
    ),
}  # fmt: skip


def match(row: Sequence[str]) -> Columns:
    """Find the field of each column of a product list."""
    return titles.match(row, _NAMES)
