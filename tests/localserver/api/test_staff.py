"""Who works with the store, over HTTP: added, changed, switched off; sessions; recovery codes; what a loan shows."""

from __future__ import annotations

from typing import Any

import pyotp
import pytest

from core.accounts.rules import LOCK_AFTER, USED_MS
from core.kernel.clock import ManualClock
from localserver.api.gate import BURST_PER_ACCOUNT, Gate
from localserver.api.problems import BadRequest
from tests.support.apishop import PASSWORD, ApiShop

NEW = {"email": "khady@teranga.sn", "password": PASSWORD, "role": "cashier", "name": "Khady Sarr"}


async def number_of(api: ApiShop, email: str) -> int:
    people = (await api.get("/users")).json["items"]
    return int(next(person["id"] for person in people if person["email"] == email))


async def login(api: ApiShop, email: str, **more: Any) -> Any:
    how = more.pop("headers", {})
    return await api.post("/login", {"email": email, "password": PASSWORD, **more}, role=None, headers=how)


async def test_somebody_is_added_changed_and_switched_off(api: ApiShop) -> None:
    added = await api.post("/users", NEW)
    assert (added.status, added.json["name"], added.json["active"]) == (201, "Khady Sarr", True)
    number = added.json["id"]
    assert (await api.post("/users", NEW)).status == 409
    for wrong in ("aaaaaaaaaaaa", "rokia est ici"):
        weak = await api.post("/users", {**NEW, "email": "rokia@teranga.sn", "password": wrong})
        assert weak.status == 409
    token = (await login(api, NEW["email"])).json["token"]
    mine = {"Authorization": f"Bearer {token}"}
    assert (await api.get("/orders", role=None, headers=mine)).status == 200
    changed = await api.ask("PATCH", f"/users/{number}", {"role": "support", "name": "Aide"})
    assert (changed.json["role"], changed.json["name"]) == ("support", "Aide")
    assert (await api.get("/products", role=None, headers=mine)).status == 401
    off = await api.ask("PATCH", f"/users/{number}", {"active": False})
    assert off.json["active"] is False
    assert (await login(api, NEW["email"])).status == 401
    again = await api.ask("PATCH", f"/users/{number}", {"active": True, "password": "etoile du matin"})
    assert again.json["active"] is True
    assert (await login(api, NEW["email"])).status == 401
    assert (await login(api, NEW["email"], password="etoile du matin")).status == 200
    assert (await api.ask("PATCH", "/users/99", {"name": "x"})).status == 404


async def test_what_is_refused_changes_nothing(api: ApiShop) -> None:
    api.account()
    number = await number_of(api, "owner@teranga.sn")
    for change in (
        {"role": "cashier"},
        {"active": False},
        {"name": "Awa", "password": "autre chose 12", "role": "support"},
    ):
        refused = await api.ask("PATCH", f"/users/{number}", change)
        assert refused.status == 409
        assert "propriétaire" in refused.json["detail"]
    owner = (await api.get("/users")).json["items"][0]
    assert (owner["role"], owner["active"], owner["name"]) == ("owner", True, "")
    assert (await login(api, "owner@teranga.sn")).status == 200


async def test_sessions_say_what_from_where_and_since_when(api: ApiShop) -> None:
    api.account("manager")
    header = {"User-Agent": "Caisse/2.1", "X-Forwarded-For": "6.6.6.6", "Forwarded": "for=6.6.6.6"}
    first = (await login(api, "manager@teranga.sn", headers=header)).json["token"]
    mine = {"Authorization": f"Bearer {first}"}
    made = api.clock.now()
    api.clock.advance(USED_MS)
    await api.get("/products", role=None, headers=mine)
    await api.shop.engine.run(lambda tx: None, background=True)  # behind the note of its use
    one = (await api.get("/sessions", role=None, headers=mine)).json["items"][0]
    assert (one["door"], one["address"], one["current"]) == ("Caisse/2.1", "127.0.0.1", True)
    assert one["created_at"] < one["used_at"]
    assert api.value("SELECT used_at FROM access_token WHERE door <> ''") == made + USED_MS
    second = (await login(api, "manager@teranga.sn")).json["token"]
    assert (await api.ask("DELETE", "/sessions", role=None, headers=mine)).status == 204
    assert (await api.get("/products", role=None, headers=mine)).status == 200
    assert (await api.get("/products", role=None, headers={"Authorization": f"Bearer {second}"})).status == 401
    number = await number_of(api, "manager@teranga.sn")
    assert [s["door"] for s in (await api.get(f"/users/{number}/sessions")).json["items"]] == ["Caisse/2.1"]
    assert (await api.ask("DELETE", f"/users/{number}/sessions")).status == 204
    assert (await api.get("/products", role=None, headers=mine)).status == 401
    assert (await api.get("/users/99/sessions")).status == 404


