# SPDX-License-Identifier: BSD-2-Clause
"""The results as tables of Markdown."""

from typing import Iterable, List, Optional, Sequence, Tuple

from budgets import BATON, own_memory
from loaders import Floor
from measure import FLOOR, Results
from machines import MIB, SHIFT
from stages import call_totals, stages_of

LONG_READ = 100_000


def rows_of(results: Results) -> List[Tuple[str, str]]:
    """Name and title of each row: the floor's two kinds are one."""
    return [(FLOOR, Floor.title)] + [(loader.name, loader.title) for loader in results.loaders
                                     if not isinstance(loader, Floor)]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "| --- " + "| ---: " * (len(head) - 1) + "|"]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def thousands(number: Optional[int]) -> str:
    return "–" if number is None else f"{number / 1000:,.0f}"


def milliseconds(seconds: Optional[float]) -> str:
    return "–" if seconds is None else f"{seconds * 1000:,.0f}"


def main_table(results: Results) -> str:
    rows = rows_of(results)
    return table(["thousands of instructions", *(title for _, title in rows)],
                 [[case.name, *(thousands(results.instructions(name, case.name)) for name, _ in rows)]
                  for case in results.cases])


def size_table(results: Results) -> str:
    rows = []
    for loader in results.loaders:
        boot = results.watched.get((loader.name, "4 KiB"))
        if isinstance(loader, Floor) or not boot:
            continue
        rows.append([loader.title, f"{loader.image.stat().st_size:,}", f"{boot.image:,}", f"{boot.peak:,}",
                     f"{own_memory(results):,}" if loader.name == BATON else "", f"{boot.call_count:,}"])
    return table(["bytes", "file", "image in memory", "allocated at most", "of it not kernel, modules or page tables",
                  "calls of the firmware"], rows)


def stage_table(results: Results) -> str:
    """Of one boot that was watched."""
    key = (BATON, "4 KiB")
    if key not in results.watched:
        return ""
    rows = []
    for stage in stages_of(results.watched[key]):
        calls = ", ".join(f"{stage.calls[name]} {name} ({number:,})" for name, number in stage.firmware.most_common())
        rows.append([stage.name, f"{stage.instructions:,}", f"{sum(stage.firmware.values()):,}", f"{stage.own:,}",
                     calls])
    return table(["stage", "instructions", "in firmware calls", "own", "calls (instructions)"], rows)


def read_table(results: Results) -> str:
    """Of long loads: what each read took, and all else, in one boot that was watched."""
    rows = []
    for case in results.cases:
        boot = results.watched.get((BATON, case.name))
        if not boot or not any(size > MIB for size in case.modules):
            continue
        reads = [call.end - call.start >> SHIFT for call in boot.calls if call.name == "File.Read"]
        long = [f"{instructions:,}" for instructions in reads if instructions >= LONG_READ]
        rows.append([case.name, ", ".join(long), f"{boot.instructions - sum(reads):,}",
                     f"{results.instructions(FLOOR, case.name):,}"])
    return table(["", "its reads of more than 100,000 instructions", "all but reads", "the floor, reads included"], rows)


def call_table(results: Results) -> str:
    """The calls of all loaders, each loader's most expensive ones first."""
    rows = []
    for name, title in rows_of(results):
        boot = results.watched.get((name, "4 KiB"))
        if boot:
            told = [f"{count} {call} ({instructions:,})" for call, count, instructions in call_totals(boot)[:8]]
            rows.append([title, f"{boot.call_count:,}", ", ".join(told)])
    return table(["loader", "calls", "the most expensive ones (instructions)"], rows)


def seconds_table(results: Results) -> str:
    rows = rows_of(results)
    lines = [[case.name, *(milliseconds(results.median_seconds(name, case.name)) for name, _ in rows)]
             for case in results.cases]
    return table(["milliseconds, noisy", *(title for _, title in rows)], lines)
