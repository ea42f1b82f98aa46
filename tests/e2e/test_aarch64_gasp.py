# SPDX-License-Identifier: BSD-2-Clause
"""The last-gasp handler on aarch64, on the serial port that ACPI names."""

import re

import pytest

from harness.faulty import faulty_kernel
from harness.files import ENTRY, entry
from harness.gasp import END

DATA, FETCH = (37, "data abort"), (33, "instruction abort")
EL2 = ("-machine", "virtualization=on")
# The exception, what is said of it, and how many frames there are.
CASES = {
    "null": (DATA, "write to 0x0000000000000008, not present: a null pointer", 3),
    "overflow": (DATA, "not present: the stack's guard page. The stack overflowed", 5),
    "jump": (FETCH, "instruction fetch from 0x0000000000000000, not present: a null pointer", 4),
    "illegal": ((0, "undefined instruction"), "", 3),
    "text": (DATA, "kernel + 0x0, present, but not permitted", 3),
    "execute": (FETCH, "present, but not permitted", 4),
    "mmio": (DATA, "not present: physical 0x8000000 is not in the direct map", 3),
    "stack": (DATA, "write to 0x0000000000123450, not present", 3),
    "gone": (DATA, "a null pointer", 3),
}


@pytest.mark.parametrize("case,extra", [*((case, ()) for case in CASES), ("overflow", EL2)],
                         ids=[*CASES, "overflow-EL2"])
def test_last_gasp(boot, tmp_path, case, extra):
    (number, name), cause, frames = CASES[case]
    machine = boot({"/kernel.elf": faulty_kernel(tmp_path, "aarch64"), ENTRY: entry("/kernel.elf", f"options {case}")},
                   arch="aarch64", extra=extra)
    machine.wait_for(f"^{re.escape(END)}$", timeout=60)
    head, _, report = machine.serial.text.partition(f"*** exception {number} ({name}) in the kernel ***\n")
    assert report and "***" not in head, machine.serial.text
    assert re.search(rf"^esr 0x[0-9a-f]+{': .*' if cause else ''}{re.escape(cause)}$", report, re.M), report
    assert len(re.findall(r"^  #\d+ 0x[0-9a-f]{16} ?(?:kernel \+ 0x[0-9a-f]+)?$", report, re.M)) == frames, report
    assert "in this report" not in report
    if case == "gone":
        assert "Baton's log is not there any more\n" in report
    else:
        assert "the end of Baton's log:\n" in report and "leaving the firmware for /kernel.elf\n" in report
