"""What can be done with several products at once; all of it can be taken back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core.catalogue.adjusting import Adjustment, read_percent
from core.catalogue.rules import check_category, check_stock
from core.kernel.money import group_digits
from core.kernel.text import NARROW
from desktop.pages.bulk import UNCHANGED, Act, Offer, Rows
from desktop.pages.catalogue.presenter import CatalogueSource
from desktop.pages.many import Many
from desktop.pages.manyparts import ValueDialog
from desktop.pages.page import Page
from desktop.texts import Texts


def many_products(page: Page, source: CatalogueSource) -> Many:
    """On and off sale, prices, stock and category. The rows are ids; names are learnt while each is done."""
    t = page.t
    names: dict[int, str] = {}

    def act(wanted: Adjustment, told: Callable[[int], str]) -> Act:
        def work(product_id: int) -> object:
            known = source.products([product_id])
            names[product_id] = known[0].keyword if known else t("A product that is gone")
            return source.adjust(product_id, wanted) or UNCHANGED

        return Act("adjust products", work, told, lambda _, both: source.revert(*both))

    def switch(active: bool) -> Callable[[Rows], object]:
        def ask(rows: Rows) -> None:
            n = len(rows)
            if active:
                title = t.plural("Put {n} product back on sale?", "Put {n} products back on sale?", n)
                sentence, verb = t("Buyers find them again."), t("Put back on sale")
            else:
                title = t.plural("Take {n} product off sale?", "Take {n} products off sale?", n)
                verb = t("Take off sale")
                sentence = t(
                    "Buyers no longer find them. Their orders, photos and figures stay, and you can put them back at"
                    " any time."
                )
            many.confirm(title, sentence, verb, act(Adjustment(active=active), told), rows)

        def told(n: int) -> str:
            if active:
                return t.plural("{n} product on sale again", "{n} products on sale again", n)
            return t.plural("{n} product taken off sale", "{n} products taken off sale", n)

        return ask

    def price(rows: Rows) -> None:
        title = t.plural("Change the price of {n} product", "Change the prices of {n} products", len(rows))
        hint = t("In percent: +10 is dearer, -10 is cheaper.")

        def sentence(percent: int) -> str:
            sample = changed(t, percent)
            return t("Every price becomes {change}, rounded. Orders that were made keep theirs.", change=sample)

        def go(percent: int) -> None:
            many.run(act(Adjustment(percent=percent), priced), rows)

        def priced(n: int) -> str:
            return t.plural("{n} price changed", "{n} prices changed", n)

        _value(t("By how much"), title, read_percent, sentence, t("Change the prices"), go, hint)

    def stock(rows: Rows) -> None:
        title = t.plural("Set the stock of {n} product", "Set the stock of {n} products", len(rows))

        def go(count: int) -> None:
            many.run(act(Adjustment(stock=count), counted), rows)

        def counted(n: int) -> str:
            return t.plural("{n} stock set", "{n} stocks set", n)

        def sentence(count: int) -> str:
            return t("Each has {count} on hand from now on, those reserved among them.", count=group_digits(count))

        _value(t("Counted pieces of each"), title, check_stock, sentence, t("Set the stock"), go)

    def category(rows: Rows) -> None:
        title = t.plural("Set the category of {n} product", "Set the category of {n} products", len(rows))

        def go(name: str) -> None:
            many.run(act(Adjustment(category=name), filed), rows)

        def filed(n: int) -> str:
            return t.plural("{n} product filed", "{n} products filed", n)

        def sentence(name: str) -> str:
            return t("They stand under “{name}” from now on.", name=name) if name else t("They stand under none.")

        _value(t("Category"), title, check_category, sentence, t("Set the category"), go)

    def _value(
        label: str,
        title: str,
        read: Callable[[str], Any],
        sentence: Callable[[Any], str],
        verb: str,
        go: Callable[[Any], object],
        hint: str = "",
    ) -> None:
        ValueDialog(page, t, title, label, read, sentence, verb, go, hint).present()

    offers = (
        Offer("hide", t("Off sale…"), None, switch(False)),
        Offer("show", t("On sale…"), None, switch(True)),
        Offer("price", t("Prices…"), None, price),
        Offer("stock", t("Stock…"), None, stock),
        Offer("category", t("Category…"), None, category),
    )
    many = Many(page, page.mount.bridge, t, offers, lambda product_id: names.get(product_id, ""))
    return many


def changed(t: Texts, percent: int) -> str:
    """« 10 % plus cher »."""
    text = f"{abs(percent)}{NARROW}%"
    return t("{percent} dearer", percent=text) if percent > 0 else t("{percent} cheaper", percent=text)
