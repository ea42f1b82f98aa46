# SPDX-License-Identifier: BSD-2-Clause
"""
Chaos under real firmware: tests/efi/chaos.c boots the loader again and again in one session, with another call failing
each time, and says what became of each run. Here is what is thought of what was said: of each run by the rules of
chaos_run.py, of the whole session by those below.
"""

import re
import time
from dataclasses import dataclass
from itertools import groupby
from typing import Callable, Dict, List, Tuple

from . import chaos_run
from .chaos_run import Run, read_runs
from .chaos_scenarios import WAYS, Scenario, services
from .machine import EXIT_SUCCESS, Machine

STALE_MOST = 17
LAST_WORDS = {"kernel": "chaos: ok", "program": "started: content\n"}
# In so many runs the firmware may grow or shrink by itself, and in one more of each 200.
GROWTHS, RUNS_FOR_GROWTH = 3, 200


@dataclass
class Session:
    scenario: Scenario
    text: str  # of port 0xE9
    code: int  # of the machine's end

    def __post_init__(self) -> None:
        self.runs = read_runs(self.text)
        self.done = re.search(r"^inject: chaos done runs=(\d+) injections=(\d+) wrong=(\d+)$", self.text, re.MULTILINE)

    @property
    def called(self) -> Dict[str, int]:
        """How often each service was."""
        return {name: int(count) for name, count in
                re.findall(r"^inject: chaos called (\S+) (\d+)$", self.text, re.MULTILINE)}

    @property
    def rules(self) -> List[str]:
        """The application's own."""
        return re.findall(r"^inject: chaos rule (\S+)$", self.text, re.MULTILINE)

    def ways(self) -> Dict[str, List[Run]]:
        """Its ways, and the runs of each."""
        chaos = int(self.scenario.settings["chaos"])
        return {way: [run for run in self.runs if run.way == way]
                for i, way in enumerate(WAYS) if chaos >> i & 1}


Rule = Callable[[Session], List[str]]
RULES: Dict[str, Rule] = {}


def rule(name: str) -> Callable[[Rule], Rule]:
    def add(function: Rule) -> Rule:
        RULES[name] = function
        return function

    return add


@rule("numbers")
def no_run_is_missing(session: Session) -> List[str]:
    numbers = [run.number for run in session.runs]
    return [f"runs are missing: {numbers}"] if numbers != list(range(1, len(numbers) + 1)) else []


@rule("order")
def every_call_has_its_turn(session: Session) -> List[str]:
    orders = {way: [run.which for run in runs] for way, runs in session.ways().items()}
    return [f"{way}: not all of 1, 2, 3, …: {order}" for way, order in orders.items()
            if not order or sorted(set(order)) != list(range(1, max(order) + 1)) or order != sorted(order)]


def failures(session: Session, run: Run) -> int:
    """How many runs there are to be like this one, each with another failure of the same call."""
    if run.way not in ("once", "service") or run.injected == 0:
        return 1
    count = services()[run.service]
    return min(int(session.scenario.settings.get("statuses", count)), count)


@rule("failures")
def every_failure_has_its_turn(session: Session) -> List[str]:
    """And once only, but for runs that were done again because the firmware had grown."""
    found = []
    for way, runs in session.ways().items():
        for which, group in groupby(runs, lambda run: run.which):
            mine = list(group)
            statuses = [run.status for i, run in enumerate(mine) if i == 0 or mine[i - 1].grown == 0]
            if statuses != list(range(failures(session, mine[0]))):
                found.append(f"{way} {which}: failures {statuses} instead of {failures(session, mine[0])}")
    return found


@rule("repeated")
def runs_after_growth_are_the_same(session: Session) -> List[str]:
    pairs = zip(session.runs, session.runs[1:])
    return [f"{run}: it was not done again" for run, after in pairs if run.grown != 0 and
            ((run.way, run.which, run.status) != (after.way, after.which, after.status) or after.grown != 0)]


