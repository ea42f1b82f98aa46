# SPDX-License-Identifier: BSD-2-Clause
"""Firmware that misbehaves in ways that were met in the field."""

import pytest

from harness.check import none_of
from harness.files import ENTRY, entry, injected, with_kernel
from harness.injection import read_exit
from harness.judge import judge
from harness.report import checksum, parse_report

MODULE = bytes(range(251)) * 12000  # 3 MB


def run(start, disk, files, **settings):
    machine = start(disk(injected(files, count=1, **settings)), screen=settings.pop("screen", None))
    machine.expect_success()
    report = parse_report(machine.e9.text)
    report.machine = machine
    return report


@pytest.fixture
def files():
    return with_kernel("report-high.elf", "module /m", files={"m": MODULE})


def check(report):
    none_of(judge(report, path="/kernel.elf"))
    assert report.modules[0].checksum == checksum(MODULE)


def test_whole_modules_are_read_at_once(start, disk, files):
    report = run(start, disk, files)
    check(report)
    counts = read_exit(report.machine.e9.text)
    assert counts["largest-read"] == len(MODULE), "drivers walk the cluster chain again for each piece"
    assert counts["reads"] < 20


def test_short_reads(start, disk, files):
    check(run(start, disk, files, short_read=100000))


def test_large_reads_break_the_file(start, disk, files):
    """As on one server: a large read fails, and the open file is broken for good. Small ones on a new one work."""
    report = run(start, disk, files, fail_read=1 << 20)
    check(report)
    assert "fails" in report.machine.e9.text
    assert any("/m" in line and "pieces" in line for line in report.log)


def test_file_that_ends_early(start, disk, files):
    """Refused with the file's name, not booted with half a module."""
    machine = start(disk(injected(files, end_read=2 << 20)))
    machine.wait_for(r"/m: .*ends", source="e9")
    machine.wait_for("Press a key")
    machine.send(" ")
    machine.wait_exit()
    assert "report: begin" not in machine.e9.text
    assert "returned=0x8" in machine.e9.text


def test_no_console(start, disk, files):
    check(run(start, disk, files, no_conout=1))


def test_no_console_refusal(start, disk):
    """Nobody can see it, so the log ports have it."""
    machine = start(disk(injected({ENTRY: entry("/missing.elf")}, no_conout=1)))
    machine.wait_for(r"/missing\.elf", source="e9")
    machine.send(" ")
    machine.wait_exit(30)
    assert "returned=0x8" in machine.e9.text


@pytest.mark.parametrize("size", [13, 256])
def test_garbage_in_load_options(start, disk, files, size):
    check(run(start, disk, files, garbage=size))


def test_no_device(start, disk, files):
    """Started from memory: the loader cannot know its volume. It says so, and never takes just any volume."""
    machine = start(disk(injected(files, no_device=1)))
    machine.wait_for("volume", source="e9")
    machine.wait_for("Press a key")
    machine.send(" ")
    machine.wait_exit(30)
    assert "returned=0x8" in machine.e9.text and "report: begin" not in machine.e9.text


def test_watchdog(start, disk):
    """The firmware's watchdog is stopped: it would fire while the refusal waits for a key."""
    files = {"loader/entries/a.conf": entry("/missing.elf", "sort-key a"), **with_kernel("report-high.elf")}
    machine = start(disk(injected(files, watchdog=4, count=1)))
    machine.wait_for(r"/missing\.elf", source="e9")
    machine.expect_success(40, refusals=True)
    assert read_exit(machine.e9.text)["watchdogs"] >= 1
