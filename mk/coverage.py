#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Runs the host tests of a build with gcc's --coverage and prints the share of lines and branches that they reach.

usage: mk/coverage.py BUILD-FOLDER

For each file what was not reached, then a line for each layer. Fails when a layer is below its goal, or a test fails.
"""

import gzip
import json
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

TREE = Path(__file__).resolve().parent.parent
# Folder and least shares in percent, lines and branches. What has none is shown and not judged: without the code that
# only the processor can run, a share of arch says little, and the tests of flow are scenarios.
LAYERS = {"base": ("loader/base", 95, 90), "core": ("loader/core", 95, 90), "proto": ("loader/proto", 95, 90),
          "efi": ("loader/efi", 90, None), "flow": ("loader", None, None)}


class Line:
    """How often a line of code was reached, and each of the ways that its branches can go."""

    def __init__(self):
        self.count = 0
        self.ways = []

    def add(self, line):
        self.count += line["count"]
        # gcc counts only what is in the source: there are no exceptions in C, and this build has no sanitizers.
        counts = [branch["count"] for branch in line["branches"] if not branch["throw"]]
        self.ways += [0] * (len(counts) - len(self.ways))
        for way, count in enumerate(counts):
            self.ways[way] += count


def read_reports(notes):
    """{file: {line number: Line}} from .gcno files of gcc's, and the .gcda beside them. A function in a header is in
    many objects, and what reaches one of them counts."""
    files = {}
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["gcov", "--branch-probabilities", "--json-format", "--hash-filenames",
                        *(str(note.resolve()) for note in notes)], cwd=folder, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for report in Path(folder).glob("*.gcov.json.gz"):
            for file in json.loads(gzip.decompress(report.read_bytes()))["files"]:
                lines = files.setdefault(Path(file["file"]).as_posix().removeprefix("./"), {})
                for line in file["lines"]:
                    lines.setdefault(line["line_number"], Line()).add(line)
    return files


def succeeds(program):
    return subprocess.run([program], cwd=TREE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


def share(reached, all_there_are):
    return 100 * reached / all_there_are if all_there_are else 100.0


def sums(lines):
    """Lines that were reached, lines, ways that were gone, ways."""
    ways = [way for line in lines for way in line.ways]
    return sum(line.count > 0 for line in lines), len(lines), sum(way > 0 for way in ways), len(ways)


def show_file(name, lines):
    reached, count, gone, ways = sums(list(lines.values()))
    print(f"{share(reached, count):6.1f} % {share(gone, ways):6.1f} %  {name}")
    missed = [str(number) for number, line in sorted(lines.items()) if line.count == 0]
    if missed:
        print(f"        lines: {' '.join(missed)}")
    # Of a line that was not reached no way was gone either.
    one_sided = [f"{number}" + (f" ({line.ways.count(0)} of {len(line.ways)})" if len(line.ways) > 2 else "")
                 for number, line in sorted(lines.items()) if line.count > 0 and 0 in line.ways]
    if one_sided:
        print(f"        branches: {', '.join(one_sided)}")


def main(build):
    objects = TREE / build / "obj" / "test"
    for old in objects.rglob("*.gcda"):
        old.unlink()
    programs = [TREE / build / "tests" / "fault"]
    programs += [TREE / build / "tests/unit" / path.stem for path in sorted((TREE / "tests/unit").glob("test_*.c"))]
    with ThreadPoolExecutor(2) as pool:
        failed = [f"{program.name} fails" for program, well in zip(programs, pool.map(succeeds, programs)) if not well]
    files = read_reports(objects.rglob("*.gcno"))
    summary = []
    for layer, (folder, *goals) in LAYERS.items():
        sources = sorted(path.relative_to(TREE).as_posix() for path in (TREE / folder).glob("*.[ch]"))
        every = []
        for name in sources:
            if name in files:
                show_file(name, files[name])
                every += files[name].values()
            elif name.endswith(".c"):
                failed.append(f"{name} is in none of the programs")
        reached, count, gone, ways = sums(every)
        shares = share(reached, count), share(gone, ways)
        summary.append(f"coverage: {layer} {shares[0]:.1f} % lines {shares[1]:.1f} % branches")
        failed += [f"{layer} is below its goal of {goal} % {what}"
                   for what, goal, found in zip(("lines", "branches"), goals, shares)
                   if goal is not None and found < goal]
    print("\n".join(summary), flush=True)
    for what in failed:
        print(f"failed: {what}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
