"""What ``make_pictures.py`` draws: five products of a shop in Dakar, each with its shadow's shape, and an emblem."""

from __future__ import annotations

from typing import Final

from picture_pen import (
    SIDE,
    band,
    both,
    circle,
    clear,
    enlarged,
    fill,
    gradient,
    grid,
    inside,
    line,
    mirrored,
    path,
    petals,
    placed,
)
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPainterPath, QTransform

INK, SLATE, GOLD, PALE_GOLD, CREAM = "#231F0C", "#4A5568", "#C5B358", "#E9DDA0", "#FBF7EA"
INDIGO, BLUE, RED, ORANGE, GREEN = "#1F3A68", "#2C66A3", "#B23636", "#E08A2B", "#1B7A50"
LEATHER, DARK_LEATHER, LIGHT_LEATHER = "#8A5430", "#5F3619", "#B47B4C"


# ------------------------------------------------------------------------------------------------- Robe Wax Ankara

DRESS: Final = both(
    "M 400 214 L 352 168 L 300 176 C 262 186 240 214 222 262 L 276 290 C 288 272 296 266 304 262"
    " C 308 310 314 350 318 380 C 300 470 236 590 190 676 C 250 708 330 716 400 716 Z"
)
BODICE: Final = both("M 400 214 L 352 168 L 300 176 C 290 200 312 350 318 392 L 400 392 Z")


def wax(p: QPainter) -> None:
    """A wax print: medallions in rings, leaves between them, on indigo."""
    p.fillRect(QRectF(0, 0, SIDE, SIDE), QColor(INDIGO))
    for x, y, odd in grid(66, 114):
        with placed(p, x + 4, y + 18, 0, 1.14):
            if odd:
                fill(p, petals(8, 8, 31, 10), ORANGE)
                fill(p, circle(0, 0, 7), CREAM)
                continue
            for radius, colour in ((44, CREAM), (39, INDIGO), (34, RED), (23, GOLD), (14, INDIGO)):
                fill(p, circle(0, 0, radius), colour)
            fill(p, petals(6, 0, 13, 6), CREAM)
            for n in range(8):
                with placed(p, 0, 0, 45 * n):
                    fill(p, circle(0, -28.5, 3.4), CREAM)


def hanger(p: QPainter) -> None:
    line(p, path("M 400 146 L 400 118 C 400 104 424 104 424 86 C 424 60 384 58 380 82"), "#9AA3AF", 7)
    bar = band(both("M 400 146 C 380 150 340 168 296 192"), 15)
    fill(p, bar, gradient(0, 140, 0, 200, "#C99A66", "#9C6B3B"))


def dress(p: QPainter) -> None:
    hanger(p)
    fill(p, path("M 352 168 Q 400 196 448 168 L 400 216 Z"), "#14284A")
    with inside(p, DRESS):
        wax(p)
        for side in (False, True):
            for data in (
                "M 352 400 C 330 500 290 620 258 720 L 306 720 C 336 620 352 500 360 400 Z",
                "M 386 400 C 382 500 362 620 350 720 L 392 720 C 396 620 398 500 396 400 Z",
                "M 322 384 C 300 470 236 590 186 690 L 214 700 C 262 600 312 480 330 392 Z",
            ):
                fold = path(data)
                fill(p, mirrored(fold) if side else fold, clear("#0B1730", 0.26 if side else 0.20))
            sleeve = path("M 304 262 C 300 230 300 200 300 176 L 312 176 C 310 210 310 240 312 268 Z")
            fill(p, mirrored(sleeve) if side else sleeve, clear("#0B1730", 0.35))
        fill(p, DRESS, gradient(180, 0, 620, 0, clear("#FFFFFF", 0.14), clear("#FFFFFF", 0), clear("#0B1730", 0.22)))
    belt = path("M 315 366 Q 400 388 485 366 L 484 398 Q 400 422 316 398 Z")
    fill(p, belt, gradient(315, 0, 485, 0, "#D9A52F", GOLD, "#A88A2A"))
    fill(p, path("M 400 390 C 372 350 340 372 350 392 C 356 408 386 404 400 396 Z"), "#E3BC4B")
    fill(p, path("M 400 390 C 428 352 462 370 452 392 C 446 408 416 404 400 396 Z"), "#CFA23A")
    fill(p, path("M 396 398 C 388 430 376 450 366 470 L 386 474 C 396 450 402 424 404 400 Z"), "#CFA23A")
    fill(p, path("M 402 398 C 408 430 418 446 430 462 L 412 472 C 402 448 398 424 398 400 Z"), "#E3BC4B")
    fill(p, circle(400, 395, 12), "#B98F2C")
    line(p, path("M 352 168 L 400 214 L 448 168"), GOLD, 5)
    line(p, path("M 190 676 C 250 708 330 716 400 716 C 470 716 550 708 610 676"), GOLD, 7)
    line(p, both("M 222 262 L 276 290"), GOLD, 6)


