"""Providers' statements as they are exported: columns by their titles, amounts, dates, what is left out."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.clock import parse_rfc3339
from core.kernel.errors import Refused
from core.reconciliation.statement import Line, parse

WAVE = (
    "Transaction ID;Date;Type;Client reference;Montant brut (XOF);Frais;Montant net;Statut\r\n"
    'T_1;21/11/2026 10:05;Paiement;LPAAAAAAAAAAAAAA;"15 000";150;14 850;Réussi\r\n'
    "T_2;21/11/2026 11:00;Remboursement;LPBBBBBBBBBBBBBB;-4000;0;-4000;Réussi\r\n"
    "T_3;22/11/2026 09:00;Paiement;LPCCCCCCCCCCCCCC;9000;90;8910;Échoué\r\n"
    "T_4;22/11/2026 23:59;Versement;;100000;0;100000;Réussi\r\n"
    ";;;;109 000;240;;\r\n"
)
STRIPE = (
    "id,Type,Created (UTC),Amount,Fee,Net,Currency,client_reference_id\n"
    'ch_1,charge,2026-11-21T10:05:00Z,"15,000",435,"14,565",xof,LPAAAAAAAAAAAAAA\n'
)


def test_a_french_statement() -> None:
    found = parse(WAVE.encode("cp1252"), "XOF", UTC)
    first = parse_rfc3339("2026-11-21T10:05:00Z")
    assert found.lines == (
        Line(2, "payment", "T_1", "LPAAAAAAAAAAAAAA", 15_000, 150, 14_850, first),
        Line(3, "refund", "T_2", "LPBBBBBBBBBBBBBB", 4_000, 0, 4_000, first + 55 * 60_000),
    )
    assert (found.left_out, found.unreadable) == (3, ()), "a failed try, a payout and the sum are no payments"
    assert (found.since, found.until) == (first, first + 55 * 60_000)


def test_an_english_one() -> None:
    (line,) = parse(STRIPE.encode(), "XOF", UTC).lines
    assert (line.txn_id, line.reference, line.amount, line.fee, line.net) == (
        "ch_1",
        "LPAAAAAAAAAAAAAA",
        15_000,
        435,
        14_565,
    )


def test_a_day_without_time_is_covered_whole_and_repeated_lines_count_once() -> None:
    found = parse(b"Reference;Montant;Date\nLPA;5000;21/11/2026\nLPA;5000;21/11/2026\n", "XOF", UTC)
    assert len(found.lines) == 1
    assert found.until is not None
    assert found.since is not None
    assert found.until - found.since == 86_400_000 - 1


def test_a_line_that_cannot_be_read_says_why_and_the_others_go_on() -> None:
    found = parse(b"Reference;Montant\nLPA;many\nLPB;\nLPC;5000\n", "XOF", UTC)
    assert [line.reference for line in found.lines] == ["LPC"]
    assert [(wrong.line, wrong.message) for wrong in found.unreadable] == [
        (2, "“{text}” is not an amount."),
        (3, "There is no amount on this line."),
    ]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"PK\x03\x04...", "xlsx"),
        (b"a;b\n1;2\n", "Columns found: a, b"),
        (b"Reference;Montant\n", "no line"),
    ],
)
def test_what_is_no_statement(data: bytes, said: str) -> None:
    with pytest.raises(Refused, match=said):
        parse(data, "XOF", UTC)


@given(st.binary(max_size=400), st.sampled_from([b"", b"Reference;Montant;Date\n", b"id,amount,fee,net,type\n"]))
def test_no_bytes_break_it(data: bytes, head: bytes) -> None:
    with suppress(Refused):
        parse(head + data, "XOF", UTC)


@pytest.mark.parametrize(
    ("head", "row", "encoding", "currency"),
    [
        (
            "ID transaction;Référence;Montant;Frais;Devise;Date",
            "X1;LPA;15 000;150,00;FCFA;21.11.2026 10:05",
            *("cp1252", "XOF"),
        ),
        (
            "Transaction ID,Order ID,Amount,Fees,Currency,Date",
            "X1,LPA,15000.00,149.6,XOF,2026-11-21 10:05:00",
            *("utf-8-sig", "XOF"),
        ),
        (
            "Transaction\tCommande\tMontant\tCommission\tDevise\tDate",
            "X1\tLPA\t15.000\t150 F\tXOF\t21/11/26 10:05",
            *("utf-16", "XOF"),
        ),
        (
            '"Txn ID","Ref","Montant (Ar)","Frais","Monnaie","Date"',
            '"X1","LPA","15\u202f000 Ar","150","Ariary","21-11-2026 10:05"',
            *("utf-8", "MGA"),
        ),
        (
            "Titre du relevé;;;;;\r\n\r\nId|Reference|Montant brut|Frais|Devise|Date",
            "X1|LPA|15000|150|MGA|2026/11/21 10:05",
            *("cp1252", "MGA"),
        ),
    ],
)
def test_the_same_payment_however_it_is_written(head: str, row: str, encoding: str, currency: str) -> None:
    (line,) = parse(f"{head}\r\n{row}\r\n".encode(encoding), currency, UTC).lines
    at = parse_rfc3339("2026-11-21T10:05:00Z")
    assert (line.txn_id, line.reference, line.amount, line.fee, line.at) == ("X1", "LPA", 15_000, 150, at)


def test_times_of_another_clock_are_read_as_such() -> None:
    east = timezone(timedelta(hours=3))
    head = "Reference;Montant;{date}\nLPA;5000;21/11/2026 10:05\n"
    here, there = (parse(head.format(date=d).encode(), "MGA", east).lines[0].at for d in ("Date", "Created (UTC)"))
    assert there is not None
    assert here == there - 3 * 3_600_000


def test_two_equal_parts_given_back_are_two_and_a_line_repeated_is_one() -> None:
    rows = "LPA;Remboursement;-1000;21/11/2026 10:05\n" * 2 + "LPA;Remboursement;-1000;22/11/2026 10:05\n"
    found = parse(f"Reference;Type;Montant;Date\n{rows}".encode(), "XOF", UTC)
    assert [line.kind for line in found.lines] == ["refund", "refund"]


def test_a_line_in_another_currency_is_not_compared() -> None:
    found = parse(b"Reference;Montant;Devise\nLPA;15,00;EUR\nLPB;15000;XOF\n", "XOF", UTC)
    assert [line.reference for line in found.lines] == ["LPB"]
    assert [wrong.params for wrong in found.unreadable] == [{"text": "EUR", "currency": "XOF"}]
