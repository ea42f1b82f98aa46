#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Runs the parts of the tests, counts every single test, and ends with one line: "N passed, M failed[, K skipped]".

usage: mk/test.py BUILD-FOLDER PART...

A part that fails does not stop the next one. A program that does not come to its end, or a part in which nothing
was counted, is a failure.
"""

import os
import re
import subprocess
import sys
import time
import xml.etree.ElementTree as xml
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import fuzz

TREE = Path(__file__).resolve().parent.parent
JOBS = str(os.cpu_count() or 1)
# A machine in QEMU waits a good part of its time.
WORKERS = str((os.cpu_count() or 1) + 1)
# The goal stands for a loader with everything in it; the limit is there to notice growth.
LOADER_GOAL = 64 * 1024
LOADER_LIMITS = {"BOOTX64.EFI": 165 * 1024, "BOOTAA64.EFI": 176 * 1024, "BOOTRISCV64.EFI": 160 * 1024}


class Count:
    """What a part came to. `failures` are lines for people."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        self.failures = []

    def note(self, name, passed):
        if passed:
            self.passed += 1
        else:
            self.failed += 1
            self.failures.append(name)

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        self.failures += other.failures

    def __str__(self):
        text = f"{self.passed} passed, {self.failed} failed"
        return text + (f", {self.skipped} skipped" if self.skipped else "")


class Run:
    def __init__(self, build):
        self.build = build
        told_by_make = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")
        self.environment = {name: value for name, value in os.environ.items() if name not in told_by_make}
        self.environment["BATON_BUILD"] = str((TREE / build).resolve())

    def command(self, *words, **extra):
        """A command's exit code. Its output is shown as it comes."""
        sys.stdout.flush()
        return subprocess.run(words, cwd=TREE, env={**self.environment, **extra}, stdin=subprocess.DEVNULL).returncode

    def make(self, *words):
        return self.command(os.environ.get("MAKE_COMMAND", "make"), "-k", "-j", JOBS, f"BUILD={self.build}", *words) == 0

    def pytest(self, *words):
        """Tests of pytest, counted from its report."""
        count = Count()
        report = TREE / self.build / "tests" / f"{Path(words[-1]).stem}.xml"
        report.unlink(missing_ok=True)
        code = self.command(sys.executable, "-m", "pytest", "-q", "-n", WORKERS, "-rfEs", "-p", "no:cacheprovider",
                            f"--junitxml={report}", *words)
        if not report.exists():
            count.note(f"{words[-1]}: pytest ended with {code} and no report", False)
            return count
        for suite in xml.parse(report).getroot().iter("testsuite"):
            total, failed, errors, skipped = (int(suite.get(key)) for key in ("tests", "failures", "errors", "skipped"))
            count.failed += failed + errors
            count.skipped += skipped
            count.passed += max(0, total - failed - errors - skipped)
        for case in xml.parse(report).getroot().iter("testcase"):
            if case.find("failure") is not None or case.find("error") is not None:
                count.failures.append(f"{case.get('classname')}.{case.get('name')}")
        if code != 0 and count.failed == 0:
            count.note(f"{words[-1]}: pytest ended with {code}", False)
        return count


# ---- the parts ----

def part_build(run):
    count = Count()
    count.note("build with the default compiler", run.make("all", "examples", "machines"))
    for name, limit in LOADER_LIMITS.items():
        loader = TREE / run.build / name
        size = loader.stat().st_size if loader.exists() else 0
        print(f"{name}: {size} bytes; the goal is {LOADER_GOAL}, the limit {limit}")
        count.note(f"the size of {name}: {size} bytes", 0 < size <= limit)
    return count


def part_gcc(run):
    other = Run(f"{run.build}/gcc")
    count = Count()
    count.note("build with gcc", other.make("all", "examples", "CC=gcc"))
    return count


