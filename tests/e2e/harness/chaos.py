# SPDX-License-Identifier: BSD-2-Clause
"""
Chaos under real firmware: tests/efi/chaos.c boots the loader again and again in one session, with another call failing
each time, and says what became of each run. Here is what is booted, and what is thought of what was said.
"""

import re
import time
from dataclasses import dataclass, field
from typing import Dict, List, Sequence

from .files import entry, injected
from .machine import EXIT_SUCCESS, Machine
from .paths import TREE, kernel
from .report import checksum

WAYS = "once service all often half halves none nones stale".split()
STALE_MOST = 17


def bits(*ways: str) -> int:
    """The setting `chaos`."""
    return sum(1 << WAYS.index(way) for way in ways)


EVERYTHING = bits(*WAYS)
BEFORE_THE_EXIT = EVERYTHING & ~bits("stale")
MODULE = bytes(i * 7 % 251 for i in range(20001))


def boot_files(*lines: str) -> Dict[str, object]:
    """A kernel and its module, and another entry with the same in case the first cannot be booted."""
    lines = (f"module /module {checksum(MODULE):016x}", *lines)
    return {"kernel.elf": kernel("chaos-high.elf"), "module": MODULE, "loader/loader.conf": "default a.conf\n",
            "loader/entries/a.conf": entry("/kernel.elf", *lines),
            "loader/entries/b.conf": entry("/kernel.elf", *lines, "options second")}


def services() -> List[str]:
    """The services that tests/fake/fake_calls.c knows."""
    text = (TREE / "tests" / "fake" / "fake_calls.c").read_text()
    return re.findall(r'\[FAKE_\w+\] = \{\s*"([^"]+)"', text)


@dataclass
class Scenario:
    name: str
    files: Dict[str, object]
    settings: Dict[str, object]
    entries: int = 2
    errors: int = 0  # when nothing fails
    machine: Dict[str, object] = field(default_factory=dict)

    def volume(self) -> Dict[str, object]:
        return injected(self.files, **self.settings)


def refused_files() -> Dict[str, object]:
    """No entry can be booted, each for a reason of its own; and there is no usual kernel, should the entries be lost."""
    files = boot_files()
    sound = files.pop("kernel.elf")
    return {**files, "sound.elf": sound, "cut.elf": bytes(300), "loader/entries/a.conf": entry("/cut.elf"),
            "loader/entries/b.conf": entry("/sound.elf", "module /missing")}


def second_files() -> Dict[str, object]:
    """The first entry is refused after its kernel has been opened, and the second boots."""
    return {**boot_files(), "loader/entries/a.conf": entry("/kernel.elf", "module /missing")}


RANDOM = ["-device", "virtio-rng-pci"]
# As much as `make test` has time for: between them they call every service.
QUICK = [
    Scenario("boot", boot_files("video 640x480"), {"chaos": bits("once", "service"), "statuses": 1},
             machine={"screen": "ramfb", "extra": RANDOM}),
    Scenario("no-execute", boot_files(), {"chaos": bits("half", "halves", "none", "nones", "stale"), "nx": 1}),
]
FULL = [
    Scenario("boot", boot_files("video 640x480"), {"chaos": EVERYTHING}, machine={"screen": "ramfb", "extra": RANDOM}),
    Scenario("boot-2M", boot_files(), {"chaos": EVERYTHING}, machine={"firmware": "2M", "memory": "64M"}),
    Scenario("no-execute", boot_files(), {"chaos": EVERYTHING, "nx": 1}, machine={"screen": "vga"}),
    Scenario("no-execute-2M", boot_files(), {"chaos": EVERYTHING, "nx": 1}, machine={"firmware": "2M", "cpu": "max"}),
    Scenario("many-modes", boot_files("video 800x600"), {"chaos": bits("once"), "statuses": 1},
             machine={"screen": "vga"}),
    Scenario("second-entry", second_files(), {"chaos": EVERYTHING}, errors=1),
    Scenario("refused", refused_files(), {"chaos": BEFORE_THE_EXIT, "refused": 1}, errors=2),
    Scenario("refused-2M", refused_files(), {"chaos": BEFORE_THE_EXIT, "refused": 1}, errors=2,
             machine={"firmware": "2M", "screen": "vga"}),
]


@dataclass
class Run:
    """One line of the verdict, and what the loader said on port 0xE9 before."""

    number: int
    way: str
    which: int
    status: int
    service: str
    injected: int
    calls: int
    end: str
    result: int
    shown: int
    mute: int
    wrong: int
    text: str

    @property
    def errors(self) -> List[str]:
        return re.findall(r"^error: .*$", self.text, re.MULTILINE)

    def mistakes(self) -> int:
        """Configuration files that were passed over."""
        return sum(bool(re.match(r"error: /loader/(loader\.conf|entries/[^:]|entries: cannot be read to its end)", line))
                   for line in self.errors)

    def __str__(self) -> str:
        return f"run {self.number} ({self.way} {self.which}, {self.service}, status {self.status}): {self.end}"


