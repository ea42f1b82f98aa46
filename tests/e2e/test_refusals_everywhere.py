# SPDX-License-Identifier: BSD-2-Clause
"""
What is refused is refused alike on each machine and each firmware, and the firmware has the machine again afterwards.
test_refusals.py has every message, on one of them.
"""

import re

import pytest

from harness.elfmaker import R, W, X, elf_file, segment
from harness.files import ENTRY, entry
from harness.programs import AARCH64, RISCV64, X86_64
from harness.refusal import expect_refusal

EL2 = {"extra": ("-machine", "virtualization=on")}
MACHINES = {
    "x86_64-4M": (X86_64, {"firmware": "4M"}), "x86_64-2M": (X86_64, {"firmware": "2M"}),
    "x86_64-uboot": (X86_64, {"firmware": "uboot"}), "aarch64-edk2": (AARCH64, {}), "aarch64-edk2-el2": (AARCH64, EL2),
    "aarch64-uboot": (AARCH64, {"firmware": "uboot"}), "riscv64-uboot": (RISCV64, {"firmware": "uboot"}),
}
# What the firmware says when its boot option has come back.
BACK = "BdsDxe: failed to start|EFI LOAD FAILED"


@pytest.fixture(params=MACHINES)
def refused(request, boot):
    """refused(make, words): the kernel that make(architecture) is, with words(architecture), on each machine in turn."""
    architecture, options = MACHINES[request.param]

    def run(make, words):
        files = {"/kernel.elf": make(architecture), ENTRY: entry("/kernel.elf", "module /m"), "/m": b"m"}
        machine = boot(files, arch=architecture.name, **options)
        expect_refusal(machine, *words(architecture))
        said = len(machine.serial.text)
        machine.send("\r")
        machine.wait_for(BACK, timeout=60)
        assert not re.search("^error: (?!nothing)", machine.serial.text[said:], re.M)

    return run


def other_than(architecture):
    return AARCH64 if architecture is not AARCH64 else X86_64


def in_words(architecture):
    return "riscv" if architecture is RISCV64 else architecture.name


def test_kernel_for_another_machine(refused):
    def make(architecture):
        other = other_than(architecture)
        return elf_file([segment(other.end(0x10))], machine=other.elf)

    refused(make, lambda architecture: [f"/kernel.elf: is built for {in_words(other_than(architecture))}",
                                        f"machine is {in_words(architecture)}."])


def test_writable_and_executable(refused):
    refused(lambda architecture: elf_file([segment(architecture.end(0x10), flags=R | W | X)], machine=architecture.elf),
            lambda _: ["/kernel.elf: ", "writable and executable"])


def test_more_memory_than_there_is(refused):
    """It is refused before any of it is taken."""
    refused(lambda architecture: elf_file([segment(architecture.end(0x10), memsz=0x60000000)], machine=architecture.elf),
            lambda _: ["/kernel.elf", "more memory"])
