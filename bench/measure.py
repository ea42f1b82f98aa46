# SPDX-License-Identifier: BSD-2-Clause
"""Boots all loaders in all cases, and holds what came of it."""

import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Dict, List, Optional, Sequence, Tuple

from cases import WATCHED, WATCHED_RIVALS
from loaders import Baton, Floor, Loader
from machines import MIB, Boot, BootFailed, Case, Disks, processors, run

FLOOR = "floor"
FLOORS = (0, 1)  # one read, and 1 MiB reads: which is better depends on the disk


def better(kinds):
    """Of the floor's kinds; None when none was measured."""
    return min((kind for kind in kinds if kind is not None), default=None)


@dataclass
class Results:
    loaders: List[Loader]
    cases: List[Case]
    boots: Dict[Tuple[str, str], List[Boot]] = field(default_factory=dict)  # by the names of loader and case
    watched: Dict[Tuple[str, str], Boot] = field(default_factory=dict)
    seconds: Dict[Tuple[str, str], List[float]] = field(default_factory=dict)
    failures: List[str] = field(default_factory=list)  # of the floor and of Baton
    notes: List[str] = field(default_factory=list)  # what other loaders did not boot

    def instructions(self, loader: str, case: str) -> Optional[int]:
        """The median; the floor's is the better of its kinds."""
        if loader == FLOOR:
            return better(self.instructions(f"{FLOOR}-{chunk}", case) for chunk in FLOORS)
        boots = self.boots.get((loader, case))
        return int(median(boot.instructions for boot in boots)) if boots else None

    def least(self, loader: str, case: str) -> Optional[int]:
        """What it takes when nothing is waited for: a wait can only add to it."""
        names = [f"{FLOOR}-{chunk}" for chunk in FLOORS] if loader == FLOOR else [loader]
        return min((boot.instructions for name in names for boot in self.boots.get((name, case), [])), default=None)

    def median_seconds(self, loader: str, case: str) -> Optional[float]:
        if loader == FLOOR:
            return better(self.median_seconds(f"{FLOOR}-{chunk}", case) for chunk in FLOORS)
        found = self.seconds.get((loader, case))
        return median(found) if found else None


def wanted_floors(case: Case) -> Sequence[int]:
    """Of what is less than one small read, only that."""
    return FLOORS if any(size > MIB for size in case.modules) else FLOORS[:1]


def tasks(loaders: List[Loader], cases: List[Case], for_budgets: bool):
    """All boots, as loader, case and whether it is watched; only those that budgets are about, or all."""
    for case in cases:
        for loader in loaders:
            if isinstance(loader, Floor) and loader.chunk not in wanted_floors(case):
                continue
            if for_budgets and isinstance(loader, Floor) and not case.beside_floor:
                continue
            once = not isinstance(loader, (Floor, Baton))
            for _ in range(1 if once else case.repeats):
                yield loader, case, False
            if case.name in (WATCHED if isinstance(loader, Baton) else WATCHED_RIVALS) and not isinstance(loader, Floor):
                yield loader, case, True


def explain(disks: Disks, loader: Loader, case: Case, failure: BootFailed) -> str:
    """Once more, with a serial port on which loader and firmware say what is wrong."""
    try:
        run(disks, loader, case, serial=True)
    except BootFailed as again:
        return str(again)
    return f"{failure}\n(with a serial port it came through)"


def note_rival(results: Results, loader: Loader, case: Case) -> None:
    note = f"{loader.title} did not boot {case.name}"
    if note not in results.notes:
        results.notes.append(note)


def measure(disks: Disks, loaders: List[Loader], cases: List[Case], for_budgets: bool) -> Results:
    """The cell of a boot that fails stays empty. It is a failure of the bench unless the loader is another one's."""
    results = Results(loaders, cases)

    def boot(task) -> Tuple[tuple, Optional[Boot], str]:
        loader, case, watch = task
        try:
            return task, run(disks, loader, case, watch), ""
        except BootFailed as failure:
            return task, None, explain(disks, loader, case, failure)

    with ThreadPoolExecutor(len(processors())) as pool:
        for (loader, case, watch), found, failure in pool.map(boot, list(tasks(loaders, cases, for_budgets))):
            key = (loader.name, case.name)
            if not found and isinstance(loader, (Floor, Baton)):
                results.failures.append(failure)
            elif not found:
                note_rival(results, loader, case)
            elif watch:
                results.watched[key] = found
            else:
                results.boots.setdefault(key, []).append(found)
                print(f"{loader.name:14}{case.name:34}{found.instructions:>15,}", file=sys.stderr, flush=True)
    return results


def measure_seconds(disks: Disks, results: Results) -> None:
    """Without counting, one machine at a time, each loader once a round: what disturbs the host disturbs all. What did
    not boot before is not tried again."""
    for case in results.cases:
        for _ in range(case.timed):
            for loader in results.loaders:
                key = (loader.name, case.name)
                if key not in results.boots:
                    continue
                try:
                    seconds = run(disks, loader, case, counting=False).seconds
                    results.seconds.setdefault(key, []).append(seconds)
                except BootFailed as failure:
                    if isinstance(loader, (Floor, Baton)):
                        results.failures.append(str(failure))
                    else:
                        note_rival(results, loader, case)
        told = ", ".join(f"{loader.name} {results.median_seconds(loader.name, case.name):.3f} s"
                         for loader in results.loaders if (loader.name, case.name) in results.seconds)
        print(f"{case.name}: {told}", file=sys.stderr, flush=True)


def all_loaders(rivals: List[Loader]) -> List[Loader]:
    return [*(Floor(chunk) for chunk in FLOORS), Baton(), *rivals]


def temporary(build: Path) -> Path:
    folder = build / "bench" / "disks"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
