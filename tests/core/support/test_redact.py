"""Nothing of a person or a key is left; what tells two things apart is."""

from __future__ import annotations

import logging
from pathlib import Path

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.clock import ManualClock
from core.kernel.countries import COUNTRIES
from core.support import logbook
from core.support.logbook import Logbook
from core.support.redact import redact

AROUND = st.sampled_from(["{}", "to {}: failed", "({})", "x={}", "« {} »", "{}\n", "tel {}."])


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("+221 77 123 45 67 wrote", "…67 wrote"),
        ("awa.diop@example.sn refused", "…@… refused"),
        ("Authorization: Bearer EAAGm0PX4ZCps", "Authorization: …"),
        ("api_key=sk_live_abc12345&x=1", "api_key=…&x=1"),
        ("GET https://shop.example/p/3q2_-ABCdefghijk failed", "GET https://shop.example/p/… failed"),
        ("token EAAGm0PX4ZCpsBAKZCZB1234567890abcdef", "token …"),
        ("key 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b", "key 9f86…"),
        ("order 4711 of 15000 failed with 131047", "order 4711 of 15000 failed with 131047"),
        ("LP-2026-0215-A3F2 is paid", "LP-2026-0215-A3F2 is paid"),
        (
            'File "/opt/livepay/core/orders/service.py", line 1234',
            'File "/opt/livepay/core/orders/service.py", line 1234',
        ),
    ],
)
def test_what_is_left(text: str, left: str) -> None:
    assert redact(text) == left


@given(st.sampled_from(sorted(COUNTRIES)), st.integers(0, 999_999), AROUND, st.booleans())
def test_no_number_of_our_countries_survives(code: str, last: int, around: str, national: bool) -> None:
    example = phonenumbers.example_number_for_type(code, phonenumbers.PhoneNumberType.MOBILE)
    assert example is not None
    digits = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)[:-6] + f"{last:06d}"
    number = phonenumbers.parse(digits)
    shapes = phonenumbers.PhoneNumberFormat
    shown = phonenumbers.format_number(number, shapes.NATIONAL if national else shapes.INTERNATIONAL)
    assert shown not in redact(around.format(shown))
    assert digits not in redact(around.format(digits))


@given(st.text(max_size=300))
def test_any_text_is_taken_and_nothing_is_taken_out_twice(text: str) -> None:
    once = redact(text)
    assert redact(once) == once


@pytest.mark.expect_log("it failed")
def test_the_log_is_redacted_bounded_and_read_back(tmp_path: Path) -> None:
    book = Logbook(tmp_path, ManualClock())
    book.open()
    try:
        log = logging.getLogger("core.test")
        log.info("Awa wrote from +221771234567")
        logging.getLogger("elsewhere").info("not ours")
        try:
            raise ValueError("bad number 771234567")
        except ValueError:
            log.warning("it failed", exc_info=True)
    finally:
        book.close()
        logging.getLogger("core").setLevel(logging.NOTSET)
        for name in ("desktop", "livepay", "localserver"):
            logging.getLogger(name).setLevel(logging.NOTSET)
    lines = logbook.tail(tmp_path)
    assert lines[0].endswith("INFO core.test: Awa wrote from …67")
    assert "not ours" not in "\n".join(lines)
    assert lines[-1] == "ValueError: bad number …67"
    assert logbook.tail(tmp_path, 1) == [lines[-1]]
    assert logbook.last_fault(tmp_path) == ""


def test_a_home_that_cannot_be_written_costs_the_log_only(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("a file, not a folder", "utf-8")
    book = Logbook(tmp_path)
    book.open()
    book.close()
    assert logbook.tail(tmp_path) == []


def test_what_tore_the_program_down_is_shown_once(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / logbook.FAULT).write_text("Fatal Python error: Aborted +221771234567", "utf-8")
    assert logbook.last_fault(tmp_path) == "Fatal Python error: Aborted …67"
    logbook.forget_fault(tmp_path)
    assert logbook.last_fault(tmp_path) == ""
