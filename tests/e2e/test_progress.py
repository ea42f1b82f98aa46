# SPDX-License-Identifier: BSD-2-Clause
"""Long loads say on the console how far they are, and short ones nothing."""

import re
import time

import pytest

from harness.check import none_of
from harness.disk import MIB
from harness.files import ENTRY, with_kernel
from harness.judge import judge
from harness.machine import POLL
from harness.paths import LOADER, PROGRAM, built
from harness.report import parse_report
from harness.terminal import Terminal

SIZE = 64 * MIB
RATE = 6 * MIB  # bytes in a second
SLOW = ["-set", f"drive.disk0.throttling.bps-read={RATE}"]
LINE = re.compile(rf"^/large\.img: (\d+) of {SIZE // MIB} MiB, (\d+) ([KM])iB/s$", re.MULTILINE)


@pytest.fixture
def slow(disk, start):
    """slow(files): a machine on whose slow disk there is large.img, too."""

    def make(files):
        image = disk({"EFI/BOOT/BOOTX64.EFI": built(LOADER), **files}, size=128 * MIB, holes={"large.img": SIZE})
        return start(image, extra=SLOW, saved=None)

    return make


def watch(machine, end):
    """What the line has shown until the screen has it no longer, as (MiB, KiB in a second)."""
    terminal, shown = Terminal(machine), []
    terminal.wait(LINE.search, "progress")
    while True:
        text = terminal.text()
        found = LINE.search(text)
        if found and (not shown or shown[-1][0] != int(found[1])):
            shown.append((int(found[1]), int(found[2]) * (1024 if found[3] == "M" else 1)))
        if not found and "iB/s" not in text:
            break
        if machine.process.poll() is not None:
            machine.fail("it is on the screen to the end")
        time.sleep(POLL)
    end(machine)
    assert "iB/s" not in terminal.text()
    assert "iB/s" not in machine.e9.text
    return shown


def check_shown(shown):
    """At 6 MiB in a second pieces are of 12 MiB, but for the first ones and the last one."""
    sizes = [size for size, _ in shown]
    assert len(sizes) >= 3, sizes
    assert sizes == sorted(sizes) and sizes[0] <= 40 and sizes[-1] >= SIZE // MIB - 24, sizes
    assert all(1024 <= rate <= 16 * 1024 for _, rate in shown), shown


def test_slow_disk(slow):
    machine = slow(with_kernel("report-high.elf", "module /large.img"))
    check_shown(watch(machine, lambda machine: machine.expect_success()))
    report = parse_report(machine.e9.text)
    none_of(judge(report))
    assert [module.size for module in report.modules] == [SIZE]


def test_initrd_from_slow_disk(slow):
    """It is read while somebody else's program runs, into that one's memory."""
    files = {"program.efi": built(PROGRAM), ENTRY: "linux /program.efi\ninitrd /large.img\noptions initrd leave\n"}
    machine = slow(files)
    check_shown(watch(machine, lambda machine: machine.expect_success()))
    assert re.search(rf"^program: initrd={SIZE} sum=", machine.e9.text, re.MULTILINE), machine.e9.text


def test_short_load_is_silent(disk, start):
    """Instructions are the clock, so that a busy host does not make it a long one: 64 MiB take a tenth of a second."""
    files = {"EFI/BOOT/BOOTX64.EFI": built(LOADER), **with_kernel("report-high.elf", "module /large.img")}
    machine = start(disk(files, size=300 * MIB, holes={"large.img": 64 * MIB}), saved=None,
                    extra=["-icount", "shift=3,sleep=off", "-rtc", "base=2020-01-01,clock=vm"])
    machine.expect_success(timeout=120)
    assert [module.size for module in parse_report(machine.e9.text).modules] == [64 * MIB]
    assert "iB/s" not in machine.serial.text
