"""What each of WhatsApp's error codes means for the sender and for the seller (reference whatsapp §7). Pure data.

The same code may come in the answer to a send, in a ``failed`` status or in an account notice: go by the code alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from msgspec import Struct

from core.kernel.clock import MINUTE, SECOND


class Step(StrEnum):
    """What the sender does next. For all but the first three the message itself is finished."""

    RETRY = "retry"
    """Send this message again after a growing pause, ``attempts`` times in all."""
    CUSTOMER = "customer"
    """Too fast for one customer: hold this customer's messages for 4^n s, then send again."""
    NUMBER = "number"
    """Too fast for the number or the account: hold all its messages, then send again."""
    STOP = "stop"
    """Nothing can be sent until the seller acts: keep everything queued, say why."""
    REPLIES_ONLY = "replies_only"
    """Only answers to customers may go; reminders and broadcasts wait for the seller."""
    BILLING = "billing"
    """WhatsApp wants to be paid: keep everything queued, alarm the seller."""
    WINDOW = "window"
    """More than 24 h since the customer wrote: a template, or nothing."""
    UPLOAD = "upload"
    """The file is gone or unfit: upload it again, once."""
    GIVE_UP = "give_up"
    """This message cannot be delivered; others can."""


class Action(Struct, frozen=True):
    """``message`` tells the seller what happened and what to do (English id, domain ``errors``, placeholder {code}).

    ``pause`` is the first pause in ms, doubled (CUSTOMER: times four) each time; ``attempts`` counts the first send.
    STOP and BILLING have no pause: they last until the seller has acted or a test of the connection succeeds.
    """

    step: Step
    message: str
    pause: int = 0
    attempts: int = 1

    @property
    def again(self) -> bool:
        """True when the message goes back to the queue."""
        return self.step in (Step.RETRY, Step.CUSTOMER, Step.NUMBER, Step.STOP, Step.BILLING)


_SERVICE_DOWN: Final = Action(
    Step.RETRY, "WhatsApp has a problem at the moment. The message is sent again by itself.", 2 * SECOND, 5
)
_CALL_LIMIT: Final = Action(
    Step.NUMBER, "WhatsApp is being called too often. Sending goes on by itself in a few minutes.", 2 * MINUTE, 8
)
_TOKEN: Final = Action(
    Step.STOP, "WhatsApp no longer accepts the access token. Reconnect the number in the connection settings."
)
_PERMISSION: Final = Action(
    Step.STOP,
    "The access token lacks a permission. Give the system user “whatsapp_business_messaging” and"
    " “whatsapp_business_management”, then make a new token.",
)
_BLOCKED: Final = Action(
    Step.STOP, "WhatsApp has blocked this account. Open WhatsApp Manager to see why and ask for a review."
)
_OUR_BUG: Final = Action(
    Step.GIVE_UP, "WhatsApp refused the form of this message (code {code}). Please send the log to support."
)
_TEMPLATE: Final = Action(
    Step.GIVE_UP, "The message template does not fit (code {code}). Check its text and language in WhatsApp Manager."
)
_TEMPLATE_OFF: Final = Action(
    Step.GIVE_UP, "WhatsApp has paused this message template for poor quality. Use or create another one."
)
_REGISTRATION: Final = Action(
    Step.STOP, "The WhatsApp number is not fully registered (code {code}). Register it again with its PIN."
)
_FLOW: Final = Action(Step.GIVE_UP, "WhatsApp has blocked this form. Ask the customer with buttons instead.")
UNKNOWN: Final = Action(Step.GIVE_UP, "WhatsApp refused this message (code {code}).")
"""For a code not listed here."""

