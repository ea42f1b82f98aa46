# SPDX-License-Identifier: BSD-2-Clause
"""The loader as a program: started from the UEFI shell, or with load options."""

import re

from harness.check import none_of
from harness.files import injected, with_kernel
from harness.injection import read_counts, read_returns
from harness.judge import judge
from harness.paths import LOADER, built
from harness.report import parse_report

# Type, physical and virtual start, pages, attributes, the descriptor's own address: one row, of less than 80 columns.
ROW = re.compile(r"^(\w+) +([0-9a-f]+) +([0-9a-f]+) +(\d+) +([0-9a-f]+) +([0-9a-f]+) *$", re.MULTILINE)


def shell(start, disk, *commands):
    """A machine whose shell is about to run these commands."""
    script = "\r\n".join(["@echo -off", "fs0:", *commands, "echo all-done", ""])
    machine = start(disk({"baton.efi": built(LOADER), "startup.nsh": script}))
    machine.wait_for("seconds to skip", prompt=True)
    machine.send("\r")
    return machine


def test_memmap(start, disk):
    machine = shell(start, disk, "baton.efi memmap", "echo back-%lasterror%")
    machine.wait_for("back-0x0", timeout=60)
    rows = ROW.findall(machine.serial.text)
    assert len(rows) > 60, machine.serial.text
    types = {row[0] for row in rows}
    assert {"LoaderCode", "BootServicesData", "RuntimeServicesCode"} <= types
    assert any(name.startswith("Conventional") for name in types)
    starts = [int(row[1], 16) for row in rows]
    assert starts == sorted(starts)
    addresses = [int(row[5], 16) for row in rows]
    steps = {b - a for a, b in zip(addresses, addresses[1:])}
    assert len(steps) == 1 and steps.pop() >= 40, "the descriptors' own addresses are not evenly spaced"
    pages = sum(int(row[3]) for row in rows)
    assert pages * 4096 > 200 << 20
    machine.wait_for("all-done")


def test_boot_from_the_shell(start, disk):
    """The same as from the firmware's boot manager."""
    script = "fs0:\r\nbaton.efi\r\n"
    machine = start(disk({"baton.efi": built(LOADER), "startup.nsh": script, **with_kernel("report-high.elf")}))
    machine.wait_for("seconds to skip", prompt=True)
    machine.send("\r")
    machine.expect_success()
    none_of(judge(parse_report(machine.e9.text), path="/kernel.elf"))


def test_a_typo_does_not_boot(start, disk):
    machine = shell(start, disk, "baton.efi memap", "echo back-%lasterror%")
    machine.wait_for("back-0x", timeout=60)
    assert "'memap' is not known" in machine.serial.text and "'memmap' shows" in machine.serial.text
    assert "back-0x0" not in machine.serial.text
    machine.wait_for("all-done")
    assert "booting" not in machine.e9.text


def test_memmap_by_load_options(start, disk):
    """A boot manager's way: no shell. Nothing is left behind."""
    machine = start(disk(injected({}, options="baton.efi memmap", runs=2)))
    machine.wait_exit()
    text = machine.e9.text
    assert [(run["status"], run["open"]) for run in read_returns(text)] == [(0, 0), (0, 0)]
    assert len(ROW.findall(machine.serial.text)) > 120
    counts = read_counts(text)
    assert counts[2].pages == counts[3].pages and counts[2].handles == counts[3].handles
