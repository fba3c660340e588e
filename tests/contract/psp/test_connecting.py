"""What a seller reads while connecting a provider, whatever goes wrong there: one French sentence with the way out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import pytest

from core.adapters.http import Http
from core.adapters.psp import provider_class
from core.kernel.clock import MINUTE, ManualClock
from core.kernel.i18n import sentence
from core.payments.provider import Finding, Pay, ProviderConfig, Rejected
from localserver.sandbox.psp_simulators import simulator_account
from tests.contract.psp.conftest import CASES, NOW, MakeRig, Rig

DEAD = "http://127.0.0.1:9"
EVERY = [name for name, case in CASES.items() if name in (case.provider, "cinetpay-v2")]
"""Each provider once, and CinetPay's other platform."""
SILENT = {  # what happens to the next question → what is said of it
    "hang": r"ne répond pas .* réessayez dans une minute\.",
    "drop": r"ne répond pas .* réessayez dans une minute\.",
    "html": r"repousse cette connexion\. Coupez tout VPN",
    "500": r"problème de son côté .* Vos valeurs sont peut-être justes",
    "429": r"interrogé trop souvent\. Attendez une minute",
    "broken_json": r"problème de son côté",
}


def trouble(findings: object) -> str:
    """The one sentence that says what is wrong, as the seller reads it."""
    assert isinstance(findings, list | tuple)
    wrong = [f for f in findings if isinstance(f, Finding) and not f.ok]
    assert len(wrong) == 1, wrong
    said = sentence(wrong[0].message, wrong[0].params)
    assert said != wrong[0].message.format(**wrong[0].params), f"not in French: {said}"
    assert re.search(r"[.…]$", said), said
    return said


@pytest.fixture(params=EVERY)
async def each(request: pytest.FixtureRequest, make_rig: MakeRig) -> Rig:
    return await make_rig(CASES[request.param])


async def test_a_mistyped_key_is_copied_again(each: Rig) -> None:
    key = each.secrets[0]
    said = trouble(await each.provider_with({key: each.values[key][:-1] + "x"}).selftest())
    assert re.search(r"refuse la clé.*Recopiez-la", said), said


@pytest.mark.parametrize(
    ("standing", "way_out"), [("withdrawn", "créez-en une nouvelle|Créez-en une|Recopiez-la"), ("inactive", "activ")]
)
@pytest.mark.parametrize("name", EVERY)
async def test_an_account_that_is_barred_says_what_to_do(
    make_rig: MakeRig, name: str, standing: str, way_out: str
) -> None:
    case = CASES[name]
    rig = await make_rig(replace(case, account={**case.account, "standing": standing}))
    said = trouble(await rig.provider.selftest())
    assert re.search(way_out, said), said
    assert rig.provider.label in said


async def test_wave_tells_a_key_that_was_withdrawn(make_rig: MakeRig) -> None:
    rig = await make_rig(replace(CASES["wave"], account={"standing": "withdrawn"}))
    said = trouble(await rig.provider.selftest())
    assert said.startswith("Cette clé a été retirée chez Wave. Créez-en une nouvelle")


async def test_without_a_network_the_computer_is_to_be_connected(each: Rig) -> None:
    said = trouble(await each.provider_with({}, base_url=DEAD).selftest())
    assert re.search(
        r"est injoignable \(connexion refusée\)\. Connectez cet ordinateur à Internet", said, re.IGNORECASE
    ), said


@pytest.mark.parametrize("fault", SILENT)
async def test_who_answers_badly_is_not_taken_for_a_wrong_key(each: Rig, clock: ManualClock, fault: str) -> None:
    kind, code = ("status", int(fault)) if fault.isdecimal() else (fault, 500)
    await each.fault(kind, on="any", code=code, times=2 if kind == "drop" else 1)  # aiohttp asks once more by itself
    impatient = Http(clock, total_timeout=1.0 if fault == "hang" else 30.0)
    try:
        said = trouble(await each.provider_with({}, impatient).selftest())
    finally:
        await impatient.close()
        await each.control("faults", method="DELETE")
    assert re.search(SILENT[fault], said), said


