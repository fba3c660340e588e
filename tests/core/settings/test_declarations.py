"""A setting that could not work is refused when it is entered, not found out when nothing arrives."""

from __future__ import annotations

import pytest

from core.kernel.errors import Refused
from core.settings.declarations import BASE, NAMES
from core.settings.setting import Setting

DECLARED = {setting.key: setting for setting in BASE}


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("seller.notify_to", "12"),
        ("seller.notify_to", "Awa"),
        ("seller.notify_to", "+221 77 123 45 67 89 01 23"),
        ("whatsapp.api_version", "26"),
        ("whatsapp.api_version", "v26"),
        ("whatsapp.api_version", "v26.0/x"),
    ],
)
def test_what_cannot_work_is_refused_with_an_example(key: str, text: str) -> None:
    with pytest.raises(Refused) as refused:
        DECLARED[key].check(text)
    assert refused.value.params["example"] == DECLARED[key].example


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("seller.notify_to", ""),
        ("seller.notify_to", "77 123 45 67"),
        ("seller.notify_to", "+261 34 12 345 67"),
        ("seller.notify_to", "(+225) 07-07.12.34.56"),
        ("whatsapp.api_version", "v25.0"),
    ],
)
def test_what_can_work_is_taken(key: str, text: str) -> None:
    assert DECLARED[key].check(text) == text


@pytest.mark.parametrize("setting", [s for s in BASE if s.shape], ids=lambda s: s.key)
def test_example_and_default_have_the_shape_they_show(setting: Setting) -> None:
    assert setting.check(setting.default) == setting.default
    assert setting.check(setting.example) == setting.example


@pytest.mark.parametrize("text", ["null", "None", "", "0"])
def test_no_limit_is_said_as_one_likes(text: str) -> None:
    assert DECLARED["orders.max_per_client"].check(text) == "0"
    assert DECLARED["orders.max_per_client"].check(" 3 ") == "3"


def test_other_names_lead_to_a_setting() -> None:
    assert set(NAMES.values()) <= set(DECLARED)
    assert not set(NAMES) & set(DECLARED)
