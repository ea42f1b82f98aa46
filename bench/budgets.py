# SPDX-License-Identifier: BSD-2-Clause
"""What Baton may cost. Each budget is in instructions or bytes, and is compared with the floor of the same run."""

from dataclasses import dataclass
from pathlib import Path
from typing import Dict, Iterator, List, Optional, Tuple

from cases import CASES
from measure import FLOOR, Results
from stages import full_maps, own_instructions

TINY = 1_000_000
IMAGE = 64 * 1024
OWN_MEMORY = 256 * 1024
READS = {"virtio": 1.05, "SATA": 1.05, "NVMe": 1.10}
MANY_MAPS = 2
PER_ENTRY = 300
LINEAR = 1.10
RAM_WITH_LARGE_PAGES = 1.10
PER_TWO_MIB = 5
MIB_PAIRS = 60 * 1024 // 2  # 2 MiB in the 60 GiB between 4 and 64

BATON = "baton"
KERNEL, MODULE, PAGE_TABLES = 8, 9, 5  # kinds of memory (include/baton/baton.h)
KNOWN = Path(__file__).with_name("known-excess.txt")


@dataclass
class Check:
    """`name` is one word, for known-excess.txt."""
    name: str
    measured: float
    limit: float
    what: str

    @property
    def met(self) -> bool:
        return self.measured <= self.limit

    def __str__(self) -> str:
        return f"{self.name:32}{self.measured:>16,.2f}{self.limit:>16,.2f}  {self.what}"


def has(results: Results, *cases: str) -> bool:
    return all(results.instructions(BATON, case) is not None for case in cases)


def image_size(results: Results) -> int:
    return next(loader for loader in results.loaders if loader.name == BATON).image.stat().st_size


def own_memory(results: Results, case: str = "4 KiB") -> int:
    """What Baton has allocated at most, without the kernel, the modules and the page tables that it leaves."""
    boot = results.watched[BATON, case]
    return boot.peak - sum(boot.memory[kind] for kind in (KERNEL, MODULE, PAGE_TABLES))


def reading(results: Results) -> Iterator[Check]:
    for name, case in CASES.items():
        if not name.startswith(("64 MiB", "512 MiB")) or not has(results, name):
            continue
        disk = next(disk for disk in READS if disk in name)
        floor = results.instructions(FLOOR, name)
        yield Check(name.replace(" ", "-").replace(",", ""), results.instructions(BATON, name) / floor, READS[disk],
                    f"times the floor of {floor:,}")


def memory_size(results: Results) -> Iterator[Check]:
    small, large = "RAM 4 GiB", "RAM 64 GiB"
    if has(results, small, large):
        more = results.least(BATON, large) - results.least(BATON, small)
        yield Check("ram-small-pages", more / MIB_PAIRS, PER_TWO_MIB, "instructions for 2 MiB more, from 4 to 64 GiB")
    small, large = f"{small}, 1 GiB pages", f"{large}, 1 GiB pages"
    if has(results, small, large):
        ratio = results.least(BATON, large) / results.least(BATON, small)
        yield Check("ram-large-pages", ratio, RAM_WITH_LARGE_PAGES, "times as much with 64 GiB as with 4 GiB")


def memory_map(results: Results) -> Iterator[Check]:
    few, many = results.watched.get((BATON, "4 KiB")), results.watched.get((BATON, "2,000 map entries"))
    if few and many:
        own = own_instructions(many) - own_instructions(few)
        yield Check("map-calls", full_maps(many), MANY_MAPS, "full GetMemoryMap calls")
        yield Check("map-entry", own / (many.descriptors - few.descriptors), PER_ENTRY,
                    f"own instructions for a map entry, from {few.descriptors} to {many.descriptors}")


def growth(few: int, some: int, many: int) -> Tuple[int, float]:
    """What the first step takes, and the second one by it."""
    return some - few, (many - some) / (some - few)


def linear_modules(results: Results) -> Iterator[Check]:
    """What 8 further modules take, compared with the first 8."""
    names = ("alone", "8 modules", "16 modules")
    if has(results, *names):
        first, ratio = growth(*(results.instructions(BATON, name) for name in names))
        yield Check("linear-modules", ratio, LINEAR,
                    f"instructions for the second 8 modules by those for the first 8, which are {first:,}")
    boots = [results.watched.get((BATON, name)) for name in names]
    if all(boots):
        first, ratio = growth(*(boot.call_count for boot in boots))
        yield Check("linear-calls", ratio, LINEAR,
                    f"calls of the firmware for the second 8 modules by those for the first 8, which are {first}")


def linear_bytes(results: Results) -> Iterator[Check]:
    """What a further MiB takes, compared with the first ones."""
    few, some, many = "4 KiB", "64 MiB virtio", "512 MiB virtio"
    if has(results, few, some, many):
        first = (results.instructions(BATON, some) - results.instructions(BATON, few)) / 64
        then = (results.instructions(BATON, many) - results.instructions(BATON, some)) / 448
        yield Check("linear-bytes", then / first, LINEAR, f"a MiB of 448 by one of the first 64, {first:,.0f}")


def checks(results: Results) -> List[Check]:
    found: List[Check] = []
    if has(results, "alone"):
        found.append(Check("tiny", results.instructions(BATON, "alone"), TINY,
                           f"instructions; the floor: {results.instructions(FLOOR, 'alone'):,}"))
    if has(results, "4 KiB"):
        found.append(Check("tiny-4-KiB", results.instructions(BATON, "4 KiB"), TINY,
                           f"instructions, with a module; the floor: {results.instructions(FLOOR, '4 KiB'):,}"))
    found += [*reading(results), *memory_size(results), *memory_map(results), *linear_modules(results),
              *linear_bytes(results)]
    found.append(Check("image", image_size(results), IMAGE, "bytes of the loader's file"))
    for name, case in (("own-memory", "4 KiB"), ("own-memory-many-entries", "2,000 map entries")):
        if (BATON, case) in results.watched:
            found.append(Check(name, own_memory(results, case), OWN_MEMORY,
                               "bytes allocated at most, but for kernel, modules and page tables"))
    return found


@dataclass(frozen=True)
class Excess:
    """What a budget that is not met comes to at most. So near it that chance decides, it may be met as well."""
    most: float
    may_be_met: bool = False


def known_excess() -> Dict[str, Excess]:
    lines = [line.split("#")[0].split() for line in KNOWN.read_text().splitlines()]
    return {words[0]: Excess(float(words[1].replace("_", "")), words[2:] == ["or", "met"]) for words in lines if words}


def verdict_on(check: Check, listed: Optional[Excess]) -> Tuple[str, bool]:
    if check.met:
        if listed is None or listed.may_be_met:
            return "ok", True
        return "FAILED: it is met now: take it out of bench/known-excess.txt", False
    if listed is None:
        return "FAILED", False
    if check.measured > listed.most:
        return f"FAILED: worse than the {listed.most:,.2f} that bench/known-excess.txt lists", False
    return f"NOT MET, which is known: {listed.most:,.2f} is listed in bench/known-excess.txt", True


def judge(found: List[Check], known: Dict[str, Excess]) -> Tuple[List[str], bool]:
    """
    Lines for people, and whether nothing is worse than it may be. A budget that is not met passes only while it is
    listed, and no worse than listed; one that is met must not be listed, unless chance decides that.
    """
    verdicts = [verdict_on(check, known.get(check.name)) for check in found]
    return [f"{check}  {words}" for check, (words, _) in zip(found, verdicts)], all(good for _, good in verdicts)
