# SPDX-License-Identifier: BSD-2-Clause
"""The log: its levels, where it goes, and what the kernel gets of it."""

import re

import pytest

from harness.check import none_of
from harness.files import injected, with_kernel
from harness.injection import read_exit
from harness.judge import judge
from harness.report import parse_report

LEVELS = ["error", "warning", "info", "debug"]
UNKNOWN = "no-such-key with a value"


EFI_TYPES = ["Reserved", "LoaderCode", "LoaderData", "BootServicesCode", "BootServicesData", "RuntimeServicesCode",
             "RuntimeServicesData", "Conventional", "Unusable", "ACPIReclaim", "ACPINVS", "MMIO",
             "MMIOPorts", "PalCode", "Persistent", "Unaccepted"]
LASTING = {0, 5, 6, 8, 9, 10, 11}  # no boot makes memory of these types


def run_injected(start, disk, files, screen=None):
    """
    Boots under inject.efi. The report; what port 0xE9 got of the log, in lines; and what the loader wrote to the
    firmware's console, without white space, since it breaks long lines.
    """
    machine = start(disk(injected(files, count=1, echo=1)), screen=screen)
    machine.expect_success()
    text = machine.e9.text
    report = parse_report(text)
    report.machine = machine
    lines = [line for line in text.split("report: begin")[0].split("\n") if line.split(": ")[0] in LEVELS]
    console = "".join("".join(re.findall(r"^inject: console \|(.*)\|$", text, re.MULTILINE)).split())
    return report, lines, console


def joined(lines):
    return "".join("".join(lines).split())


@pytest.mark.parametrize("level,screen", [*((level, None) for level in LEVELS), ("warning", "vga")])
def test_levels(start, disk, level, screen):
    """On the console: what the level asks for. To port 0xE9 and the kernel: the steps, always."""
    files = with_kernel("report-high.elf", UNKNOWN, "grub_class os",
                        files={"loader/loader.conf": f"log-level {level}\n"})
    report, lines, console = run_injected(start, disk, files, screen)
    none_of(judge(report, path="/kernel.elf"))
    for text in ("\n".join(report.log), "\n".join(lines)):
        assert "no-such-key" in text and re.search(r"test\.conf:2\b", text)  # the warning names file and line
        assert text.count("unknown key") == 1
        assert ("Conventional" in text) == (level == "debug")
    assert report.machine.serial.text.count("unknown key") == 1, "said twice, or not at all, on the serial line"
    # Nothing is on the console before loader.conf is read: it has the usual level then.
    first = next(i for i, line in enumerate(lines) if "no-such-key" in line)
    shown = [line for line in lines[first:] if LEVELS.index(line.split(":")[0]) <= LEVELS.index(level)]
    assert console == joined(shown)
    assert len(shown) == {"error": 0, "warning": 1}.get(level, len(shown))
    assert {line.split(":")[0] for line in shown} == set(LEVELS[1:LEVELS.index(level) + 1])
    assert (read_exit(report.machine.e9.text)["console"] == 0) == (level == "error")


def test_firmware_map_at_debug_level(report_of):
    """A line with the numbers and sizes, then one for each descriptor: start, end, pages, type, attributes."""
    report = report_of(with_kernel("report-high.elf", "log-level debug"))
    lines = report.machine.e9.text.split("report: begin")[0].split("\n")
    heads = [(i, re.match(r"debug: memory map: (\d+) descriptors, buffer 0x(\w+) bytes, map 0x(\w+) bytes, "
                          r"descriptor 0x(\w+) bytes$", line)) for i, line in enumerate(lines)]
    (at, head), = [(i, found) for i, found in heads if found]
    count, (room, size, step) = int(head.group(1)), (int(head.group(i), 16) for i in (2, 3, 4))
    assert count >= 60 and step >= 40 and count * step == size <= room
    one = re.compile(r"debug:\s+0x(\w+) - 0x(\w+) +(\d+) pages (\w+) +\((\d+)\) attributes 0x(\w+)$")
    found = [one.match(line) for line in lines[at + 1:at + 1 + count]]
    assert all(found), lines[at + 1 + [bool(line) for line in found].index(False)]
    assert not one.match(lines[at + 1 + count]), "more lines than announced"
    said = set()
    for line in found:
        begin, end, pages, name = int(line.group(1), 16), int(line.group(2), 16), int(line.group(3)), line.group(4)
        kind, attributes = int(line.group(5)), int(line.group(6), 16)
        assert pages > 0 and end == begin + pages * 4096 and name == EFI_TYPES[kind], line.group(0)
        said.add((begin, pages, kind, attributes))
    lasting = {(d.physical, d.pages, d.kind, d.attributes) for d in report.efi if d.kind in LASTING}
    assert len(lasting) >= 5 and lasting <= said, lasting - said


def test_untroubled_boot(start, disk):
    """
    The kernel's copy has the lines that port 0xE9 had, in the same order; and an entry's level counts more than
    loader.conf's, on the console too, so that nothing but the steps is said, and no step twice.
    """
    files = with_kernel("report-high.elf", "log-level warning", files={"loader/loader.conf": "log-level debug\n"})
    report, e9, console = run_injected(start, disk, files)
    kernel = [line for line in report.log if line.strip()]
    assert len(kernel) >= 4
    assert kernel == e9[:len(kernel)]
    assert len(e9) <= len(kernel) + 1, "more was said after the kernel got its copy"
    assert not [line for line in e9 if re.search("error|warning|Conventional", line)]
    assert len(set(kernel)) == len(kernel)
    assert console == "", "the console has loader.conf's level still"
