"""Templates in the Graph API's own form, both ways (reference whatsapp §5.5, §3.7). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from core.templates.rules import DRAFT, MARKETING, SAMPLE, Button, Seen, Words, numbers, stands

FIELDS: Final = "id,name,language,category,status,rejected_reason,components,parameter_format"


def components(words: Words) -> list[dict[str, Any]]:
    """What the template says, with an example for each variable."""
    body: dict[str, Any] = {"type": "BODY", "text": words.body}
    if words.samples:
        body["example"] = {"body_text": [list(words.samples)]}
    made = [body]
    if words.footer:
        made.append({"type": "FOOTER", "text": words.footer})
    if words.buttons:
        listed = sorted(words.buttons, key=lambda each: bool(each.url))  # quick replies stand together (§5.5)
        made.append({"type": "BUTTONS", "buttons": [_button(each) for each in listed]})
    return made


def _button(button: Button) -> dict[str, str]:
    if button.url:
        return {"type": "URL", "text": button.title, "url": button.url}
    return {"type": "QUICK_REPLY", "text": button.title}


def created(words: Words, code: str) -> dict[str, Any]:
    """The body of the call that hands a template in."""
    return {
        "name": words.name,
        "language": code,
        "category": words.category.upper(),
        "parameter_format": "positional",
        "components": components(words),
    }


def edited(words: Words) -> dict[str, Any]:
    """The body of the call that changes one WhatsApp knows."""
    return {"category": words.category.upper(), "components": components(words)}


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
    """None for a form that is not filled here: a heading, values by name, a changing address, a code to copy."""
    parts = {str(part.get("type")).upper(): part for part in item.get("components") or () if isinstance(part, dict)}
    body = parts.get("BODY", {}).get("text")
    language = "en" if code.startswith("en") else "fr" if code.startswith("fr") else ""
    if not isinstance(body, str) or not language or not set(parts) <= {"BODY", "FOOTER", "BUTTONS"}:
        return None
    buttons = [_read_button(each) for each in parts.get("BUTTONS", {}).get("buttons") or ()]
    count = len(numbers(body))
    if None in buttons or numbers(body) != list(range(1, count + 1)) or _named(item):
        return None
    category = str(item.get("category") or MARKETING).lower()
    if category not in ("utility", "marketing"):
        return None
    footer = str(parts.get("FOOTER", {}).get("text") or "")
    samples = _samples(parts["BODY"], count)
    return Words(name, language, category, body, "", ("",) * count, samples, footer, tuple(b for b in buttons if b))


def _named(item: Mapping[str, Any]) -> bool:
    return str(item.get("parameter_format") or "POSITIONAL").upper() == "NAMED"


def _samples(body: Mapping[str, Any], count: int) -> tuple[str, ...]:
    example = body.get("example")
    given = example.get("body_text") if isinstance(example, dict) else None
    first = given[0] if isinstance(given, list) and given and isinstance(given[0], list) else []
    listed = [str(text)[:SAMPLE] for text in first[:count]]
    return (*listed, *[""] * (count - len(listed)))


def _read_button(item: Any) -> Button | None:
    if not isinstance(item, dict):
        return None
    title, kind, url = str(item.get("text") or ""), item.get("type"), str(item.get("url") or "")
    if kind == "QUICK_REPLY":
        return Button(title)
    return Button(title, url) if kind == "URL" and "{{" not in url else None
