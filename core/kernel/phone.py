"""Phone numbers: E.164 through the phonenumbers library (Google's metadata), imported with the first number."""

from __future__ import annotations

from core.kernel.errors import Refused
from core.kernel.numbering import today
from core.kernel.patterns import late

# A WhatsApp business-scoped user id (reference whatsapp §4): never a phone, never normalised.
BSUID = late(r"^[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}$")


def normalise(text: str, country: str) -> str:
    """E.164 (``+221771234567``) from what a person typed; ``country`` is the store's, for national numbers.

    A number of an old plan becomes today's (:mod:`core.kernel.numbering`). Raises Refused when the text cannot be a
    phone number there.
    """
    import phonenumbers

    raw = text.strip()
    if raw.startswith("00"):
        raw = "+" + raw[2:]
    try:
        number = phonenumbers.parse(raw, country)
    except phonenumbers.NumberParseException:
        raise Refused("“{text}” is not a phone number.", text=text.strip()) from None
    current = today(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    number = phonenumbers.parse(current)
    if not phonenumbers.is_possible_number(number):
        raise Refused("“{text}” is not a complete phone number.", text=text.strip())
    return current


def mobile(text: str, country: str) -> str:
    """E.164 of a number that can be a mobile of ``country``, typed in any usual way. Raises Refused.

    Stricter than :func:`normalise`: money is asked of this very number.
    """
    import phonenumbers

    number = phonenumbers.parse(normalise(text, country))
    kinds = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)
    if not phonenumbers.is_valid_number_for_region(number, country) or phonenumbers.number_type(number) not in kinds:
        raise Refused("“{text}” is not a complete mobile number.", text=text.strip())
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def from_wa_id(wa_id: str) -> str | None:
    """E.164 from WhatsApp's digits-only id; None for a business-scoped id or anything that is not all digits."""
    digits = wa_id.removeprefix("+")
    if not digits.isascii() or not digits.isdigit() or not 6 <= len(digits) <= 15:
        return None
    return "+" + digits


def display(e164: str) -> str:
    """``+221 77 123 45 67`` with no-break spaces, for people, as it is dialled today."""
    import phonenumbers

    try:
        number = phonenumbers.parse(today(e164))
    except phonenumbers.NumberParseException:
        return e164
    text = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return text.replace("-", " ").replace(" ", "\u00a0")


def calling_code(e164: str) -> int | None:
    """221 for ``+221…``; None for what is no number."""
    import phonenumbers

    try:
        return phonenumbers.parse(e164).country_code
    except phonenumbers.NumberParseException:
        return None


def national(e164: str) -> str:
    """``034 35 000 03``: as people of that country write it; empty for what is no number."""
    import phonenumbers

    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)


def mask(e164: str) -> str:
    """``+22177…67``: enough to recognise a number in a log, not enough to call it."""
    return f"{e164[:6]}…{e164[-2:]}" if len(e164) > 8 else "…"
