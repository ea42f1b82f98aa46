# SPDX-License-Identifier: BSD-2-Clause
"""The way out of boot services, with firmware that makes it hard."""

import time

import pytest

from harness.check import none_of
from harness.files import injected, with_kernel
from harness.injection import read_exit
from harness.judge import judge
from harness.report import RESERVED, parse_report

ELF = "/kernel.elf"
FILES = ("report-high.elf", "log-level debug", "options leave")
BACKGROUND, FOREGROUND = (0x10, 0x13, 0x1a), (0xe6, 0xe6, 0xe6)  # of include/baton/console.h


@pytest.fixture
def leave(start, disk):
    """Boots report-high.elf under inject.efi; its report and what inject.efi counted."""

    def run(**settings):
        machine = start(disk(injected(with_kernel(*FILES), count=1, **settings)), screen="vga")
        machine.expect_success()
        report = parse_report(machine.e9.text)
        report.machine = machine
        none_of(judge(report, path=ELF, command_line="leave"))
        return report, read_exit(machine.e9.text)

    return run


def test_untroubled(leave):
    """Two full memory maps at most (the firmware's cost grows with the square), and no call before the exit."""
    _, counts = leave()
    assert counts["exits"] == 1
    assert counts["calls-after-map"] == 0
    assert counts["full-maps"] <= 2
    assert counts["failed-maps"] == 0
    assert counts["watchdogs"] >= 1


@pytest.mark.parametrize("stale", [1, 3, 15])
def test_stale_keys(leave, stale):
    _, counts = leave(stale=stale)
    assert counts["exits"] == stale + 1
    assert counts["calls-after-map"] == 0


@pytest.mark.parametrize("grow,rooms", [(78, 0), (400, 1)])
def test_map_that_grows(leave, grow, rooms):
    """A page of descriptors more fits into the spare room; for many, room is made once more after the failed exit."""
    report, counts = leave(grow=grow)
    assert counts["exits"] == 2
    assert counts["calls-after-map"] == 0
    assert counts["failed-maps"] == rooms
    assert len(report.efi) > grow


def test_large_map(leave):
    report, counts = leave(fragment=16384)
    size = int(report.values["efi.list"].split()[0])
    assert size > 16384
    assert counts["exits"] == 1 and counts["calls-after-map"] == 0


def test_very_large_map(leave):
    """As large as one that was met in the field."""
    report, counts = leave(fragment=64512)
    assert len(report.efi) >= 1319
    assert counts["exits"] == 1


def test_unknown_memory_types(leave):
    report, _ = leave(odd_types=1)
    pages = {}
    for line in report.machine.e9.text.split("\n"):
        if line.startswith("inject: odd page="):
            words = dict(word.split("=") for word in line.split()[2:])
            pages[int(words["page"], 0)] = int(words["type"], 0)
    assert len(pages) == 5
    for page, kind in pages.items():
        entry = report.entry_at(page)
        assert entry and entry.efi_type == kind
        assert entry.kind in (RESERVED, 17), f"type {kind:#x} became {entry.kind}"  # 15 is unaccepted memory


def test_unsorted_map_with_nonsense(start, disk):
    """Descending order, an empty descriptor, and one that calls two pages reserved that another calls free."""
    machine = start(disk(injected(with_kernel(*FILES), odd_map=1)))
    machine.expect_success()
    report = parse_report(machine.e9.text)
    problems = judge(report, path=ELF, command_line="leave")
    none_of(problems)
    assert any(descriptor.pages == 0 for descriptor in report.efi)
    twice = [d for d in report.efi if d.pages == 2 and d.kind == 0 and any(
        e.kind == 7 and e.physical < d.physical and d.end < e.end for e in report.efi)]
    assert twice, "nothing overlapped: tests nothing"
    for descriptor in twice:
        assert report.entry_at(descriptor.physical).kind == RESERVED


def settled(machine):
    """The picture, when it is the same twice."""
    last = machine.screenshot()
    for _ in range(20):
        time.sleep(0.3)
        picture = machine.screenshot()
        if picture.rgb == last.rgb:
            break
        last = picture
    return last


def test_never(start, disk):
    """
    Sixteen tries, then a message that needs no firmware: on the screen, on serial, on port 0xE9. It stays for ten
    seconds before the machine is reset.
    """
    machine = start(disk(injected(with_kernel(*FILES), stale=9999)), screen="vga")
    machine.wait_for("inject: image base", source="e9")
    before = machine.screenshot()
    assert before.pixel(0, 0) != BACKGROUND, "the firmware's screen looks like the message's: tests nothing"
    machine.wait_for("inject: exit 16 refused", source="e9")
    for source in ("e9", "serial"):
        machine.wait_for("^error: Baton cannot start the kernel: the firmware does not let go of the machine.\\s*"
                         "ExitBootServices failed 16 times", source=source, timeout=20)
        machine.wait_for("restarts in 10 seconds", source=source, timeout=20)
    said = (machine.folder / "e9.log").stat().st_mtime
    picture = settled(machine)
    assert set(picture.colours()) == {BACKGROUND, FOREGROUND}, "the screen was not cleared for the message"
    rows = [y for y in range(picture.height)
            if bytes(FOREGROUND) in picture.row(0, y, picture.width)]
    assert rows[0] < picture.height // 10 and rows[-1] < picture.height // 2, "the message is not at the top"
    assert picture.colours()[FOREGROUND] > 2000, "there is hardly any text"
    assert machine.wait_exit(40) == 0  # the reset, which -no-reboot turns into an end
    assert 8 <= time.time() - said <= 25
    assert "exit 17 refused" not in machine.e9.text
    assert "report: begin" not in machine.e9.text
