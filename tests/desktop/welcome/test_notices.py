"""The payment step sets a provider's notices by itself: only its key is typed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core.bootstrap import Shop
from desktop.pages.welcome.paying import PayingStep
from localserver.sandbox.psp_simulators import simulator_account
from localserver.sandbox.stage import Stage
from tests.desktop.realshop import type_text
from tests.desktop.welcome.test_walk import Walk, shop, walk  # noqa: F401


@pytest.fixture
def stage(shop: Shop) -> Iterator[Stage]:  # noqa: F811
    made = Stage(shop, ("stripe",))
    made.start()
    yield made
    made.stop()


def test_the_key_is_all_that_is_typed(walk: Walk, stage: Stage) -> None:  # noqa: F811
    shop = walk.shop  # noqa: F811
    shop.settings.lend({"psp.stripe.enabled": "false", "psp.stripe.api_key": "", "psp.stripe.webhook_secret": ""})
    shop.settings.set("public_url", "https://teranga.exemple.sn")
    walk.page.show_step("payment")
    step = walk.page.views["payment"]
    assert isinstance(step, PayingStep)
    walk.until(lambda: step.offers)
    assert not step.hook.isVisible()  # the first has no API for it
    step.choice.setCurrentIndex(step.choice.findData("stripe"))
    walk.until(step.hook.isVisible)
    assert step.hook.text() == "Régler les notifications automatiquement"
    type_text(step.edits["api_key"], simulator_account("stripe")["api_key"])
    step.hook.click()
    walk.until(lambda: "plus rien à coller" in step.hook_said.text)
    assert step.choice.currentData() == "stripe"
    walk.until(lambda: step.good)
    assert shop.settings.secret("psp.stripe.webhook_secret").startswith("whsec_")
    walk.go_on()
    walk.until(lambda: step.enabled)
