"""What is CinetPay's own: two platforms, tokens that end, references used once, limits, operators by country."""

from __future__ import annotations

import pytest
from aiohttp import web

from core.adapters.http import Http
from core.adapters.psp.cinetpay import CinetPay
from core.adapters.psp.cinetpay_v1 import METHODS, NewPlatform
from core.kernel.clock import HOUR, ManualClock
from core.payments.provider import NOTIFY_TOKEN, Buyer, Finding, Pay, ProviderConfig, Rejected, SendUnknown
from localserver.sandbox.psp_cinetpay import CinetPaySimulator
from localserver.sandbox.psp_simulators import SIMULATOR, create_psp_simulator, simulator_account
from tests.contract.psp.conftest import CASES, REFERENCE, Door, MakeRig, Rig, Serve, no_wait


@pytest.fixture
async def new(make_rig: MakeRig) -> Rig:
    return await make_rig(CASES["cinetpay"])


@pytest.fixture
async def old(make_rig: MakeRig) -> Rig:
    return await make_rig(CASES["cinetpay-v2"])


def configured(base_url: str = "https://api.cinetpay.co", **values: str) -> CinetPay:
    return CinetPay(ProviderConfig(base_url, "SN", "XOF", values), http=None)  # type: ignore[arg-type]


# Which platform, at which address


@pytest.mark.parametrize(
    ("given", "values", "used"),
    [
        ("https://api.cinetpay.co", {"api_key": "sk_live_x"}, "https://api.cinetpay.co"),
        ("https://api.cinetpay.co/", {"api_key": " sk_test_x"}, "https://api.cinetpay.net"),
        ("https://api.cinetpay.co", {"api_key": "123.456", "platform": "v2"}, "https://api-checkout.cinetpay.com"),
        ("https://gateway.example.test", {"api_key": "sk_test_x"}, "https://gateway.example.test"),
        ("https://gateway.example.test", {"platform": "v2"}, "https://gateway.example.test"),
    ],
)
def test_the_address_follows_from_platform_and_key_unless_it_was_changed(
    given: str, values: dict[str, str], used: str
) -> None:
    provider = configured(given, **values)

    assert provider.config.base_url == used
    assert used in provider.checkout_origins()


@pytest.mark.parametrize(
    ("values", "missing"),
    [
        ({"api_key": "sk_test_x", "api_password": "p", "email": "a@b.test"}, 0),
        ({"api_key": "sk_test_x"}, 2),
        ({"api_key": "sk_test_x", "platform": "v2"}, 2),
        ({"api_key": "1", "platform": "v2", "site_id": "1", "webhook_secret": "s"}, 0),
    ],
)
async def test_each_platform_asks_for_its_own_fields(http: Http, values: dict[str, str], missing: int) -> None:
    provider = CinetPay(ProviderConfig("http://127.0.0.1:9", "SN", "XOF", values), http)

    findings = await provider.selftest()

    assert provider.configured() is (missing == 0)
    assert sum(f.message.startswith("Fill in ") for f in findings) == missing


@pytest.mark.parametrize(
    ("base_url", "key", "bad"),
    [
        ("https://api.cinetpay.co", "sk_live_x", 0),
        ("https://api.cinetpay.net", "sk_test_x", 0),
        ("https://api.cinetpay.net", "sk_live_x", 1),
        ("https://sub.api.cinetpay.co", "sk_test_x", 1),
        ("https://api.cinetpay.co", "1234567890", 1),
    ],
)
def test_keys_must_belong_to_the_address_and_to_the_platform(base_url: str, key: str, bad: int) -> None:
    config = ProviderConfig(base_url, "SN", "XOF", {"api_key": key})
    findings = NewPlatform(config, http=None).check_settings()  # type: ignore[arg-type]

    assert [finding.ok for finding in findings] == [False] * bad


async def test_a_site_id_of_letters_is_told(old: Rig) -> None:
    findings = await old.provider_with({"site_id": "boutique"}).selftest()

    assert findings == [Finding(False, "The site ID consists of digits only.")]


async def test_keys_of_one_platform_open_nothing_on_the_other(new: Rig, old: Rig) -> None:
    for rig, platform in ((new, "v2"), (old, "v1")):
        with pytest.raises(Rejected):
            await rig.provider_with({"platform": platform}).create_checkout(rig.request())
        assert any(not finding.ok for finding in await rig.provider_with({"platform": platform}).selftest())


# Limits


