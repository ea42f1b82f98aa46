#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Seeds mistakes in the sources where one is fatal and silent, one at a time, and looks whether a host test notices.

usage: mk/mutate.py BUILD-FOLDER [FILE…]

In the environment: SAMPLE=number, only so many of the mistakes; SEED=number, which. Prints those that no test noticed.
mk/mutations-equivalent.txt lists those that change nothing that could be noticed, each with the reason; they do not
count. Fails when less than 90 % are caught.
"""

import os
import queue
import random
import re
import shlex
import shutil
import subprocess
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import coverage
from mutants import mutants_of

TREE = Path(__file__).resolve().parent.parent
FILES = [f"loader/core/{name}.c" for name in (
    "memory_map", "memory_intervals", "cover", "maps_layout", "paging", "address_space", "memory_runs", "elf", "image",
    "image_segments", "image_relro", "image_relocations")] + ["loader/efi/ledger.c"]
EQUIVALENT = TREE / "mk/mutations-equivalent.txt"
GOAL = 90
# Every mistake first meets programs without sanitizers, which are quick; then, if it must be, those with.
BUILDS = {"plain": ["unit-tests", "fault-program", "SANITIZE="], "sanitized": ["unit-tests"]}
# Tells which programs go through which lines.
COVERAGE = ["unit-tests", "fault-program", "CC=gcc", "WARNINGS=", "SANITIZE=--coverage -O0"]
# What the fault program runs: some scenarios, and, for what no unit test links, all.
FAULT_STAGES = (["flat"], ["movable, s"], ["modules"], ["holes"])


def equivalents():
    """The listed mistakes: a line FILE: CHANGE, then, indented, the source's line, and below it the reason."""
    blocks = [block.splitlines() for block in EQUIVALENT.read_text().split("\n\n") if not block.startswith("#")]
    return {(*block[0].split(": ", 1), block[1].strip()) for block in blocks}


def key_of(mutant):
    return mutant.file, mutant.change, mutant.text


def built(folder, tree, targets):
    """Builds the tests and returns the commands for that, as lists of words."""
    make = ["make", "-C", tree, f"BUILD={folder}", *targets]
    subprocess.run([*make, "-j2"], check=True, stdout=subprocess.DEVNULL)
    commands = subprocess.run([*make, "-nB"], check=True, stdout=subprocess.PIPE, text=True).stdout
    return [shlex.split(line) for line in commands.splitlines() if re.match(r"\S+ .* -o \S+$", line)]


class Reached:
    """Which programs, with which arguments, go through which lines."""

    def __init__(self, folder, tree, files):
        names = [command[-1] for command in built(folder, tree, COVERAGE) if f"{folder}/tests/" in command[-1]]
        names = [name for name in names if "/test_costs" not in name]  # they measure time, beside another program here
        objects = Path(folder) / "obj/test"
        self.runs = []  # name, arguments, {file: {line number: was it reached}}
        for name in names:
            stages = [*FAULT_STAGES, []] if name.endswith("/fault") else [[]]
            for arguments in stages:
                for old in objects.rglob("*.gcda"):
                    old.unlink()
                if not run(name, arguments, 600, tree):
                    sys.exit(f"{name} {' '.join(arguments)} fails without any mistake")
                notes = [objects / Path(file).with_suffix(".gcno") for file in files]
                notes = [note for note in notes if note.with_suffix(".gcda").exists()]
                lines = coverage.read_reports(notes) if notes else {}
                self.runs.append((Path(name).name, arguments, {
                    file: {number: line.count > 0 for number, line in lines.get(file, {}).items()} for file in files}))

    def by(self, mutant):
        """(name, arguments) of the programs that may notice. Data belongs to no line: then all that link the file."""
        for name, arguments, files in self.runs:
            lines = files[mutant.file]
            known = [lines[number] for number in range(mutant.line, mutant.last + 1) if number in lines]
            if any(known) or (lines and not known):
                if name != "fault" or arguments or "/core/" not in mutant.file:
                    yield name, arguments


class Build:
    """The tests, built from the copy of the tree, and the commands that compile and link them."""

    def __init__(self, folder, tree, targets):
        self.folder, self.tree = Path(folder), tree
        commands = built(folder, tree, targets)
        self.compile = {command[command.index("-c") + 1]: command for command in commands if "-c" in command}
        self.links = {Path(command[-1]).name: command for command in commands if f"{folder}/tests/" in command[-1]}
        self.originals, self.limits = {}, {}

    def command(self, file, source, target):
        """What compiles `source` as if it were `file`: without line numbers, so that objects can be compared."""
        command = [source if word == file else word for word in self.compile[file][:-1]]
        command[command.index("-MF") + 1] = "/dev/null"
        return [*command, target, "-w", "-g0"]

    def original(self, file):
        """The object without a mistake."""
        if file not in self.originals:
            shutil.copy(Path(self.tree) / file, self.folder)
            target = str(self.folder / "original.o")
            subprocess.run(self.command(file, str(self.folder / Path(file).name), target), cwd=self.tree, check=True)
            self.originals[file] = Path(target).read_bytes()
        return self.originals[file]

    def limit(self, name, arguments):
        """Seconds of processor time that are enough for a program."""
        key = name, *arguments
        if key not in self.limits:
            program = subprocess.Popen([self.links[name][-1], *arguments], cwd=self.tree, stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL)
            usage = os.wait4(program.pid, 0)[2]
            self.limits[key] = 3 * (usage.ru_utime + usage.ru_stime) + 1
        return self.limits[key]

    def link(self, file, name, mutant, target):
        own = self.compile[file][-1]
        words = [mutant if word == own else word for word in self.links[name][:-1]]
        if mutant not in words:  # before the library, which then does not give it
            words.insert(1, mutant)
        return [*words, target]