def dress_shade(p: QPainter) -> None:
    p.translate(16, 22)
    fill(p, DRESS, clear("#3A2F1A", 0.45))


# -------------------------------------------------------------------------------------------------- Sac cuir marron

BAG: Final = path(
    "M 214 372 C 216 342 232 330 262 330 L 538 330 C 568 330 584 342 586 372 L 618 612"
    " C 622 650 604 668 568 668 L 232 668 C 196 668 178 650 182 612 Z"
)
FLAP: Final = path(
    "M 208 366 C 210 338 230 324 262 324 L 538 324 C 570 324 590 338 592 366 L 602 446"
    " C 606 500 560 524 500 540 C 460 550 340 550 300 540 C 240 524 194 500 198 446 Z"
)
STRAP: Final = path("M 236 352 C 210 230 300 96 400 96 C 500 96 590 230 564 352")


def bag(p: QPainter) -> None:
    fill(p, band(STRAP, 26), gradient(0, 90, 0, 350, LEATHER, DARK_LEATHER))
    line(p, STRAP, clear("#E7C9A0", 0.55), 2, 9, 7)
    fill(p, BAG, gradient(180, 330, 620, 668, "#94592F", "#7A4726", "#64391B"))
    with inside(p, BAG):
        fill(p, path("M 170 600 C 300 640 500 640 630 600 L 630 680 L 170 680 Z"), clear("#2B1608", 0.22))
        p.translate(0, 16)
        fill(p, FLAP, clear("#2B1608", 0.32))
        p.translate(0, -16)
    inner = path("M 200 610 C 198 640 210 650 234 650 L 566 650 C 590 650 602 640 600 610")
    line(p, inner, clear("#E7C9A0", 0.7), 2.4, 10, 8)
    fill(p, FLAP, gradient(200, 320, 600, 545, LIGHT_LEATHER, "#9C6236", LEATHER))
    with inside(p, FLAP):
        fill(p, path("M 190 320 L 430 320 C 330 390 250 450 214 540 L 190 540 Z"), clear("#FFFFFF", 0.09))
    line(
        p,
        path(
            "M 220 372 C 222 350 238 338 264 338 L 536 338 C 562 338 578 350 580 372 L 588 446"
            " C 590 488 548 510 496 524 C 458 534 342 534 304 524 C 252 510 210 488 212 446 Z"
        ),
        clear("#F2DDBB", 0.75),
        2.4,
        10,
        8,
    )
    for x in (236, 564):
        fill(p, band(path(f"M {x} 330 L {x} 380"), 34), DARK_LEATHER)
        line(p, circle(x, 352, 15), "#D9C56A", 6)
        fill(p, circle(x, 392, 5), "#D9C56A")
    fill(p, band(path("M 400 470 L 400 566"), 54), DARK_LEATHER)
    fill(p, band(path("M 400 470 L 400 564"), 46), gradient(376, 0, 424, 0, "#A86C3D", LEATHER))
    clasp = QPainterPath()
    clasp.addRoundedRect(QRectF(366, 500, 68, 50), 10, 10)
    fill(p, clasp, gradient(366, 500, 434, 550, "#F0E2A0", GOLD, "#8F7F30"))
    hole = QPainterPath()
    hole.addRoundedRect(QRectF(380, 513, 40, 24), 5, 5)
    fill(p, hole, "#6B3F1F")
    fill(p, band(path("M 400 508 L 400 542"), 7), "#E9DDA0")


def bag_shade(p: QPainter) -> None:
    floor = QPainterPath()
    floor.addEllipse(QPointF(412, 668), 250, 26)
    fill(p, floor, clear("#2B1608", 0.7))
    p.translate(14, 16)
    fill(p, BAG.united(band(STRAP, 26)), clear("#3A2F1A", 0.3))


# --------------------------------------------------------------------------------------------------- Chaussure Bazin

