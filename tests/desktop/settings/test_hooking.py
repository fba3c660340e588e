"""The button that sets a provider's notices, in a real window over a simulated Stripe on the real wire."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint

from core.bootstrap import Shop, following
from core.tunnels.rules import HOOKS
from desktop.pages.settings.presenter import PUBLIC_URL
from localserver.sandbox.stage import Stage
from tests.desktop.settings.conftest import OpenSettings


@pytest.fixture
def stage(shop: Shop) -> Iterator[Stage]:
    made = Stage(shop, ("stripe",))
    made.start()
    yield made
    made.stop()


def test_one_press_sets_the_notices(open_settings: OpenSettings, stage: Stage) -> None:
    opened = open_settings("payments")
    shop = opened.shop
    card = opened.page.payments.cards["stripe"]
    card.open()
    hook, test = card.inside.hook, card.test
    opened.settled(hook.isVisible)
    assert hook.text() == "Régler les notifications automatiquement"
    address = card.inside.address
    opened.settled(lambda: hook.mapTo(card, QPoint()).y() < address.mapTo(card, QPoint()).y())  # once it is laid out
    assert card.inside.notices.isVisible()  # the way out
    wave = opened.page.payments.cards["wave"]
    wave.open()
    assert not wave.inside.hook.isVisible()

    shop.settings.set(PUBLIC_URL, "")
    hook.click()
    opened.settled(lambda: test.lines and not test.running)
    assert [line.role for line in test.lines] == ["danger"]
    assert test.lines[0].text.startswith("Saisissez d’abord l’adresse publique")

    before = shop.settings.secret("psp.stripe.webhook_secret")
    shop.settings.set(PUBLIC_URL, "https://teranga.exemple.sn")
    opened.settled()
    hook.click()
    opened.settled(lambda: shop.settings.secret("psp.stripe.webhook_secret") != before and not test.running)
    assert shop.settings.secret("psp.stripe.webhook_secret").startswith("whsec_")
    assert following.webhook_of(shop, "stripe") in shop.settings.get(HOOKS)
