from __future__ import annotations

import pytest

from core.conversations.sendcodes import UNKNOWN, Action, Step, action, listed, pause
from core.kernel.clock import MINUTE, SECOND
from core.kernel.i18n import catalogue

# Every code of reference whatsapp §7 that a send can meet.
REFERENCE = [
    *(0, 190, 3, 10, 200, 299, 131005, 4, 80007, 1, 2, 131000, 131016, 133004, 33, 100, 131008, 131009, 368, 131031),
    *(130429, 131056, 131048, 130472, 130497, 131021, 131026, 131030, 131037, 131042, 131045, 131047, 131049, 131050),
    *(131051, 131052, 131053, 131057, 131062, 131063, 131064, 132000, 132001, 132005, 132007, 132008, 132012, 132015),
    *(132016, 132068, 132069, 133000, 133005, 133006, 133008, 133009, 133010, 133015, 133016, 135000, 137000),
]


@pytest.mark.parametrize("code", REFERENCE)
def test_every_code_of_the_reference_has_its_action(code: int) -> None:
    assert action(code) is not UNKNOWN


@pytest.mark.parametrize(
    ("code", "step"),
    [
        (190, Step.STOP),
        (131005, Step.STOP),
        (368, Step.STOP),
        (131042, Step.BILLING),
        (131047, Step.WINDOW),
        (131056, Step.CUSTOMER),
        (130429, Step.NUMBER),
        (80007, Step.NUMBER),
        (131048, Step.REPLIES_ONLY),
        (131000, Step.RETRY),
        (131026, Step.GIVE_UP),
        (131009, Step.GIVE_UP),
        (131053, Step.UPLOAD),
    ],
)
def test_a_code_leads_to_its_step(code: int, step: Step) -> None:
    assert action(code).step is step


def test_an_unknown_code_is_given_up_unless_whatsapp_calls_it_transient() -> None:
    assert action(424242) is action(None) is UNKNOWN
    assert action(424242, transient=True).step is Step.RETRY
    assert action(131026, transient=True).step is Step.GIVE_UP


def test_a_pair_rate_error_waits_1_4_16_seconds() -> None:
    assert [pause(action(131056), n, 0.9) for n in (1, 2, 3, 4)] == [SECOND, 4 * SECOND, 16 * SECOND, 64 * SECOND]
    assert pause(action(131056), 6, 0.0) is None


def test_a_service_error_is_tried_five_times_with_growing_scattered_pauses() -> None:
    what = action(131000)
    assert [pause(what, n, 0.0) for n in (1, 2, 3, 4, 5)] == [2000, 4000, 8000, 16_000, None]
    assert pause(what, 1, 0.999) == 2999


def test_call_limits_wait_minutes() -> None:
    assert pause(action(4), 1, 0.0) == 2 * MINUTE


ACTIONS: list[Action] = sorted([*set(listed().values()), UNKNOWN], key=lambda what: what.message)


def test_what_is_finished_is_never_sent_again() -> None:
    final = {Step.GIVE_UP, Step.WINDOW, Step.REPLIES_ONLY}
    for what in listed().values():
        assert what.again is (what.step not in {*final, Step.UPLOAD})
        if what.step in final:
            assert pause(what, 1, 0.5) is None


@pytest.mark.parametrize("what", ACTIONS, ids=[what.message[:40] for what in ACTIONS])
def test_every_sentence_exists_in_french_with_the_same_places(what: Action) -> None:
    french = catalogue("errors", "fr").gettext(what.message)
    assert french != what.message
    assert ("{code}" in french) is ("{code}" in what.message)
    assert french.format(code=1)