UPPER: Final = path(
    "M 96 470 C 92 420 96 372 112 330 C 136 318 190 322 226 344 C 262 372 300 392 346 398"
    " C 430 408 560 424 640 466 C 674 486 680 506 676 522 C 560 528 240 532 100 522 C 96 506 96 490 96 470 Z"
)
SOLE: Final = path(
    "M 92 514 C 240 528 560 526 682 512 C 694 524 690 540 672 544 C 560 552 400 550 300 546 L 286 566"
    " C 284 572 280 574 272 574 L 110 574 C 100 574 96 570 95 562 Z"
)


def damask(p: QPainter, step: float, colour: QColor, size: float = 1.0) -> None:
    """Tone on tone, as the damask of bazin is woven."""
    for x, y, odd in grid(step, step * 1.5):
        with placed(p, x, y, 45 if odd else 0, size):
            fill(p, petals(4, 3, 24, 11), colour)
            if odd:
                fill(p, circle(0, 0, 5), colour)


def shoe(p: QPainter, base: tuple[str, str, str], shade: float) -> None:
    fill(
        p, path("M 112 332 C 150 314 210 330 234 350 C 262 374 300 390 340 398 C 270 420 150 400 112 332 Z"), "#3C2413"
    )
    fill(p, UPPER, gradient(96, 330, 680, 530, *base))
    with inside(p, UPPER):
        damask(p, 44, clear("#FFFFFF", 0.20), 0.72)
        fill(p, path("M 90 470 C 200 520 500 500 690 490 L 690 540 L 90 540 Z"), clear("#06231A", 0.24))
        fill(p, path("M 440 412 C 520 420 590 436 640 462 C 590 448 520 436 452 430 Z"), clear("#FFFFFF", 0.28))
        fill(p, path("M 84 320 L 128 320 C 116 380 116 460 124 540 L 84 540 Z"), clear("#06231A", 0.22))
    # The tongue, with its embroidery.
    tongue = path(
        "M 226 344 C 262 372 300 392 346 398 C 396 404 430 408 452 412 C 430 446 380 470 330 474"
        " C 280 446 244 400 226 344 Z"
    )
    fill(p, tongue, gradient(226, 340, 450, 470, base[0], base[1]))
    line(p, tongue, GOLD, 4.5)
    with inside(p, tongue):
        for x, y, size in ((290, 402, 0.9), (336, 426, 1.15), (392, 426, 0.9)):
            with placed(p, x, y, 20, size):
                line(p, petals(6, 4, 17, 6), PALE_GOLD, 2)
                fill(p, circle(0, 0, 4), GOLD)
    line(p, path("M 112 332 C 136 318 190 322 226 344"), GOLD, 7)
    line(p, path("M 118 500 C 260 514 540 510 664 496"), clear("#F5EBC8", 0.8), 2.2, 8, 7)
    fill(p, SOLE, gradient(0, 512, 0, 574, "#6A4223", "#3C2413"))
    line(p, path("M 96 520 C 240 534 560 532 684 518"), "#B88A55", 4)
    if shade:
        fill(p, UPPER.united(SOLE), clear("#10251D", shade))


def shoes(p: QPainter) -> None:
    colours = ("#2F9A70", GREEN, "#125A3A")
    enlarged(p, 1.04, -40)
    with placed(p, 112, 4, 0, 0.92):
        shoe(p, colours, 0.16)
    with placed(p, -10, 76):
        shoe(p, colours, 0)


def shoes_shade(p: QPainter) -> None:
    enlarged(p, 1.04, -40)
    for x, y, w in ((454, 532, 270), (384, 648, 310)):
        floor = QPainterPath()
        floor.addEllipse(QPointF(x, y), w, 20)
        fill(p, floor, clear("#2B2413", 0.75))


# --------------------------------------------------------------------------------------------------- Bazin riche 5 m


