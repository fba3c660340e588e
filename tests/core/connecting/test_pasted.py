"""Keys as they come from a page, a mail or a command."""

from __future__ import annotations

import pytest

from core.connecting.rules import pasted, tidied

TOKEN = "EAAGm0PX4ZCpsBA"


@pytest.mark.parametrize(
    "typed",
    [
        TOKEN,
        f"  {TOKEN}\n",
        f"Bearer {TOKEN}",
        f"bearer  {TOKEN} ",
        f"Authorization: Bearer {TOKEN}",
        f'"{TOKEN}"',
        f"« {TOKEN} »",
        f"{TOKEN[:5]}\n{TOKEN[5:]}",
        f"{TOKEN[:5]} {TOKEN[5:9]}\t{TOKEN[9:]}",
        f"\ufeff{TOKEN}\u200b",
        f"'Bearer {TOKEN}'",
    ],
)
def test_what_came_along_is_left_out(typed: str) -> None:
    assert pasted(typed) == TOKEN


@pytest.mark.parametrize("typed", ["", "   ", "bearer", "wave_sn_prod_x-Y.z/1=="])
def test_the_rest_stays(typed: str) -> None:
    assert pasted(typed) == typed.strip()


def test_names_and_numbers_keep_their_spaces() -> None:
    found = tidied({"key": " a b\n", "name": " Chez  Awa\n", "phone": "034 12 345 67"}, {"key"})
    assert found == {"key": "ab", "name": "Chez Awa", "phone": "034 12 345 67"}
