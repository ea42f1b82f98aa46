# SPDX-License-Identifier: BSD-2-Clause
"""Reads text off a picture of the screen, by the font and the layout of include/baton/console.h."""

import re
from typing import Dict, List, Tuple

from .paths import TREE
from .picture import Picture

CELL_WIDTH, CELL_HEIGHT = 6, 11
GLYPH_WIDTH, GLYPH_HEIGHT = 5, 9

Glyph = Tuple[int, ...]


def read_font() -> Dict[Glyph, str]:
    text = (TREE / "include" / "baton" / "console.h").read_text()
    glyphs = re.findall(r"\{((?:0x[0-9a-f]{2},?){%d})\}" % GLYPH_HEIGHT, text)
    assert len(glyphs) == 95
    return {tuple(int(row, 16) for row in glyph.split(",")): chr(32 + i) for i, glyph in enumerate(glyphs)}


def read_screen(picture: Picture) -> List[str]:
    """The lines of text; "\N{REPLACEMENT CHARACTER}" for what is no character."""
    font = read_font()
    scale = max(1, min(picture.width // 640, picture.height // 400))
    width, height = CELL_WIDTH * scale, CELL_HEIGHT * scale
    columns, rows = picture.width // width - 1, picture.height // height - 1
    left, top = (picture.width - columns * width) // 2, (picture.height - rows * height) // 2
    background = picture.pixel(0, 0)

    def is_lit(x: int, y: int) -> bool:
        """All of the square: smoothed corners are not."""
        return all(picture.row(x, y + i, scale).find(bytes(background)) < 0 for i in range(scale))

    def character(x: int, y: int) -> str:
        glyph = tuple(sum(is_lit(x + i * scale, y + (j + 1) * scale) << GLYPH_WIDTH - 1 - i for i in range(GLYPH_WIDTH))
                      for j in range(GLYPH_HEIGHT))
        return font.get(glyph, "\N{REPLACEMENT CHARACTER}")

    return ["".join(character(left + i * width, top + j * height) for i in range(columns)).rstrip()
            for j in range(rows)]
