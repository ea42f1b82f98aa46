# SPDX-License-Identifier: BSD-2-Clause
"""The last-gasp handler on aarch64, on the serial port that ACPI names."""

import re
import time

import pytest

from harness.faulty import HIGH, WANTS_EL2, faulty_kernel
from harness.files import ENTRY, entry
from harness.gasp import END
from harness.screen_text import read_screen

DATA, FETCH, UNDEFINED = (37, "data abort"), (33, "instruction abort"), (0, "undefined instruction")
EL2 = ("-machine", "virtualization=on")
LOW = 0x4a000000
# The exception, what is said of it, and how many frames there are.
CASES = {
    "null": (DATA, "write to 0x0000000000000008, not present: a null pointer", 3),
    "overflow": (DATA, "not present: the stack's guard page. The stack overflowed", 5),
    "jump": (FETCH, "instruction fetch from 0x0000000000000000, not present: a null pointer", 4),
    "illegal": (UNDEFINED, "", 3),
    "text": (DATA, "kernel + 0x0, present, but not permitted", 3),
    "execute": (FETCH, "present, but not permitted", 4),
    "mmio": (DATA, "not present: physical 0x8000000 is not in the direct map", 3),
    "stack": (DATA, "write to 0x0000000000123450, not present", 3),
    "gone": (DATA, "a null pointer", 3),
}


@pytest.fixture
def stopped(boot, tmp_path):
    """stopped(case, **options): the machine with a kernel that did what the case says."""

    def run(case, *, base=HIGH, more="", **options):
        kernel = faulty_kernel(tmp_path, "aarch64", base=base, more=more)
        machine = boot({"/kernel.elf": kernel, ENTRY: entry("/kernel.elf", f"options {case}")}, arch="aarch64",
                       **options)
        machine.wait_for(f"^{re.escape(END)}$", timeout=60)
        return machine

    return run


def check_report(text, case, expected=None):
    (number, name), cause, frames = expected or CASES[case]
    head, _, report = text.partition(f"*** exception {number} ({name}) in the kernel ***\n")
    assert report and "***" not in head, text
    assert re.search(rf"^esr 0x[0-9a-f]+{': .*' if cause else ''}{re.escape(cause)}$", report, re.M), report
    assert len(re.findall(r"^  #\d+ 0x[0-9a-f]{16} ?(?:kernel \+ 0x[0-9a-f]+)?$", report, re.M)) == frames, report
    assert "in this report" not in report
    if case == "gone":
        assert "Baton's log is not there any more\n" in report
    else:
        assert "the end of Baton's log:\n" in report and "leaving the firmware for /kernel.elf\n" in report
    return report


@pytest.mark.parametrize("case", CASES)
def test_last_gasp(stopped, case):
    check_report(stopped(case).serial.text, case)


@pytest.mark.parametrize("case", ["null", "overflow", "text"])
@pytest.mark.parametrize("level", ["from-el2", "el2", "el2-vhe"])
def test_at_el2(stopped, case, level):
    """Where the firmware runs at EL2: below it, at EL2 alone with half of its addresses, and with VHE."""
    options = {"from-el2": {}, "el2": {"base": LOW, "more": WANTS_EL2}, "el2-vhe": {"more": WANTS_EL2, "cpu": "max"}}
    report = check_report(stopped(case, extra=EL2, **options[level]).serial.text, case)
    state, = re.findall(r"  spsr 0x([0-9a-f]{8})$", report, re.M)
    assert int(state, 16) & 0xf == (5 if level == "from-el2" else 9)  # EL1h, EL2h


def test_trapped_by_el2(stopped):
    """What the loader's EL2 does not open is an undefined instruction for EL1, and not one that is tried for ever."""
    machine = stopped("trapped", extra=EL2, cpu="max")
    check_report(machine.serial.text, "trapped", (UNDEFINED, "", 3))


@pytest.mark.parametrize("case", ["null", "overflow", "jump"])
def test_under_uboot(stopped, case):
    """The serial port is the one that the device tree names."""
    check_report(stopped(case, firmware="uboot").serial.text, case)


def test_on_the_screen(stopped):
    """The same as on the serial port, as far as it fits."""
    machine = stopped("null", screen="ramfb")
    report = check_report(machine.serial.text, "null")
    deadline = time.monotonic() + 60
    while END not in (lines := read_screen(machine.screenshot())) and time.monotonic() < deadline:
        time.sleep(0.5)
    start = next(i for i, line in enumerate(lines) if line.startswith("*** exception 37 (data abort) in the kernel ***"))
    shown = "\n".join(lines[start:])
    assert "a null pointer" in shown and END in lines
    frames = re.findall(r"^  #.*$", report, re.M)
    assert len(frames) == 3 and all(line in shown for line in frames), shown
