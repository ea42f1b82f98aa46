# SPDX-License-Identifier: BSD-2-Clause
"""`video WIDTHxHEIGHT`: the mode that the kernel gets, what is said when there is none, that a refusal undoes it."""

import re

import pytest

from harness.check import none_of
from harness.elfmaker import HIGH, PT_NOTE, R, elf_file, segment, wishes
from harness.files import ENTRY, entry, injected, with_kernel
from harness.judge import judge
from harness.refusal import CONSOLE_PROMPT
from harness.report import parse_report

KERNEL = "report-high.elf"
SIZE = re.compile(r"^info: screen: (\d+)x(\d+), ")


def sizes(report):
    """Of the screens, as the loader found them: before the mode was set, and after it."""
    return [tuple(map(int, found.groups())) for found in map(SIZE.match, report.log) if found]


def has_line(report, pattern):
    return any(re.search(pattern, line) for line in report.log)


def test_mode_is_set(report_of):
    report = report_of(with_kernel(KERNEL, "video 800x600"), screen="vga")
    none_of(judge(report))
    screen, = report.framebuffers
    assert (screen.width, screen.height) == (800, 600)
    assert sizes(report)[0] != (800, 600), "that is the mode that was set: tests nothing"


@pytest.mark.parametrize("screen", ["vga", "ramfb"])
def test_mode_that_is_not_there(report_of, screen):
    """The mode stays as it was, and a warning lists what there is."""
    report = report_of(with_kernel(KERNEL, "video 1234x567"), screen=screen)
    none_of(judge(report))
    framebuffer, = report.framebuffers
    assert (framebuffer.width, framebuffer.height) == sizes(report)[0]
    assert has_line(report, r"^warning: video 1234x567: no screen has that mode; there are .*\b800x600\b")


@pytest.mark.parametrize("screen", [None, "virtio"])
def test_no_framebuffer(report_of, screen):
    """No screen, or one that only the firmware can draw on, although it has that mode: information, not a failure."""
    report = report_of(with_kernel(KERNEL, "video 800x600"), screen=screen)
    none_of(judge(report, facts={"FRAMEBUFFER": False}))
    assert has_line(report, "^info: video 800x600: no screen has that mode; there are none$")


def test_mode_that_is_refused(start, disk):
    """The screen lists the mode and does not take it."""
    machine = start(disk(injected(with_kernel(KERNEL, "video 800x600"), fail_mode=1)), screen="vga")
    machine.expect_success()
    report = parse_report(machine.e9.text)
    none_of(judge(report))
    framebuffer, = report.framebuffers
    assert (framebuffer.width, framebuffer.height) == sizes(report)[0] != (800, 600)
    assert has_line(report, r"^warning: video 800x600: the screen does not take it \(EFI_DEVICE_ERROR\)")


def test_refusal_sets_it_back(boot):
    """An entry with `video` that is refused for its kernel's note; the next one has the mode that was set at first."""
    note = segment(wishes("EL2"), kind=PT_NOTE, flags=R, vaddr=HIGH + 0x1000)
    files = {"refused.elf": elf_file([segment(), note]),
             "loader/entries/a.conf": entry("/refused.elf", "sort-key a", "video 800x600"),
             **with_kernel(KERNEL), ENTRY: entry("/kernel.elf", "sort-key b")}
    machine = boot(files, screen="vga")
    machine.wait_for(CONSOLE_PROMPT)
    before = machine.screenshot()
    machine.send("\r")
    machine.expect_success(refusals=True)
    report = parse_report(machine.e9.text)
    none_of(judge(report))
    framebuffer, = report.framebuffers
    first, *later = sizes(report)
    assert (800, 600) in later and first != (800, 600), "the mode was never set: tests nothing"
    assert (framebuffer.width, framebuffer.height) == first
    assert (before.width, before.height) == first, "the refusal is read in the mode that was set at first"


def test_two_screens(report_of):
    """Both are set and listed, each with memory of its own."""
    report = report_of(with_kernel(KERNEL, "video 800x600"), screen="vga", extra=("-device", "secondary-vga"))
    none_of(judge(report))
    assert [(f.width, f.height) for f in report.framebuffers] == [(800, 600)] * 2
    assert len({f.physical for f in report.framebuffers}) == 2
