"""The platforms of certified e-invoicing, by country (reference credit-and-compliance §4.3).

Senegal, Togo, Niger, Mali, Guinea-Bissau and Madagascar have rules but no interface whose form is known.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from core.adapters.certified.emecef import EMecef
from core.adapters.certified.fec import Fec
from core.adapters.certified.fne import Fne
from core.adapters.certified.platform import Platform

REGISTRY: Final[Mapping[str, type[Platform]]] = {"BJ": EMecef, "CI": Fne, "BF": Fec}