_ACTIONS: Final[Mapping[int, Action]] = {
    0: _TOKEN,
    190: _TOKEN,
    3: _PERMISSION,
    10: _PERMISSION,
    **dict.fromkeys(range(200, 300), _PERMISSION),
    131005: _PERMISSION,
    4: _CALL_LIMIT,
    80007: _CALL_LIMIT,
    1: _SERVICE_DOWN,
    2: _SERVICE_DOWN,
    131000: _SERVICE_DOWN,
    131016: _SERVICE_DOWN,
    133004: _SERVICE_DOWN,
    33: _OUR_BUG,
    100: _OUR_BUG,
    131008: _OUR_BUG,
    131009: _OUR_BUG,
    368: _BLOCKED,
    131031: _BLOCKED,
    130429: Action(Step.NUMBER, "Messages leave more slowly: the number's limit is reached.", 2 * SECOND, 8),
    131056: Action(
        Step.CUSTOMER, "Messages to this customer leave more slowly: WhatsApp's limit is reached.", SECOND, 6
    ),
    131048: Action(
        Step.REPLIES_ONLY,
        "Too many people have blocked or reported this number. Only replies are sent; check the number's quality in"
        " WhatsApp Manager.",
    ),
    130472: Action(Step.GIVE_UP, "WhatsApp does not deliver advertising to this customer (an experiment of theirs)."),
    130497: Action(Step.GIVE_UP, "WhatsApp does not allow your kind of business to write to this customer's country."),
    131021: Action(Step.GIVE_UP, "The shop's number cannot write to itself."),
    131026: Action(
        Step.GIVE_UP,
        "This customer cannot receive the message: no WhatsApp, an old version, or terms not accepted. Call or send an"
        " SMS.",
    ),
    131030: Action(
        Step.GIVE_UP, "A test number only writes to registered recipients. Add this one in WhatsApp Manager."
    ),
    131037: Action(Step.STOP, "WhatsApp has not approved the shop's display name yet. Check it in WhatsApp Manager."),
    131042: Action(
        Step.BILLING,
        "WhatsApp cannot bill your messages. Add or repair the payment method in WhatsApp Manager; what is waiting then"
        " leaves by itself.",
    ),
    131045: _REGISTRATION,
    131047: Action(
        Step.WINDOW, "More than 24 hours since the customer last wrote. Only an approved template can be sent."
    ),
    131049: Action(Step.GIVE_UP, "WhatsApp holds back advertising to this customer. Try again after 24 hours."),
    131050: Action(Step.GIVE_UP, "This customer no longer wants advertising from you."),
    131051: Action(Step.GIVE_UP, "WhatsApp does not support this kind of message."),
    131052: Action(Step.UPLOAD, "WhatsApp could not fetch the file. It is uploaded once more.", SECOND, 2),
    131053: Action(Step.UPLOAD, "WhatsApp could not use the file. It is uploaded once more.", SECOND, 2),
    131057: Action(Step.NUMBER, "WhatsApp is working on your number. Sending goes on in a few minutes.", MINUTE, 8),
    131062: Action(Step.GIVE_UP, "This message needs the customer's phone number. Ask for it first."),
    131063: _TEMPLATE,
    131064: _TEMPLATE,
    **dict.fromkeys((132000, 132001, 132005, 132007, 132008, 132012), _TEMPLATE),
    132015: _TEMPLATE_OFF,
    132016: _TEMPLATE_OFF,
    132068: _FLOW,
    132069: _FLOW,
    **dict.fromkeys((133000, 133005, 133006, 133008, 133009, 133010, 133015, 133016), _REGISTRATION),
    135000: Action(Step.RETRY, "WhatsApp refused this message without saying why.", 5 * SECOND, 2),
    137000: Action(Step.GIVE_UP, "This customer has changed phone. Ask them to write again before you send."),
}


def action(code: int | None, transient: bool = False) -> Action:
    """What to do about a code; ``transient`` is WhatsApp's own ``is_transient``, heeded for codes not listed."""
    known = _ACTIONS.get(code) if code is not None else None
    return known or (_SERVICE_DOWN if transient else UNKNOWN)


def pause(what: Action, attempt: int, luck: float) -> int | None:
    """Milliseconds before the send after ``attempt`` (1 = the first); None when it is not worth another.

    ``luck`` in [0, 1) spreads retries by up to half, so that many messages do not come back at once.
    """
    if attempt >= what.attempts:
        return None
    if what.step is Step.CUSTOMER:
        return int(what.pause * 4 ** (attempt - 1))  # 1, 4, 16 … s: WhatsApp's own advice (§6)
    return int(what.pause * 2 ** (attempt - 1) * (1 + luck / 2))


def listed() -> Mapping[int, Action]:
    """Every code known here, for the documentation and the tests."""
    return _ACTIONS
