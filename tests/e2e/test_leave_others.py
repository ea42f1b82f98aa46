# SPDX-License-Identifier: BSD-2-Clause
"""
The way out of boot services on aarch64, riscv64, U-Boot and the small OVMF, with firmware that makes it hard:
tests/efi/leave takes the place of some of its services. The kernel that comes through judges what it was handed.

What is not tried here: maps that grow or are fragmented, and odd ones, which are the same code on every machine and are
tried on x86_64 by inject.efi (test_leave.py), whose thunks are that machine's.
"""

import re
from dataclasses import dataclass, field
from typing import Optional, Sequence

import pytest

from harness.files import injected
from harness.paths import LEAVE
from harness.refusal import expect_refusal
from harness.selfcheck import KNOWN, Known, verdict, volume


@dataclass(frozen=True)
class On:
    arch: str
    firmware: Optional[str] = None
    extra: Sequence[str] = ()
    known: Known = field(default_factory=Known)

    def __str__(self):
        return "-".join([self.arch, self.firmware or "edk2", *(["el2"] if self.extra else [])])

    @property
    def options(self):
        return {"arch": self.arch, "firmware": self.firmware, "extra": self.extra}


EL2 = ("-machine", "virtualization=on")
MACHINES = [
    On("aarch64", known=Known(words=["level=1"])),
    On("aarch64", extra=EL2, known=Known(words=["level=1", "from-el2"])),
    On("aarch64", "uboot", known=Known(["device-tree"], ["rsdp"], ["level=1", "pl011=0x9000000"])),
    On("riscv64", "uboot", known=Known(words=["levels=4"])),
    On("x86_64", "uboot", known=Known(lacks=["framebuffer", "entropy"])),
    On("x86_64", "2M", known=Known(lacks=["framebuffer", "entropy"])),
]
everywhere = pytest.mark.parametrize("on", MACHINES, ids=str)


@pytest.fixture
def hindered(start, disk, empty_disk):
    """Boots the selfcheck with a firmware that is hindered so; the machine."""

    def run(on, **settings):
        known = KNOWN[on.arch].and_more(on.known.has, on.known.lacks, on.known.words)
        files = volume("high", empty_disk, known, arch=on.arch)
        return start(disk(injected(files, on.arch, program=LEAVE[on.arch], **settings)), **on.options)

    return run


def refused_exits(machine):
    return [int(number) for number in re.findall(r"inject: exit (\d+) finds another map", machine.serial.text)]


@everywhere
@pytest.mark.parametrize("stale", [1, 3])
def test_stale_keys(hindered, on, stale):
    machine = hindered(on, stale=stale)
    machine.expect_success(120)
    assert "\nselfcheck: ok, " in machine.kernel.text, verdict(machine.kernel.text)
    assert refused_exits(machine) == list(range(1, stale + 1))


@everywhere
def test_never(hindered, on):
    """Sixteen tries, then a message that needs no firmware, and the machine starts anew."""
    machine = hindered(on, stale=9999)
    machine.wait_for("^error: Baton cannot start the kernel: the firmware does not let go of the machine.\\s*"
                     "ExitBootServices failed 16 times", timeout=120)
    machine.wait_for("restarts in 10 seconds")
    assert machine.wait_exit(120) == 0
    assert refused_exits(machine) == list(range(1, 17))
    assert "selfcheck: " not in machine.kernel.text


@everywhere
def test_no_memory_map(hindered, on):
    """The first map that the loader asks for fails: the entry is refused, and the firmware goes on."""
    machine = hindered(on, fail_map=1)
    expect_refusal(machine, "memory map", "EFI_DEVICE_ERROR")
    assert "inject: memory map 1 fails" in machine.serial.text


AARCH64 = [on for on in MACHINES if on.arch == "aarch64"]


@pytest.mark.parametrize("on", AARCH64, ids=str)
def test_no_execute(hindered, on):
    """Memory that the loader allocates for data cannot be executed: stack, kernel and page tables are in such pages."""
    machine = hindered(on, nx=1)
    machine.expect_success(120)
    assert "\nselfcheck: ok, " in machine.kernel.text, verdict(machine.kernel.text)


@pytest.mark.parametrize("on", AARCH64, ids=str)
def test_no_execute_is_live(hindered, on):
    """Where what is allocated for code cannot be executed either, the way out of the firmware ends there."""
    machine = hindered(on, nx=2)
    machine.wait_for("Synchronous (?:Exception at 0x|Abort\" handler, esr 0x8)", timeout=60)  # EDK2's words, U-Boot's
    assert "selfcheck: " not in machine.kernel.text
