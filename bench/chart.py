# SPDX-License-Identifier: BSD-2-Clause
"""The results as a picture: bars on a logarithmic scale, written as SVG."""

from math import floor, log10
from typing import List, Tuple
from xml.sax.saxutils import escape

from measure import Results
from table import rows_of

SHOWN = ("4 KiB", "64 MiB virtio", "64 MiB SATA", "512 MiB virtio")
COLOURS = ("#8b949e", "#1f6feb", "#2da44e", "#bf8700", "#cf222e")
LEFT, RIGHT, WIDTH = 110, 90, 760
BAR, GAP, HEAD = 18, 26, 44
DECADES = (5, 10)  # powers of ten at the two ends


def at(instructions: float) -> float:
    low, high = DECADES
    return LEFT + (log10(instructions) - low) / (high - low) * (WIDTH - LEFT - RIGHT)


def short(instructions: int) -> str:
    for limit, unit in ((10**9, "G"), (10**6, "M"), (10**3, "k")):
        if instructions >= limit:
            number = instructions / limit
            return f"{number:.{max(0, 2 - floor(log10(number)))}f} {unit}"
    return str(instructions)


def text(x: float, y: float, words: str, anchor: str = "start", weight: str = "normal") -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" font-weight="{weight}">{escape(words)}</text>'


def bars(results: Results) -> Tuple[List[str], float]:
    """And where the picture ends."""
    parts, y = [], float(HEAD)
    for case in SHOWN:
        found = [(title, colour, results.instructions(name, case)) for (name, title), colour
                 in zip(rows_of(results), COLOURS)]
        found = [(title, colour, number) for title, colour, number in found if number]
        if not found:
            continue
        parts.append(text(8, y + 14, f"a kernel and {case.replace('4 KiB', '4 KiB, virtio')}", weight="bold"))
        y += GAP
        for title, colour, number in found:
            parts.append(text(LEFT - 8, y + 13, title, "end"))
            parts.append(f'<rect x="{LEFT}" y="{y:.0f}" width="{at(number) - LEFT:.1f}" height="{BAR - 3}" '
                         f'fill="{colour}"/>')
            parts.append(text(at(number) + 6, y + 13, short(number)))
            y += BAR
        y += GAP / 2
    return parts, y


def grid(end: float) -> List[str]:
    parts = []
    for power in range(DECADES[0], DECADES[1] + 1):
        x = at(10**power)
        parts.append(f'<line x1="{x:.0f}" y1="{HEAD - 8}" x2="{x:.0f}" y2="{end:.0f}" stroke="#8b949e" '
                     'opacity="0.35"/>')
        parts.append(text(x, end + 16, f"{10**(power % 3)} {'kMG'[power // 3 - 1]}", "middle"))
    return parts


def chart(results: Results) -> str:
    shown, end = bars(results)
    head = text(8, 20, "Instructions from starting the loader to the kernel's first one (QEMU, OVMF; less is better)",
                weight="bold")
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {end + 26:.0f}" width="{WIDTH}" '
        'font-family="sans-serif" font-size="13">',
        f'<rect width="{WIDTH}" height="{end + 26:.0f}" fill="#ffffff"/>', head, *grid(end), *shown, "</svg>", ""])
