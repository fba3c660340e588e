"""Takes out of a text what belongs to people and what opens doors, before it reaches a log or a report. Pure.

What is left must still tell two things apart: a number keeps its last two digits, a key its first four letters.
Names cannot be found this way: nothing of LivePay logs them.
"""

from __future__ import annotations

from typing import Final

from core.kernel.patterns import late

_MAIL: Final = late(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_AFTER_WORD: Final = late(
    r"(?i)\b(bearer|token|secret|password|passwd|api[_-]?key|authorization|appsecret_proof|pin|otp)\b(\W{1,4})((?:bearer\s+)?[^\s,;&\"']{4,})"
)
_LINK: Final = late(r"(?i)(/(?:p|q|n|v|webhooks/psp/\w+/[\w-]+)/)([\w.~-]{8,})")
_LONG: Final = late(r"(?<![\w/.-])(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[A-Za-z0-9_-]{24,}={0,2}(?![\w/.])")
_PHONE: Final = late(r"(?<![\w-])\+?\d(?:[ ().-]?\d){7,14}(?!\w)")


def redact(text: str) -> str:
    """The text without e-mail addresses, telephone numbers, keys, and the tokens of links."""
    text = _MAIL.sub("…@…", text)
    text = _AFTER_WORD.sub(lambda found: f"{found[1]}{found[2]}…", text)
    text = _LINK.sub(lambda found: f"{found[1]}…", text)
    text = _LONG.sub(lambda found: f"{found[0][:4]}…", text)
    return _PHONE.sub(lambda found: f"…{found[0][-2:]}", text)
