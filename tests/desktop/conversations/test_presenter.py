"""What list, head, banner and composer say; no window."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from msgspec.structs import replace

from core.catalogue.views import ProductView
from core.conversations.limits import TEXT
from core.conversations.sender import WINDOW, WINDOW_MARGIN
from core.conversations.views import OrderMark, ThreadRow
from core.kernel.clock import DAY, HOUR, MINUTE
from desktop.pages.conversations.presenter import ConversationPresenter
from desktop.pages.conversations.speaking import Speaking
from tests.desktop.conversations.conftest import narrow
from tests.desktop.conversations.store import at

NOW = at("21:55:30")


def row(**changes: Any) -> ThreadRow:
    made = ThreadRow(
        conversation_id=1,
        customer_id=1,
        name="Khady Sarr",
        phone="+221770000011",
        language="fr",
        need="bot",
        reason=None,
        unread=0,
        last_text="Votre tour",
        last_author="bot",
        last_at=at("21:46:00"),
        window_until=NOW + WINDOW,
        open_order_id=None,
    )
    return replace(made, **changes)


def product(available: int) -> ProductView:
    return ProductView(1, "SAC2", "SAC2", "Sac cuir marron", "", "", 22_000, available, 0, 8, None, True)


def mark(state: str, **times: Any) -> OrderMark:
    made = OrderMark(
        1,
        "LP-2026-1120-E4C8",
        state,
        "1 × SAC2, 2 × ROBE1",
        52_000,
        at("21:33:00"),
        at("21:43:00"),
        None,
        None,
        None,
        None,
    )
    return replace(made, **times)


# -- the list


@pytest.mark.parametrize(
    ("changes", "pill"),
    [
        ({"need": "escalated"}, ("À reprendre", "danger")),
        ({"need": "seller"}, ("Vous", "paid")),
        ({"open_order_id": 7}, ("Bot", "info")),
        ({}, None),
    ],
)
def test_a_row_says_who_has_to_speak(
    words: ConversationPresenter, changes: dict[str, Any], pill: tuple[str, str] | None
) -> None:
    found = words.row(row(**changes), NOW).pill
    assert (found and (found.text, found.role)) == pill


@pytest.mark.parametrize(
    ("changes", "preview", "icon"),
    [
        ({"last_text": "*Robe* à _15 000_"}, "Robe à 15 000", None),
        ({"last_text": "d’accord", "last_author": "seller"}, "Vous : d’accord", None),
        ({"last_text": "d’accord", "last_author": "phone"}, "Vous : d’accord", None),
        ({"last_text": "", "last_kind": "image", "last_author": "customer"}, "Photo", "image"),
        ({"last_text": "payé", "last_kind": "image", "last_author": "customer"}, "payé", "image"),
        ({"last_text": "", "last_kind": "audio", "last_author": "customer"}, "Message vocal", "mic"),
        ({"last_text": "caché", "last_kind": "revoked", "last_author": "customer"}, "Message retiré", "ban"),
        ({"last_text": "", "last_kind": "poll"}, "Message que seul le téléphone sait montrer", None),
        ({"need": "escalated", "asked": "quelqu’un ?"}, "« quelqu’un ? »", None),
        ({"need": "escalated", "asked": "", "last_kind": "audio"}, "Message vocal", "mic"),
    ],
)
def test_the_last_words_are_one_line_whatever_they_were(
    words: ConversationPresenter, changes: dict[str, Any], preview: str, icon: str | None
) -> None:
    text = words.row(row(**changes), NOW)
    assert (narrow(text.preview), text.icon) == (preview, icon)


@pytest.mark.parametrize(
    ("ago", "said"),
    [(9 * MINUTE, "21:46"), (DAY, "hier"), (3 * DAY, "mar."), (40 * DAY, "11/10"), (400 * DAY, "16/10/25")],
)
def test_times_are_as_short_as_is_clear(words: ConversationPresenter, ago: int, said: str) -> None:
    assert words.when(NOW - ago, NOW) == said


def test_somebody_without_a_name_is_called_by_number(words: ConversationPresenter) -> None:
    text = words.row(row(name=""), NOW)
    assert (narrow(text.name), text.initial) == ("+221 77 000 00 11", "")
    assert words.row(row(name="", phone=None), NOW).name == "Client inconnu"


def test_a_row_speaks_to_screen_readers(words: ConversationPresenter) -> None:
    said = words.row(row(need="escalated", unread=2, asked="allô"), NOW).said
    assert narrow(said) == "Khady S., À reprendre, 2 messages non lus, « allô », 21:46"


# -- the window of 24 hours


@pytest.mark.parametrize(
    ("left", "text", "role"),
    [
        (23 * HOUR + 51 * MINUTE + 59_999, "Fenêtre ouverte encore 23 h 51", "paid"),
        (2 * HOUR, "Fenêtre ouverte encore 2 h 00", "paid"),
        (2 * HOUR - 1, "Fenêtre ouverte encore 1 h 59", "waiting"),
        (59_999, "Fenêtre ouverte encore 0 min", "waiting"),
        (0, "Fenêtre fermée", "danger"),
        (-DAY, "Fenêtre fermée", "danger"),
    ],
)
def test_the_window_counts_down_turns_orange_and_closes(
    words: ConversationPresenter, left: int, text: str, role: str
) -> None:
    badge = words.window(row(window_until=NOW + WINDOW_MARGIN + left), NOW)
    assert (narrow(badge.text), badge.role) == (text, role)


def test_the_composer_locks_in_the_very_moment_in_which_sending_is_refused(words: ConversationPresenter) -> None:
    until = NOW + WINDOW_MARGIN
    assert words.composer(row(need="seller", window_until=until + 1), NOW).mode == "seller"
    assert words.composer(row(need="seller", window_until=until), NOW).mode == "closed"


def test_the_composer_says_who_is_speaking(words: ConversationPresenter) -> None:
    assert words.composer(row(), NOW).sentence == ("Le bot répond dans cette conversation. Prenez la main pour écrire.")
    assert words.composer(row(need="seller", open_order_id=4), NOW).order_id == 4
    closed = words.composer(row(window_until=NOW - DAY), NOW)
    assert closed.mode == "closed"
    assert closed.sentence.endswith("seul un modèle approuvé peut encore partir.")
    assert words.composer(row(window_until=None), NOW).mode == "never"
    assert words.window(row(window_until=None), NOW).text == "N’a jamais écrit"


# -- the banner


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        ("human", "Demande une personne."),
        ("not_understood", "Le bot n’a pas compris le dernier message."),
        ("media", "A envoyé quelque chose que le bot ne sait pas lire."),
        ("voice", "A envoyé un message vocal ; le bot ne sait pas écouter."),
        ("no_public_url", "Veut payer, mais la boutique n’a pas d’adresse publique : aucun lien ne s’ouvrirait."),
        ("old_message", "Ce message est arrivé avec plus de 12 heures de retard : le bot n’y a pas donné suite."),
        ("something new", "Le bot a besoin de vous ici."),
        (None, "Le bot a besoin de vous ici."),
    ],
)
def test_the_bot_says_why_it_hands_over(words: ConversationPresenter, reason: str | None, sentence: str) -> None:
    banner = Speaking(words).banner(row(need="escalated", reason=reason), (), NOW)
    assert banner is not None
    assert (banner.title, narrow(banner.sentence)) == ("Le bot vous passe la main", sentence)


@pytest.mark.parametrize(
    ("latest", "sentence"),
    [
        (mark("reserved"), "Commande SAC2, 2 × ROBE1 réservée jusqu’à 21 h 43."),
        (mark("expired", closed_at=at("21:43:06")), "Commande SAC2, 2 × ROBE1 expirée à 21 h 43."),
        (mark("paid", paid_at=at("21:40:00")), "Commande SAC2, 2 × ROBE1 payée à 21 h 40."),
        (mark("cancelled", closed_at=at("21:35:00")), "Commande SAC2, 2 × ROBE1 annulée à 21 h 35."),
        (mark("paid", paid_at=at("21:40:00", 12)), ""),
    ],
)
def test_the_banner_adds_where_todays_order_stands(
    words: ConversationPresenter, latest: OrderMark, sentence: str
) -> None:
    banner = Speaking(words).banner(row(need="escalated", reason="human"), (latest,), NOW)
    assert banner is not None
    assert narrow(banner.sentence) == f"Demande une personne. {sentence}".strip()


def test_there_is_no_banner_while_the_bot_copes(words: ConversationPresenter) -> None:
    assert Speaking(words).banner(row(), (), NOW) is None
    paused = Speaking(words).banner(row(need="seller", resume_at=NOW + 42 * MINUTE - 5000), (), NOW)
    assert paused is not None
    assert paused.paused
    assert narrow(f"{paused.title} {paused.sentence}") == ("Vous répondez vous-même Le bot reprend dans 42 min.")
    forever = Speaking(words).banner(row(need="seller"), (), NOW)
    assert forever is not None
    assert forever.sentence.startswith("Le bot se tait")


# -- writing


def test_the_counter_comes_near_the_end_and_counts_as_whatsapp_does(words: ConversationPresenter) -> None:
    assert words.counter("x" * 3000) == ("", False)
    assert (narrow(words.counter("x" * TEXT)[0]), words.counter("x" * TEXT)[1]) == ("4 096 / 4 096", False)
    assert words.counter("🔥" * 2048 + "x")[1] is True


def test_a_product_is_worded_in_the_customers_language(words: ConversationPresenter) -> None:
    french, malagasy = words.product_card(product(8), "fr"), words.product_card(product(8), "mg")
    assert all(part in narrow(french) for part in ("Sac cuir marron", "SAC2", "22 000 F CFA"))
    assert "22 000" in narrow(malagasy)
    assert french != malagasy
    assert "épuisé" in words.product_card(product(0), "fr")


@pytest.mark.parametrize(
    "module",
    [
        "desktop.pages.conversations.presenter",
        "desktop.pages.conversations.bubbles",
        "desktop.pages.conversations.cards",
        "desktop.sources.conversations",
        "desktop.firststore",
    ],
)
def test_what_is_said_is_decided_without_qt(module: str) -> None:
    code = f"import sys, {module}; sys.exit(any(name.startswith('PySide6') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