async def test_a_wrong_address_in_a_header_makes_nobody_else_of_one(api: ApiShop) -> None:
    """Whoever says to come from elsewhere is counted where the socket says."""
    api.account()
    for number in range(LOCK_AFTER):
        lie = {"X-Forwarded-For": f"41.82.0.{number}", "X-Real-IP": f"41.82.0.{number}"}
        await login(api, "owner@teranga.sn", password="lune de minuit", headers=lie)
    assert (await login(api, "owner@teranga.sn", headers={"X-Forwarded-For": "41.82.99.99"})).status == 401
    assert [row for (row,) in api.shop.engine.read(lambda r: r.all("SELECT address FROM login_failure"))] == [
        "127.0.0.1"
    ]
    number = await number_of(api, "owner@teranga.sn")
    assert (await api.get("/users")).json["items"][0]["locked_until"] is not None
    assert (await api.post(f"/users/{number}/unlock")).status == 204
    assert (await login(api, "owner@teranga.sn")).status == 200


async def test_a_lost_phone_a_code_and_a_new_phone(api: ApiShop) -> None:
    api.account()
    app = pyotp.parse_uri((await api.post("/otp")).json["uri"])
    assert isinstance(app, pyotp.TOTP)
    codes = (await api.post("/otp/confirm", {"code": app.at(api.clock.now() // 1000)})).json["codes"]
    state = (await api.get("/otp")).json
    assert state == {"active": True, "due_at": None, "recovery_codes": 10}
    assert (await api.post("/otp")).status == 409
    assert (await login(api, "owner@teranga.sn", otp=codes[0])).status == 200
    assert (await login(api, "owner@teranga.sn", otp=codes[0])).status == 401
    assert (await api.get("/otp")).json["recovery_codes"] == 9
    assert (await api.post("/otp/remove", {"password": "lune de minuit"})).status == 403
    assert (await api.post("/otp/recovery-codes", {"password": "lune de minuit"})).status == 403
    fresh = await api.post("/otp/recovery-codes", {"password": PASSWORD})
    assert (fresh.status, len(fresh.json["codes"])) == (201, 10)
    assert (await api.post("/otp/remove", {"password": PASSWORD})).status == 204
    gone = (await api.get("/otp")).json
    assert (gone["active"], gone["recovery_codes"]) == (False, 0)
    assert gone["due_at"] is not None
    assert (await api.post("/otp")).status == 201


async def test_an_owner_helps_who_lost_everything(api: ApiShop) -> None:
    api.token("cashier")
    await api.get("/users")
    number = await number_of(api, "cashier@teranga.sn")
    app = pyotp.parse_uri((await api.post("/otp", role="cashier")).json["uri"])
    assert isinstance(app, pyotp.TOTP)
    await api.post("/otp/confirm", {"code": app.at(api.clock.now() // 1000)}, role="cashier")
    assert (await api.ask("DELETE", f"/users/{number}/otp", role="manager")).status == 403
    assert (await api.ask("DELETE", f"/users/{number}/otp")).status == 204
    assert (await api.get("/otp", role="cashier")).json["active"] is False


async def test_a_look_at_amounts_names_nobody(api: ApiShop) -> None:
    order = api.order(api.product("robe1"))
    api.pay(order, 15_000)
    api.token("support")
    number = await number_of(api, "support@teranga.sn")
    lent = await api.post(f"/users/{number}/grant", {"minutes": 60, "scopes": ["amounts"]})
    assert lent.status == 204
    assert (await api.get("/users")).json["items"][0]["scopes"] == ["amounts"]
    for path in ("/orders", f"/orders/{order}", "/payments"):
        shown = await api.get(path, role="support")
        assert shown.status == 200
        assert b"Aminata" not in shown.body, path
        assert b"+22177" not in shown.body, path
        assert b"Aminata" in (await api.get(path)).body
    for path in ("/customers", "/conversations", "/invoices/1/pdf"):
        assert (await api.get(path, role="support")).status == 403
    both = {"minutes": 60, "scopes": ["amounts", "customers"]}
    await api.post(f"/users/{number}/grant", both)
    assert b"Aminata" in (await api.get("/orders", role="support")).body
    assert (await api.post(f"/users/{number}/grant", {"minutes": 60, "scopes": []})).status == 422


async def test_where_one_logged_in_before_strangers_use_up_no_tries() -> None:
    """The account's bucket is emptied from elsewhere; who has logged in at home has one of their own there."""
    gate = Gate(ManualClock())
    gate.knows("41.82.14.7", "Awa@teranga.sn")
    for number in range(BURST_PER_ACCOUNT):
        gate.pass_one(f"45.1.2.{number}", "awa@teranga.sn")
    with pytest.raises(BadRequest):
        gate.pass_one("45.1.3.1", "awa@teranga.sn")
    for _ in range(BURST_PER_ACCOUNT):
        gate.pass_one("41.82.14.7", " AWA@teranga.sn")
    with pytest.raises(BadRequest):
        gate.pass_one("41.82.14.7", "awa@teranga.sn")