def run(path, arguments, limit, tree):
    """Whether it succeeds within its processor time."""
    command = ["sh", "-c", 'ulimit -t "$0"; exec "$@"', str(int(limit) + 1), path, *arguments]
    return subprocess.run(command, cwd=tree, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                          env=dict(os.environ, ASAN_OPTIONS="hard_rss_limit_mb=2000")).returncode == 0


def succeeds(command, tree):
    return subprocess.run(command, cwd=tree, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


def is_noticed(mutant, build, reached, hits, folder):
    """None: it does not compile, or to the same object as without."""
    source, target, program = (str(folder / name) for name in (Path(mutant.file).name, "mutant.o", "program"))
    text = (Path(build.tree) / mutant.file).read_text()
    Path(source).write_text(text[:mutant.start] + mutant.new + text[mutant.end:])
    if not succeeds(build.command(mutant.file, source, target), build.tree):
        return None
    if Path(target).read_bytes() == build.original(mutant.file):
        return None
    asked = [(name, arguments) for name, arguments in reached.by(mutant) if name in build.links]
    # Who has caught much in this file, and is quick, is asked first.
    asked.sort(key=lambda one: -(hits[mutant.file, one[0]] + 1) / build.limit(*one))
    for name, arguments in asked:
        if not succeeds(build.link(mutant.file, name, target, program), build.tree):
            return None
        if not run(program, arguments, build.limit(name, arguments), build.tree):
            hits[mutant.file, name] += 1
            return True
    return False


def main(folder, *only):
    listed = equivalents()
    files = only or FILES
    mutants = [mutant for file in files for mutant in mutants_of(file, (TREE / file).read_text())]
    wrong = [f"{EQUIVALENT.name}: there is no such mistake: {': '.join(key)}"
             for key in listed - {key_of(mutant) for mutant in mutants} if key[0] in files]
    mutants = [mutant for mutant in mutants if key_of(mutant) not in listed]
    if sample := int(os.environ.get("SAMPLE") or 0):
        chosen = random.Random(int(os.environ.get("SEED") or 0)).sample(mutants, min(sample, len(mutants)))
        mutants = sorted(chosen, key=mutants.index)
    folder = Path(folder).resolve()
    shutil.rmtree(folder / "tree", ignore_errors=True)
    for name in ("include", "loader", "mk", "tests", "tools"):
        shutil.copytree(TREE / name, folder / "tree" / name)
    for name in ("Makefile", "VERSION"):
        shutil.copy2(TREE / name, folder / "tree")
    builds = [Build(str(folder / name), str(folder / "tree"), targets) for name, targets in BUILDS.items()]
    reached = Reached(str(folder / "coverage"), str(folder / "tree"), files)
    hits, lock, folders = Counter(), threading.Lock(), queue.SimpleQueue()
    for name in ("first", "second"):
        (folder / name).mkdir(exist_ok=True)
        folders.put(folder / name)

    def judge(mutant):
        place = folders.get()
        noticed = is_noticed(mutant, builds[0], reached, hits, place)
        for build in builds[1:]:
            if noticed is False and mutant.file in build.compile:
                noticed = is_noticed(mutant, build, reached, hits, place) is True
        folders.put(place)
        if noticed is False:
            with lock:
                print(f"{mutant.file}:{mutant.line}: {mutant.change}: {mutant.text}", flush=True)
        return noticed

    print(f"{len(mutants)} to be tried", flush=True)
    with ThreadPoolExecutor(2) as pool:
        verdicts = list(pool.map(judge, mutants))
    share = 100.0
    for name in [*files, "all"]:
        those = [noticed for mutant, noticed in zip(mutants, verdicts) if name in (mutant.file, "all")]
        caught, survived = those.count(True), those.count(False)
        share = 100 * caught / (caught + survived) if caught + survived else 100.0
        print(f"mutations: {'' if name == 'all' else name + ' '}{caught + survived} seeded, {caught} caught, "
              f"{survived} survived ({share:.1f} %)")
    for line in wrong:
        print(f"failed: {line}", file=sys.stderr)
    return 1 if wrong or share < GOAL else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
