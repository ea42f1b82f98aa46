# SPDX-License-Identifier: BSD-2-Clause
"""The loader for riscv64, under OpenSBI and U-Boot: the last-gasp handler, and the smallest kernel."""

import os
import re
import subprocess

import pytest

from harness.faulty import faulty_kernel
from harness.paths import LOADERS, TREE
from harness.riscv64 import LOADER, SUCCESS, run_machine

END = r"^\*\*\* the machine is stopped \*\*\*$"
ENTRY = "title test\nkernel /boot/kernel.elf\noptions {}\n"


@pytest.fixture
def loader():
    return LOADERS["riscv64"]


@pytest.fixture
def run(loader, disk, tmp_path):
    """run(kernel, options, …): boots it, and what came of it."""

    def start(kernel, options="", loader=loader, **how):
        image = disk({LOADER: loader, "boot/kernel.elf": kernel, "loader/entries/test.conf": ENTRY.format(options)})
        return run_machine(tmp_path / "machine", image, **how)

    return start


# ---- the last-gasp handler ----

CASES = {
    "null": (15, "store page fault", "write to 0x0000000000000008, not present: a null pointer", 3),
    "overflow": (15, "store page fault", "not present: the stack's guard page. The stack overflowed", 5),
    "jump": (12, "instruction page fault", "instruction fetch from 0x0000000000000000, not present: a null pointer", 4),
    "illegal": (2, "illegal instruction", "0xffffffff", 3),
    "text": (15, "store page fault", "kernel + 0x0, present, but not permitted", 3),
    "execute": (12, "instruction page fault", "present, but not permitted", 4),
    "mmio": (13, "load page fault", "not present: physical 0x100000 is not in the direct map", 3),
    "stack": (15, "store page fault", "write to 0x0000000000123450, not present", 3),
    "gone": (15, "store page fault", "a null pointer", 3),
}


@pytest.mark.parametrize("case", CASES)
def test_last_gasp(run, tmp_path, case):
    number, name, cause, frames = CASES[case]
    ran = run(faulty_kernel(tmp_path, "riscv64"), case, stop=END)
    assert ran.code is None, ran.text
    head, _, report = ran.text.partition(f"*** exception {number} ({name}) in the kernel ***\n")
    assert report and "***" not in head, ran.text
    assert re.search(rf"^scause 0x{number:x}: .*{re.escape(cause)}$", report, re.M), report
    assert len(re.findall(r"^  #\d+ 0x[0-9a-f]{16} ?(?:kernel \+ 0x[0-9a-f]+)?$", report, re.M)) == frames, report
    assert "in this report" not in report
    if case == "gone":
        assert "Baton's log is not there any more\n" in report
    else:
        assert "the end of Baton's log:\n" in report and "leaving the firmware for /boot/kernel.elf\n" in report


@pytest.mark.parametrize("compiler", ("clang --target=riscv64-unknown-none-elf -fuse-ld=lld", "riscv64-linux-gnu-gcc"))
def test_hello(run, compiler, tmp_path):
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS"))}
    subprocess.run(["make", "-C", str(TREE / "examples" / "hello"), f"CC={compiler}", f"O={tmp_path}",
                    "MACHINE=-march=rv64gc -mabi=lp64d -mcmodel=medany -mno-relax", f"BATON_INCLUDE={TREE}/include"],
                   check=True, env=environment)
    ran = run(tmp_path / "hello.elf")
    assert "\nHello from /boot/kernel.elf, started by Baton.\n" in ran.text, ran.text
    assert ran.code == SUCCESS, ran.text
