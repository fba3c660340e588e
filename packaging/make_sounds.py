"""Makes ``resources/sounds``: ``python packaging/make_sounds.py``. The results are committed.

``paid.wav``: two soft bell notes, E5 then B5, each a sine with two fainter overtones that die away. Own work.
"""

from __future__ import annotations

import math
import struct
import wave
from pathlib import Path
from typing import Final

RATE: Final = 22050
TARGET: Final = Path(__file__).resolve().parents[1] / "resources" / "sounds"
PAID: Final = ((0.00, 659.26), (0.11, 987.77))
LENGTH: Final = 0.55
OVERTONES: Final = ((1.0, 1.0), (2.0, 0.28), (3.0, 0.10))


def sample(at: float) -> float:
    total = 0.0
    for start, pitch in PAID:
        age = at - start
        if age >= 0:
            swell = min(1.0, age / 0.006) * math.exp(-age * 9)
            total += swell * sum(share * math.sin(2 * math.pi * pitch * n * age) for n, share in OVERTONES)
    return total * min(1.0, (LENGTH - at) / 0.03)


def main() -> None:
    TARGET.mkdir(parents=True, exist_ok=True)
    frames = b"".join(struct.pack("<h", round(9000 * sample(i / RATE))) for i in range(int(RATE * LENGTH)))
    with wave.open(str(TARGET / "paid.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(frames)


if __name__ == "__main__":
    main()
