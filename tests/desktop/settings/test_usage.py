"""« Messages et IA » in the real window: the month's figures, the budget's word, and the settings beside them."""

from __future__ import annotations

from core.conversations.events import MessagePriced, MessageProgressed
from core.storage.engine import Tx
from desktop.pages.settings.usage import UsageSection
from tests.core.usage.test_meter import _sent
from tests.desktop.settings.conftest import OpenSettings


def test_the_month_and_its_budget_are_shown(open_settings: OpenSettings) -> None:
    opened = open_settings("assistant")
    view = opened.page.views["assistant"]
    assert isinstance(view, UsageSection)
    shop = opened.shop

    def count(tx: Tx) -> None:
        for number in numbers:
            tx.emit(MessageProgressed(0, number, "accepted"))
            tx.emit(MessagePriced(0, number, "service", "regular"))
        shop.meter.call_begun(tx, 1_000_000, 100_000)

    numbers = [_sent(shop, f"+22177000000{n}") for n in range(3)]
    shop.engine.call(count)
    opened.page.refresh()
    opened.settled(lambda: view.shown and view.shown[0] == ("Réponses et avis", "3"))
    said = dict(view.shown)
    assert said["IA, environ"].startswith("1 appel")
    assert view.said.text() == ""
    opened.write("budget.cents", "20")
    opened.page.views["assistant"].setFocus()
    opened.settled(lambda: shop.settings.get("budget.cents") == "20")
    opened.page.refresh()
    opened.settled(lambda: "épuisé" in view.said.text())
