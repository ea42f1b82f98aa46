# SPDX-License-Identifier: BSD-2-Clause
"""What tests/efi/inject.efi said, parsed."""

import re
from dataclasses import dataclass
from typing import Dict, List

# EFI_MEMORY_TYPE. The firmware's own types may change by themselves while it runs.
LOADER_TYPES = (1, 2)
LASTING_TYPES = (0, 5, 6, 9, 10, 11)


@dataclass
class Count:
    run: int
    when: str
    descriptors: int
    handles: int
    pages: List[int]


def read_counts(text: str) -> List[Count]:
    found = re.findall(r"^inject: run=(\d+) (before|after) descriptors=(\d+) handles=(\d+) pages=([\d ]+)$", text,
                       re.MULTILINE)
    return [Count(int(run), when, int(descriptors), int(handles), [int(word) for word in pages.split()])
            for run, when, descriptors, handles, pages in found]


def read_returns(text: str) -> List[Dict[str, int]]:
    found = re.findall(r"^inject: run=(\d+) returned=(\w+) open-files=(-?\d+)$", text, re.MULTILINE)
    return [{"run": int(run), "status": int(status, 0), "open": int(files)} for run, status, files in found]


def read_exit(text: str) -> Dict[str, int]:
    """The counts at the ExitBootServices that succeeded."""
    line = re.search(r"^inject: exited (.*)$", text, re.MULTILINE)
    assert line, "the loader did not leave boot services under inject.efi"
    return {key: int(value) for key, value in (word.split("=") for word in line.group(1).split())}
