#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""
Fails every call of the loader to OVMF, with each status that is allowed, in every scenario, and ends with one line,
"chaos: S scenarios, N injections, W wrong".

usage: mk/chaos.py BUILD-FOLDER [SCENARIO]      the scenarios whose names begin so
"""

import os
import sys
import tempfile
from pathlib import Path

TREE = Path(__file__).resolve().parent.parent
TIMEOUT = 3600  # seconds, for one scenario
SHOWN = 20


def main(build, only=""):
    os.environ["BATON_BUILD"] = str((TREE / build).resolve())
    sys.path.insert(0, str(TREE / "tests" / "e2e"))
    from harness import chaos
    from harness.chaos_scenarios import FULL, never_called
    from harness.disk import make_disk
    from harness.machine import Machine

    scenarios = [scenario for scenario in FULL if scenario.name.startswith(only)]
    injections = wrong = 0
    called = set()
    for scenario in scenarios:
        with tempfile.TemporaryDirectory(prefix="baton-chaos-") as folder:
            disk = scenario.dressed(make_disk(Path(folder) / "disk.img", scenario.volume()))
            with Machine(Path(folder) / "machine", [disk], **scenario.machine) as machine:
                verdict = chaos.judge(scenario, machine, TIMEOUT)
        injections += verdict.injections
        wrong += len(verdict.problems)
        print(verdict.summary(), flush=True)
        called |= {name for name, count in verdict.session.called.items() if count > 0}
        for problem in verdict.problems[:SHOWN]:
            print(f"WRONG: {scenario.name}: {problem}", flush=True)
    for name in [] if only else never_called(called):
        wrong += 1
        print(f"WRONG: {name} was never called")
    print(f"chaos: {len(scenarios)} scenarios, {injections} injections, {wrong} wrong")
    return 0 if wrong == 0 and scenarios else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
