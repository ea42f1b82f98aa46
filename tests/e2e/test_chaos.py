# SPDX-License-Identifier: BSD-2-Clause
"""
Every call of the loader to a real firmware fails, one after the other, in one session of the firmware. Each boot ends
in the firmware's hands with its memory map as before, or in the kernel. `make chaos` runs more of it.
"""

import pytest

from harness import chaos, chaos_run
from harness.chaos_lies import NONE, read_lies, unnoticed
from harness.chaos_scenarios import LIES, NO_EXECUTE, QUICK, never_called, services
from harness.check import none_of

pytestmark = pytest.mark.full  # minutes: `make fault` does the same on the host


def test_every_call_fails(start, disk):
    sessions = []
    for scenario in QUICK:
        machine = start(scenario.dressed(disk(scenario.volume())), **scenario.machine)
        verdict = chaos.judge(scenario, machine, 600)
        print(verdict.summary())
        none_of(verdict.problems)
        sessions.append(verdict.session)
    for end in ("kernel", "program", "returned", "reset"):
        assert any(run.end == end for session in sessions for run in session.runs), f"no run ended in {end}"
    never = never_called({name for session in sessions for name, count in session.called.items() if count})
    assert list(services()) == list(sessions[0].called) and never == [], f"never called: {never}"
    none_of(unnoticed(sessions[-1]))  # what must be called wrong of a whole session is


def test_lies(start, disk):
    """What must be called wrong of a run is, by its rule and by no other; and there is a lie for each rule."""
    rules, lies = set(chaos_run.RULES), []
    for scenario in LIES:
        session = chaos.watch(scenario, start(disk(scenario.volume()), **scenario.machine), 300)
        none_of(f"{name}: {words}" for name, words in chaos.broken(session))
        assert session.rules != [] and read_lies(session) != []
        rules.update(session.rules)
        lies += read_lies(session)
    none_of(f"{lie.name} breaks {lie.rule}, and was caught by {sorted(lie.caught) or 'nobody'}" for lie in lies
            if lie.caught != {lie.rule} - {NONE})
    none_of(f"no lie breaks {rule}" for rule in rules - {lie.rule for lie in lies})


def test_no_execute_is_live(start, disk):
    """Where not even the trampoline may be executed, it is not: the processor says so."""
    machine = start(disk(NO_EXECUTE.volume()))
    machine.wait_for(r"X64 Exception Type - 0E\(#PF.*\n(.*\n)?.*I:1", timeout=60)
