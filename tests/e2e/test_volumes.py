# SPDX-License-Identifier: BSD-2-Clause
"""
Entries beside the boot volume: on the extended boot loader partition of the boot disk, and of no other disk. There, and
on the boot volume, unified kernel images are entries, too.
"""

import os
import re

import pytest

from harness.disk import MIB, PARTITION_START, XBOOTLDR, add_partition
from harness.elfmaker import elf_file, exit_code, segment
from harness.files import ENTRY, entry
from harness.paths import LOADER, PROGRAM, built
from harness.unified import with_sections

LINUX_DATA = "0fc63daf-8483-4772-8e79-3d69d8477de4"  # another type of partition


def numbered(code):
    """A kernel that leaves QEMU with this code, which says which kernel it was."""
    return elf_file([segment(exit_code(code))])


def exit_of(machine):
    return machine.wait_exit(60) >> 1


@pytest.fixture
def beside(disk):
    """beside(own files, others' files, type=…, number=…): a boot disk with a second partition."""

    def make(own, others, kind=XBOOTLDR, number=2):
        return add_partition(disk({"EFI/BOOT/BOOTX64.EFI": built(LOADER), **own}), number, kind, others)

    return make


@pytest.mark.parametrize("bus", ["virtio", "sata", "nvme", "usb"])
def test_entry_is_booted(start, beside, bus):
    """The kernel of that name on the boot volume is another one."""
    others = {"kernel.elf": numbered(0x42), ENTRY: entry("/kernel.elf")}
    assert exit_of(start(beside({"kernel.elf": numbered(0x66)}, others), bus=bus)) == 0x42


def test_uboot(start, beside):
    """It does not tell what it has read of the table, which is read again then."""
    others = {"kernel.elf": numbered(0x42), ENTRY: entry("/kernel.elf")}
    assert exit_of(start(beside({"kernel.elf": numbered(0x66)}, others), firmware="uboot")) == 0x42


def test_entry_beyond_the_first_block_of_the_table(start, beside):
    others = {"kernel.elf": numbered(0x43), ENTRY: entry("/kernel.elf")}
    assert exit_of(start(beside({}, others, number=9))) == 0x43


@pytest.mark.parametrize("mine,theirs,chosen", [("a", "b", 0x41), ("b", "a", 0x42)])
def test_entries_of_both_are_sorted_together(start, beside, mine, theirs, chosen):
    own = {"kernel.elf": numbered(0x41), ENTRY: entry("/kernel.elf", f"sort-key {mine}")}
    others = {"kernel.elf": numbered(0x42), "loader/entries/other.conf": entry("/kernel.elf", f"sort-key {theirs}")}
    assert exit_of(start(beside(own, others))) == chosen


def test_other_type_is_not_looked_at(start, beside):
    own = {"kernel.elf": numbered(0x41), ENTRY: entry("/kernel.elf", "sort-key b")}
    others = {"kernel.elf": numbered(0x66), "loader/entries/other.conf": entry("/kernel.elf", "sort-key a")}
    assert exit_of(start(beside(own, others, kind=LINUX_DATA))) == 0x41


@pytest.mark.parametrize("is_first", [True, False])
def test_other_disk_is_not_looked_at(start, beside, disk, is_first):
    """It has such a partition, with an entry that would stand first, in the same place of its table."""
    own = {"kernel.elf": numbered(0x41), ENTRY: entry("/kernel.elf", "sort-key b")}
    others = {"kernel.elf": numbered(0x66), "loader/entries/other.conf": entry("/kernel.elf", "sort-key a")}
    decoy = add_partition(disk({}), 2, XBOOTLDR, others)
    disks = [decoy, beside(own, {})] if is_first else [beside(own, {}), decoy]
    assert exit_of(start(*disks)) == 0x41


def test_partition_without_driver(start, disk):
    """Firmware that is in a hurry connects no driver to it; here the shell takes it away."""
    others = {"kernel.elf": numbered(0x44), "loader/entries/other.conf": entry("/kernel.elf", "sort-key a")}
    own = {"loader.efi": built(LOADER), "kernel.elf": numbered(0x41), ENTRY: entry("/kernel.elf", "sort-key b"),
           "startup.nsh": "echo here is a shell\r\n"}
    image = add_partition(disk(own), 2, XBOOTLDR, others)
    machine = start(image)
    machine.wait_for("seconds to skip", prompt=True)
    machine.send("\x1b")
    machine.wait_for("Shell> ", prompt=True)
    machine.send("dh -p SimpleFileSystem\r")
    found = machine.wait_for(r"^([0-9A-F]+): .*\r?\n([0-9A-F]+): .*\r?\n", timeout=60)
    machine.send(f"disconnect {found[2]}\r")
    machine.wait_for("Disconnect.*Success", prompt=True)
    machine.send("fs0:\\loader.efi\r")
    assert exit_of(machine) == 0x44


def test_partition_without_file_system(start, beside):
    """There is none that the firmware knows: a warning, and the boot."""
    own = {"kernel.elf": numbered(0x41), ENTRY: entry("/kernel.elf", "sort-key b")}
    image = beside(own, {})
    with open(image, "r+b") as file:
        file.seek(-PARTITION_START - 4 * MIB, os.SEEK_END)
        file.write(bytes(4096))
    machine = start(image)
    assert exit_of(machine) == 0x41
    assert "warning: the firmware cannot read the extended boot loader partition (XBOOTLDR)" in machine.e9.text


def unified(name="a"):
    release = f"ID=made\nPRETTY_NAME=\"Made {name}\"\nVERSION_ID=1\n"
    return with_sections(built(PROGRAM), {".osrel": release.encode(), ".cmdline": b"not handed over\n"})


@pytest.mark.parametrize("is_beside", [True, False])
def test_unified_image_is_started(start, beside, is_beside):
    """By its own path, with its own volume for a device, and without options: its command line is in itself."""
    image, other = {"EFI/Linux/made-1.efi": unified()}, {"EFI/Linux/plain.efi": built(PROGRAM)}
    machine = start(beside(*((other, image) if is_beside else ({**image, **other}, {}))))
    machine.wait_for(r"^info: /EFI/Linux/made-1\.efi has ended", source="e9", timeout=60)
    text = machine.e9.text
    path = " ".join(f"{ord(letter):04x}" for letter in "\\EFI\\Linux\\made-1.efi\0")
    assert re.findall("^program: path=(.*)$", text, re.MULTILINE) == [path]
    assert re.findall("^program: options=(.*)$", text, re.MULTILINE) == [""]
    assert re.findall("^program: volume=(.*)$", text, re.MULTILINE) == ["opens"]
    assert "/EFI/Linux/plain.efi: has no section .osrel" in text
