# SPDX-License-Identifier: BSD-2-Clause
"""A picture of the screen, as QEMU's screendump leaves it (binary PPM)."""

import re
from pathlib import Path
from typing import Dict, Tuple

Colour = Tuple[int, int, int]


class Picture:
    def __init__(self, width: int, height: int, rgb: bytes):
        self.width = width
        self.height = height
        self.rgb = rgb

    @classmethod
    def read(cls, path: Path) -> "Picture":
        data = path.read_bytes()
        head = re.match(rb"P6\s+(?:#[^\n]*\n)*(\d+)\s+(\d+)\s+255\s", data)
        if not head:
            raise ValueError(f"{path} is no binary PPM")
        width, height = int(head.group(1)), int(head.group(2))
        rgb = data[head.end():]
        if len(rgb) != width * height * 3:
            raise ValueError(f"{path}: {len(rgb)} bytes of pixels for {width}×{height}")
        return cls(width, height, rgb)

    def pixel(self, x: int, y: int) -> Colour:
        at = (y * self.width + x) * 3
        return self.rgb[at], self.rgb[at + 1], self.rgb[at + 2]

    def row(self, x: int, y: int, width: int) -> bytes:
        at = (y * self.width + x) * 3
        return self.rgb[at:at + width * 3]

    def colours(self) -> Dict[Colour, int]:
        """How often each colour occurs."""
        counts: Dict[Colour, int] = {}
        for at in range(0, len(self.rgb), 3):
            colour = (self.rgb[at], self.rgb[at + 1], self.rgb[at + 2])
            counts[colour] = counts.get(colour, 0) + 1
        return counts
