"""WhatsApp's webhooks as they are on the wire: signed requests with distinct, realistic bodies, made ahead of time."""

from __future__ import annotations

import hashlib
import hmac
import json
import random
from collections.abc import Iterator
from typing import Any, Final

NUMBER: Final = "106540352242922"
WABA: Final = "102290129340398"
SECRET: Final = "5ebe2294ecd0e0f08eab7690d2a6ee69"
NAMES: Final = ("Aminata Diop", "Moussa Kane", "Fatou Sarr", "Awa Ndiaye", "Mariam Touré", "Khady Fall", "Ousmane Ba")
SAID: Final = (
    "{code}",
    "{code}",
    "je prends {code}",
    "2 {code} svp",
    "Bonsoir je prends {code} merci",
    "{code} c'est combien",
    "vous avez encore {code} ?",
    "mes achats",
    "annuler",
    "merci 🙏",
)


def codes(count: int) -> list[str]:
    """The keywords of the benchmark's products."""
    return [f"ROBE{n}" for n in range(1, count + 1)]


def request(host: str, body: bytes) -> bytes:
    """One POST as Meta sends it: headers, signature, body."""
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    return (
        f"POST /webhooks/whatsapp HTTP/1.1\r\nHost: {host}\r\nAccept: */*\r\nUser-Agent: facebookexternalua\r\n"
        f"Content-Type: application/json\r\nX-Hub-Signature-256: sha256={signature}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode() + body


def message(serial: str, buyer: int, said: str, at: int) -> bytes:
    """A buyer's text. ``serial`` makes the wamid unique; ``at`` in seconds UTC."""
    phone = f"2217{70_000_000 + buyer}"
    user = f"SN.{13_491_208_655_302_000_000 + buyer}"
    return _body(
        contacts=[{"profile": {"name": NAMES[buyer % len(NAMES)]}, "wa_id": phone, "user_id": user}],
        messages=[
            {
                "from": phone,
                "from_user_id": user,
                "id": f"wamid.HBgLMjIxNzcxMjM0NTY3FQIAEhgU{serial}",
                "timestamp": str(at),
                "text": {"body": said},
                "type": "text",
            }
        ],
    )


def status(serial: str, buyer: int, word: str, at: int) -> bytes:
    """What became of a message that the shop sent."""
    return _body(
        statuses=[
            {
                "id": f"wamid.HBgLMjIxNzcxMjM0NTY3FQIAERgS{serial}",
                "status": word,
                "timestamp": str(at),
                "recipient_id": f"2217{70_000_000 + buyer}",
                "recipient_user_id": f"SN.{13_491_208_655_302_000_000 + buyer}",
                "pricing": {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "service"},
            }
        ]
    )


def _body(**items: Any) -> bytes:
    metadata = {"display_phone_number": "221338000000", "phone_number_id": NUMBER}
    value = {"messaging_product": "whatsapp", "metadata": metadata, **items}
    body = {
        "object": "whatsapp_business_account",
        "entry": [{"id": WABA, "changes": [{"value": value, "field": "messages"}]}],
    }
    return json.dumps(body, separators=(",", ":")).replace("/", "\\/").encode()


def traffic(host: str, count: int, buyers: int, products: int, at: int, seed: int) -> Iterator[bytes]:
    """A live's webhooks, every one different: two messages of buyers for each status of a message to them.

    With 0 ``buyers`` every request is another buyer's, who wants the only product.
    """
    if not buyers:
        for n in range(count):
            yield request(host, message(f"{seed:04X}{n:08X}", n, codes(1)[0], at))
        return
    rng = random.Random(seed)
    known = codes(products)
    for n in range(count):
        serial, buyer = f"{seed:04X}{n:08X}", rng.randrange(buyers)
        if n % 3 == 2:
            body = status(serial, buyer, rng.choice(("sent", "delivered", "read")), at)
        else:
            body = message(serial, buyer, rng.choice(SAID).format(code=rng.choice(known)), at)
        yield request(host, body)