@pytest.mark.parametrize("amount", [95, 99, 15001, 15003, 2_500_001, 2_500_005])
async def test_amounts_that_cannot_be_paid_are_not_sent(new: Rig, old: Rig, amount: int) -> None:
    for rig in (new, old):
        with pytest.raises(Rejected, match="amount"):
            await rig.create(amount=amount)


@pytest.mark.parametrize("amount", [100, 105, 2_500_000])
async def test_the_limits_themselves_are_taken(new: Rig, old: Rig, amount: int) -> None:
    for rig in (new, old):
        assert (await rig.create(amount=amount)).redirect_url


async def test_addresses_end_at_a_hundred_and_twenty_characters(new: Rig, old: Rig) -> None:
    base = "https://pay.example.test/"
    long, longer = base + "x" * (120 - len(base)), base + "x" * (121 - len(base))

    assert (await new.create(return_url=long, notify_url=long)).redirect_url
    for urls in ({"return_url": longer}, {"notify_url": longer}):
        with pytest.raises(Rejected):
            await new.create(**urls)
    assert (await old.create(return_url=longer)).redirect_url


# Operators and buyers


@pytest.mark.parametrize(
    ("method", "country", "sent"),
    [
        ("wave", "SN", "WAVE_SN"),
        ("orange_money", "CI", "OM_CI"),
        ("mixx", "TG", "TMONEY_TG"),
        ("flooz", "TG", "MOOV_TG"),
        ("moov", "BJ", "MOOV_BJ"),
        ("zamani", "NE", "ZAMANI_NE"),
        ("wave", "TG", ""),
        (None, "SN", ""),
    ],
)
async def test_the_chosen_means_is_named_as_cinetpay_names_it(
    new: Rig, method: str | None, country: str, sent: str
) -> None:
    await new.create(method=method, country=country)

    assert (await new.control("sessions", method="GET"))["items"][0]["method"] == sent


def test_buyers_see_only_the_means_of_their_country() -> None:
    assert {m.name for m in CinetPay.caps.methods_in("TG")} == {"flooz", "mixx"}
    assert {m.name for m in CinetPay.caps.methods_in("SN")} == {"wave", "orange_money", "free", "expresso"}
    assert all(method.countries <= CinetPay.caps.countries for method in METHODS)


@pytest.mark.parametrize("name", ["", "A", "Aïcha", "Aïcha Ndiaye", "Aïcha N", "x" * 400, "A B " * 100])
async def test_any_name_becomes_a_first_and_a_last_one(new: Rig, old: Rig, name: str) -> None:
    for rig in (new, old):
        assert (await rig.create(buyer=Buyer(name, None))).redirect_url


# Tokens


class Tokens:
    """A shop and the simulator's inside."""

    def __init__(self, rig: Rig, simulator: CinetPaySimulator) -> None:
        self.rig = rig
        self.simulator = simulator


@pytest.fixture
async def tokens(serve: Serve, http: Http, clock: ManualClock, door: Door) -> Tokens:
    app = create_psp_simulator("cinetpay", clock=clock, webhook_url=door.url, sleep=no_wait)
    outer = web.Application()
    outer.add_subapp("/x", app)
    simulator = app[SIMULATOR]
    assert isinstance(simulator, CinetPaySimulator)
    rig = Rig(CASES["cinetpay"], clock, http, f"{await serve(outer)}/x", simulator_account("cinetpay"), door)
    return Tokens(rig, simulator)


async def test_one_token_serves_many_requests_until_its_day_is_over(tokens: Tokens, clock: ManualClock) -> None:
    rig, provider = tokens.rig, tokens.rig.provider
    created = await provider.create_checkout(rig.request())
    for _ in range(3):
        await provider.fetch_status(rig.attempt(created))
    assert tokens.simulator.logins == 1

    clock.advance(25 * HOUR)
    assert (await provider.fetch_status(rig.attempt(created))).status is Pay.PENDING
    assert tokens.simulator.logins == 2


async def test_a_token_that_ends_early_is_replaced_without_a_word(tokens: Tokens) -> None:
    rig, provider, simulator = tokens.rig, tokens.rig.provider, tokens.simulator
    await provider.create_checkout(rig.request())
    simulator.tokens.take_back()

    created = await provider.create_checkout(rig.request(attempt_ref="LP2"))

    assert (await provider.fetch_status(rig.attempt(created, ref="LP2"))).status is Pay.PENDING
    assert (len(simulator.sessions), simulator.logins) == (2, 2)


