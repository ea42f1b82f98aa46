# SPDX-License-Identifier: BSD-2-Clause
"""Screens: what the kernel is told of them, and what is seen on them."""

import re
import time

import pytest

from harness.check import none_of
from harness.files import ENTRY, entry, with_kernel
from harness.judge import judge
from harness.refusal import CONSOLE_PROMPT


@pytest.mark.parametrize("screen", ["vga", "ramfb"])
def test_framebuffer(report_of, start, screen):
    report = report_of(with_kernel("report-high.elf"), screen=screen)
    none_of(judge(report, path="/kernel.elf"))
    assert len(report.framebuffers) == 1
    framebuffer = report.framebuffers[0]
    assert framebuffer.width >= 640 and framebuffer.height >= 480
    assert f"{framebuffer.width}x{framebuffer.height}" in "\n".join(report.log)


def test_framebuffer_low_kernel(report_of):
    report = report_of(with_kernel("report-low.elf"), screen="vga")
    none_of(judge(report, path="/kernel.elf"))
    assert len(report.framebuffers) == 1


@pytest.mark.parametrize("screen", [None, "virtio"])
def test_no_framebuffer(report_of, screen):
    """No screen at all, and one that can only be drawn on by the firmware: the boot goes on, and the baton says so."""
    report = report_of(with_kernel("report-high.elf"), screen=screen)
    none_of(judge(report, path="/kernel.elf"))
    assert report.framebuffers == []
    assert "FRAMEBUFFER" not in report.facts()
    assert re.search("screen", "\n".join(report.log))


def lit_rows(picture):
    """Numbers of the rows of pixels with something bright in them."""
    return [y for y in range(picture.height) if max(picture.row(0, y, picture.width)) > 100]


def test_error_is_seen(boot):
    """A refusal stands on a screen that was cleared for it, and stays until a key."""
    machine = boot({ENTRY: entry("/missing.elf")}, screen="vga")
    machine.wait_for(r"/missing\.elf", timeout=60)
    machine.wait_for(CONSOLE_PROMPT, timeout=30)
    time.sleep(0.5)  # the firmware writes to the serial line first
    refused = machine.screenshot()
    time.sleep(1.5)
    stayed = machine.screenshot()
    machine.press("ret")
    machine.wait_for("BdsDxe|UEFI Interactive Shell", timeout=5)  # sooner than without a key
    time.sleep(0.5)
    assert machine.screenshot().rgb != refused.rgb, "the screen is always the same: tests nothing"
    assert stayed.rgb == refused.rgb, "it did not stay"
    shades, rows = refused.colours(), lit_rows(refused)
    assert len(shades) <= 4 and refused.pixel(0, 0) == (0, 0, 0), "the screen was not cleared: the logo is still there"
    assert sum(count for colour, count in shades.items() if max(colour) > 100) > 1000, "there is no text on the screen"
    assert len(rows) > 20 and rows[0] < refused.height // 4 and rows[-1] < refused.height // 2, "it is not at the top"
