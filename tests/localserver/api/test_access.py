"""Who may come in, and to what: the token, every route for every role, and the rate of logins."""

from __future__ import annotations

from itertools import product

import pyotp
import pytest

from core.accounts import service as accounts
from core.accounts.rules import LOCK_MS, ROLES, TOKEN_MS, may
from core.kernel.clock import MINUTE
from localserver.api.door import Route
from localserver.api.gate import BURST_OF_REQUESTS, BURST_PER_ACCOUNT, BURST_PER_ADDRESS
from localserver.api.routes import ROUTES
from tests.support.apishop import PASSWORD, ApiShop

OWNER = {"email": "owner@teranga.sn", "password": PASSWORD}


async def status_of(api: ApiShop, route: Route, headers: dict[str, str]) -> tuple[int, str]:
    """Only the head of the answer is read: a stream has no end."""
    url = f"{api.url}/api/v1{route.path.replace('{id}', '1')}"
    async with api.client.request(route.method, url, headers=headers) as reply:
        return reply.status, reply.headers.get("WWW-Authenticate", "")


async def test_every_route_for_every_role(api: ApiShop) -> None:
    """403 exactly where the table of rights says so: no role is let in by a forgotten check, none shut out."""
    found, wanted = {}, {}
    for route, role in product(ROUTES, ROLES):
        if route.right is not None and route.path != "/logout":  # which ends the very token
            status, _ = await status_of(api, route, {"Authorization": f"Bearer {api.token(role)}"})
            assert status != 401
            if route.path == "/users/{id}/sessions":
                api.tokens.clear()  # it ended those of the first account
            found[(route.method, route.path, role)] = status == 403
            wanted[(route.method, route.path, role)] = not may(role, route.right)
    assert found == wanted
    assert {role for (*_, role), refused in found.items() if refused} == {"manager", "cashier", "support"}


async def test_without_a_token_every_door_is_shut_and_says_how_it_opens(api: ApiShop) -> None:
    for route in ROUTES:
        status, challenge = await status_of(api, route, {})
        if route.right is None:
            assert status != 401 or route.path == "/login"
        else:
            assert (route.path, status, challenge) == (route.path, 401, 'Bearer realm="LivePay"')


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer x",
        "Basic b3duZXI6cGFzcw==",
        "Bearer " + "a" * 7000,
        "Bearer 'OR 1=1--",
        "Bearer é\xff",
        "Token {token}",
        "{token}",
        "Bearer {token}x",
        "Bearer {token} {token}",
    ],
)
async def test_a_malformed_token_is_refused_like_any_other(api: ApiShop, header: str) -> None:
    sent = header.replace("{token}", api.token())
    refused = await api.get("/products", role=None, headers={"Authorization": sent})
    assert refused.status == 401
    assert refused.json["title"] == "Unauthorized"


async def test_the_scheme_is_written_as_one_likes(api: ApiShop) -> None:
    reply = await api.get("/products", role=None, headers={"Authorization": f"bEARER  {api.token()}"})
    assert reply.status == 200


async def test_a_token_ends_with_its_time(api: ApiShop) -> None:
    api.token()
    api.clock.advance(TOKEN_MS - 1)
    assert (await api.get("/products")).status == 200
    api.clock.advance(1)
    assert (await api.get("/products")).status == 401


async def test_a_new_password_ends_the_tokens_of_the_old_one(api: ApiShop) -> None:
    api.token()
    accounts.save(api.shop.engine, "owner@teranga.sn", "another horse", "owner")
    assert (await api.get("/products")).status == 401


async def test_login_gives_a_token_that_works(api: ApiShop) -> None:
    api.account("manager")
    reply = await api.post("/login", {"email": "MANAGER@teranga.sn", "password": PASSWORD, "otp": "123456"}, role=None)
    assert reply.status == 200
    assert reply.json["role"] == "manager"
    assert reply.json["expires_at"] == "2026-11-21T09:46:00.000Z"
    headers = {"Authorization": f"Bearer {reply.json['token']}"}
    assert (await api.get("/products", role=None, headers=headers)).status == 200


async def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(api: ApiShop) -> None:
    api.account()
    wrong = await api.post("/login", OWNER | {"password": "wrong"}, role=None)
    unknown = await api.post("/login", {"email": "nobody@teranga.sn", "password": "wrong"}, role=None)
    assert (wrong.status, wrong.body) == (unknown.status, unknown.body) == (401, wrong.body)
    assert wrong.headers["WWW-Authenticate"]


async def test_five_wrong_passwords_lock_the_account_for_a_while(api: ApiShop) -> None:
    api.account()
    for _ in range(5):
        assert (await api.post("/login", OWNER | {"password": "wrong"}, role=None)).status == 401
    assert (await api.post("/login", OWNER, role=None)).status == 401
    api.clock.advance(LOCK_MS + MINUTE)
    assert (await api.post("/login", OWNER, role=None)).status == 200