@rule("growth")
def growth_is_rare(session: Session) -> List[str]:
    """Else it is the loader that makes the firmware grow, a little each time."""
    grown = [run.number for run in session.runs if run.grown != 0]
    most = GROWTHS + len(session.runs) // RUNS_FOR_GROWTH
    return [f"the firmware's own memory changed in {len(grown)} runs: {grown}"] if len(grown) > most else []


@rule("stale")
def exits_are_tried_to_their_end(session: Session) -> List[str]:
    most = max((run.which for run in session.ways().get("stale", [])), default=STALE_MOST)
    return [f"stale: only {most}"] if most != STALE_MOST else []


@rule("last")
def last_run_needs_no_failure(session: Session) -> List[str]:
    return [f"{way}: the last one needed a failure" for way, runs in session.ways().items()
            if way != "stale" and runs and runs[-1].injected != 0]


@rule("injected")
def something_fails(session: Session) -> List[str]:
    return [f"{way}: nothing ever failed" for way, runs in session.ways().items()
            if runs and not any(run.injected for run in runs)]


@rule("code")
def machine_ends_as_expected(session: Session) -> List[str]:
    leaves = session.scenario.end == "kernel" and not session.scenario.settings.get("refused")
    expected = EXIT_SUCCESS if leaves else 0x20 << 1 | 1
    if session.code == expected:
        return []
    return [f"the machine ended with {session.code} instead of {expected}: {session.text[-1000:]}"]


@rule("done")
def session_came_to_its_end(session: Session) -> List[str]:
    return [] if session.done else ["chaos did not come to its end"]


@rule("counts")
def counts_agree(session: Session) -> List[str]:
    """The application counts as is counted here. One run comes after that."""
    if not session.done:
        return []
    runs = read_runs(session.text[:session.done.start()])
    counts = [len(runs), sum(run.injected > 0 for run in runs), sum(run.wrong > 0 for run in runs)]
    said = [int(number) for number in session.done.groups()]
    return [f"{said} runs, injections and wrong ones instead of {counts}"] if said != counts else []


@rule("last-boot")
def last_boot_came_through(session: Session) -> List[str]:
    """The kernel says so itself, since nobody comes back from that one; and so does a program."""
    if session.scenario.settings.get("refused") or not session.done:
        return []
    return [] if LAST_WORDS[session.scenario.end] in session.text[session.done.end():] else ["the last boot did not come through"]


def broken(session: Session) -> List[Tuple[str, str]]:
    """The names of the rules that the session breaks, each with what is wrong."""
    return [(name, words) for name, judge in RULES.items() for words in judge(session)]


@dataclass
class Verdict:
    session: Session
    problems: List[str]
    seconds: float

    @property
    def injections(self) -> int:
        return sum(run.injected > 0 for run in self.session.runs)

    def summary(self) -> str:
        runs = self.session.runs
        ends = [run.end for run in runs if run.injected > 0]
        return (f"  {self.session.scenario.name:<24} {max((run.calls for run in runs), default=0):4} calls "
                f"{self.injections:6} injections {ends.count('kernel') + ends.count('program'):6} booted {ends.count('returned'):6} refused "
                f"{ends.count('reset'):4} reset {len(self.problems):4} wrong {self.seconds:6.0f} s")


def watch(scenario: Scenario, machine: Machine, timeout: float) -> Session:
    """Waits for the machine's end."""
    code = machine.wait_exit(timeout)
    return Session(scenario, machine.e9.text, code)


def judge(scenario: Scenario, machine: Machine, timeout: float) -> Verdict:
    """Waits for the machine's end, and says what is wrong."""
    started = time.monotonic()
    session = watch(scenario, machine, timeout)
    problems = [f"{run}: {name}: {words}" for run in session.runs for name, words in chaos_run.broken(scenario, run)]
    problems += [f"{name}: {words}" for name, words in broken(session)]
    return Verdict(session, problems, time.monotonic() - started)
