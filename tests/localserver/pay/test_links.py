"""A link is genuine to the last byte, or it is nothing: and nothing tells why."""

from __future__ import annotations

import base64
import random
import string
from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from core.kernel.ids import new_nonce
from core.orders.events import OrderPaid
from core.paylinks.links import LENGTH, Links
from tests.support.payshop import PayShop

KEY = bytes(range(32))
LINKS = Links(KEY, "boutique")
ALPHABET = string.ascii_letters + string.digits + "-_"
nonces = st.binary(min_size=12, max_size=12)


@given(nonces)
def test_a_token_stands_for_its_nonce_and_shows_nothing_else(nonce: bytes) -> None:
    token = LINKS.token(nonce)
    assert len(token) == LENGTH
    assert set(token) <= set(ALPHABET)
    assert LINKS.nonce(token) == nonce


@given(nonces, st.integers(0, LENGTH - 1), st.characters())
def test_any_other_character_anywhere_is_another_link(nonce: bytes, at: int, character: str) -> None:
    token = LINKS.token(nonce)
    changed = token[:at] + character + token[at + 1 :]
    assert (LINKS.nonce(changed) == nonce) == (changed == token)
    assert changed == token or LINKS.nonce(changed) is None


@given(nonces, st.integers(0, LENGTH), st.text(min_size=1, max_size=3))
def test_nothing_can_be_put_in_or_taken_out(nonce: bytes, at: int, text: str) -> None:
    token = LINKS.token(nonce)
    assert LINKS.nonce(token[:at] + text + token[at:]) is None
    assert LINKS.nonce(token[:at]) is None or at == LENGTH


def test_the_spare_bits_of_the_last_character_count_too() -> None:
    """28 bytes leave two unused bits in base64: other spellings of the same bytes are refused."""
    token = LINKS.token(new_nonce())
    raw = base64.urlsafe_b64decode(token + "==")
    twins = [t for c in ALPHABET if base64.urlsafe_b64decode((t := token[:-1] + c) + "==") == raw and t != token]
    assert len(twins) == 15
    assert [LINKS.nonce(twin) for twin in twins] == [None] * 15


@given(nonces)
def test_another_store_or_another_key_makes_another_link(nonce: bytes) -> None:
    token = LINKS.token(nonce)
    assert Links(KEY, "autre").nonce(token) is None
    assert Links(bytes(32), "boutique").nonce(token) is None


# -- over the wire -----------------------------------------------------------------------------------------------


def answer(status: int, headers: Mapping[str, str], body: str) -> tuple[object, ...]:
    """Everything a stranger can see but the time of day."""
    return status, sorted((k, v) for k, v in headers.items() if k != "Date"), body


async def test_one_refusal_for_forged_foreign_and_used_links(open_shop: PayShop) -> None:
    shop = open_shop
    held, used, ended, dropped = (shop.bag() for _ in range(4))
    await shop.pay(used)
    assert shop.state(used) == "paid"
    shop.shop.engine.call(lambda tx: shop.shop.orders.cancel(tx, dropped, "seller"))
    shop.shop.engine.call(lambda tx: shop.shop.orders.expire(tx, ended))
    seen = set()
    means = {"method": "sandbox.wave"}
    for order in (used, ended, dropped):
        seen.add(repr(answer(*await shop.post(f"/p/{shop.token(order)}/pay", means))))
    foreign = Links(KEY, "another store").token(new_nonce())
    unknown = shop.shop.links.token(new_nonce())  # rightly signed, but of no order
    for token in (foreign, unknown, "x", "é" * LENGTH, "A" * LENGTH, "%00" * 12, "A" * 4000):
        seen.add(repr(answer(*await shop.post(f"/p/{token}/pay", means))))
        seen.add(repr(answer(*await shop.get(f"/p/{token}"))))
        seen.add(repr(answer(*await shop.get(f"/p/{token}/status"))))
        seen.add(repr(answer(*await shop.get(f"/p/{token}/events"))))
    draw = random.Random(4)
    token = shop.token(held)
    for at in range(LENGTH):
        for character in draw.sample([c for c in ALPHABET if c != token[at]], 3):
            forged = token[:at] + character + token[at + 1 :]
            seen.add(repr(answer(*await shop.get(f"/p/{forged}"))))
    assert len(seen) == 1
    (only,) = seen
    assert only.startswith("(404,")
    assert "Déjà payé" in only
    assert 'href="."' in only
    assert shop.value("SELECT count(*) FROM attempt WHERE order_id = ?", held) == 0
    assert (await shop.get(f"/p/{token}"))[0] == 200


async def test_a_used_link_still_shows_what_became_of_it(open_shop: PayShop) -> None:
    order = open_shop.bag()
    await open_shop.pay(order)
    status, _, refused = await open_shop.post(f"/p/{open_shop.token(order)}/pay", {"method": "sandbox.wave"})
    assert status == 404
    status, headers, _ = await open_shop.get(f"/p/{open_shop.token(order)}/?lang=fr")  # where « Voir l’état » leads
    assert (status, headers["Location"]) == (308, f"../{open_shop.token(order)}?lang=fr")
    status, _, page = await open_shop.get(f"/p/{open_shop.token(order)}")
    assert status == 200
    assert "Paiement confirmé" in page
    assert open_shop.token(order) not in refused
    paid = [
        e
        for e in open_shop.shop.engine.read(lambda r: r.all("SELECT kind FROM journal ORDER BY seq"))
        if e == ("OrderPaid",)
    ]
    assert len(paid) == 1, OrderPaid


async def test_the_refusal_speaks_the_reader_s_language_not_the_customer_s(open_shop: PayShop) -> None:
    """The customer's language would tell that the link is genuine."""
    order = open_shop.bag(language="mg")
    await open_shop.pay(order)
    path = f"/p/{open_shop.token(order)}/pay"
    assert "Ce lien ne peut pas" in (await open_shop.post(path))[2]
    assert "ity rohy ity" in (await open_shop.post(path + "?lang=mg"))[2]
    assert "This link cannot" in (await open_shop.post(path, headers={"Accept-Language": "en-GB"}))[2]
