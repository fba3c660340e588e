"""The payment providers LivePay speaks to. A new one is a file here and a line in REGISTRY."""

from __future__ import annotations

from typing import Final

from core.adapters.psp.airtel_mg import AirtelMg
from core.adapters.psp.bictorys import Bictorys
from core.adapters.psp.cinetpay import CinetPay
from core.adapters.psp.fedapay import FedaPay
from core.adapters.psp.mvola import MVola
from core.adapters.psp.orange_sonatel import OrangeSonatel
from core.adapters.psp.orange_web import OrangeWeb
from core.adapters.psp.paydunya import PayDunya
from core.adapters.psp.pi_spi import PiSpi
from core.adapters.psp.sandbox import Sandbox
from core.adapters.psp.stripe import Stripe
from core.adapters.psp.wave import Wave
from core.kernel.errors import NotFound
from core.payments.provider import Provider

REGISTRY: Final[tuple[type[Provider], ...]] = (
    Sandbox,
    Bictorys,
    Wave,
    OrangeSonatel,
    OrangeWeb,
    FedaPay,
    CinetPay,
    PayDunya,
    Stripe,
    MVola,
    AirtelMg,
    PiSpi,
)


def provider_class(name: str) -> type[Provider]:
    """The adapter of that name. Raises NotFound."""
    for provider in REGISTRY:
        if provider.name == name:
            return provider
    raise NotFound("Unknown payment provider {name}.", name=name)
