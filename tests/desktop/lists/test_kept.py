"""What is looked for in a list: a figure’s rows, filters, order and selection, and all of it in another language."""

from __future__ import annotations

from typing import Any

from pytestqt.qtbot import QtBot

from core.bootstrap import Shop
from core.customers import tags
from core.kernel.paging import Sort
from core.orders.behind import BuyersWanted, OrdersWanted
from desktop.app import Desktop
from tests.desktop.lists.test_many import Driver
from tests.desktop.realshop import type_text
from tests.desktop.test_languages import speak

OVER = OrdersWanted(states=("paid", "expired", "cancelled"))


def keys(page: Any) -> list[int]:
    return [row.key for row in page.model.rows]


def test_the_orders_behind_a_figure_are_filtered_sorted_and_selected_like_all(desktop: Desktop, qtbot: QtBot) -> None:
    driver = Driver(desktop, qtbot, "orders")
    page = driver.page
    driver.settled(lambda: page.read_once)
    every = keys(page)
    page.show_subject(OVER)
    driver.settled(lambda: 2 < len(keys(page)) < len(every))
    behind = len(keys(page))
    page.model.order = Sort("total", False)
    page.ask(source="tiktok", sort=page.model.order)
    driver.settled(lambda: 1 < len(keys(page)) < behind)
    page.pick_all()
    found, wanted, said = keys(page), page.question, page.sums.text()
    assert (wanted.behind, page.behind.isVisible()) == (OVER, True)
    speak(desktop, qtbot, "en")
    again = driver.page
    driver.settled(lambda: again.read_once)
    assert (again is page, again.question) == (False, wanted)
    assert keys(again) == found == [row.key for row in again.table.picked_rows]
    assert again.behind.chip.text().startswith("Analyses: paid, expired, cancelled")
    assert said.split(" ")[0] == again.sums.text().split(" ")[0]
    again.behind.chip.click()
    driver.settled(lambda: len(keys(again)) > len(found))
    assert (again.question.behind, again.question.source, again.behind.isVisible()) == (None, "tiktok", False)
    again.show_all()
    driver.settled(lambda: len(keys(again)) == len(every))
    assert again.question.sort == Sort("total", False)


def test_customers_are_found_by_place_tag_and_figure_and_stay_so(desktop: Desktop, shop: Shop, qtbot: QtBot) -> None:
    driver = Driver(desktop, qtbot, "customers")
    page = driver.page
    driver.settled(lambda: page.read_once)
    every = keys(page)
    page.show_subject(BuyersWanted(OVER))
    driver.settled(lambda: 2 < len(keys(page)) < len(every))
    first, second, *_ = keys(page)

    def live_there(tx: Any) -> None:
        for number in (first, second, *(each for each in every if each not in keys(page))):
            tx.run("UPDATE customer SET notes = 'Livrer à Rufisque' WHERE id = ?", (number,))
        tags.put(tx, first, "Grossiste")

    shop.engine.call(live_there)
    type_text(page.filters.place, "rufi")
    page.ask(sort=Sort("name", False))  # at once: what is being typed is not lost over it
    driver.settled(lambda: sorted(keys(page)) == sorted([first, second]))
    page.pick_all()
    page.filters.tag.setCurrentIndex(page.filters.tag.findData("Grossiste"))
    page.filters.tag.activated.emit(page.filters.tag.currentIndex())
    driver.settled(lambda: keys(page) == [first])
    wanted = page.question
    assert (wanted.place, wanted.tag, wanted.behind) == ("rufi", "Grossiste", BuyersWanted(OVER))
    speak(desktop, qtbot, "mg")
    again = driver.page
    driver.settled(lambda: again.read_once and keys(again) == [first])
    assert (again is page, again.question) == (False, wanted)
    assert (again.filters.place.text(), again.filters.tag.currentData()) == ("rufi", "Grossiste")
    again.behind.chip.click()
    driver.settled(lambda: not again.behind.isVisible() and keys(again) == [first])
    again.ask(tag=None)
    driver.settled(lambda: len(keys(again)) > 2)
    again.show_all()
    driver.settled(lambda: len(keys(again)) == len(every))
    assert again.filters.place.text() == ""
