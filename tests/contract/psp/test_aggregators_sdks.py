"""CinetPay's and PayDunya's own packages against ours: they drive the simulators and judge what we send."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import paydunya
import pytest
from aiohttp import web
from cinetpay import (
    ApiError,
    AuthenticationError,
    CinetPayClient,
    ClientConfig,
    CountryCredentials,
    PaymentRequest,
    parse_notification,
    verify_notification,
)
from cinetpay.validation import validate_payment_request

from core.adapters.http import Http
from core.adapters.psp import provider_class
from core.kernel.clock import ManualClock
from core.payments.provider import Buyer, CheckoutRequest, Pay, ProviderConfig
from localserver.sandbox.psp_simulators import create_psp_simulator, simulator_account
from tests.contract.psp.conftest import REFERENCE, UUID, Door, Serve, blocking, no_wait
from tests.contract.psp.test_vectors import parse
from tests.contract.psp.test_vectors_aggregators import CINETPAY_NOTICE

URL = f"https://pay.example.test/r/{REFERENCE}"


# CinetPay's own package


def cinetpays_client(base_url: str, password: str = "") -> CinetPayClient:
    account = simulator_account("cinetpay")
    keys = CountryCredentials(api_key=account["api_key"], api_password=password or account["api_password"])
    return CinetPayClient(ClientConfig(credentials={"SN": keys}, base_url=base_url))


def cinetpays_request(notify_url: str, **changes: Any) -> PaymentRequest:
    base: dict[str, Any] = {
        "currency": "XOF",
        "merchant_transaction_id": REFERENCE,
        "amount": 15000,
        "lang": "fr",
        "designation": "Robe",
        "client_email": "aicha@example.test",
        "client_first_name": "Aïcha",
        "client_last_name": "Ndiaye",
        "success_url": URL,
        "failed_url": URL,
        "notify_url": notify_url,
        "channel": "PUSH",
        "payment_method": "WAVE_SN",
        "client_phone_number": "+221771234567",
    }
    return PaymentRequest(**{**base, **changes})


async def test_cinetpays_client_drives_the_simulator_and_knows_its_notice(
    serve: Serve, http: Http, clock: ManualClock, door: Door, elsewhere: ThreadPoolExecutor
) -> None:
    base_url = await serve(create_psp_simulator("cinetpay", clock=clock, sleep=no_wait))

    def before_payment(client: CinetPayClient) -> Any:
        made = client.payment.initialize(cinetpays_request(door.url), "SN")
        assert (made.merchant_transaction_id, made.details.must_be_redirected) == (REFERENCE, True)
        for name in (made.payment_token, made.transaction_id, REFERENCE):
            assert client.payment.get_status(name, "SN").status == "INITIATED"
        with pytest.raises(ApiError) as again:
            client.payment.initialize(cinetpays_request(door.url), "SN")
        assert (again.value.api_code, again.value.api_status) == (1200, "TRANSACTION_EXIST")
        with pytest.raises(ApiError) as nobody:
            client.payment.get_status("LPNOBODY", "SN")
        assert nobody.value.api_code == 404
        with cinetpays_client(base_url, "wrong") as stranger, pytest.raises(AuthenticationError):
            stranger.balance.get("SN")
        return made

    def after_payment(client: CinetPayClient) -> None:
        status = client.payment.get_status(REFERENCE, "SN")
        assert (status.code, status.status, status.user.name) == (100, "SUCCESS", "Aïcha Ndiaye")
        assert client.balance.get("SN").available_balance == "15000.00"
        client.revoke_all_tokens()
        assert client.payment.get_status(REFERENCE, "SN").status == "SUCCESS"

    with cinetpays_client(base_url) as client:
        made = await blocking(elsewhere, lambda: before_payment(client))
        assert (await http.request("POST", made.payment_url, form={"action": "pay"})).status == 303
        assert (await http.request("POST", f"{base_url}/_control/webhooks/settle")).ok
        await blocking(elsewhere, lambda: after_payment(client))
    ((_, raw),) = door.received
    told = parse_notification(raw.decode())
    assert (told.merchant_transaction_id, told.transaction_id) == (REFERENCE, made.transaction_id)
    assert verify_notification(made.notify_token, told.notify_token)
    assert not verify_notification(made.notify_token + "x", told.notify_token)


def test_cinetpays_package_reads_the_notice_as_we_do() -> None:
    told, read = parse_notification(CINETPAY_NOTICE.decode()), parse("cinetpay", {}, CINETPAY_NOTICE)
    (event,) = read.events

    assert (told.notify_token, told.merchant_transaction_id, told.transaction_id) == (
        read.token,
        event.attempt_ref,
        event.provider_ref,
    )


@pytest.mark.parametrize("amount", [100, 2_500_000])
async def test_what_our_adapter_sends_is_what_cinetpays_package_would(
    serve: Serve, http: Http, clock: ManualClock, amount: int
) -> None:
    """Its own validation passes every field of our request."""
    sent: list[dict[str, Any]] = []
    app = create_psp_simulator("cinetpay", clock=clock, sleep=no_wait)

    @web.middleware
    async def listen(request: web.Request, handler: Any) -> web.StreamResponse:
        if request.path == "/v1/payment":
            sent.append(await request.json())
        return await handler(request)  # type: ignore[no-any-return]

    app.middlewares.append(listen)
    config = ProviderConfig(await serve(app), "SN", "XOF", simulator_account("cinetpay"))
    provider, buyer = provider_class("cinetpay")(config, http), Buyer("A", "+221771234567")
    request = CheckoutRequest(REFERENCE, UUID, "Robe", amount, "XOF", "SN", buyer, URL, URL, "wave")

    await provider.create_checkout(request)

    validate_payment_request(PaymentRequest(**sent[0]))


# PayDunya's own package, which makes and reads invoices but checks no notices


async def test_paydunyas_package_drives_the_simulator(
    serve: Serve,
    http: Http,
    clock: ManualClock,
    door: Door,
    elsewhere: ThreadPoolExecutor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    base_url = await serve(create_psp_simulator("paydunya", clock=clock, sleep=no_wait))
    account = simulator_account("paydunya")
    names = {"master_key": "PAYDUNYA-MASTER-KEY", "private_key": "PAYDUNYA-PRIVATE-KEY", "token": "PAYDUNYA-TOKEN"}
    monkeypatch.setattr(paydunya, "LIVE_ENDPOINT", f"{base_url}/")
    monkeypatch.setattr(paydunya, "api_keys", {header: account[name] for name, header in names.items()})
    invoice = paydunya.Invoice(paydunya.Store(name="Boutique"))
    invoice.total_amount, invoice.description, invoice.callback_url = 15000, "Robe", door.url
    invoice.return_url = invoice.cancel_url = URL
    invoice.add_channel("wave-senegal")

    made, reply = await blocking(elsewhere, lambda: invoice.create(custom_data=[("ref", REFERENCE)]))
    assert (made, reply["response_code"]) == (True, "00")
    reading = paydunya.Invoice()  # one that has created something would POST it again
    read, before = await blocking(elsewhere, lambda: reading.confirm(reply["token"]))
    assert (read, before["status"], before["invoice"]["total_amount"]) == (True, "pending", 15000)
    assert (await http.request("POST", reply["response_text"], form={"action": "pay"})).status == 303
    assert (await http.request("POST", f"{base_url}/_control/webhooks/settle")).ok
    _, after = await blocking(elsewhere, lambda: reading.confirm(reply["token"]))
    assert (after["status"], after["custom_data"]) == ("completed", {"ref": REFERENCE})

    provider = provider_class("paydunya")(ProviderConfig(base_url, "SN", "XOF", account), http)
    ((headers, raw),) = door.received
    (event,) = provider.parse_webhook("POST", None, headers, raw, "", clock.now()).events
    assert (event.provider_ref, event.attempt_ref, event.status) == (reply["token"], REFERENCE, Pay.PAID)

    paydunya.api_keys["PAYDUNYA-TOKEN"] = "wrong"
    refused, why = await blocking(elsewhere, lambda: reading.confirm(reply["token"]))
    assert (refused, why) == (False, "Invalid keys")