WRONG_ENVIRONMENT: list[tuple[str, Mapping[str, str], str, str]] = [
    # provider, what is typed, the address that is set, what is said
    ("bictorys", {"api_key": "test_public-1", "private_key": ""}, "https://api.bictorys.com", "essai"),
    ("bictorys", {"api_key": "public-1", "private_key": ""}, "https://api.test.bictorys.com", "réelle"),
    ("fedapay", {"api_key": "sk_sandbox_1"}, "https://api.fedapay.com", "essai"),
    ("fedapay", {"api_key": "sk_live_1"}, "https://sandbox-api.fedapay.com", "réelle"),
    ("cinetpay", {"api_key": "sk_live_1"}, "https://api.cinetpay.net", "réelle"),
    ("paydunya", {"private_key": "test_private_1"}, "https://app.paydunya.com/api/v1", "essai"),
    ("paydunya", {"private_key": "live_private_1"}, "https://app.paydunya.com/sandbox-api/v1", "réelle"),
    ("stripe", {"api_key": "sk_test_1"}, "https://api.stripe.com", "essai"),
]


@pytest.mark.parametrize(("name", "typed", "address", "which"), WRONG_ENVIRONMENT)
async def test_a_key_of_the_other_environment_is_named_before_anybody_is_asked(
    http: Http, name: str, typed: Mapping[str, str], address: str, which: str
) -> None:
    config = ProviderConfig(address, "SN", "XOF", {**simulator_account(name), **typed})
    said = trouble([f for f in await provider_class(name)(config, http).selftest() if "key of {provider}" in f.message])
    assert said.startswith(f"C’est une clé {'d’essai' if which == 'essai' else 'réelle'} de "), said
    assert "renez la clé" in said


@pytest.mark.parametrize(
    ("name", "shop", "account"),
    [
        ("orange_web", {"environment": "test"}, {}),
        ("cinetpay", {"api_key": "sk_test_livepay"}, {"api_key": "sk_test_livepay"}),
    ],
)
async def test_a_test_set_on_purpose_is_said_and_stops_nothing(
    make_rig: MakeRig, name: str, shop: Mapping[str, str], account: Mapping[str, str]
) -> None:
    rig = await make_rig(replace(CASES[name], shop=shop, account=account))
    findings = await rig.provider.selftest()
    assert [finding.ok for finding in findings] == [True, True]
    assert "personne ne peut vraiment vous payer" in sentence(findings[0].message, findings[0].params)


async def test_a_key_of_another_country_is_named(http: Http) -> None:
    values = {**simulator_account("wave"), "api_key": "wave_ci_prod_abc"}
    said = trouble(await provider_class("wave")(ProviderConfig(DEAD, "SN", "XOF", values), http).selftest())
    assert "d’un autre pays (CI)" in said
    assert "Prenez la clé de votre compte SN" in said


@pytest.mark.parametrize("name", [name for name in EVERY if name not in ("pi_spi", "sandbox")])
async def test_a_currency_nobody_takes_there_is_said_before_money_is_asked_for(make_rig: MakeRig, name: str) -> None:
    rig = await make_rig(CASES[name])
    with pytest.raises(Rejected) as caught:
        await rig.provider.create_checkout(rig.request(currency="JPY"))
    said = trouble([rig.provider.told(caught.value)])
    assert "Prenez les clés de votre compte de ce pays." in said


async def test_who_signs_with_a_wrong_clock_is_understood_all_the_same_and_told(make_rig: MakeRig) -> None:
    """The provider's clock is learned from its answers, so the signature of a request has the provider's time."""
    for name in ("wave-requests-signed", "bictorys-signed", "fedapay"):
        rig = await make_rig(CASES[name])
        for minutes, word in ((-12, "retarde"), (12, "avance")):
            http = Http(ManualClock(NOW + minutes * MINUTE), total_timeout=30)
            try:
                findings = await rig.provider_with({}, http).selftest()
            finally:
                await http.close()
            assert all(finding.ok for finding in findings), (name, findings)
            said = sentence(findings[-1].message, findings[-1].params)
            assert f"{word} de 12\u202fmin" in said, said


async def test_a_refused_payment_says_the_same_as_the_test(make_rig: MakeRig) -> None:
    rig = await make_rig(replace(CASES["wave"], account={"standing": "inactive"}))
    with pytest.raises(Rejected) as caught:
        await rig.create()
    assert "Terminez son activation auprès de Wave" in trouble([rig.provider.told(caught.value)])


async def test_a_good_account_says_nothing_of_trouble(each: Rig) -> None:
    findings = await each.provider.selftest()
    assert all(finding.ok for finding in findings)
    created = await each.create()
    assert (await each.provider.fetch_status(each.attempt(created))).status is not Pay.PAID
