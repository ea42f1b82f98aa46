# SPDX-License-Identifier: BSD-2-Clause
"""Where the time goes: Baton's stages by its own timings, and the firmware calls in each."""

from collections import Counter
from dataclasses import dataclass, field
from typing import List, Tuple

from machines import SHIFT, Boot

EXIT = "ExitBootServices"


@dataclass
class Stage:
    name: str
    instructions: int
    calls: Counter = field(default_factory=Counter)
    firmware: Counter = field(default_factory=Counter)  # instructions by the call's name

    @property
    def own(self) -> int:
        """Outside firmware calls."""
        return self.instructions - sum(self.firmware.values())


def edges(boot: Boot) -> List[Tuple[str, int, int]]:
    """Stages with their beginnings and ends. The calls are said when boot services have ended: in `leave`."""
    found, begin = [], boot.start
    for name, end in [*boot.stages.items(), ("jump", boot.kernel)]:
        found.append((name, begin, end))
        begin = end
    return found


def stages_of(boot: Boot) -> List[Stage]:
    """Of a watched boot of Baton's. Watching a call costs some 50 instructions, which count as the loader's own."""
    found = []
    for name, begin, end in edges(boot):
        calls = [call for call in boot.calls if begin <= call.start < end]
        told = boot.said if any(call.name == EXIT for call in calls) else 0
        stage = Stage(name, end - begin - told >> SHIFT)
        for call in calls:
            stage.calls[call.name] += 1
            stage.firmware[call.name] += call.end - call.start >> SHIFT
        found.append(stage)
    return found


def own_instructions(boot: Boot) -> int:
    return sum(stage.own for stage in stages_of(boot))


def full_maps(boot: Boot) -> int:
    return sum(call.name == "GetMemoryMap" and call.result == 0 for call in boot.calls)


def call_totals(boot: Boot) -> List[Tuple[str, int, int]]:
    """Name, how many, and their instructions in all; of whatever loader."""
    calls: Counter = Counter()
    firmware: Counter = Counter()
    for call in boot.calls:
        calls[call.name] += 1
        firmware[call.name] += call.end - call.start >> SHIFT
    return [(name, calls[name], instructions) for name, instructions in firmware.most_common()]