def cloth(p: QPainter) -> None:
    """Folded flat: four folds seen from the front, the damask on top, one corner turned back."""
    enlarged(p, 1.14, -58)
    top = path(
        "M 214 318 L 586 318 C 606 318 616 322 624 334 L 684 424 L 116 424 L 176 334 C 184 322 194 318 214 318 Z"
    )
    tones = (("#3F86C6", "#20538B"), ("#3679B8", "#1B497C"), ("#3F86C6", "#20538B"), ("#316FAB", "#173F6C"))
    for n, (light, dark) in reversed(list(enumerate(tones))):
        y = 414 + n * 58
        fold = QPainterPath()
        fold.addRoundedRect(QRectF(112 + (0, 6, -2, 4)[n], y, 576, 62), 31, 31)
        fill(p, fold, gradient(0, y, 0, y + 62, light, BLUE, dark))
        with inside(p, fold):
            p.save()
            p.translate(n * 17, y - 300)
            damask(p, 58, clear("#BFE0FF", 0.16), 0.9)
            p.restore()
            for x, width in ((190, 40), (420, 70), (590, 26)):
                shine = path(f"M {x} {y} L {x + width} {y} L {x + width - 16} {y + 62} L {x - 16} {y + 62} Z")
                fill(p, shine, clear("#FFFFFF", 0.12))
            fill(p, path(f"M 100 {y + 44} L 700 {y + 44} L 700 {y + 70} L 100 {y + 70} Z"), clear("#0A2140", 0.25))
    fill(p, top, gradient(150, 318, 640, 424, "#5FA3DD", "#2F73B3", "#245D97"))
    with inside(p, top):
        p.save()
        p.setTransform(QTransform(1, 0, 0, 0.5, 0, 160), True)
        damask(p, 66, clear("#D9EDFF", 0.34), 1.15)
        p.restore()
        fill(p, path("M 260 310 L 350 310 L 290 430 L 180 430 Z"), clear("#FFFFFF", 0.16))
        fill(p, path("M 520 310 L 548 310 L 566 430 L 530 430 Z"), clear("#FFFFFF", 0.12))
    line(p, path("M 128 424 L 672 424"), clear("#BFE0FF", 0.5), 3)
    ribbon(p)


def ribbon(p: QPainter) -> None:
    """A gold band around the pile, tied on top."""
    fill(p, path("M 382 318 L 418 318 L 424 424 L 376 424 Z"), gradient(376, 0, 424, 0, "#D8C878", GOLD, "#9C8B3A"))
    fill(p, path("M 376 424 L 424 424 L 424 652 L 376 652 Z"), gradient(376, 0, 424, 0, "#D8C878", GOLD, "#9C8B3A"))
    for y in (472, 530, 588):
        fill(p, path(f"M 376 {y} Q 400 {y + 8} 424 {y} L 424 {y + 7} Q 400 {y + 14} 376 {y + 7} Z"), clear(INK, 0.22))
    for side in (False, True):
        loop = path("M 400 362 C 372 306 288 290 280 330 C 276 368 350 380 400 368 Z")
        inner = path("M 384 360 C 360 326 306 312 300 332 C 298 354 346 364 384 360 Z")
        tail = path("M 396 366 C 368 386 330 400 300 428 L 334 434 C 362 410 388 392 404 372 Z")
        turn = mirrored if side else (lambda shape: shape)
        fill(p, turn(tail), "#A99543" if side else "#B7A44C")
        fill(p, turn(loop), "#C9B65A" if side else "#D8C878")
        fill(p, turn(inner), clear("#6D5F22", 0.55))
    knot = QPainterPath()
    knot.addRoundedRect(QRectF(382, 344, 36, 34), 11, 11)
    fill(p, knot, gradient(382, 344, 418, 378, "#E6D98E", "#B5A249"))


def cloth_shade(p: QPainter) -> None:
    floor = QPainterPath()
    enlarged(p, 1.14, -58)
    floor.addEllipse(QPointF(408, 650), 300, 28)
    fill(p, floor, clear("#1A2638", 0.75))


# ------------------------------------------------------------------------------------------------ Grand boubou brodé

BOUBOU: Final = both(
    "M 400 96 L 352 92 C 296 98 210 118 106 158 C 90 260 84 390 96 512 C 140 526 190 528 228 522"
    " C 218 600 206 680 198 742 C 266 760 334 764 400 764 Z"
)


