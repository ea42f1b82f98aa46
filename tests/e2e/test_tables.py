# SPDX-License-Identifier: BSD-2-Clause
"""Firmware's tables: found, checked, labelled, readable wherever they are; or missing, with a line in the log."""

import re

import pytest

from harness.check import none_of
from harness.files import injected, with_kernel
from harness.judge import judge
from harness.report import FIRMWARE_TABLES, PAGE, RESERVED, parse_report

KERNEL = "report-high.elf"
LOADER_DATA = 2  # EFI_MEMORY_TYPE


@pytest.fixture
def spoiled(start, disk):
    """The report of a kernel that the loader booted under inject.efi, judged; what inject.efi said; its log."""

    def make(facts={}, kernel=KERNEL, lines=(), machine={}, **settings):
        running = start(disk(injected(with_kernel(kernel, *lines), **settings)), **machine)
        running.expect_success()
        report = parse_report(running.e9.text)
        none_of(judge(report, facts=facts))
        return report, running.e9.text, "\n".join(report.log)

    return make


def said(text, what):
    """The numbers of a line of inject.efi's."""
    line = re.search(rf"^inject: {what} (.*)$", text, re.MULTILINE)
    assert line, f"inject.efi said nothing of {what}"
    return {key: int(value, 0) for key, value in (word.split("=") for word in line.group(1).split())}


def read_only(report, physical):
    mapping = report.mapping_at(report.number("baton.direct_map.base") + physical)
    return mapping is not None and not mapping.write and not mapping.execute


@pytest.mark.parametrize("kernel", ["report-high.elf", "report-low.elf"])
def test_tables_in_reserved_memory(spoiled, kernel):
    """Where others map no reserved memory: root pointer and XSDT are there, and the kernel reads them all the same."""
    report, text, _ = spoiled(kernel=kernel, acpi=1)
    moved = said(text, "moved")
    assert report.acpi[0].signature == "XSDT" and report.acpi[0].physical == moved["xsdt"]
    for page in moved.values():
        entry = report.entry_at(page)
        assert (entry.kind, entry.efi_type) == (FIRMWARE_TABLES, 0), entry
        assert read_only(report, page)
    others = [entry for entry in report.memory if entry.efi_type == 0 and entry.kind == RESERVED]
    assert others and not any(report.mapping_at(report.number("baton.direct_map.base") + e.base) for e in others)


def test_damaged_entry_points(spoiled):
    report, _, log = spoiled(facts={"RSDP": False, "SMBIOS": False}, acpi=2, smbios=1)
    for line in (r"ACPI: RSDP at 0x\w+: wrong extended checksum", r"SMBIOS 2 at 0x\w+: wrong checksum",
                 r"SMBIOS 3 at 0x\w+: wrong checksum"):
        assert re.search(f"^warning: {line}$", log, re.MULTILINE), line
    assert FIRMWARE_TABLES not in {entry.kind for entry in report.memory}


def test_only_the_old_root_pointer(spoiled):
    """Revision 0, with an RSDT: 20 bytes are handed over, and its tables are found."""
    report, _, log = spoiled(acpi=3, smbios=2)
    assert len(report.bytes("rsdp")) == 20 and report.acpi[0].signature == "RSDT"
    assert "ACPI: RSDP" not in log
    assert "smbios3" in report.values and "smbios2" not in report.values


def test_old_root_pointer_in_place_of_a_damaged_one(spoiled):
    report, _, log = spoiled(acpi=4, smbios=3)
    assert len(report.bytes("rsdp")) == 20 and report.acpi[0].signature == "RSDT"
    assert re.search(r"^warning: ACPI: RSDP at 0x\w+: wrong extended checksum$", log, re.MULTILINE)
    assert "smbios2" in report.values and "smbios3" not in report.values


def test_no_tables_at_all(spoiled):
    """No ACPI: nothing is said of it, and it is no reason not to boot."""
    report, _, log = spoiled(facts={"RSDP": False}, acpi=5)
    assert not re.search("^(warning|error): .*ACPI", log, re.MULTILINE)


# ---- a device tree ----
@pytest.mark.parametrize("kernel", ["report-high.elf", "report-low.elf"])
def test_device_tree(spoiled, kernel):
    """A copy of it all is handed over; what it reserves of free memory is reserved, not mapped, and not used."""
    report, text, _ = spoiled(facts={"DEVICE_TREE": True}, kernel=kernel, device_tree=1)
    tree = said(text, "tree")
    address, size, total = report.numbers("device_tree")
    assert (size, total) == (tree["size"], tree["sum"]) and address % 8 == 0
    assert report.entry_at(tree["at"]).kind == FIRMWARE_TABLES and read_only(report, tree["at"])
    base = report.number("baton.direct_map.base")
    reserved = {name: [tree[name] + i * PAGE for i in range(1024)] for name in ("block", "child")}
    for name, pages in reserved.items():
        for page in pages:
            assert report.entry_at(page).kind == RESERVED, name
            assert not report.mapping_at(base + page) and not report.mapping_at(page), name
    assert report.entry_at(tree["off"]).kind != RESERVED
    # They were what the firmware gave first, and the loader left them alone.
    kinds = {report.entry_at(page).efi_type for pages in reserved.values() for page in pages}
    assert LOADER_DATA in kinds, f"nobody wanted that memory: tests nothing ({kinds})"


def test_damaged_device_tree(spoiled):
    _, _, log = spoiled(facts={"DEVICE_TREE": False}, device_tree=2)
    assert re.search(r"^warning: device tree at 0x\w+: there is none to read$", log, re.MULTILINE)
