"""Questions and answers over HTTP: written, changed, removed, and only by who may."""

from __future__ import annotations

import pytest

from tests.support.apishop import ApiShop

NEW = {"question": "Livrez-vous à Thiès ?", "answer": "Oui, 2 000 F."}


async def test_a_question_is_written_changed_and_removed(api: ApiShop) -> None:
    made = await api.post("/faq", NEW)
    assert made.status == 201
    assert made.json["language"] == "fr"
    number = made.json["id"]
    assert (await api.post("/faq", NEW)).status == 409
    changed = await api.ask("PATCH", f"/faq/{number}", {"answer": "Oui, 1 500 F."})
    assert changed.json["answer"] == "Oui, 1 500 F."
    assert changed.json["question"] == NEW["question"]
    assert [one["id"] for one in (await api.get("/faq")).json["items"]] == [number]
    assert (await api.ask("DELETE", f"/faq/{number}")).status == 204
    assert (await api.get("/faq")).json["items"] == []
    assert (await api.ask("DELETE", f"/faq/{number}")).status == 404


@pytest.mark.parametrize(("role", "status"), [("manager", 201), ("cashier", 403), ("support", 403)])
async def test_who_may_write_it(api: ApiShop, role: str, status: int) -> None:
    assert (await api.post("/faq", NEW, role=role)).status == status


@pytest.mark.parametrize("change", [{"question": ""}, {"answer": "x" * 901}, {"language": "de"}])
async def test_what_cannot_be_written_is_refused(api: ApiShop, change: dict[str, str]) -> None:
    assert (await api.post("/faq", NEW | change)).status == 422
