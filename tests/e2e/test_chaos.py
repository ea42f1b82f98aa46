# SPDX-License-Identifier: BSD-2-Clause
"""
Every call of the loader to a real firmware fails, one after the other, in one session of the firmware. Each boot ends
in the firmware's hands with its memory map as before, or in the kernel. `make chaos` runs more of it.
"""

from harness import chaos
from harness.chaos import QUICK, Scenario, bits, boot_files, services
from harness.check import none_of


def run(start, disk, scenario, timeout=600):
    machine = start(disk(scenario.volume()), **scenario.machine)
    return chaos.judge(scenario, machine, timeout)


def test_every_call_fails(start, disk):
    verdicts = []
    for scenario in QUICK:
        verdict = run(start, disk, scenario)
        print(verdict.summary(scenario.name))
        none_of(verdict.problems)
        verdicts.append(verdict)
    for end in ("kernel", "returned", "reset"):
        assert any(one.end == end for verdict in verdicts for one in verdict.runs), f"no run ended in {end}"
    never = [name for name in services() if not any(verdict.called[name] for verdict in verdicts)]
    assert services() == list(verdicts[0].called) and never == [], f"never called: {never}"


# What the application itself does wrong, and the words in which that is noticed.
LIES = {
    1: "there were [0-9]+ pages of type 2, and now there are",
    2: "the loader keeps a block from the pool",
    4: "the loader does not close the file",
    8: "the kernel was given something wrong: its check 5",
}


def test_lies(start, disk):
    """What must be called wrong is."""
    scenario = Scenario("lie", boot_files(), {"chaos": bits("once"), "statuses": 1, "lie": sum(LIES)})
    machine = start(disk(scenario.volume()))
    for words in LIES.values():
        machine.e9.seen = 0
        machine.wait_for(f"WRONG: {words}", source="e9", timeout=120)


def test_no_execute_is_live(start, disk):
    """Where not even the trampoline may be executed, it is not: the processor says so."""
    scenario = Scenario("no-execute", boot_files(), {"chaos": bits("once"), "nx": 1, "lie": 16})
    machine = start(disk(scenario.volume()))
    machine.wait_for(r"X64 Exception Type - 0E\(#PF.*\n(.*\n)?.*I:1", timeout=60)
