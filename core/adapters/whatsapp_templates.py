"""Templates in the Graph API's own form, both ways (reference whatsapp §5.5, §3.7). Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from core.templates.rules import (
    DRAFT,
    MARKETING,
    SAMPLE,
    UNCHOSEN,
    Button,
    Seen,
    Words,
    apart,
    stands,
    stray,
    variables,
)

FIELDS: Final = "id,name,language,category,status,rejected_reason,components,parameter_format"


def components(words: Words, handle: str = "") -> list[dict[str, Any]]:
    """What the template says, with an example for each variable. ``handle``: of the picture above, uploaded as an
    example [U: the reference tells that headings may be pictures, not the form of their example]."""
    above, below = apart(words, words.samples)
    made: list[dict[str, Any]] = []
    if words.heading:
        heading = {"type": "HEADER", "format": "TEXT", "text": words.heading}
        made.append(heading | _example("header_text", words.heading, above, list(above), named=words.named))
    if words.picture:
        made.append({"type": "HEADER", "format": "IMAGE", "example": {"header_handle": [handle]}})
    body = {"type": "BODY", "text": words.body}
    made.append(body | _example("body_text", words.body, below, [list(below)], named=words.named))
    if words.footer:
        made.append({"type": "FOOTER", "text": words.footer})
    if words.buttons:
        listed = sorted(words.buttons, key=lambda each: bool(each.url))  # quick replies stand together (§5.5)
        made.append({"type": "BUTTONS", "buttons": [_button(each) for each in listed]})
    return made


def _example(kind: str, text: str, samples: Sequence[str], listed: Any, *, named: bool) -> dict[str, Any]:
    """``listed``: as WhatsApp takes those of numbered variables."""
    if not samples:
        return {}
    if not named:
        return {"example": {kind: listed}}
    pairs = zip(variables(text), samples, strict=True)
    return {"example": {f"{kind}_named_params": [{"param_name": name, "example": value} for name, value in pairs]}}


def _button(button: Button) -> dict[str, str]:
    if button.url:
        return {"type": "URL", "text": button.title, "url": button.url}
    return {"type": "QUICK_REPLY", "text": button.title}


def created(words: Words, code: str, handle: str = "") -> dict[str, Any]:
    """The body of the call that hands a template in."""
    return {
        "name": words.name,
        "language": code,
        "category": words.category.upper(),
        "parameter_format": "named" if words.named else "positional",
        "components": components(words, handle),
    }


def edited(words: Words, handle: str = "") -> dict[str, Any]:
    """The body of the call that changes one WhatsApp knows."""
    return {"category": words.category.upper(), "components": components(words, handle)}


def seen(item: Any) -> Seen | None:
    """One of WhatsApp's list; None where it has no id or name."""
    if not isinstance(item, dict):
        return None
    wa_id, name, code = (item.get(key) for key in ("id", "name", "language"))
    if not (isinstance(wa_id, str | int) and isinstance(name, str) and isinstance(code, str)):
        return None
    state = stands(str(item.get("status") or "")) or DRAFT
    reason = item.get("rejected_reason")
    reason = reason if isinstance(reason, str) and reason != "NONE" else ""
    return Seen(str(wa_id), name, code, state, reason, _words(item, name, code))


def _words(item: Mapping[str, Any], name: str, code: str) -> Words | None:
    """None for a form that is not filled here: a document above, a changing address, a code to copy."""
    parts = {str(part.get("type")).upper(): part for part in item.get("components") or () if isinstance(part, dict)}
    body = parts.get("BODY", {}).get("text")
    language = "en" if code.startswith("en") else "fr" if code.startswith("fr") else ""
    if not isinstance(body, str) or not language or not set(parts) <= {"HEADER", "BODY", "FOOTER", "BUTTONS"}:
        return None
    buttons = [_read_button(each) for each in parts.get("BUTTONS", {}).get("buttons") or ()]
    above = parts.get("HEADER", {})
    heading, picture = str(above.get("text") or ""), UNCHOSEN if above.get("format") == "IMAGE" else ""
    odd = above and not picture and (above.get("format") != "TEXT" or not heading)
    if None in buttons or odd or stray(heading) or stray(body):
        return None
    found = [*variables(heading), *variables(body)]
    numbered = [str(number + 1) for number in range(len(variables(body)))]
    if _named(item) == all(one.isdigit() for one in found) and found:
        return None
    if not _named(item) and variables(body) != numbered:
        return None
    category = str(item.get("category") or MARKETING).lower()
    if category not in ("utility", "marketing"):
        return None
    footer = str(parts.get("FOOTER", {}).get("text") or "")
    samples = (*_samples(above, "header_text", heading), *_samples(parts["BODY"], "body_text", body))
    fields = ("",) * len(samples)
    shown = tuple(b for b in buttons if b)
    return Words(name, language, category, body, "", fields, samples, footer, shown, heading, picture)


def _named(item: Mapping[str, Any]) -> bool:
    return str(item.get("parameter_format") or "POSITIONAL").upper() == "NAMED"


def _samples(part: Mapping[str, Any], kind: str, text: str) -> tuple[str, ...]:
    """One for each variable of a text, empty where WhatsApp gives none."""
    example, names = part.get("example"), variables(text)
    example = example if isinstance(example, dict) else {}
    pairs = example.get(f"{kind}_named_params")
    if isinstance(pairs, list):
        known = {str(one.get("param_name")): str(one.get("example")) for one in pairs if isinstance(one, dict)}
        return tuple(known.get(name, "")[:SAMPLE] for name in names)
    given = example.get(kind)
    first = given[0] if isinstance(given, list) and given and isinstance(given[0], list) else given
    listed = [str(one)[:SAMPLE] for one in first[: len(names)]] if isinstance(first, list) else []
    return (*listed, *[""] * (len(names) - len(listed)))


def _read_button(item: Any) -> Button | None:
    if not isinstance(item, dict):
        return None
    title, kind, url = str(item.get("text") or ""), item.get("type"), str(item.get("url") or "")
    if kind == "QUICK_REPLY":
        return Button(title)
    return Button(title, url) if kind == "URL" and "{{" not in url else None