def boubou(p: QPainter) -> None:
    fill(p, path("M 340 96 Q 400 66 460 96 L 446 136 L 354 136 Z"), "#4E1A33")
    fill(p, BOUBOU, gradient(70, 96, 720, 756, "#91396A", "#7A2C52", "#5E1F3E"))
    with inside(p, BOUBOU):
        damask(p, 62, clear("#FFD9EA", 0.11))
        for side in (False, True):
            for data, share in (
                ("M 268 114 C 252 250 238 390 228 526 L 256 526 C 264 390 274 250 284 114 Z", 0.26),
                ("M 228 522 C 218 600 206 680 198 750 L 232 754 C 236 680 244 600 252 514 Z", 0.26),
                ("M 304 420 C 298 540 284 650 276 764 L 308 764 C 314 650 320 540 318 420 Z", 0.20),
                ("M 360 500 C 358 590 354 680 350 766 L 372 766 C 374 680 374 590 370 500 Z", 0.16),
                ("M 168 136 C 148 260 140 390 144 526 L 164 526 C 162 390 168 260 186 130 Z", 0.20),
            ):
                fold = path(data)
                fill(p, mirrored(fold) if side else fold, clear("#2C0A1C", share))
        fill(
            p, path("M 200 126 C 180 250 174 390 182 526 L 212 526 C 206 390 214 250 234 118 Z"), clear("#FFFFFF", 0.08)
        )
        fill(
            p, path("M 326 450 C 320 560 314 660 310 764 L 338 764 C 340 660 342 560 340 450 Z"), clear("#FFFFFF", 0.07)
        )
    for data, width in (("M 106 158 C 90 260 84 390 96 512", 6.0), ("M 128 150 C 112 260 106 390 118 516", 2.5)):
        for cuff in (path(data), mirrored(path(data))):
            line(p, cuff, GOLD, width)
    line(p, path("M 198 739 C 266 757 334 761 400 761 C 466 761 534 757 602 739"), GOLD, 6)
    line(p, path("M 201 721 C 266 739 334 743 400 743 C 466 743 534 739 599 721"), GOLD, 2.5, 2, 8)
    p.translate(0, -53)
    embroidery(p)


def embroidery(p: QPainter) -> None:
    """The breast-piece: a split neck, bands beside it, scrolls, and the star at its foot."""
    plate = both(
        "M 400 450 C 372 444 352 424 342 396 C 322 380 312 350 312 310 L 312 214 C 312 186 326 160 348 147 L 400 168 Z"
    )
    fill(p, plate, clear("#43122C", 0.55))
    line(p, plate, GOLD, 6)
    with inside(p, plate):
        line(p, both("M 328 214 L 328 312 C 330 346 338 366 354 382 C 362 408 378 426 400 432"), PALE_GOLD, 2.4)
        for n in range(6):
            y = 206 + n * 27
            scroll = path(f"M 340 {y} C 352 {y - 14} 372 {y - 10} 371 {y + 2} C 370 {y + 12} 355 {y + 12} 355 {y + 3}")
            line(p, scroll, PALE_GOLD, 3)
            line(p, mirrored(scroll), PALE_GOLD, 3)
    with placed(p, 400, 392):
        fill(p, petals(8, 6, 30, 11), GOLD)
        line(p, circle(0, 0, 34), PALE_GOLD, 2.6)
        fill(p, circle(0, 0, 6), "#43122C")
    neck = path("M 348 147 C 354 176 376 192 390 200 L 390 336 M 452 147 C 446 176 424 192 410 200 L 410 336")
    fill(
        p,
        path("M 352 140 C 356 172 378 190 392 198 L 392 334 L 408 334 L 408 198 C 422 190 444 172 448 140 Z"),
        "#3A0F26",
    )
    line(p, neck, GOLD, 6)
    with placed(p, 400, 346):
        fill(p, circle(0, 0, 8), GOLD)
    for x in (290, 510):  # beside the breast-piece
        for y, size in ((250, 1.0), (330, 0.8), (396, 0.6)):
            with placed(p, x, y, 0, size):
                line(p, petals(4, 4, 20, 9), GOLD, 2.6)
                fill(p, circle(0, 0, 3.4), PALE_GOLD)


def boubou_shade(p: QPainter) -> None:
    p.translate(12, 20)
    fill(p, BOUBOU, clear("#2B1A24", 0.5))


# -------------------------------------------------------------------------------------------------------- the emblem


def emblem(p: QPainter) -> None:
    """A baobab before the sun, in a round seal."""
    fill(p, circle(400, 400, 396), GOLD)
    fill(p, circle(400, 400, 366), SLATE)
    fill(p, circle(400, 330, 190), "#E8C35A")
    with inside(p, circle(400, 400, 366)):
        fill(p, path("M 0 616 C 200 580 600 580 800 616 L 800 800 L 0 800 Z"), "#2F3947")
    tree = both(
        "M 400 640 L 270 640 C 330 600 346 540 340 470 C 330 400 262 372 190 352 L 198 330 C 246 342 290 352 318 372"
        " C 304 322 270 282 222 252 L 236 236 C 296 268 330 312 350 372 C 352 310 342 256 322 206 L 342 200"
        " C 366 256 376 310 380 366 L 400 356 Z"
    )
    fill(p, tree, CREAM)
    for x, y, r in ((180, 330, 58), (232, 232, 66), (326, 182, 60), (400, 150, 62)):
        crown = circle(x, y, r)
        for shape in {x: crown, SIDE - x: mirrored(crown)}.values():
            fill(p, shape, "#2F8F63" if x % 4 else GREEN)
