"""Answers kept ready: found by what is typed, worded for whom they are for, refused where they could not be sent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.conversations import canned, outgoing
from core.kernel.errors import Forbidden, NotFound, Refused
from tests.support.talking import Chat, chat


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[Chat]:
    with chat(tmp_path) as opened:
        yield opened


def save(talk: Chat, shortcut: str, text: str, language: str = "fr") -> int:
    return talk.shop.engine.call(lambda tx: canned.save(tx, shortcut, language, text), actor="seller")


def found(talk: Chat, typed: str, language: str = "fr") -> list[tuple[str, str]]:
    every = talk.shop.engine.read(canned.every)
    return [(one.shortcut, one.language) for one in canned.matching(every, typed, language)]


def test_kept_changed_removed(talk: Chat) -> None:
    first = save(talk, "/Merci", "Merci {name} !")
    assert save(talk, "merci", "Merci beaucoup {name} !") == first
    save(talk, "merci", "Misaotra {name} !", "mg")
    every = talk.shop.engine.read(canned.every)
    assert [(one.shortcut, one.language) for one in every] == [("merci", "fr"), ("merci", "mg")]
    talk.shop.engine.call(lambda tx: canned.remove(tx, first), actor="seller")
    with pytest.raises(NotFound):
        talk.shop.engine.call(lambda tx: canned.remove(tx, first), actor="seller")
    kinds = [row[0] for row in talk.rows("SELECT kind FROM journal WHERE kind LIKE 'Canned%' ORDER BY seq")]
    assert kinds == ["CannedSaved", "CannedSaved", "CannedSaved", "CannedRemoved"]


def test_found_by_its_begin_first_in_the_customers_language(talk: Chat) -> None:
    save(talk, "merci", "Merci !")
    save(talk, "merci", "Misaotra !", "mg")
    save(talk, "livraison", "Nous livrons à Thiès le samedi.")
    save(talk, "remerci", "Encore merci")
    assert found(talk, "") == [("livraison", "fr"), ("merci", "fr"), ("remerci", "fr")]
    assert found(talk, "/MER") == [("merci", "fr"), ("remerci", "fr")]
    assert found(talk, "mer", "mg") == [("merci", "mg"), ("remerci", "fr")]
    assert found(talk, "samedi") == [("livraison", "fr")], "by its words too"
    assert found(talk, "zzz") == []


@pytest.mark.parametrize("shortcut", ["", "/", "deux mots", "x" * 33, "-a", "été!"])
def test_what_cannot_be_typed_is_no_shortcut(talk: Chat, shortcut: str) -> None:
    with pytest.raises(Refused):
        save(talk, shortcut, "Merci")


def test_accents_do_not_matter(talk: Chat) -> None:
    save(talk, "été", "Soldes")
    assert found(talk, "ete") == found(talk, "été") == [("ete", "fr")]


@pytest.mark.parametrize(
    "text", ["", "  ", "Prix : {price}", "{", "a } b", "{name!r}", "{name.__class__}", "{name:>10}", "{0}", "x" * 3897]
)
def test_what_could_not_be_sent_is_refused(talk: Chat, text: str) -> None:
    with pytest.raises(Refused):
        save(talk, "merci", text)


def test_a_language_nobody_speaks_is_refused(talk: Chat) -> None:
    with pytest.raises(Refused):
        save(talk, "merci", "Danke", "de")


def test_a_store_keeps_so_many(talk: Chat) -> None:
    for number in range(canned.MOST):
        talk.shop.engine.call(lambda tx, n=number: canned.save(tx, f"a{n}", "fr", "Merci"))  # type: ignore[misc]
    with pytest.raises(Refused):
        save(talk, "merci", "Merci")
    save(talk, "a1", "Merci bien")


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        ("Merci {name} !", "Awa Ndour", "Merci Awa !"),
        ("Merci {name} !", "", "Merci !"),
        ("{name}, merci de ta visite chez {shop}.", "", "merci de ta visite chez Téranga."),
        ("Bonsoir{name}", "  ", "Bonsoir"),
        ("{shop}", "Awa", "Téranga"),
        ("{{ouvert}} {name}", "{shop}", "{ouvert} {shop}"),
    ],
)
def test_filled_in(text: str, name: str, said: str) -> None:
    assert canned.filled(text, name, "Téranga") == said


@given(st.text(max_size=80), st.text(max_size=80))
def test_whatever_people_are_called_it_can_be_sent(name: str, shop: str) -> None:
    said = canned.filled("Bonjour {name}, ici {shop}. " + "x" * 3860, name, shop)
    assert outgoing.text(said).preview


def test_who_may_not_set_up_the_store_keeps_no_answers(talk: Chat) -> None:
    insert = "INSERT INTO account(email, hash, role, created_at) VALUES('c@t.sn', 'none', 'cashier', 0)"
    account = talk.shop.engine.call(lambda tx: tx.insert(insert))
    with pytest.raises(Forbidden):
        talk.shop.engine.call(lambda tx: canned.save(tx, "merci", "fr", "Merci"), actor=f"account:{account}")
