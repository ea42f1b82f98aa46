# SPDX-License-Identifier: BSD-2-Clause
"""The log: its levels, where it goes, and what the kernel gets of it."""

import re

import pytest

from harness.check import none_of
from harness.files import with_kernel
from harness.judge import judge

LEVELS = ["error", "warning", "info", "debug"]
UNKNOWN = "no-such-key with a value"


@pytest.mark.parametrize("screen", [None, "vga"])
@pytest.mark.parametrize("level", LEVELS)
def test_levels(report_of, level, screen):
    """On the console: errors and warnings unless told otherwise. To port 0xE9 and the kernel: the steps, always."""
    report = report_of(with_kernel("report-high.elf", f"log-level {level}", UNKNOWN, "grub_class os"), screen=screen)
    none_of(judge(report, path="/kernel.elf"))
    kernel_log = "\n".join(report.log)
    e9 = report.machine.e9.text.split("report: begin")[0]
    for text in (kernel_log, e9):
        assert "no-such-key" in text and re.search(r"test\.conf:3\b", text)  # the warning names file and line
        assert text.count("unknown key") == 1
    debug = level == "debug"
    for text in (kernel_log, e9):
        assert ("Conventional" in text) == debug
    serial = report.machine.serial.text
    assert serial.count("unknown key") == 1, "said twice, or not at all, on the serial line"


def test_firmware_map_at_debug_level(report_of):
    """One line for each descriptor (start, end, pages, type, attributes) after a line with the buffer and the sizes."""
    report = report_of(with_kernel("report-high.elf", "log-level debug"))
    text = "\n".join(report.log)
    lines = [line for line in report.log if re.search(r"0x[0-9a-f]+.*0x[0-9a-f]+.*\b(Conventional|BootServices|"
                                                      r"Loader|Runtime|ACPI|Reserved|MemoryMapped)\w*", line)]
    assert len(lines) >= 60, text
    head = report.log.index(lines[0]) - 1
    header = "\n".join(report.log[max(0, head - 1):head + 1])
    for word in ("buffer 0x", "map 0x", "descriptor 0x"):
        assert word in header.lower(), header
    # The step that says how many there are agrees with how many came.
    conventional = [line for line in lines if "Conventional" in line]
    assert conventional
    numbers = [[int(word, 0) for word in re.findall(r"0x[0-9a-f]+|\b\d+\b", line)] for line in conventional]
    assert all(any(start + pages * 4096 in row or start + pages * 4096 - 1 in row for pages in row)
               for row in numbers for start in row[:1]), "start, end and pages do not agree"


def test_loader_conf_level(report_of):
    """loader.conf sets the level for all entries."""
    report = report_of(with_kernel("report-high.elf", files={"loader/loader.conf": "log-level debug\n"}))
    assert "Conventional" in "\n".join(report.log)


def test_untroubled_boot(report_of):
    """
    The kernel's copy has the lines that port 0xE9 had, in the same order; and an entry's level counts more than
    loader.conf's, so that nothing but the steps is said, and no step twice.
    """
    files = with_kernel("report-high.elf", "log-level warning", files={"loader/loader.conf": "log-level debug\n"})
    report = report_of(files)
    e9 = [line for line in report.machine.e9.text.split("report: begin")[0].split("\n") if line.strip()]
    kernel = [line for line in report.log if line.strip()]
    assert len(kernel) >= 4
    assert kernel == e9[:len(kernel)]
    assert len(e9) <= len(kernel) + 1, "more was said after the kernel got its copy"
    assert not [line for line in e9 if re.search("error|warning|Conventional", line)]
    assert len(set(kernel)) == len(kernel)
