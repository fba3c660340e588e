"""Other people's programs against ours: SDKs drive the simulators of Wave, Stripe and MVola, and judge signatures."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import fedapay
import pytest
import stripe
from pymvola import PyMVola
from pymvola.exceptions import MVolaResponseException
from pymvola.models import Transaction
from wave_business_api import WaveClient, WebhookVerifier
from wave_business_api.exceptions import (
    WaveAuthError,
    WaveIdempotencyError,
    WaveNotFoundError,
    WaveServerError,
    WaveValidationError,
    WaveWebhookError,
)

from core.adapters.http import Http
from core.adapters.psp import provider_class
from core.kernel.clock import ManualClock, SystemClock
from core.payments.provider import Attempt, Auth, Buyer, CheckoutRequest, Pay, ProviderConfig
from localserver.sandbox.psp_simulators import create_psp_simulator, simulator_account
from tests.contract.psp import test_fedapay
from tests.contract.psp.conftest import REFERENCE, UUID, Door, Serve, blocking, no_wait
from tests.contract.psp.test_vectors import STRIPE_BODY, STRIPE_SECRET, WAVE_BODY, WAVE_MAC, WAVE_SECRET, T, parse

URL = f"https://pay.example.test/r/{REFERENCE}"


# Signatures


def test_waves_verifier_accepts_the_vector_as_we_do() -> None:
    # Its window is on the computer's clock, far from T: 0 switches it off.
    verifier = WebhookVerifier(signing_secret=WAVE_SECRET, tolerance_seconds=0)
    header = f"t={T},v1={WAVE_MAC}"

    event = verifier.verify_and_parse(WAVE_BODY.decode(), wave_signature=header)

    assert event["data"]["client_reference"] == REFERENCE
    assert parse("wave", {"Wave-Signature": header}, WAVE_BODY).verdict == "ok"


def test_stripes_own_header_passes_our_parser() -> None:
    header = stripe.WebhookSignature.generate_signature_header(STRIPE_BODY.decode(), STRIPE_SECRET, T)

    result = parse("stripe", {"Stripe-Signature": header}, STRIPE_BODY)

    assert (result.verdict, result.auth) == ("ok", Auth.BODY_SIGNED)


def test_fedapays_sdk_accepts_the_vector_as_we_do() -> None:
    header = f"t={T},s={test_fedapay.MAC}"

    # Its window is on the computer's clock, far from T: 0 switches it off.
    event = fedapay.Webhook.construct_event(test_fedapay.BODY, header, test_fedapay.SECRET, tolerance=0)

    assert event["entity"]["merchant_reference"] == REFERENCE
    assert test_fedapay.fedapay(header).verdict == "ok"


# Simulated deliveries, on the real clock because the SDKs read it


Deliver = Callable[..., Awaitable[tuple[dict[str, str], bytes]]]


@pytest.fixture
async def deliver(serve: Serve, door: Door) -> AsyncIterator[Deliver]:
    """Create and pay a session at a simulator; gives the headers and body that reached the shop."""
    http = Http(SystemClock(), total_timeout=30)

    async def run(name: str, account: Mapping[str, str], **webhook: Any) -> tuple[dict[str, str], bytes]:
        base_url = await serve(
            create_psp_simulator(
                name, clock=SystemClock(), values=account, webhook_url=door.url, sleep=no_wait, retries=()
            )
        )
        config = ProviderConfig(base_url, "SN", "XOF", simulator_account(name))
        await provider_class(name)(config, http).create_checkout(
            CheckoutRequest(REFERENCE, UUID, "Robe", 15000, "XOF", "SN", Buyer(), URL, "")
        )
        paid = f"{base_url}/_control/sessions/{REFERENCE}/pay"
        assert (await http.request("POST", paid, json={"webhook": webhook})).ok
        assert (await http.request("POST", f"{base_url}/_control/webhooks/settle")).ok
        return door.received[-1]

    yield run
    await http.close()


async def test_stripes_sdk_accepts_the_simulators_webhook(deliver: Deliver) -> None:
    secret = simulator_account("stripe")["webhook_secret"]

    headers, raw = await deliver("stripe", {})
    event = stripe.Webhook.construct_event(raw, headers["Stripe-Signature"], secret)

    assert event.type == "checkout.session.completed"
    assert event.data.object["client_reference_id"] == REFERENCE
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(raw, headers["Stripe-Signature"], secret + "?")


@pytest.mark.parametrize("webhook", [{"skew": -400}, {"bad_signature": True}])
async def test_stripes_sdk_refuses_what_the_script_spoils(deliver: Deliver, webhook: dict[str, Any]) -> None:
    headers, raw = await deliver("stripe", {}, **webhook)

    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(raw, headers["Stripe-Signature"], simulator_account("stripe")["webhook_secret"])


async def test_fedapays_sdk_accepts_the_simulators_webhook(deliver: Deliver) -> None:
    secret = simulator_account("fedapay")["webhook_secret"]

    headers, raw = await deliver("fedapay", {})
    event = fedapay.Webhook.construct_event(raw, headers["X-FEDAPAY-SIGNATURE"], secret)

    assert (event["name"], event["entity"]["status"]) == ("transaction.approved", "approved")
    with pytest.raises(fedapay.error.SignatureVerificationError):
        fedapay.Webhook.construct_event(raw, headers["X-FEDAPAY-SIGNATURE"], secret + "?")


@pytest.mark.parametrize("webhook", [{"skew": -400}, {"skew": 400}, {"bad_signature": True}])
async def test_fedapays_sdk_refuses_what_the_script_spoils(deliver: Deliver, webhook: dict[str, Any]) -> None:
    headers, raw = await deliver("fedapay", {}, **webhook)

    with pytest.raises(fedapay.error.SignatureVerificationError):
        fedapay.Webhook.construct_event(
            raw, headers["X-FEDAPAY-SIGNATURE"], simulator_account("fedapay")["webhook_secret"]
        )


@pytest.mark.parametrize("mode", ["signing", "shared"])
async def test_waves_verifier_accepts_the_simulators_webhook_in_both_modes(deliver: Deliver, mode: str) -> None:
    secret = simulator_account("wave")["webhook_secret"]

    headers, raw = await deliver("wave", {"webhook_mode": mode})
    proof = {"wave_signature": headers.get("Wave-Signature"), "authorization": headers.get("Authorization")}
    event = WebhookVerifier(**{f"{mode}_secret": secret}).verify_and_parse(raw.decode(), **proof)

    assert (event["type"], event["data"]["client_reference"]) == ("checkout.session.completed", REFERENCE)
    with pytest.raises(WaveWebhookError):
        WebhookVerifier(**{f"{mode}_secret": secret + "?"}).verify_and_parse(raw.decode(), **proof)


# The SDKs as clients


async def test_waves_client_drives_the_simulator(
    serve: Serve, http: Http, clock: ManualClock, elsewhere: ThreadPoolExecutor
) -> None:
    base_url = await serve(create_psp_simulator("wave", clock=clock, sleep=no_wait))
    client = WaveClient(simulator_account("wave")["api_key"], base_url=base_url)

    def before_payment() -> dict[str, Any]:
        with pytest.raises(WaveValidationError):
            client.checkout.create_session("015", "XOF", URL, URL)
        with pytest.raises(WaveNotFoundError):
            client.checkout.get_session("cos-nobody")
        with pytest.raises(WaveAuthError):
            WaveClient("wave_sn_prod_other", base_url=base_url).checkout.get_session("cos-nobody")
        session: dict[str, Any] = client.checkout.create_session("15000", "XOF", URL, URL, REFERENCE)
        assert client.checkout.get_session(session["id"])["checkout_status"] == "open"
        assert [s["id"] for s in client.checkout.search_sessions(REFERENCE)] == [session["id"]]
        with pytest.raises(WaveServerError):
            client.checkout.refund_session(session["id"])
        other = client.checkout.create_session("500", "XOF", URL, URL)
        assert client.checkout.expire_session(other["id"]) is None
        with pytest.raises(WaveIdempotencyError):
            client.checkout.expire_session(other["id"])
        return session

    def after_payment(session: dict[str, Any]) -> None:
        paid = client.checkout.get_session(session["id"])
        assert (paid["checkout_status"], paid["payment_status"]) == ("complete", "succeeded")
        assert client.checkout.get_session_by_transaction(paid["transaction_id"])["id"] == session["id"]
        assert client.balance.get() == {"amount": "15000", "currency": "XOF"}
        assert client.checkout.refund_session(session["id"]) is None
        assert client.checkout.refund_session(session["id"]) is None
        assert client.balance.get()["amount"] == "0"
        client._session._session.close()

    session = await blocking(elsewhere, before_payment)
    assert (await http.request("POST", session["wave_launch_url"], form={"action": "pay"})).status == 303
    await blocking(elsewhere, lambda: after_payment(session))


async def test_stripes_client_drives_the_simulator(
    serve: Serve, http: Http, clock: ManualClock, elsewhere: ThreadPoolExecutor
) -> None:
    base_url = await serve(create_psp_simulator("stripe", clock=clock, sleep=no_wait))
    transport: Any = stripe.RequestsClient()
    client = stripe.StripeClient(
        simulator_account("stripe")["api_key"],
        base_addresses={"api": base_url},
        http_client=transport,
        max_network_retries=0,
    )
    sessions: Any = client.v1.checkout.sessions
    params: Any = {
        "mode": "payment",
        "line_items": [
            {"quantity": 1, "price_data": {"currency": "xof", "unit_amount": 15000, "product_data": {"name": "Robe"}}}
        ],
        "client_reference_id": REFERENCE,
        "metadata": {"a": "b"},
        "success_url": URL,
    }

    def before_payment() -> Any:
        with pytest.raises(stripe.InvalidRequestError):
            sessions.create({**params, "expires_at": T + 60})
        with pytest.raises(stripe.InvalidRequestError):
            sessions.retrieve("cs_test_nobody")
        session = sessions.create(params, {"idempotency_key": "k1"})
        assert sessions.create(params, {"idempotency_key": "k1"}).id == session.id
        with pytest.raises(stripe.IdempotencyError):
            sessions.create({**params, "client_reference_id": "other"}, {"idempotency_key": "k1"})
        assert (session.status, session.payment_status, session.amount_total) == ("open", "unpaid", 15000)
        assert session.metadata.to_dict() == {"a": "b"}
        other = sessions.create(params)
        assert sessions.expire(other.id).status == "expired"
        with pytest.raises(stripe.InvalidRequestError):
            sessions.expire(other.id)
        assert [s.id for s in sessions.list({"limit": 100}).data] == [other.id, session.id]
        return session

    def after_payment(session: Any) -> None:
        paid = sessions.retrieve(session.id)
        assert (paid.status, paid.payment_status) == ("complete", "paid")
        assert isinstance(paid.payment_intent, str)
        refund = client.v1.refunds.create({"payment_intent": paid.payment_intent, "amount": 5000})
        assert (refund.status, refund.amount) == ("succeeded", 5000)
        with pytest.raises(stripe.InvalidRequestError):
            client.v1.refunds.create({"payment_intent": paid.payment_intent, "amount": 10001})
        with pytest.raises(stripe.AuthenticationError):
            stripe.StripeClient(
                "sk_test_other", base_addresses={"api": base_url}, http_client=transport
            ).v1.checkout.sessions.list()
        transport.close()

    session = await blocking(elsewhere, before_payment)
    assert (await http.request("POST", session.url, form={"action": "pay"})).status == 303
    await blocking(elsewhere, lambda: after_payment(session))


async def test_our_adapter_reads_sessions_that_the_sdk_made(
    serve: Serve, http: Http, clock: ManualClock, elsewhere: ThreadPoolExecutor
) -> None:
    base_url = await serve(create_psp_simulator("wave", clock=clock, sleep=no_wait))
    client = WaveClient(simulator_account("wave")["api_key"], base_url=base_url)
    session = await blocking(elsewhere, lambda: client.checkout.create_session("15000", "XOF", URL, URL, REFERENCE))
    client._session._session.close()
    provider = provider_class("wave")(ProviderConfig(base_url, "SN", "XOF", simulator_account("wave")), http)

    (found,) = await provider.find_by_reference(REFERENCE)

    assert (found.provider_ref, found.status, found.amount) == (session["id"], Pay.PENDING, 15000)


class PointedPyMVola(PyMVola):  # type: ignore[misc] # it publishes no types
    """Its addresses are constants: this one asks elsewhere, and is otherwise as published."""

    base_url = ""

    @property
    def url(self) -> str:
        return self.base_url


async def test_pymvola_drives_the_simulator_and_our_adapter_reads_what_it_made(
    serve: Serve, http: Http, clock: ManualClock, elsewhere: ThreadPoolExecutor
) -> None:
    base_url = await serve(create_psp_simulator("mvola", clock=clock, sleep=no_wait))
    account = simulator_account("mvola")
    conf = {"partner_name": account["partner_name"], "user_msisdn_account_identifier": account["merchant_phone"]}
    client = PointedPyMVola(account["api_key"], account["api_secret"], conf)
    client.base_url = base_url

    def before_payment() -> str:
        stranger = PointedPyMVola(account["api_key"], "other", conf)
        stranger.base_url = base_url
        with pytest.raises(MVolaResponseException):
            stranger.get_token()
        with pytest.raises(MVolaResponseException):
            client.get_transaction_status("nobody")
        asked = Transaction(15000, "Robe bleue", account["merchant_phone"], "0343500003", REFERENCE)
        _, made = client.init_transaction(asked)
        correlation = str(made.original_transaction_reference)
        assert client.get_transaction_status(correlation)[1] == "pending"
        return correlation

    correlation = await blocking(elsewhere, before_payment)
    provider = provider_class("mvola")(ProviderConfig(base_url, "MG", "MGA", account), http)
    attempt = Attempt(REFERENCE, UUID, 15000, "MGA", correlation)
    assert (await provider.fetch_status(attempt)).status is Pay.PENDING
    assert (await http.request("POST", f"{base_url}/phone/{correlation}", form={"action": "pay"})).status == 200
    answer = await blocking(elsewhere, lambda: client.get_transaction_status(correlation))

    found = await provider.fetch_status(attempt)
    assert answer[1] == "completed"
    assert (found.status, found.amount, found.currency, found.fee) == (Pay.PAID, 15000, "MGA", 225)
