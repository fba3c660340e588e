"""A person's word on a declaration: again, at once, or taken there by hand; never a yes that did not come."""

from __future__ import annotations

import csv
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.accounts import service as accounts
from core.accounts.guard import actor_of
from core.adapters.certified.handing import LIST, Handed, hand_over
from core.invoices import credits
from core.kernel.errors import EnvironmentProblem, Forbidden, NotFound, Refused
from core.storage import journal
from tests.contract.certified.test_platforms import Desk, _desk


@pytest.fixture
async def benin(tmp_path: Path) -> AsyncIterator[Desk]:
    async for desk in _desk(tmp_path, "BJ"):  # no IFU was entered: refused
        yield desk


@pytest.fixture
async def ivory(tmp_path: Path) -> AsyncIterator[Desk]:
    async for desk in _desk(tmp_path, "CI"):
        yield desk


def again(desk: Desk, kind: str = "invoice", number: int = 1, actor: str = "seller") -> None:
    desk.shop.engine.call(lambda tx: desk.shop.clerk.retry(tx, kind, number), actor=actor)


def hand(desk: Desk, folder: Path) -> Handed:
    return desk.shop.engine.read(lambda r: hand_over(r, folder, desk.shop.country.zone, lambda text: text))


async def test_a_refused_one_is_told_again_as_it_is_now(benin: Desk) -> None:
    benin.sell()
    benin.connect()
    await benin.shop.clerk.round()
    assert benin.paper().state == "refused"
    again(benin)
    assert (benin.paper().state, benin.paper().error, benin.paper().uid) == ("prepared", None, None)
    await benin.shop.clerk.round()
    assert (benin.paper().state, benin.paper().error) == ("refused", "IFU inconnu")  # nothing was mended
    assert benin.shop.engine.read(journal.verify).intact


async def test_what_is_on_its_way_is_asked_for_at_once(ivory: Desk) -> None:
    ivory.sell()
    ivory.connect()
    ivory.there.trouble = [401]
    await ivory.shop.clerk.round()
    assert (ivory.paper().state, ivory.paper().attempts) == ("queued", 1)
    await ivory.shop.clerk.round()  # not before its time
    assert ivory.paper().state == "queued"
    again(ivory)
    await ivory.shop.clerk.round()
    assert ivory.paper().state == "accepted"
    with pytest.raises(Refused, match="accepted"):
        again(ivory)
    assert len(ivory.there.signed) == 1


async def test_a_lost_one_is_told_again_only_by_a_persons_word(ivory: Desk) -> None:
    ivory.sell()
    ivory.connect()
    ivory.there.trouble = ["cut"]
    await ivory.shop.clerk.round()
    assert ivory.paper().state == "sent"
    again(ivory)
    assert (ivory.paper().state, ivory.paper().answer) == ("prepared", None)
    await ivory.shop.clerk.round()
    assert ivory.paper().state == "accepted"


async def test_what_cannot_be_said_there_stays_as_it_is(ivory: Desk) -> None:
    ivory.sell()
    terms = ivory.shop.papers.terms()
    ivory.shop.engine.call(lambda tx: credits.credit(tx, 1, 5_000, "", terms))
    with pytest.raises(Refused, match="certified before"):
        again(ivory, "credit_note")
    obstacle = ivory.shop.engine.read(lambda r: ivory.shop.clerk.obstacle(r, "credit_note", 1))
    assert obstacle is not None
    assert "certified before" in str(obstacle)
    ivory.shop.settings.set("certification.enabled", "no")
    for kind, number, error in (("invoice", 1, Refused), ("invoice", 9, NotFound)):
        with pytest.raises(error):
            again(ivory, kind, number)
    assert ivory.paper().state == "prepared"


async def test_a_cashier_tells_no_platform(ivory: Desk) -> None:
    ivory.sell()
    accounts.save(ivory.shop.engine, "fatou@teranga.sn", "correct horse battery", "owner", "console")
    cashier = accounts.save(ivory.shop.engine, "awa@teranga.sn", "correct horse battery", "cashier", "console")
    with pytest.raises(Forbidden):
        again(ivory, actor=actor_of(cashier))


async def test_payloads_are_taken_there_by_hand_and_nothing_is_claimed(ivory: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "declarations"
    with pytest.raises(Refused, match="No declaration waits"):
        hand(ivory, folder)
    assert not folder.exists()
    ivory.sell()
    ivory.sell()
    terms = ivory.shop.papers.terms()
    ivory.shop.engine.call(lambda tx: credits.credit(tx, 1, None, "", terms))
    assert hand(ivory, folder) == Handed(2, 1)
    assert sorted(path.name for path in folder.iterdir()) == ["FA-2026-00001.json", "FA-2026-00002.json", LIST]
    assert json.loads((folder / "FA-2026-00001.json").read_text("utf-8")) == ivory.paper().payload
    with (folder / LIST).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert [(row["Number"], row["File"]) for row in rows] == [
        ("FA-2026-00001", "FA-2026-00001.json"),
        ("FA-2026-00002", "FA-2026-00002.json"),
        ("AV-2026-00001", ""),
    ]
    assert "certified before" in rows[2]["Why not"]
    assert [ivory.paper(number=n).state for n in (1, 2)] == ["prepared", "prepared"]
    (tmp_path / "file").write_text("")
    with pytest.raises(EnvironmentProblem):
        hand(ivory, tmp_path / "file")
