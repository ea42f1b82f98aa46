# SPDX-License-Identifier: BSD-2-Clause
"""Boots are counted in the names of entries' files: on the disk, after each boot, and after a power cut at any write."""

import shutil
import subprocess

import pytest

from harness.check import none_of
from harness.debian import debian
from harness.disk import PARTITION_START
from harness.files import entry
from harness.guest import KERNEL, Guest, make_guest
from harness.messages import read_attempts
from harness.paths import LOADER, PROGRAM, built, kernel, tool
from harness.unified import with_sections
from harness.writes import cut, logging_drive, read_writes

ENTRIES = "loader/entries"
GUEST = "linux /vmlinuz\ninitrd /guest.img\noptions console=ttyS0 quiet panic=-1\n"
OSREL = b"ID=program\nPRETTY_NAME=Program\n"


def names(disk, folder=ENTRIES):
    """The files of a folder, as another reader of FAT sees them."""
    made = subprocess.run([tool("mdir"), "-b", "-i", f"{disk}@@{PARTITION_START}", f"::/{folder}"],
                          stdout=subprocess.PIPE, text=True, check=True)
    return sorted(line.rpartition("/")[2] for line in made.stdout.splitlines())


def content(disk, path):
    made = subprocess.run([tool("mtype"), "-i", f"{disk}@@{PARTITION_START}", f"::/{path}"], stdout=subprocess.PIPE,
                          check=True)
    return made.stdout.decode()


def files(**entries):
    """A kernel that ends the machine with success, and these entries for it: file name → text."""
    return {"EFI/BOOT/BOOTX64.EFI": built(LOADER), "kernel.elf": kernel("sse-high.elf"),
            **{f"{ENTRIES}/{name}": text for name, text in entries.items()}}


def booted(machine):
    """The entry files that were tried, one after the other."""
    return [attempt.file.rpartition("/")[2] for attempt in read_attempts(machine.e9.text)]


def boot_once(start, disk, **options):
    machine = start(disk, **options)
    machine.expect_success(refusals=True)
    return machine


def test_counted_down(start, disk):
    """Until none is left, and the next entry is booted."""
    text = entry("/kernel.elf", "options some words", "# ä, and more than a sector: " + 700 * "x")
    image = disk(files(**{"a+2.conf": text, "B.conf": entry()}))
    for tried, left in (("a+2.conf", "a+1-1.conf"), ("a+1-1.conf", "a+0-2.conf"), ("B.conf", "a+0-2.conf")):
        assert booted(boot_once(start, image)) == [tried]
        assert names(image) == ["B.conf", left]
        assert content(image, f"{ENTRIES}/{left}") == text


def test_refusal_is_counted(start, disk):
    image = disk(files(**{"z+3.conf": entry("/missing.elf"), "y+1-2.conf": entry("/kernel.elf", "module /missing"),
                          "a+3-1.conf": entry()}))
    assert booted(boot_once(start, image)) == ["z+3.conf", "y+1-2.conf", "a+3-1.conf"]
    assert names(image) == ["a+2-2.conf", "y+0-3.conf", "z+2-1.conf"]


def test_image(start, disk):
    """It is renamed, and found by its new name; while it is the only one it is not."""
    image = disk({"EFI/BOOT/BOOTX64.EFI": built(LOADER),
                  "EFI/Linux/os+3.efi": with_sections(built(PROGRAM), {".osrel": OSREL})})
    start(image).wait_for(r"^info: /EFI/Linux/os\+3\.efi has ended", source="e9")
    assert names(image, "EFI/Linux") == ["os+3.efi"]
    image = disk({**files(**{"a.conf": entry()}),
                  "EFI/Linux/os+3.efi": with_sections(built(PROGRAM), {".osrel": OSREL})})
    for _ in range(2):
        machine = start(image)
        machine.wait_for(r"^info: /EFI/Linux/os\+(2-1|1-2)\.efi has ended", source="e9")
        machine.stop()
    assert names(image, "EFI/Linux") == ["os+1-2.efi"]


