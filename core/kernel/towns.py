"""Towns that buyers name without a capital letter, in the countries LivePay sells in: folded → as it is written."""

from __future__ import annotations

from typing import Final

from core.kernel.text import fold

_NAMES: Final = (
    # Senegal
    "Dakar Pikine Guédiawaye Rufisque Thiès Mbour Saly Touba Kaolack Ziguinchor Tambacounda Louga Diourbel Fatick Kolda"
    " Matam Kédougou Sédhiou Saint-Louis Keur-Massar Diamniadio"
    # Côte d’Ivoire
    " Abidjan Yopougon Cocody Bouaké Yamoussoukro Daloa Korhogo San-Pédro Man Gagnoa Grand-Bassam Bingerville"
    # Togo, Benin, Burkina Faso
    " Lomé Kara Sokodé Atakpamé Kpalimé Cotonou Porto-Novo Parakou Abomey-Calavi Bohicon Ouagadougou Bobo-Dioulasso"
    " Koudougou Banfora"
    # Mali, Niger, Guinea-Bissau
    " Bamako Sikasso Ségou Mopti Kayes Koutiala Niamey Zinder Maradi Tahoua Agadez Bissau Bafatá Gabú"
    # Madagascar
    " Antananarivo Tananarive Toamasina Tamatave Antsirabe Fianarantsoa Mahajanga Majunga Toliara Tuléar Antsiranana"
    " Diego-Suarez Antalaha Sambava Ambositra Morondava Manakara Moramanga"
)
TOWNS: Final[dict[str, str]] = {fold(name): name for name in _NAMES.split()} | {"tana": "Antananarivo"}