@pytest.mark.parametrize("code", [1002, 1003])
async def test_a_token_refused_with_status_200_is_replaced_too(tokens: Tokens, code: int) -> None:
    rig, provider = tokens.rig, tokens.rig.provider
    created = await provider.create_checkout(rig.request())
    await rig.fault("patch", on="status", patch={"code": code, "status": "EXPIRED_TOKEN"})

    assert (await provider.fetch_status(rig.attempt(created))).status is Pay.PENDING
    assert tokens.simulator.logins == 2


async def test_who_is_not_let_in_has_asked_for_nothing(new: Rig) -> None:
    await new.fault("drop", on="account")

    with pytest.raises(SendUnknown) as caught:
        await new.create()

    assert caught.value.sent is False
    assert (await new.control("sessions", method="GET"))["items"] == []


# What is told


async def test_the_token_of_the_notice_is_kept_with_the_payment(new: Rig) -> None:
    created = await new.create()
    await new.act("pay")

    (event,) = new.events()
    assert event.txn_id == created.provider_ref
    assert new.inbound()[0].token == created.secrets[NOTIFY_TOKEN]
    assert created.secrets[NOTIFY_TOKEN] not in f"{created!r} {new.inbound()!r}"


async def test_a_success_of_another_code_is_not_believed(new: Rig, old: Rig) -> None:
    for rig, code in ((new, 2002), (old, "201")):
        created = await rig.create()
        await rig.act("pay")
        await rig.fault("patch", on="status", patch={"code": code})

        assert (await rig.provider.fetch_status(rig.attempt(created))).status is Pay.UNKNOWN


@pytest.mark.parametrize(
    ("code", "word", "status"),
    [
        (2001, "INITIATED", Pay.PENDING),
        (2002, "pending", Pay.PENDING),
        (2003, "EXPIRED", Pay.EXPIRED),
        (2004, "OTP_ERROR", Pay.FAILED),
        (2005, "INSUFFICIENT_BALANCE", Pay.FAILED),
        (2010, "FAILED", Pay.FAILED),
        (2007, "USER_IS_BLOCKED", Pay.UNKNOWN),
    ],
)
async def test_words_of_the_new_platform(new: Rig, code: int, word: str, status: Pay) -> None:
    created = await new.create()
    await new.fault("patch", on="status", patch={"code": code, "status": word})

    assert (await new.provider.fetch_status(new.attempt(created))).status is status


@pytest.mark.parametrize(
    ("code", "word", "status"),
    [
        ("00", "ACCEPTED", Pay.PAID),
        ("00", "REFUSED", Pay.FAILED),
        ("600", "REFUSED", Pay.FAILED),
        ("602", "", Pay.FAILED),
        ("604", "ACCEPTED", Pay.FAILED),
        ("623", "", Pay.PENDING),
        ("663", "", Pay.PENDING),
        ("625", "REFUSED", Pay.EXPIRED),
        ("627", "REFUSED", Pay.CANCELLED),
        ("606", "", Pay.UNKNOWN),
    ],
)
async def test_codes_of_the_old_platform(old: Rig, code: str, word: str, status: Pay) -> None:
    created = await old.create()
    data = {"amount": "15000", "currency": "XOF", "status": word}
    await old.fault("patch", on="status", patch={"code": code, "data": data})

    found = await old.provider.fetch_status(old.attempt(created))

    assert (found.status, found.amount, found.currency) == (status, 15000, "XOF")


@pytest.mark.parametrize(("amount", "currency"), [(100, "XOF"), (15000, "XAF")])
async def test_the_old_platform_tells_what_was_paid(old: Rig, amount: int, currency: str) -> None:
    created = await old.create()
    await old.act("pay", amount=amount, currency=currency)

    found = await old.provider.fetch_status(old.attempt(created))

    assert (found.status, found.amount, found.currency, found.proves_amount) == (Pay.PAID, amount, currency, False)
    assert found.txn_id


async def test_an_amount_that_the_new_platform_should_tell_one_day_is_compared(new: Rig) -> None:
    created = await new.create()
    await new.act("pay")
    await new.fault("patch", on="status", patch={"amount": "100", "currency": "xof"})

    found = await new.provider.fetch_status(new.attempt(created))

    assert (found.amount, found.currency, found.proves_amount) == (100, "XOF", False)


async def test_a_payment_is_found_by_each_of_its_names(new: Rig) -> None:
    created = await new.create()

    for name in (created.provider_ref, REFERENCE):
        found = await new.provider.fetch_status(new.attempt(provider_ref=name))
        assert (found.provider_ref, found.attempt_ref) == (created.provider_ref, REFERENCE)
