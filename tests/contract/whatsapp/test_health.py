"""The connection test: each thing that can be wrong is said in one sentence with something to do."""

from __future__ import annotations

from typing import Any

import pytest

from core.adapters import whatsapp_health
from core.kernel.i18n import catalogue
from core.payments.provider import Finding
from localserver.sandbox.graph import Account, default_account
from tests.contract.whatsapp.conftest import MakeWire, Wire


def wrong(findings: list[Finding]) -> list[str]:
    """The problems, in French as the seller reads them."""
    french = catalogue("errors", "fr")
    for finding in findings:
        assert french.gettext(finding.message) != finding.message, finding.message
    return [french.gettext(f.message).format(**f.params) for f in findings if not f.ok]


async def test_a_good_connection_has_nothing_wrong(wire: Wire) -> None:
    findings = await wire.whatsapp.health(wire.shop.url)
    assert wrong(findings) == []
    assert len(findings) == 5
    assert findings[0].params == {"number": "+221 33 800 00 00", "name": "Boutique Téranga"}


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"access_token": " "}, "Saisissez le jeton d’accès."),
        ({"phone_number_id": ""}, "Saisissez l’identifiant du numéro de téléphone."),
        ({"waba_id": ""}, "Saisissez l’identifiant du compte WhatsApp Business."),
        ({"access_token": "EAAold"}, "n’accepte plus le jeton"),
        ({"access_token": "line\nbreak"}, "injoignable"),
        ({"phone_number_id": "221338000000"}, "ne connaît pas cet identifiant de numéro"),
        ({"phone_number_id": "../1"}, "ne connaît pas cet identifiant de numéro"),
        ({"waba_id": "1"}, "ne connaît pas cet identifiant de compte"),
        ({"base_url": "http://127.0.0.1:1"}, "injoignable"),
    ],
)
async def test_a_wrong_setting_is_named(wire: Wire, settings: dict[str, str], words: str) -> None:
    problems = wrong(await wire.adapter(**settings).health(wire.shop.url))
    assert len(problems) == 1
    assert words in problems[0]


async def test_a_token_without_permission_says_which(wire: Wire) -> None:
    other = Account("99", "98", "+261 34 000 00 00", "Tsena", "EAAother", "s")
    wire.graph.world.accounts["99"] = other
    (problem,) = wrong(await wire.adapter(access_token="EAAother").health())
    assert "whatsapp_business_messaging" in problem


async def test_a_number_of_another_account_is_noticed(wire: Wire) -> None:
    token = default_account().access_token
    wire.graph.world.accounts["99"] = Account("99", "98", "+261 34 000 00 00", "Tsena", token, "s")
    (problem,) = wrong(await wire.adapter(waba_id="98").health())
    assert "n’appartient pas à ce compte" in problem


async def test_an_account_nobody_is_subscribed_to_is_noticed_and_subscribed(wire: Wire) -> None:
    await wire.control("PATCH", "accounts", {"subscribed": False})
    (problem,) = wrong(await wire.whatsapp.health(wire.shop.url))
    assert "Aucune application n’est abonnée" in problem
    await wire.whatsapp.subscribe()
    assert wrong(await wire.whatsapp.health(wire.shop.url)) == []


async def test_a_webhook_that_leads_elsewhere_or_nowhere_is_noticed(make_wire: MakeWire) -> None:
    wire = await make_wire(connected=False)
    (problem,) = wrong(await wire.whatsapp.health(wire.shop.url))
    assert "Aucune adresse de webhook" in problem
    await wire.whatsapp.set_callback_override(wire.shop.url, "jeton é")
    assert wrong(await wire.whatsapp.health(wire.shop.url)) == []
    (problem,) = wrong(await wire.whatsapp.health("https://boutique.example/webhooks/whatsapp"))
    assert wire.shop.url in problem
    assert "boutique.example" in problem


@pytest.mark.parametrize(
    ("health", "words"),
    [
        ({"platform_type": "ON_PREMISE"}, "code PIN"),
        ({"code_verification_status": "NOT_VERIFIED"}, "n’est pas vérifié"),
        ({"quality_rating": "RED"}, "bloquent ou signalent"),
        ({"health_status": {"can_send_message": "LIMITED"}}, "LIMITED"),
        (
            {
                "health_status": {
                    "can_send_message": "BLOCKED",
                    "entities": [
                        {
                            "entity_type": "WABA",
                            "errors": [
                                {
                                    "error_code": 141006,
                                    "error_description": "There is an error with the payment method.",
                                    "possible_solution": "Update your payment method.",
                                }
                            ],
                        }
                    ],
                }
            },
            "141006",
        ),
    ],
)
async def test_what_whatsapp_holds_against_the_number_is_said(wire: Wire, health: dict[str, Any], words: str) -> None:
    await wire.control("PATCH", "accounts", {"health": health})
    (problem,) = wrong(await wire.whatsapp.health(wire.shop.url))
    assert words in problem


@pytest.mark.parametrize("strange", [None, [], 7, {"entities": 3}, {"entities": [{"errors": [1]}, 2]}])
def test_strange_answers_are_read_without_an_error(strange: Any) -> None:
    answer = {"health_status": strange, "webhook_configuration": strange}
    assert whatsapp_health.of_number(answer, None)
    whatsapp_health.of_subscription({"data": strange})
    assert not whatsapp_health.of_account({"data": strange}, "1").ok
