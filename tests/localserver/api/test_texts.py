"""The bot's texts over HTTP."""

from __future__ import annotations

from typing import Any

from tests.support.apishop import ApiShop

REMINDER: dict[str, Any] = {"key": "reminder", "words": "⏰ {remaining} pour payer {total}"}


def found(items: list[dict[str, Any]], key: str, variant: str = "") -> dict[str, Any]:
    return next(item for item in items if (item["key"], item["variant"]) == (key, variant))


async def test_a_text_is_read_changed_and_taken_back(api: ApiShop) -> None:
    items = (await api.get("/texts")).json["items"]
    assert {item["family"] for item in items[:12]} <= {"welcome", "payment_request"}
    before = found(items, "reminder")
    assert before | {"words": "", "ours": ""} == {
        "family": "reminder", "key": "reminder", "by": "", "variant": "", "segment": "live_seller", "language": "fr",
        "words": "", "own": False, "ours": "", "variables": ["remaining", "lines", "total", "clientName",
        "previousPurchases"], "required": ["total", "remaining"], "length": before["length"], "limit": 1024,
    }  # fmt: skip
    changed = await api.post("/texts", REMINDER)
    assert (changed.status, changed.json["own"], changed.json["ours"]) == (200, True, before["words"])
    assert found((await api.get("/texts?language=fr")).json["items"], "reminder")["words"] == REMINDER["words"]
    assert not found((await api.get("/texts?language=mg")).json["items"], "reminder")["own"]
    assert found((await api.get("/texts?segment=shop")).json["items"], "reminder")["words"] == REMINDER["words"]
    again = await api.post("/texts/reset", {"key": "reminder"})
    assert (again.json["own"], again.json["words"]) == (False, before["words"])
    assert found(items, "greeting", "other")["by"] == "name"


async def test_what_is_wrong_is_said_in_one_sentence(api: ApiShop) -> None:
    wrong = await api.post("/texts", {"key": "reminder", "words": "{montant}"}, headers={"Accept-Language": "fr"})
    assert wrong.status == 409
    assert wrong.json["detail"].startswith("La variable {montant} n’existe pas dans ce texte.")
    assert (await api.post("/texts", {"key": "nothing", "words": "x"})).status == 404
    assert (await api.post("/texts", REMINDER | {"segment": "circus"})).status == 422
    assert (await api.post("/texts", REMINDER, role="cashier")).status == 403
    assert (await api.get("/texts", role="support")).status == 403
    assert api.value("SELECT count(*) FROM store_text") == 0


async def test_two_texts_are_compared(api: ApiShop) -> None:
    begun = await api.post("/text-trials", REMINDER | {"sample": 150}, key="T1")
    assert (begun.status, begun.json["outcome"], begun.json["sample"]) == (201, "paid_in_time", 150)
    assert (await api.post("/text-trials", REMINDER | {"sample": 150}, key="T1")).json == begun.json
    assert begun.json["reading"] == {
        "verdict": "too_early", "seen_a": 0, "seen_b": 0, "a": None, "b": None, "p": None,
    }  # fmt: skip
    number = begun.json["id"]
    assert (await api.post("/text-trials", REMINDER)).status == 409
    assert (await api.get("/text-trials")).json == {"items": [begun.json], "next": None}
    ended = await api.post(f"/text-trials/{number}/end", {"apply": "b"})
    assert (ended.status, ended.json["applied"]) == (200, "b")
    assert found((await api.get("/texts")).json["items"], "reminder")["words"] == REMINDER["words"]
    assert (await api.post(f"/text-trials/{number}/end", {})).status == 409
    assert (await api.get("/text-trials/99")).status == 404