LINE = re.compile(r"^inject: chaos run=(?P<number>\d+) way=(?P<way>\w+) number=(?P<which>\d+) status=(?P<status>\d+) "
                  r"service=(?P<service>\S+) injected=(?P<injected>\d+) calls=(?P<calls>\d+) end=(?P<end>\w+) "
                  r"result=(?P<result>\w+) shown=(?P<shown>\d+) mute=(?P<mute>\d+) wrong=(?P<wrong>\d+)$", re.MULTILINE)


def read_runs(text: str) -> List[Run]:
    runs, start = [], 0
    for match in LINE.finditer(text):
        words = {key: value if key in ("way", "service", "end") else int(value, 0)
                 for key, value in match.groupdict().items()}
        runs.append(Run(text=text[start:match.start()], **words))
        start = match.end()
    return runs


def complaints(scenario: Scenario, run: Run) -> List[str]:
    """What is wrong with one run; the application's own complaints first."""
    found = re.findall(r"^inject: chaos WRONG: (.*)$", run.text, re.MULTILINE)
    if len(found) != run.wrong:
        found.append(f"{run.wrong} complaints, of which {len(found)} arrived")
    errors, mistakes = len(run.errors), run.mistakes()
    if run.end != "kernel" and errors == 0:
        found.append("not a word was said")
    if run.end == "reset" and "restarts in 10 seconds" not in run.text:
        found.append("no last words")
    if run.way == "no" and errors != scenario.errors:
        found.append(f"nothing failed, and there are {errors} errors instead of {scenario.errors}")
    most = min(scenario.errors + 1, scenario.entries) if run.way in ("once", "half", "none") else scenario.entries
    if errors > most + mistakes:
        found.append(f"{errors} errors, {mistakes} of them of configuration files")
    if run.way == "once" and mistakes > 1:
        found.append(f"one failure made {mistakes} configuration files be passed over")
    if run.end != "reset" and run.mute == 0 and run.shown != errors:
        found.append(f"of {errors} errors the console showed {run.shown}")
    if run.end == "returned" and (run.result >> 63 == 1) != (errors > 0):
        found.append(f"with {errors} errors the loader returned {run.result:#x}")
    return [f"{run}: {what}" for what in found]


def gaps(scenario: Scenario, runs: Sequence[Run]) -> List[str]:
    """Whether every N was done, in order and without a gap, until none was needed."""
    found = []
    chaos = int(scenario.settings["chaos"])
    if [run.number for run in runs] != list(range(1, len(runs) + 1)):
        found.append("runs are missing")
    for way in WAYS:
        mine = [run for run in runs if run.way == way]
        if not chaos >> WAYS.index(way) & 1:
            continue
        order = [run.which for run in mine]
        if not mine or sorted(set(order)) != list(range(1, max(order) + 1)) or order != sorted(order):
            found.append(f"{way}: not all of 1, 2, 3, …: {order}")
        elif way == "stale":
            if max(order) != STALE_MOST:
                found.append(f"{way}: only {max(order)}")
        elif mine[-1].injected != 0:
            found.append(f"{way}: the last one needed a failure")
        elif not any(run.injected for run in mine):
            found.append(f"{way}: nothing ever failed")
    return found


@dataclass
class Verdict:
    runs: List[Run]
    problems: List[str]
    called: Dict[str, int]
    seconds: float

    @property
    def injections(self) -> int:
        return sum(run.injected > 0 for run in self.runs)

    def summary(self, name: str) -> str:
        ends = [run.end for run in self.runs if run.injected > 0]
        return (f"  {name:<24} {max((run.calls for run in self.runs), default=0):4} calls {self.injections:6} injections "
                f"{ends.count('kernel'):6} booted {ends.count('returned'):6} refused {ends.count('reset'):4} reset "
                f"{len(self.problems):4} wrong {self.seconds:6.0f} s")


def judge(scenario: Scenario, machine: Machine, timeout: float) -> Verdict:
    """Waits for the machine's end, and says what is wrong."""
    started = time.monotonic()
    code = machine.wait_exit(timeout)
    text = machine.e9.text
    runs = read_runs(text)
    problems = [problem for run in runs for problem in complaints(scenario, run)] + gaps(scenario, runs)
    expected = 0x20 << 1 | 1 if scenario.settings.get("refused") else EXIT_SUCCESS
    if code != expected:
        problems.append(f"the machine ended with {code} instead of {expected}: {text[-1000:]}")
    done = re.search(r"^inject: chaos done runs=(\d+) injections=(\d+) wrong=(\d+)$", text, re.MULTILINE)
    if not runs:
        problems.append("nothing was run")
    elif not done:
        problems.append("chaos did not come to its end")
    elif not scenario.settings.get("refused") and "chaos: ok" not in text[done.end():]:
        problems.append("the last boot did not come through")
    called = {name: int(count) for name, count in
              re.findall(r"^inject: chaos called (\S+) (\d+)$", text, re.MULTILINE)}
    return Verdict(runs, problems, called, time.monotonic() - started)