def unit_program(run, program):
    """One cmocka program, counted from its TAP output; tests that it announced and did not end have failed. What it
    says it has enumerated is shown."""
    count = Count()
    try:
        result = subprocess.run([program], cwd=TREE, env={**run.environment, "CMOCKA_MESSAGE_OUTPUT": "TAP"},
                                timeout=300, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        output, code = result.stdout.decode(errors="replace"), result.returncode
    except subprocess.TimeoutExpired as late:
        output, code = (late.stdout or b"").decode(errors="replace") + "\ntimed out\n", -1
    except OSError as error:
        output, code = f"{error}\n", -1
    announced = sum(int(number) for number in re.findall(r"^1\.\.(\d+)", output, re.M))
    for negative, name, skipped in re.findall(r"^(not )?ok \d+ - (.*?)( # SKIP.*)?$", output, re.M):
        if skipped:
            count.skipped += 1
        else:
            count.note(f"{program.name}: {name}", not negative)
    ended = count.passed + count.failed + count.skipped
    for number in range(ended, announced):
        count.note(f"{program.name}: test {number + 1} of {announced} did not come to its end", False)
    if announced == 0 or (code != 0 and count.failed == 0):
        count.note(f"{program.name}: exit code {code} after {ended} of {announced} tests", False)
    told = re.findall(r"^exhaust: .*$", output, re.M)
    if count.failed:
        print(output)
    elif told:
        print("\n".join(told), flush=True)
    return count


def part_unit(run):
    count = Count()
    count.note("build the unit tests", run.make("unit-tests"))
    sources = sorted((TREE / "tests" / "unit").glob("test_*.c"))
    for source in sources:
        count.add(unit_program(run, TREE / run.build / "tests" / "unit" / source.stem))
    if not sources:
        count.note("tests/unit has no tests", False)
    return count


def part_exhaust(run):
    """Two programs, side by side: each is one long computation."""
    count = Count()
    count.note("build the exhaustive tests", run.make("exhaust-programs"))
    programs = [TREE / run.build / "tests" / "exhaust" / name for name in ("memory_map", "paging")]
    with ThreadPoolExecutor(int(JOBS)) as pool:
        for program in pool.map(lambda program: unit_program(run, program), programs):
            count.add(program)
    return count


def part_fuzz(run):
    count = Count()
    built = run.make("fuzz-programs")
    count.note("build the fuzz targets", built)
    for target, passed, executions, output in fuzz.smoke(TREE / run.build / "fuzz") if built else []:
        print(f"{target}: {executions} executions" if passed else output)
        count.note(f"fuzz {target}: {executions} executions{'' if passed else ': ' + fuzz.reason(output)}", passed)
    return count


def part_fault(run):
    """The fake firmware: a scenario is a test, however many calls of it fail."""
    count = Count()
    count.note("build the fake firmware", run.make("fault-program"))
    try:
        result = subprocess.run([TREE / run.build / "tests" / "fault"], cwd=TREE, env=run.environment, timeout=900,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        output, code = result.stdout.decode(errors="replace"), result.returncode
    except (subprocess.TimeoutExpired, OSError) as error:
        output, code = f"{error}\n", -1
    print(output, end="")
    for name, wrong in re.findall(r"^  (\S.*?) +\d+ (?:calls|runs) +\d+ injections +(\d+) wrong$", output, re.M):
        count.note(f"fault: {name}", wrong == "0")
    if count.failed == 0 and (code != 0 or not re.search(r"^fault: .* 0 wrong$", output, re.M)):
        count.note(f"fault: exit code {code}", False)
    count.add(run.pytest("tests/build/test_quirks.py"))
    return count


def clang_format_version():
    for name in ("clang-format-14", "clang-format"):
        try:
            told = subprocess.run([name, "--version"], stdout=subprocess.PIPE, text=True).stdout
        except OSError:
            continue
        found = re.search(r"version (\d+)", told)
        if found:
            return int(found.group(1))
    return 0


def part_lint(run):
    count = Count()
    version = clang_format_version()
    if version in (0, 14):
        count.note("clang-format", run.make("lint-format"))
    else:
        print(f"skipped: clang-format is version {version}, which lays code out otherwise than version 14")
        count.skipped += 1
    count.note("clang-tidy", run.make("lint-tidy"))
    count.note("cppcheck", run.make("lint-cppcheck"))
    return count


def part_e2e(run, *options):
    """Where a package cannot be had, mk/debian.sh says so, and tests are skipped; it fails only by a mistake."""
    fetched = run.make("debian")
    count = run.pytest(*options, "tests/e2e")
    if not fetched:
        count.note("fetch Debian's packages", False)
    return count


def part_bench(run):
    """Each budget is a test. One that is known not to be met passes while it is no worse than that."""
    count = Count()
    done = subprocess.run([os.environ.get("MAKE_COMMAND", "make"), f"BUILD={run.build}", "bench-check"], cwd=TREE,
                          env=run.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    print(done.stdout, end="")
    for name, verdict in re.findall(r"^(\S+) +[\d,.-]+ +[\d,.]+  .*  (ok|NOT MET, .*|FAILED.*)$", done.stdout, re.M):
        count.note(f"bench {name}: {verdict}", not verdict.startswith("FAILED"))
    if done.returncode != 0 and count.failed == 0:
        count.note(f"bench: exit code {done.returncode}", False)
    count.add(run.pytest("tests/build/test_bench.py"))
    return count


def pytest_part(*paths):
    return lambda run: run.pytest(*paths)


PARTS = {
    "build": part_build,
    "unit": part_unit,
    "exhaust": part_exhaust,
    "fault": part_fault,
    "gcc": part_gcc,
    "fuzz": part_fuzz,
    "lint": part_lint,
    "headers": pytest_part("tests/build/test_headers.py", "tests/build/test_porting.py", "tests/build/test_rust.py"),
    "layers": pytest_part("tests/build/test_resident.py", "tests/build/test_switch.py", "tests/build/test_layers.py",
                          "tests/build/test_judges.py", "tests/build/test_keys.py"),
    "reproducible": pytest_part("tests/build/test_reproducible.py"),
    "install": pytest_part("tests/build/test_install.py", "tests/build/test_sbat.py"),
    "hello": pytest_part("tests/build/test_hello.py"),
    "deps": pytest_part("tests/build/test_debian.py", "tests/build/test_deps.py"),
    "e2e": part_e2e,
    "e2e-quick": lambda run: part_e2e(run, "-m", "not full"),
    "bench": part_bench,
}
# Parts that run what the first one builds.
NEED_BUILD = ("layers", "install", "hello", "e2e", "e2e-quick")


def main(build, *parts):
    unknown = [part for part in parts if part not in PARTS]
    if unknown or not parts:
        print(f"no such part: {' '.join(unknown)}; there are: {' '.join(PARTS)}", file=sys.stderr)
        return 2
    if "build" not in parts and any(part in NEED_BUILD for part in parts):
        parts = ("build",) + parts
    run, total, lines = Run(build), Count(), []
    for part in parts:
        print(f"==== {part} ====", flush=True)
        began = time.monotonic()
        count = PARTS[part](run)
        if count.passed + count.failed + count.skipped == 0:
            count.note(f"{part}: nothing was tested", False)
        lines.append(f"{part:14}{time.monotonic() - began:7.1f} s   {count}")
        print(lines[-1], flush=True)
        total.add(count)
    print("\n==== summary ====")
    print("\n".join(lines))
    for failure in total.failures:
        print(f"FAILED: {failure}")
    print(total, flush=True)
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