def test_write_protected(start, disk):
    """A warning, on the screen too, and the boot."""
    image = disk(files(**{"a+3.conf": entry()}))
    machine = start(extra=["-drive", f"if=none,id=fixed,format=raw,readonly=on,file={image}", "-device",
                           "virtio-blk-pci,drive=fixed,bootindex=1"])
    machine.expect_success()
    assert booted(machine) == ["a+3.conf"]
    warning = "warning: /loader/entries/a+3.conf: this try is not counted"
    assert f"{warning}: /loader/entries/a+3.conf: cannot be opened to be written" in machine.e9.text
    assert warning in machine.serial.text  # the screen's, which breaks lines
    assert names(image) == ["a+3.conf"]


def test_blessed(start, disk):
    """Debian's systemd-bless-boot finds the entry's file by what Baton says of it, and takes the counters off."""
    machine = start(disk({"EFI/BOOT/BOOTX64.EFI": built(LOADER), "vmlinuz": debian(KERNEL, "boot/vmlinuz-*"),
                          "guest.img": make_guest(), f"{ENTRIES}/b+3.conf": GUEST, f"{ENTRIES}/a.conf": GUEST}))
    guest = Guest(machine)
    assert guest.read_variable("LoaderBootCountPath")[1] == r"\loader\entries\b+2-1.conf"
    assert guest.ask("bless-boot --path=/efi status").split() == ["indeterminate"]
    assert guest.ask("busybox ls /efi/loader/entries").split() == ["a.conf", "b+2-1.conf"]
    guest.ask("bless-boot --path=/efi good")
    assert guest.ask("busybox ls /efi/loader/entries").split() == ["a.conf", "b.conf"]
    assert guest.ask("bless-boot --path=/efi status").split() == ["good"]
    guest.power_off()


def left(name):
    """How many tries a file's name leaves."""
    return int(name.partition("+")[2].partition("-")[0].partition(".")[0])


@pytest.fixture
def recorded(start, disk, tmp_path):
    """recorded(files): a disk before a boot, and what that boot wrote, in its order."""

    def make(content):
        image, log = disk(content), tmp_path / "writes.log"
        before = shutil.copyfile(image, tmp_path / "before.img")
        start(extra=logging_drive(image, log)).expect_success()
        return before, read_writes(log)

    return make


def test_power_cut(start, recorded, tmp_path):
    """The power fails before each write, and the next boot boots, leaves one file, and gives no try back."""
    text = entry("/kernel.elf", "options some words")
    before, writes = recorded(files(**{"a+3.conf": text}))
    assert len(writes) > 3
    seen, problems = set(), []
    for count in range(len(writes) + 1):
        image = cut(before, writes, count, tmp_path / "cut.img")
        found = names(image)
        seen.add(tuple(found))
        machine = boot_once(start, image)
        after = names(image)
        most = min(left(name) for name in found if content(image, f"{ENTRIES}/{after[0]}") == text)
        if len(after) != 1 or left(after[0]) > most or content(image, f"{ENTRIES}/{after[0]}") != text:
            problems.append(f"after {count} of {len(writes)} writes: {found} became {after}: {machine.e9.text}")
    none_of(problems)
    assert ("a+3.conf",) in seen and ("a+2-1.conf",) in seen and ("a+2-1.conf", "a+3.conf") in seen


def test_uboot(start, disk):
    """It refuses to rename: a warning, and the image is started. An entry file, which is written anew, is counted."""
    image = disk({**files(**{"a.conf": entry()}), "loader/loader.conf": "default os+3.efi\n",
                  "EFI/Linux/os+3.efi": with_sections(built(PROGRAM), {".osrel": OSREL})})
    machine = start(image, firmware="uboot")
    machine.wait_for(r"^info: /EFI/Linux/os\+3\.efi has ended", source="e9")
    assert "warning: /EFI/Linux/os+3.efi: this try is not counted: /EFI/Linux/os+3.efi: cannot be renamed (EFI_" in \
        machine.e9.text and "Some firmware, such as U-Boot, renames no files." in machine.e9.text
    machine.stop()
    assert names(image, "EFI/Linux") == ["os+3.efi"]
    image = disk(files(**{"a+2.conf": entry(), "B.conf": entry()}))
    for tried, left_over in (("a+2.conf", "a+1-1.conf"), ("a+1-1.conf", "a+0-2.conf"), ("B.conf", "a+0-2.conf")):
        assert booted(boot_once(start, image, firmware="uboot")) == [tried]
        assert names(image) == ["B.conf", left_over]
