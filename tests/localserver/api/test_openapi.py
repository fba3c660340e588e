"""The OpenAPI document describes the server, and schemathesis finds the server to be as described."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args

import pytest
from msgspec import UNSET

from core.accounts import service as accounts
from core.accounts.rules import ROLES
from core.bootstrap import Shop, create_store, open_shop
from core.catalogue.rules import ProductFields
from core.catalogue.service import add
from core.conversations import threads
from core.customers.service import Identity, recognise
from core.kernel.clock import ManualClock
from core.live import service as live
from core.orders.rules import CHOICES, STATES, TRANSITIONS
from core.orders.service import SOURCES, Wanted
from core.orders.settling import settle
from core.quotes import service as quotes
from core.quotes.rules import QuoteLine
from core.storage.engine import Tx
from core.storage.folder import Home
from localserver.api import answers
from localserver.api.description import describe
from localserver.api.routes import ROUTES
from localserver.api.stream import TELLS
from localserver.runner import ServerThread
from tests.localserver.api.schemathesis_hooks import SEEDED
from tests.support.apishop import EVENING, PASSWORD, ApiShop

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = 8
DOCUMENT: dict[str, Any] = json.loads(describe(ROUTES))


async def test_the_document_is_served_to_everybody(api: ApiShop) -> None:
    reply = await api.get("/openapi.json", role=None)
    assert reply.status == 200
    assert reply.json == DOCUMENT
    assert reply.json["openapi"].startswith("3.1")


def test_every_route_is_described_once() -> None:
    described = {(method.upper(), path) for path, item in DOCUMENT["paths"].items() for method in item}
    assert described == {(route.method, route.path) for route in ROUTES}
    names = [operation["operationId"] for item in DOCUMENT["paths"].values() for operation in item.values()]
    assert len(names) == len(set(names)) == len(ROUTES)


def test_every_event_of_the_stream_is_described_with_its_object() -> None:
    answer = DOCUMENT["paths"]["/events"]["get"]["responses"]["200"]["content"]["text/event-stream"]
    told = {name: ref["$ref"].rpartition("/")[2] for name, ref in answer["x-events"].items()}
    assert told == {name: shape.__name__ for name, shape in TELLS.items()}
    assert {"credit_note": "CreditNote", "receipt": "Receipt", "invoice": "Invoice"}.items() <= told.items()


def test_every_reference_leads_somewhere() -> None:
    known = {f"#/components/schemas/{name}" for name in DOCUMENT["components"]["schemas"]}
    used = set()

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            used.update([value["$ref"]] if isinstance(value.get("$ref"), str) else [])
            for each in value.values():
                walk(each)
        elif isinstance(value, list):
            for each in value:
                walk(each)

    walk(DOCUMENT)
    assert used <= known
    assert known - used == set()


def test_an_order_has_the_fields_that_were_promised() -> None:
    promised = (
        "id reference state exception source session_id customer lines total reserved_at expires_at paid_at pay_url"
    )
    assert list(answers.Order.__struct_fields__[:13]) == promised.split()
    assert list(answers.OrderLine.__struct_fields__[:5]) == "product_id sku title quantity unit_price".split()
    assert set(answers.Order.__struct_defaults__ + answers.OrderLine.__struct_defaults__) == {UNSET}  # the rest
    assert list(answers.Person.__struct_fields__) == "id name phone".split()


def test_the_words_of_the_api_are_those_of_the_shop() -> None:
    assert get_args(answers.Source) == SOURCES
    assert set(get_args(answers.OrderState)) == set(STATES) == {s for s, _ in TRANSITIONS}
    assert set(get_args(answers.Exceptional)) == set(CHOICES) - {"suspect"}
    assert get_args(answers.Role) == ROLES
    choice = DOCUMENT["components"]["schemas"]["Choice"]["properties"]["choice"]
    assert set(choice["enum"]) == {choice for choices in CHOICES.values() for choice in choices}


def _seed(shop: Shop) -> None:
    """A few of everything, so that drawn requests meet more than an empty shop."""

    def write(tx: Tx) -> None:
        live.start(tx, "Soirée wax")
        for number in range(1, SEEDED + 1):
            fields = ProductFields(f"ROBE{number}", f"ROBE{number}", f"Robe {number}", "", "", 15_000, 50, None)
            product = add(tx, fields)
            customer = recognise(tx, [Identity("phone", f"+2217700000{number:02d}")], f"Cliente {number}")
            order = shop.orders.claim(tx, customer, [Wanted(product, 2)], "tiktok").order_id
            thread = threads.thread_of(tx, customer)
            threads.add_message(tx, thread, "customer", "text", "Je prends la robe")
            threads.heard(tx, thread, tx.now)
            line = QuoteLine("Livraison", 1, 2_000)
            quotes.draft(tx, quotes.Wording((line,)), customer_id=customer, terms=shop.papers.terms())
            if number != 2 and order is not None:
                settle(tx, order, 30_000, "sandbox", 0)

    shop.engine.call(write)


@pytest.mark.timeout(600)
def test_schemathesis_finds_the_server_as_described(tmp_path: Path) -> None:
    """No 500, every answer as described, invalid requests refused and valid ones taken; few examples, a fixed seed."""
    home = Home(tmp_path)
    shop = open_shop(home, create_store(home, "Boutique Téranga", "SN").slug, ManualClock(EVENING))
    shop.settings.set("public_url", "https://pay.teranga.sn")
    accounts.save(shop.engine, "owner@teranga.sn", PASSWORD, "owner")
    token, _ = accounts.login(shop.engine, shop.factors, "owner@teranga.sn", PASSWORD)
    _seed(shop)
    server = ServerThread([shop])
    try:
        ran = _schemathesis(server.start(), token, tmp_path)
    finally:
        server.stop()
        shop.close()
    assert ran.returncode == 0, ran.stdout[-12_000:] + ran.stderr[-4_000:]
    assert f"Tested: {len(ROUTES) - 3}" in ran.stdout  # all but the endless stream, the way out and the document itself


def _schemathesis(url: str, token: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "run", f"{url}/api/v1/openapi.json"),
        *("--header", f"Authorization: Bearer {token}"),
        *("--checks", "all", "--phases", "examples,coverage,fuzzing,stateful", "--seed", "1"),
        *("--max-examples", str(EXAMPLES), "--workers", "1", "--no-color", "--generation-database", "none"),
        *("--request-timeout", "60"),
        *("--exclude-path", "/events"),  # a stream has no end: test_stream.py
        *("--exclude-path", "/logout"),  # ends the session of all the others: test_access.py
    ]
    env = os.environ | {"SCHEMATHESIS_HOOKS": "tests.localserver.api.schemathesis_hooks", "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=570, check=False)
