#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Runs the unit tests of a build with gcc's --coverage and prints the share of lines that they reach, by layer.

usage: mk/coverage.py BUILD-FOLDER
"""

import gzip
import json
import subprocess
import sys
import tempfile
from pathlib import Path

TREE = Path(__file__).resolve().parent.parent
LAYERS = ("base", "core", "proto")


def lines_reached(objects):
    """{file: {line: was it reached}} of all objects below a folder. What no test links counts as not reached."""
    files = {}
    with tempfile.TemporaryDirectory() as folder:
        data = [str(path.resolve()) for path in objects.rglob("*.gcno")]
        subprocess.run(["gcov", "--json-format", "--hash-filenames", *data], cwd=folder, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for report in Path(folder).glob("*.gcov.json.gz"):
            for file in json.loads(gzip.decompress(report.read_bytes()))["files"]:
                lines = files.setdefault(Path(file["file"]).as_posix().removeprefix("./"), {})
                for line in file["lines"]:
                    lines[line["line_number"]] = lines.get(line["line_number"], False) or line["count"] > 0
    return files


def succeeds(program):
    return subprocess.run([program], cwd=TREE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


def main(build):
    objects = TREE / build / "obj" / "test"
    for old in objects.rglob("*.gcda"):
        old.unlink()
    programs = [TREE / build / "tests" / "unit" / path.stem for path in sorted((TREE / "tests/unit").glob("test_*.c"))]
    failed = [program.name for program in programs if not succeeds(program)]
    files = lines_reached(objects)
    for layer in LAYERS:
        counted = {name: lines for name, lines in files.items() if name.startswith(f"loader/{layer}/")}
        for name, lines in sorted(counted.items()):
            missed = [str(line) for line, reached in sorted(lines.items()) if not reached]
            share = 100 * (len(lines) - len(missed)) / len(lines)
            print(f"{share:6.1f} %  {name}" + (f"  not: {' '.join(missed)}" if missed else ""))
        for source in sorted((TREE / "loader" / layer).glob("*.c")):
            if f"loader/{layer}/{source.name}" not in counted:
                failed.append(f"{source.name} has no data")
    for layer in LAYERS:
        every = [reached for name, lines in files.items() if name.startswith(f"loader/{layer}/")
                 for reached in lines.values()]
        if every:
            print(f"coverage: {layer} {100 * sum(every) / len(every):.1f} % lines ({sum(every)} of {len(every)})")
    for what in failed:
        print(f"failed: {what}", file=sys.stderr)
    return 1 if failed or not programs else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
