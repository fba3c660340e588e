"""Taking over, notes, answers kept ready and figures over HTTP."""

from __future__ import annotations

from core.conversations import threads
from core.kernel.clock import MINUTE
from tests.support.apishop import ApiShop

FR = {"Accept-Language": "fr"}


def waiting(api: ApiShop, reason: str = "question", number: int = 1, text: str = "vous livrez à Thiès ?") -> int:
    thread = api.conversation(api.customer(number), text)
    api.run(lambda tx: threads.escalate(tx, thread, reason))
    return thread


async def test_the_queue_tells_what_each_is_about(api: ApiShop) -> None:
    api.order(api.product("ROBE1"))
    first = waiting(api)
    api.clock.advance(3 * MINUTE)
    second = waiting(api, "complaint", 2, "c’est nul")
    items = (await api.get("/conversations/queue", headers=FR)).json["items"]
    assert [item["conversation"]["id"] for item in items] == [second, first]
    case = items[1]
    assert case["why"] == "Demande ce que vous seul savez."
    assert case["summary"] == "Demande une livraison à Thiès"
    assert case["facts"] == [{"code": "delivery_to", "what": "Thiès", "count": 0}]
    assert case["waiting_seconds"] == 180
    assert case["order"]["summary"] == "1 × ROBE1"
    assert case["order"]["total"] == {"amount": 15_000, "currency": "XOF"}
    assert case["order"]["seconds_left"] == 420
    assert (case["score"], case["tier"], case["advice"]) == (50, "bronze", "normal")
    assert case["taken_at"] is None
    english = (await api.get(f"/conversations/{first}", headers={"Accept-Language": "en"})).json
    assert english["summary"] == "Asks for delivery to Thiès"
    assert len((await api.get("/conversations/queue?limit=1")).json["items"]) == 1


async def test_taken_over_given_back_resolved(api: ApiShop) -> None:
    thread = waiting(api)
    taken = (await api.post(f"/conversations/{thread}/take-over", role="cashier")).json
    assert taken["conversation"]["need"] == "seller"
    assert (taken["taken_by"], taken["place"]) == ("cashier@teranga.sn", "api")
    assert taken["conversation"]["resume_at"] == "2026-11-20T22:46:00.000Z"
    back = (await api.post(f"/conversations/{thread}/resume")).json
    assert (back["conversation"]["need"], back["taken_by"]) == ("bot", None)
    assert (await api.post(f"/conversations/{thread}/resume")).status == 200, "again changes nothing"
    done = (await api.post(f"/conversations/{thread}/resolve")).json
    assert done["conversation"]["closed_at"] == "2026-11-20T21:46:00.000Z"
    kinds = "SELECT group_concat(kind, ' ') FROM (SELECT kind FROM journal WHERE actor LIKE 'account:%' ORDER BY seq)"
    assert api.value(kinds) == "TakenOver GivenBack Resolved"
    assert (await api.post("/conversations/77/take-over")).status == 404


async def test_a_reply_moves_the_bots_return(api: ApiShop) -> None:
    thread = waiting(api)
    await api.post(f"/conversations/{thread}/take-over")
    api.clock.advance(30 * MINUTE)
    await api.post("/wa/send", {"conversation_id": thread, "text": "Oui, demain."})
    shown = (await api.get(f"/conversations/{thread}")).json
    assert shown["conversation"]["resume_at"] == "2026-11-20T23:16:00.000Z"
    assert shown["waiting_seconds"] is None


async def test_support_neither_takes_over_nor_reads(api: ApiShop) -> None:
    thread = waiting(api)
    for verb in ("take-over", "resume", "resolve"):
        assert (await api.post(f"/conversations/{thread}/{verb}", role="support")).status == 403
    for path in ("queue", "figures", "handovers", f"{thread}", f"{thread}/notes"):
        assert (await api.get(f"/conversations/{path}", role="support")).status == 403
    assert (await api.post(f"/conversations/{thread}/notes", {"text": "x"}, role="support")).status == 403
    assert (await api.get("/canned-answers", role="support")).status == 403


async def test_notes(api: ApiShop) -> None:
    thread = waiting(api)
    made = await api.post(f"/conversations/{thread}/notes", {"text": "préfère le samedi"}, role="cashier", key="n1")
    again = await api.post(f"/conversations/{thread}/notes", {"text": "préfère le samedi"}, role="cashier", key="n1")
    assert made.status == 201
    assert (
        made.json
        == again.json
        == {
            "id": 1,
            "conversation_id": thread,
            "text": "préfère le samedi",
            "author": "cashier@teranga.sn",
            "written_at": "2026-11-20T21:46:00.000Z",
        }
    )
    assert (await api.get(f"/conversations/{thread}/notes")).json == {"items": [made.json]}
    assert api.value("SELECT count(*) FROM outbox") == 0
    assert (await api.post(f"/conversations/{thread}/notes", {"text": ""})).status == 422
    assert (await api.post(f"/conversations/{thread}/notes", {"text": " "})).status == 409
    assert (await api.ask("DELETE", "/notes/1")).status == 204
    assert (await api.ask("DELETE", "/notes/1")).status == 404
    assert (await api.get("/conversations/77/notes")).status == 404


async def test_answers_kept_ready(api: ApiShop) -> None:
    thread = waiting(api)
    body = {"shortcut": "/Merci", "text": "Merci {name}, à bientôt chez {shop} !"}
    kept = await api.post("/canned-answers", body)
    assert kept.json == {"id": 1, "shortcut": "merci", "language": "fr", "text": body["text"]}
    assert (await api.post("/canned-answers", {**body, "text": "{price}"})).status == 409
    assert (await api.post("/canned-answers", {**body, "language": "de"})).status == 422
    assert (await api.post("/canned-answers", body, role="cashier")).status == 403
    assert (await api.get("/canned-answers", role="cashier")).json["items"] == [kept.json]
    ready = (await api.get(f"/conversations/{thread}/ready-answers?find=mer", role="cashier")).json["items"]
    assert [one["text"] for one in ready] == ["Merci Aminata, à bientôt chez Boutique Téranga !"]
    assert (await api.get(f"/conversations/{thread}/ready-answers?find=zzz")).json["items"] == []
    assert (await api.ask("DELETE", "/canned-answers/1")).status == 204
    assert (await api.ask("DELETE", "/canned-answers/1")).status == 404


async def test_figures_and_the_rows_behind_them(api: ApiShop) -> None:
    thread = waiting(api)
    api.clock.advance(2 * MINUTE)
    await api.post("/wa/send", {"conversation_id": thread, "text": "Oui, demain."})
    api.clock.advance(3 * MINUTE)
    await api.post(f"/conversations/{thread}/resolve")
    shown = (await api.get("/conversations/figures?days=1")).json
    assert shown["questions"] == shown["by_person"] == 1
    assert (shown["automatic_percent"], shown["escalation_percent"]) == (0, 100)
    assert shown["first_answers"] == {"count": 1, "mean_seconds": 120, "median_seconds": 120}
    assert shown["resolutions"]["mean_seconds"] == 300
    assert shown["reasons"] == [{"reason": "question", "count": 1}]
    (row,) = (await api.get("/conversations/handovers?days=1")).json["items"]
    assert (row["conversation_id"], row["reason"], row["ended"], row["resolution_seconds"]) == (
        thread,
        "question",
        "resolved",
        300,
    )
    assert (await api.get("/conversations/figures?days=0")).status == 422
