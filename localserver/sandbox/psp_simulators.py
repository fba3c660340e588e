"""The simulated payment providers by name, and how to make one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Final

from aiohttp import web

from core.kernel.clock import Clock
from core.kernel.errors import NotFound
from localserver.sandbox.psp_airtel_mg import AirtelMgSimulator
from localserver.sandbox.psp_base import PspSimulator
from localserver.sandbox.psp_bictorys import BictorysSimulator
from localserver.sandbox.psp_checkout import checkout_routes
from localserver.sandbox.psp_cinetpay import CinetPaySimulator
from localserver.sandbox.psp_control import control_routes
from localserver.sandbox.psp_fedapay import FedaPaySimulator
from localserver.sandbox.psp_mvola import MVolaSimulator
from localserver.sandbox.psp_orange_sonatel import OrangeSonatelSimulator
from localserver.sandbox.psp_orange_web import OrangeWebSimulator
from localserver.sandbox.psp_paydunya import PayDunyaSimulator
from localserver.sandbox.psp_pi_spi import PiSpiSimulator
from localserver.sandbox.psp_sandbox import SandboxSimulator
from localserver.sandbox.psp_stripe import StripeSimulator
from localserver.sandbox.psp_wave import WaveSimulator
from localserver.sandbox.psp_webhooks import Sleep

SIMULATORS: Final[tuple[type[PspSimulator], ...]] = (
    SandboxSimulator,
    BictorysSimulator,
    WaveSimulator,
    OrangeSonatelSimulator,
    OrangeWebSimulator,
    FedaPaySimulator,
    CinetPaySimulator,
    PayDunyaSimulator,
    StripeSimulator,
    MVolaSimulator,
    AirtelMgSimulator,
    PiSpiSimulator,
)
SIMULATOR: Final = web.AppKey("psp_simulator", PspSimulator)


def simulator_account(name: str) -> dict[str, str]:
    """Keys and secrets of the ready-made merchant account, by the adapter's field names. Raises NotFound."""
    return dict(_simulator_class(name).ACCOUNT)


def create_psp_simulator(
    name: str,
    *,
    clock: Clock,
    values: Mapping[str, str] | None = None,
    webhook_url: str = "",
    sleep: Sleep = asyncio.sleep,
    retries: Sequence[float] | None = None,
    https_only: bool = True,
    checkout_base: str = "",
) -> web.Application:
    """One provider with one merchant, to be served under any path (``add_subapp``) or as an application of its own.

    ``values`` change the merchant's keys and secrets; ``webhook_url`` is what the seller would type into the provider's
    dashboard; ``sleep`` waits between tries of a webhook (seconds in ``retries``, the provider's own if None).
    ``https_only`` False accepts ``http://`` return addresses, which real providers refuse. ``checkout_base`` is the
    origin of the buyer's page, where the API's own does not reach the buyer. Raises NotFound.
    """
    simulator = _simulator_class(name)(
        clock=clock,
        values=values or {},
        webhook_url=webhook_url,
        sleep=sleep,
        retries=retries,
        https_only=https_only,
        checkout_base=checkout_base,
    )
    app = simulator.app
    app[SIMULATOR] = simulator
    app.add_routes([*simulator.routes(), *checkout_routes(simulator), *control_routes(simulator)])

    async def release(_: web.Application) -> None:
        simulator.released.set()

    async def close_courier(_: web.Application) -> AsyncIterator[None]:
        yield
        await simulator.courier.close()

    app.on_shutdown.append(release)
    app.cleanup_ctx.append(close_courier)
    return app


def _simulator_class(name: str) -> type[PspSimulator]:
    for simulator in SIMULATORS:
        if simulator.name == name:
            return simulator
    raise NotFound("Unknown payment provider {name}.", name=name)