async def test_one_account_and_one_address_may_try_only_so_often(api: ApiShop) -> None:
    for number in range(BURST_PER_ADDRESS):
        email = "one@teranga.sn" if number < BURST_PER_ACCOUNT else f"{number}@teranga.sn"
        assert (await api.post("/login", {"email": email, "password": "x"}, role=None)).status == 401
        if number == BURST_PER_ACCOUNT - 1:
            again = await api.post("/login", {"email": "ONE@teranga.sn", "password": "x"}, role=None)
            assert again.status == 429
            api.clock.advance(MINUTE // 10)  # the address has one more
    refused = await api.post("/login", {"email": "last@teranga.sn", "password": "x"}, role=None)
    assert (refused.status, refused.headers["Retry-After"]) == (429, "6")
    api.clock.advance(MINUTE // 10)
    assert (await api.post("/login", {"email": "last@teranga.sn", "password": "x"}, role=None)).status == 401


async def test_the_journal_keeps_who_acted_and_no_address(api: ApiShop) -> None:
    await api.post("/live", {})
    actors = api.shop.engine.read(lambda r: r.all("SELECT DISTINCT actor FROM journal WHERE kind = 'LiveStarted'"))
    assert actors == [(f"account:{api.value('SELECT id FROM account')}",)]
    assert api.value("SELECT count(*) FROM journal WHERE data LIKE '%teranga%' OR actor LIKE '%@%'") == 0


async def test_a_session_ends_when_it_is_told_to(api: ApiShop) -> None:
    api.account("manager")
    who = {"email": "manager@teranga.sn", "password": PASSWORD}
    tokens = [(await api.post("/login", who, role=None)).json["token"] for _ in range(3)]
    first, second, third = ({"Authorization": f"Bearer {token}"} for token in tokens)
    open_ones = (await api.get("/sessions", role=None, headers=first)).json["items"]
    assert len(open_ones) == 3
    assert [one["current"] for one in open_ones] == [False, False, True]
    assert (await api.ask("DELETE", f"/sessions/{open_ones[0]['id']}", role=None, headers=first)).status == 204
    assert (await api.get("/products", role=None, headers=third)).status == 401
    assert (await api.ask("DELETE", f"/sessions/{open_ones[0]['id']}", role=None, headers=first)).status == 404
    assert (await api.post("/logout", role=None, headers=second)).status == 204
    assert (await api.get("/products", role=None, headers=second)).status == 401
    assert (await api.get("/products", role=None, headers=first)).status == 200
    assert (await api.ask("DELETE", f"/sessions/{open_ones[2]['id']}")).status == 404  # somebody else's


async def test_an_owner_sets_a_second_factor_and_logs_in_with_it(api: ApiShop) -> None:
    api.account()
    due = (await api.post("/login", OWNER, role=None)).json["second_factor_due"]
    assert due > "2026"
    offered = (await api.post("/otp")).json
    app = pyotp.parse_uri(offered["uri"])
    assert isinstance(app, pyotp.TOTP)
    assert (await api.post("/otp/confirm", {"code": "000000"})).status == 409
    now = api.shop.clock.now() // 1000
    confirmed = await api.post("/otp/confirm", {"code": app.at(now)})
    assert (confirmed.status, len(set(confirmed.json["codes"]))) == (200, 10)
    assert (await api.post("/login", OWNER, role=None)).status == 401
    later = await api.post("/login", {**OWNER, "otp": app.at(now + 30)}, role=None)
    assert later.status == 200
    assert later.json["second_factor_due"] is None


async def test_support_sees_what_an_owner_lends_and_only_for_so_long(api: ApiShop) -> None:
    assert (await api.get("/orders", role="support")).status == 403
    people = (await api.get("/users")).json["items"]
    support = next(person["id"] for person in people if person["role"] == "support")
    assert (await api.post(f"/users/{support}/grant", {"minutes": 60}, role="manager")).status == 403
    assert (await api.post(f"/users/{support}/grant", {"minutes": 60})).status == 204
    assert (await api.get("/orders", role="support")).status == 200
    assert (await api.post("/live", {"title": "Ce soir"}, role="support")).status == 403
    people = (await api.get("/users")).json["items"]
    assert [person["role"] for person in people if person["looks_until"]] == ["support"]
    assert (await api.post(f"/users/{support}/grant", {"minutes": 0})).status == 204
    assert (await api.get("/orders", role="support")).status == 403
    assert (await api.post("/users/99/grant", {"minutes": 5})).status == 404
    assert (await api.post(f"/users/{support}/grant", {"minutes": 1441})).status == 422


async def test_one_account_cannot_ask_without_end(api: ApiShop) -> None:
    statuses = [(await api.get("/products?limit=1", role="cashier")).status for _ in range(BURST_OF_REQUESTS + 1)]
    assert set(statuses[:-1]) == {200}
    assert statuses[-1] == 429
    assert (await api.get("/products?limit=1", role="manager")).status == 200
