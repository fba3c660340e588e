"""Sections follow from the declarations; values, refusals and findings are said in the seller's words."""

from __future__ import annotations

from collections import Counter

import pytest

from core.adapters.psp import REGISTRY
from core.connecting.rules import LATER, STEP
from core.kernel.errors import Refused
from core.payments.provider import Finding
from core.settings.setting import Setting
from core.tunnels.rules import OWN
from desktop.pages.settings.presenter import VERIFY_TOKEN, ProviderInfo, SettingsPresenter
from desktop.texts import Texts

WAVE = ProviderInfo(
    "wave", "Wave", ("Wave",), ("api_key", "webhook_secret"), True, True, "https://x/webhooks/psp/wave/s"
)
KEYS = {"psp.wave.api_key": "•", "psp.wave.webhook_secret": "•"}


def test_every_declared_setting_stands_somewhere_once(words: SettingsPresenter) -> None:
    groups = [group for section in words.sections() for group in section.groups]
    groups += [words.provider_group(adapter.name) for adapter in REGISTRY]
    shown = Counter(key for group in groups for key in (*group.keys, *group.advanced))
    shown.update([VERIFY_TOKEN, *(f"psp.{adapter.name}.enabled" for adapter in REGISTRY)])
    shown.update((STEP, LATER))  # the first steps set these
    shown.update(OWN)  # what the tunnel notes itself
    assert set(shown) == set(words.declared)
    assert set(shown.values()) == {1}


def test_a_section_nobody_knew_is_shown_all_the_same() -> None:
    named = SettingsPresenter(Texts("fr"), [], "Chez Awa")
    assert named.placeholder("store.name") == "Chez Awa"  # the name that buyers read, not an example of one
    words = SettingsPresenter(Texts("fr"), [Setting("shipping.fee", "number", "Fee", section="shipping")])
    assert words.sections()[-1].groups[0].keys == ("shipping.fee",)


def test_a_refusal_names_the_setting_as_the_page_does(words: SettingsPresenter) -> None:
    said = words.problem("orders.hold_minutes", "40")
    assert "Minutes de réservation" in said
    assert "5" in said
    assert "orders.hold_minutes" not in said
    assert words.problem("orders.hold_minutes", "15") == ""
    assert "https://" in words.problem("public_url", "boutique")
    assert words.problem("public_url", "") == ""
    assert words.problem("psp.wave.api_key", "anything") == ""
    assert words.explain(Refused("The SKU is missing.")) == "Le code SKU manque."


@pytest.mark.parametrize(
    "key",
    [
        "store.language",
        "llm.tone",
        "desktop.theme",
        "desktop.language",
        "psp.bictorys.page",
        "psp.bictorys.signature",
        "psp.orange_web.environment",
        "psp.cinetpay.platform",
    ],
)
def test_every_choice_has_a_word(words: SettingsPresenter, key: str) -> None:
    choices = words.choices(key)
    assert [value for value, _ in choices] == list(words.declared[key].choices)
    assert all(word != value for value, word in choices)


def test_values_are_said_as_people_say_them_and_secrets_never(words: SettingsPresenter) -> None:
    assert words.shown("desktop.sound", "true") == "activé"
    assert words.shown("store.language", "mg") == "Malagasy"
    assert words.shown("whatsapp.access_token", "EAAsecret") == "••••••"
    assert words.shown("store.city", "") == "rien"


def test_a_provider_says_what_it_lacks(words: SettingsPresenter) -> None:
    assert words.missing(WAVE, {}) == ("Clé API", "Secret du webhook")
    assert words.cannot_enable(WAVE, {}) == "Saisissez d’abord\u202f: Clé API, Secret du webhook."
    assert words.cannot_enable(WAVE, KEYS) == ""


@pytest.mark.parametrize(
    ("values", "fits", "state", "role"),
    [
        ({}, True, "À configurer", "muted"),
        (KEYS, True, "Prêt, non proposé", "waiting"),
        ({**KEYS, "psp.wave.enabled": "true"}, True, "Proposé", "paid"),
        ({"psp.wave.enabled": "true"}, True, "Clés manquantes", "danger"),
        (KEYS, False, "Pas pour votre pays", "muted"),
    ],
)
def test_a_providers_state(words: SettingsPresenter, values: dict[str, str], fits: bool, state: str, role: str) -> None:
    provider = ProviderInfo("wave", "Wave", ("Wave",), ("api_key", "webhook_secret"), fits, True, "")
    card = words.card(provider, values)
    assert (card.state, card.role) == (state, role)
    assert bool(card.note) != fits


def test_a_test_puts_what_is_wrong_first_and_says_it_in_french(words: SettingsPresenter) -> None:
    found = (
        Finding(True, "WhatsApp lets this number send messages."),
        Finding(False, "Fill in the access token."),
        Finding(False, "WhatsApp cannot be reached ({why}). Check the internet connection.", {"why": "DNS"}),
    )
    verdict = words.verdict(found)
    assert (verdict.role, verdict.summary) == ("danger", "2 points à régler")
    assert [line.role for line in verdict.lines] == ["danger", "danger", "paid"]
    assert verdict.lines[0].text == "Saisissez le jeton d’accès."
    assert "DNS" in verdict.lines[1].text
    assert words.verdict(found[:1]).summary == "Tout fonctionne"
