# SPDX-License-Identifier: BSD-2-Clause
"""What tests/efi/inject.efi said, parsed."""

import re
from dataclasses import dataclass
from typing import Dict, Iterator, List

# EFI_MEMORY_TYPE. The firmware's own types may change by themselves while it runs.
LOADER_TYPES = (1, 2)
LASTING_TYPES = (0, 5, 6, 9, 10, 11)
BOOT_SERVICES_DATA = 4
SLACK = 8  # pages of boot services data that the firmware may take or give meanwhile


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


def not_given_back(before: Count, after: Count) -> Iterator[str]:
    """What the firmware has less than before the run. That it took for itself, the first time, is not counted so."""
    if before.handles != after.handles:
        yield f"run {after.run}: {before.handles} handles before, {after.handles} after"
    for kind in LOADER_TYPES + LASTING_TYPES:
        if before.pages[kind] != after.pages[kind]:
            yield f"run {after.run}: type {kind} had {before.pages[kind]} pages before, and has {after.pages[kind]}"
    if abs(before.pages[BOOT_SERVICES_DATA] - after.pages[BOOT_SERVICES_DATA]) > SLACK:
        yield f"run {after.run}: boot services data: {before.pages[BOOT_SERVICES_DATA]} pages before, " \
              f"{after.pages[BOOT_SERVICES_DATA]} after"


def read_returns(text: str) -> List[Dict[str, int]]:
    found = re.findall(r"^inject: run=(\d+) returned=(\w+) open-files=(-?\d+)$", text, re.MULTILINE)
    return [{"run": int(run), "status": int(status, 0), "open": int(files)} for run, status, files in found]


def read_exit(text: str) -> Dict[str, int]:
    """The counts at the ExitBootServices that succeeded."""
    line = re.search(r"^inject: exited (.*)$", text, re.MULTILINE)
    assert line, "the loader did not leave boot services under inject.efi"
    return {key: int(value) for key, value in (word.split("=") for word in line.group(1).split())}
