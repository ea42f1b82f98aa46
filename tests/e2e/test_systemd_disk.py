# SPDX-License-Identifier: BSD-2-Clause
"""
A disk as `bootctl install` and kernel-install make it for systemd-boot, with Baton copied over its EFI files and nothing
else changed: it boots the same kernel with the same command line, whichever of the two files is started.
"""

import re

import pytest

from harness.cpio import make_cpio
from harness.debian import debian
from harness.messages import read_attempts
from harness.paths import LOADER, built

MACHINE = "6a9857a393724b7a981ebb5b8495b9ea"
OLD, NEW = "6.1.0-9-cloud-amd64", "6.1.0-10-cloud-amd64"
DEFAULT, OWN = "EFI/BOOT/BOOTX64.EFI", "EFI/systemd/systemd-bootx64.efi"

INIT = b"""#!/bin/busybox sh
/bin/busybox mkdir /proc
/bin/busybox mount -t proc proc /proc
/bin/busybox echo init: "$(/bin/busybox cat /proc/cmdline)"
/bin/busybox poweroff -f
"""


def options(version):
    return f"root=UUID=6d3376e4-fc93-4509-95ec-a21d68011da2 ro console=ttyS0 quiet systemd.machine_id={MACHINE} v={version}"


def installed(version):
    """What kernel-install of Debian 12 makes of a version."""
    folder = f"{MACHINE}/{version}"
    busybox = debian("busybox-static", "bin/busybox").read_bytes()
    return {
        f"loader/entries/{MACHINE}-{version}.conf":
            "# Boot Loader Specification type#1 entry\n"
            "# File created by /usr/lib/kernel/install.d/90-loaderentry.install (systemd 252.22-1~deb12u1)\n"
            "title      Debian GNU/Linux 12 (bookworm)\n"
            f"version    {version}\n"
            f"machine-id {MACHINE}\n"
            "sort-key   debian\n"
            f"options    {options(version)}\n"
            f"linux      /{folder}/linux\n"
            f"initrd     /{folder}/initrd.img-{version}\n",
        f"{folder}/linux": debian("linux-image-cloud-amd64", "boot/vmlinuz-*"),
        f"{folder}/initrd.img-{version}": make_cpio(("init", INIT), ("bin/busybox", busybox)),
    }


def disk_of(loader, **more):
    """`bootctl install`'s files, with this loader."""
    return {OWN: loader, DEFAULT: loader, "loader/loader.conf": "#timeout 3\n#console-mode keep\n",
            "loader/entries.srel": "type1\n", "loader/random-seed": bytes(range(32)), "EFI/Linux/.keep": b"",
            **installed(OLD), **installed(NEW), **more}


def booted(machine):
    """The command line that the kernel says it has, without what a loader adds of its own."""
    found = machine.wait_for(r"^init: (.*?)\r?$", timeout=180)
    assert machine.wait_exit() == 0
    return re.sub(r"initrd=\S+ ", "", found[1])


def test_by_systemd_boot(start, disk):
    """That the disk is what it should be: the newest version."""
    loader = debian("systemd-boot-efi", "usr/lib/systemd/boot/efi/systemd-bootx64.efi")
    assert booted(start(disk(disk_of(loader)))) == options(NEW)


def test_by_baton(start, disk):
    machine = start(disk(disk_of(built(LOADER))))
    assert booted(machine) == options(NEW)
    text = machine.e9.text
    assert [attempt.path for attempt in read_attempts(text)] == [f"/{MACHINE}/{NEW}/linux"]
    assert "warning: " not in text and "error: " not in text


def test_entry_for_itself(start, disk):
    """An entry for systemd-boot, in whose place Baton lies, and which comes first: it would start itself without end."""
    own = {"loader/entries/zz.conf": f"sort-key a\nefi /{DEFAULT.lower()}\n"}
    machine = start(disk(disk_of(built(LOADER), **own)))
    assert booted(machine) == options(NEW)
    text = machine.e9.text
    assert f"info: /loader/entries/zz.conf: /{DEFAULT.lower()} is this loader itself, so the entry is left out" in text
    assert [attempt.path for attempt in read_attempts(text)] == [f"/{MACHINE}/{NEW}/linux"]


def test_from_its_own_folder(start, disk):
    """As the firmware's boot option that `bootctl install` makes does; here it is the shell that starts it."""
    files = disk_of(built(LOADER), **{"startup.nsh": f"fs0:\\{OWN}\r\n".replace("/", "\\")})
    del files[DEFAULT]
    machine = start(disk(files))
    machine.wait_for("seconds to skip", prompt=True)
    machine.send("\r")
    assert booted(machine) == options(NEW)


@pytest.mark.parametrize("line,version", [(f"default {MACHINE}-{OLD}.conf", OLD), (f"default {MACHINE}-*", NEW)])
def test_default(start, disk, line, version):
    machine = start(disk(disk_of(built(LOADER), **{"loader/loader.conf": f"timeout 0\n{line}\nconsole-mode keep\n"})))
    assert booted(machine) == options(version)
