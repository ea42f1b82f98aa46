# SPDX-License-Identifier: BSD-2-Clause
"""What examples/tour said and drew, parsed and compared with itself."""

import re
from dataclasses import dataclass
from typing import Dict, Iterator, List, Tuple

from .judge import STAGES
from .paths import TREE
from .picture import Colour, Picture
from .report import PAGE

LEFTOVER = ("boot services", "loader")
BAR_ROWS, LABEL_COLUMNS, LEGEND_COLUMNS = 8, 13, 35


@dataclass
class Row:
    base: int
    end: int
    kind: str
    kib: int


@dataclass
class Tour:
    text: str
    announced: Dict[str, int]  # "entries", "bytes of log", "timings"
    rows: List[Row]
    log: str
    timings: List[Tuple[str, int, int]]  # stage, took, ended at
    frequency: int

    def pages(self, *kinds: str) -> int:
        return sum((row.end - row.base) // PAGE for row in self.rows if row.kind in kinds)


def parse_tour(text: str) -> Tour:
    def number(expression: str) -> int:
        found = re.findall(expression, text, re.MULTILINE)
        assert len(found) == 1, f"{len(found)} times {expression!r}"
        return int(found[0])

    rows = re.findall(r"^  ([0-9a-f]{16}) - ([0-9a-f]{16}) : (\S.*?) +(\d+) KiB  EFI type \d+, attributes [0-9a-f]+$",
                      text, re.MULTILINE)
    timings = re.findall(r"^  (\w+) +took +(\d+) us, ended at +(\d+) us$", text, re.MULTILINE)
    return Tour(
        text,
        {"entries": number(r"^tour: memory map, (\d+) entries$"), "timings": number(r"^tour: (\d+) timings, counter"),
         "bytes of log": number(r"^tour: the loader's log, (\d+) bytes$")},
        [Row(int(base, 16), int(end, 16), kind, int(kib)) for base, end, kind, kib in rows],
        "".join(f"{line}\n" for line in re.findall(r"^  \| (.*)$", text, re.MULTILINE)),
        [(name, int(took), int(ended)) for name, took, ended in timings],
        number(r"counter at (\d+) Hz$"))


def judge_tour(tour: Tour, path: str, command_line: str, has_screen: bool) -> Iterator[str]:
    version = (TREE / "VERSION").read_text().strip()
    found = {"entries": len(tour.rows), "timings": len(tour.timings), "bytes of log": len(tour.log.encode())}
    if found != tour.announced:
        yield f"{tour.announced} were announced, {found} came"
    expected = [f"loader Baton {version}, protocol 1, facts 0x", f"kernel {path} at 0x",
                f'command line "{command_line}"\n', "0 modules\n", "framebuffer " if has_screen else "no framebuffer\n",
                f"all {len(tour.rows)} entries of the memory map are in order: ok\n"]
    for what, kinds in (("usable", ["usable"]), ("boot services and loader", LEFTOVER)):
        pages = tour.pages(*kinds)
        expected.append(f"all {pages} {what} pages ({pages // 256} MiB) allocated, written, verified: ok\n")
    for line in expected:
        if tour.text.count(f"\ntour: {line}") != 1:
            yield f"{tour.text.count(line)} lines begin with 'tour: {line.strip()}'"
    if not tour.text.endswith("\ntour: ok\n") or "FAILED" in tour.text:
        yield "it does not end with 'tour: ok'"
    end = 0
    for row in tour.rows:
        if not end <= row.base < row.end or row.kib != (row.end - row.base) // 1024 or row.kind not in read_colours():
            yield f"the map's row {row} is odd"
        end = row.end
    if [name for name, *_ in tour.timings] != STAGES:
        yield f"the stages are {[name for name, *_ in tour.timings]}"
    total = 0
    for name, took, ended in tour.timings:
        if not total + took <= ended <= total + took + 1:  # whole microseconds
            yield f"{name} ended at {ended} us, after {total} + {took}"
        total = ended
    if total == 0 or tour.frequency == 0:
        yield "no time has passed"


# ---- the picture ----

def read_colours() -> Dict[str, Colour]:
    """By name, from the tour's own table, in the kinds' order."""
    text = (TREE / "examples/tour/kinds.c").read_text()
    found = re.findall(r'\[BATON_MEMORY_\w+\] = \{"([^"]+)", 0x([0-9a-f]{6})\}', text)
    return {name: (int(rgb[:2], 16), int(rgb[2:4], 16), int(rgb[4:], 16)) for name, rgb in found}


def read_logo() -> Tuple[List[str], Dict[str, Colour]]:
    """The logo's rows, a letter for each square, and the letters' colours, from examples/tour/logo.h."""
    text = (TREE / "examples/tour/logo.h").read_text()
    rows = re.findall(r'^    "([^"]+)",$', text, re.MULTILINE)
    colours = {square: (int(value, 16) >> 16, int(value, 16) >> 8 & 255, int(value, 16) & 255)
               for square, value in re.findall(r"^    \{'(.)', 0x(\w{6})\}", text, re.MULTILINE)}
    width, height = (int(re.search(rf"LOGO_{name} +(\d+)u", text).group(1)) for name in ("WIDTH", "HEIGHT"))
    assert len(rows) == height and {len(row) for row in rows} == {width} and len(colours) > 2
    return rows, colours


def judge_logo(picture: Picture, width: int) -> Iterator[str]:
    """Every pixel of the logo, centred in `width`, and of the background beside it."""
    rows, colours = read_logo()
    scale = (width + len(rows[0]) * 3 // 2) // (len(rows[0]) * 3)
    left, top = (width - len(rows[0]) * scale) // 2, picture.height // 16
    background = bytes(picture.pixel(0, 0))
    for y, row in enumerate(rows):
        expected = background * left + b"".join(bytes(colours.get(square, background)) * scale for square in row)
        for at in range(top + y * scale, top + (y + 1) * scale):
            if picture.row(0, at, len(expected) // 3) != expected:
                yield f"row {at} of pixels is not the logo's"


@dataclass
class Grid:
    """Where characters are on a screen of this size (include/baton/console.h)."""

    width: int
    height: int

    def __post_init__(self):
        self.scale = max(1, min(self.width // 640, self.height // 400))
        self.cell_width, self.cell_height = 6 * self.scale, 11 * self.scale
        self.columns, self.rows = self.width // self.cell_width - 1, self.height // self.cell_height - 1
        self.left = (self.width - self.columns * self.cell_width) // 2
        self.top = (self.height - self.rows * self.cell_height) // 2

    def bar_row(self) -> int:
        """The line of text below the logo and the title."""
        text = (TREE / "examples/tour/logo.h").read_text()
        width, height = (int(re.search(rf"LOGO_{what} +(\d+)u", text).group(1)) for what in ("WIDTH", "HEIGHT"))
        logo_scale = max(1, (self.width + width * 3 // 2) // (width * 3))
        return (self.height // 16 + height * logo_scale - self.top) // self.cell_height + 4


def expected_bar(tour: Tour, length: int, scale: int) -> List[str]:
    """
    The kind that each pixel along the bar shows: all RAM, the usable below the others, none thinner than `scale`, and
    none over another.
    """
    end = max(row.end for row in tour.rows if row.kind not in ("reserved", "MMIO", "framebuffer"))
    pages = sum((row.end - row.base) // PAGE for row in tour.rows if row.base < end)
    bar = ["nothing"] * length
    for usable in (True, False):
        page = drawn = 0
        for row in tour.rows:
            start = page * length // pages
            page += (row.end - row.base) // PAGE
            if page > pages or usable != (row.kind == "usable"):
                continue
            start = max(start, drawn)
            stop = drawn = min(max(page * length // pages, start + scale), length)
            bar[start:stop] = [row.kind] * (stop - start)
    return bar


def judge_picture(tour: Tour, picture: Picture) -> Iterator[str]:
    colours = read_colours()
    grid = Grid(picture.width, picture.height)
    bar_row = grid.bar_row()
    width = (grid.columns - LABEL_COLUMNS) * grid.cell_width
    bar = expected_bar(tour, width * BAR_ROWS, grid.scale)
    for at, kind in enumerate(bar):
        x = grid.left + LABEL_COLUMNS * grid.cell_width + at % width
        y = grid.top + (bar_row + at // width) * grid.cell_height + grid.cell_height // 2
        if picture.pixel(x, y) != colours.get(kind):
            yield f"the bar's pixel {at} ({x}, {y}) is {picture.pixel(x, y)} instead of {colours.get(kind)} ({kind})"
            break
    per_row = max(1, grid.columns // LEGEND_COLUMNS)
    kinds = [kind for kind in colours if tour.pages(kind)]
    for needed in ("usable", "kernel", "framebuffer"):
        if needed not in kinds or (needed != "framebuffer" and needed not in bar):
            yield f"nothing is {needed}"
    for i, kind in enumerate(kinds + ["none more"]):
        left = grid.left + i % per_row * LEGEND_COLUMNS * grid.cell_width
        middle = grid.top + (bar_row + BAR_ROWS + 1 + i // per_row) * grid.cell_height + grid.cell_height // 2
        square = {picture.pixel(left + x, middle) for x in range(2 * grid.cell_width)}
        if kind in colours and square != {colours[kind]}:
            yield f"the legend's square of {kind} is {square} instead of {colours[kind]}"
        if kind not in colours and square & set(colours.values()):
            yield f"the legend has more squares than kinds: {square}"
