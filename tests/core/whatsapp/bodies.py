"""Webhook bodies as WhatsApp writes them, for the tests of this folder."""

from __future__ import annotations

import json
from typing import Any

Json = dict[str, Any]

NUMBER = "106540352242922"
WABA = "102290129340398"
PHONE = "221771234567"
BSUID = "SN.13491208655302741918"
RECEIVED = 1_790_000_500_000
SENT = "1790000000"
SENT_MS = 1_790_000_000_000


def body(*changes: Json, waba: str = WABA) -> Json:
    return {"object": "whatsapp_business_account", "entry": [{"id": waba, "changes": list(changes)}]}


def change(field: str = "messages", **value: Any) -> Json:
    metadata = {"display_phone_number": "221338000000", "phone_number_id": NUMBER}
    return {"field": field, "value": {"messaging_product": "whatsapp", "metadata": metadata, **value}}


def contact(name: str = "Aminata", wa_id: str | None = PHONE, user_id: str | None = None) -> Json:
    made: Json = {"profile": {"name": name}}
    if wa_id:
        made["wa_id"] = wa_id
    if user_id:
        made["user_id"] = user_id
    return made


def message(wamid: str = "wamid.A", type_: str = "text", sender: str | None = PHONE, **rest: Any) -> Json:
    made: Json = {"id": wamid, "timestamp": SENT, "type": type_}
    if sender:
        made["from"] = sender
    if type_ == "text" and "text" not in rest:
        made["text"] = {"body": "ROBE1"}
    return {**made, **rest}


def status(wamid: str = "wamid.OUT", word: str = "delivered", **rest: Any) -> Json:
    return {"id": wamid, "status": word, "timestamp": SENT, "recipient_id": PHONE, **rest}


def encode(value: Any) -> bytes:
    """Bytes as Meta writes them: compact, ``\\uXXXX`` in lower case, ``\\/`` for a slash (reference whatsapp §2.2)."""
    return json.dumps(value, separators=(",", ":")).replace("/", "\\/").encode()
