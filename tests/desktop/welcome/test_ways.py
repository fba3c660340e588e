"""What is still missing is counted, and leads on from wherever one looks for it; values are shown as they are meant."""

from __future__ import annotations

import pytest

from core.connecting.rules import LATER, NEXT, Standing, Task, next_step, tasks
from desktop.pages.live.page import LivePage
from desktop.pages.settings.page import SettingsPage
from desktop.pages.support.page import SupportPage
from desktop.pages.welcome.number import NumberStep
from desktop.pages.welcome.paying import PayingStep
from desktop.palette.commands import WINDOW
from tests.desktop.realshop import type_text
from tests.desktop.welcome.test_walk import Walk, shop, walk  # fixtures

__all__ = ["shop", "walk"]


@pytest.mark.parametrize(
    ("standing", "step"),
    [
        (Standing(), "products"),
        (Standing(products=True), "whatsapp"),
        (Standing(products=True, address=True, whatsapp=True), "whatsapp"),
        (Standing(True, True, True, True), "payment"),
        (Standing(True, True, True, True, True), "payment"),
    ],
)
def test_the_next_step_is_that_of_the_first_thing_missing(standing: Standing, step: str) -> None:
    assert next_step(tasks(standing)) == step


def test_nothing_to_do_is_no_step_back() -> None:
    assert next_step([Task("products", True)]) == "payment"


def test_it_is_found_in_the_palette_the_status_line_settings_and_help(walk: Walk) -> None:
    shell, page = walk.desktop.shell, walk.page
    walk.until(lambda: page.step == "products")
    products = page.views["products"]
    products.source.add_samples()
    page.leave()
    live = shell.page("live")
    assert isinstance(live, LivePage)
    walk.until(live.missing.isVisible)
    assert live.missing.count.text() == "1 étape sur 5"
    live.missing.close_button.click()  # wanted no more: the other ways stay
    walk.until(lambda: walk.shop.settings.switch(LATER))

    (command,) = (one for one in WINDOW if one.name == "steps")
    command.act(shell)
    walk.until(lambda: page.isVisible() and page.step == "whatsapp")
    page.leave()

    shell.go("settings", "payments")
    settings = shell.page("settings")
    assert isinstance(settings, SettingsPage)
    settings.payments.guide.click()
    walk.until(lambda: page.isVisible() and page.step == "payment")
    shell.go("settings", "whatsapp")
    settings.whatsapp.guide.click()
    walk.until(lambda: page.isVisible() and page.step == "whatsapp")

    shell.go("support")
    help_page = shell.page("support")
    assert isinstance(help_page, SupportPage)
    walk.until(help_page.missing.isVisible)
    assert help_page.missing.count.text() == "1 étape sur 5"
    assert help_page.missing.close_button.isHidden()
    assert help_page.missing.button.kind == "secondary"
    help_page.missing.button.click()
    walk.until(lambda: page.isVisible() and page.step == "whatsapp")
    page.show_subject(NEXT)
    walk.until(lambda: page.step == "whatsapp")


def test_pasted_values_are_shown_as_they_are_meant_and_the_outcome_stays_in_sight(walk: Walk) -> None:
    page = walk.page
    page.show_step("whatsapp")
    step = page.views["whatsapp"]
    assert isinstance(step, NumberStep)
    token = step.fields["access_token"].field.edit
    token.setText("Bearer EAAG m0PX\n")
    token.editingFinished.emit()
    assert token.text() == "EAAGm0PX"
    step.check()
    walk.until(lambda: step.said.text)
    assert step.said.isVisible()
    assert not step.isAncestorOf(step.said)
    page.show_step("payment")
    paying = page.views["payment"]
    assert isinstance(paying, PayingStep)
    assert not step.said.isVisible()
    walk.until(lambda: paying.offers)
    type_text(paying.edits["api_key"], "  “test_public-1” ")
    paying.edits["api_key"].editingFinished.emit()  # type: ignore[union-attr]
    edit = paying.edits["api_key"]
    assert edit.property("text") == "test_public-1"
