#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""
Measures Baton beside other loaders.

usage: bench/bench.py ROWS           "all" (and writes docs/bench.md and docs/bench.svg), "quick", or names of rows
       bench/bench.py check [ROWS]   the floor and Baton only, "quick" without ROWS; fails when a budget is not met

BATON_BUILD names the build folder; LIMINE is the path of Limine's BOOTX64.EFI, for a row of it.
"""

import sys
import tempfile
from pathlib import Path
from typing import List

import budgets
from cases import chosen
from chart import chart
from loaders import find_rivals
from machines import BUILD, TREE, Disks
from measure import Results, all_loaders, measure, measure_seconds, temporary
from table import call_table, main_table, read_table, seconds_table, size_table, stage_table

HEAD = """# What booting costs

`make bench` writes this page. Each number is what a loader took from StartImage to its kernel's first instruction, in
guest instructions (QEMU with `-icount`: 64 ns each; waits for a disk count as if they were instructions; medians of 3
or 5 boots where the floor and Baton read). Firmware: OVMF; machine: q35, 1 GiB (2 GiB for 512 MiB
of modules), no screen, no serial port; the disk: one ESP of 300 MiB (640 MiB for 512 MiB of modules) with clusters of 4
KiB. Menus are off. *The floor* is no loader: the firmware reads the same bytes into place in the better of one read and
1 MiB reads, and boot services are left. systemd-boot starts EFI programs only: its kernel takes the modules as an
initrd, by EFI_LOAD_FILE2_PROTOCOL, and leaves boot services before it notes the counter. GRUB is an image with no more
modules than this boot takes.

"""


def budget_lines(results: Results) -> List[str]:
    return budgets.judge(budgets.checks(results), budgets.known_excess())[0]


def page(results: Results, reasons: List[str]) -> str:
    parts = [HEAD, "![The table as a picture](bench.svg)\n\n", main_table(results), "\n", size_table(results)]
    if reasons or results.notes:
        parts.append("\nNot measured: " + "; ".join([*reasons, *results.notes]) + ".\n")
    parts += ["\n## Where Baton's time goes\n\nA kernel with a module of 4 KiB, on virtio.\n\n", stage_table(results),
              "\nLoads that take long are read in pieces, of which each walks the file's clusters again and has the disk "
              "stand still before it; one boot each.\n\n", read_table(results),
              "\n## Calls of the firmware\n\nBy the loader's image itself; GRUB reads disks by a protocol that is not "
              "watched.\n\n", call_table(results),
              "\n## Budgets\n\n    ", "\n    ".join(budget_lines(results)), "\n"]
    if results.seconds:
        parts += ["\n## On the host's clock\n\nThe same without instruction counting, on whatever machine this was: "
                  "medians of 5 runs (3 with 512 MiB), paired, which is to say that the loaders take turns. Noisy: only "
                  "large differences mean something.\n\n", seconds_table(results)]
    return "".join(parts)


def told(results: Results) -> int:
    """The exit code."""
    for failure in results.failures:
        print(f"FAILED: {failure}", file=sys.stderr)
    return 1 if results.failures else 0


def bench(rows: str) -> int:
    with tempfile.TemporaryDirectory(dir=temporary(BUILD)) as name:
        folder = Path(name)
        rivals, reasons = find_rivals(folder)
        disks = Disks(folder)
        results = measure(disks, all_loaders(rivals), chosen(rows), for_budgets=False)
        if rows == "all":
            measure_seconds(disks, results)
        text = page(results, reasons)
    print(text)
    if rows == "all" and not results.failures:
        (TREE / "docs" / "bench.md").write_text(text)
        (TREE / "docs" / "bench.svg").write_text(chart(results))
    return told(results)


def check(rows: str) -> int:
    with tempfile.TemporaryDirectory(dir=temporary(BUILD)) as name:
        results = measure(Disks(Path(name)), all_loaders([]), chosen(rows), for_budgets=True)
    lines, good = budgets.judge(budgets.checks(results), budgets.known_excess())
    print("\n".join(["", f"{'budget':32}{'measured':>16}{'limit':>16}", *lines]))
    for line in lines:
        if "NOT MET" in line:
            print(f"bench-check: NOT MET: {line.split()[0]}", file=sys.stderr)
    return told(results) or (0 if good else 1)


def main(*words: str) -> int:
    if words and words[0] == "check" and len(words) <= 2:
        return check(*words[1:] or ("quick",))
    if len(words) == 1:
        return bench(words[0])
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
