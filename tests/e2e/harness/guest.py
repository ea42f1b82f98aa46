# SPDX-License-Identifier: BSD-2-Clause
"""
A Debian guest in an initial file system: busybox's shell on the serial line, the kernel's modules for its disk, bootctl
and systemd-bless-boot with their libraries.
"""

from typing import List, Optional, Tuple

from .cpio import make_cpio
from .debian import debian
from .machine import Machine

KERNEL = "linux-image-cloud-amd64"
# In the order in which they need each other.
MODULES = ["drivers/virtio/virtio_ring.ko", "drivers/virtio/virtio.ko", "drivers/virtio/virtio_pci_modern_dev.ko",
           "drivers/virtio/virtio_pci_legacy_dev.ko", "drivers/virtio/virtio_pci.ko", "drivers/block/virtio_blk.ko",
           "fs/fat/fat.ko", "fs/fat/vfat.ko", "fs/nls/nls_cp437.ko", "fs/nls/nls_ascii.ko",
           "fs/efivarfs/efivarfs.ko"]
# What bootctl and its libraries are linked with, by the package that has it.
LIBRARIES = {
    "libacl1": ["libacl.so.1"], "libaudit1": ["libaudit.so.1"], "libblkid1": ["libblkid.so.1"],
    "libc6": ["libc.so.6", "libm.so.6", "ld-linux-x86-64.so.2"], "libcap-ng0": ["libcap-ng.so.0"],
    "libcap2": ["libcap.so.2"], "libcrypt1": ["libcrypt.so.1"], "libgcrypt20": ["libgcrypt.so.20"],
    "libgpg-error0": ["libgpg-error.so.0"], "libip4tc2": ["libip4tc.so.2"], "libkmod2": ["libkmod.so.2"],
    "liblz4-1": ["liblz4.so.1"], "liblzma5": ["liblzma.so.5"], "libmount1": ["libmount.so.1"],
    "libpam0g": ["libpam.so.0"], "libpcre2-8-0": ["libpcre2-8.so.0"], "libseccomp2": ["libseccomp.so.2"],
    "libselinux1": ["libselinux.so.1"], "libssl3": ["libcrypto.so.3"],
    "libsystemd-shared": ["libsystemd-shared-252.so"], "libzstd1": ["libzstd.so.1"],
}
# udev would make the links in /dev/block, by which bootctl finds the disk; the ESP is the first partition.
INIT = """#!/bin/busybox sh
export PATH=/usr/bin:/bin LANG=C.UTF-8 SYSTEMD_COLORS=0 SYSTEMD_PAGER= LD_LIBRARY_PATH=/lib
busybox mkdir -p /proc /sys /dev /run /tmp /efi
busybox mount -t proc proc /proc
busybox mount -t sysfs sysfs /sys
busybox mount -t devtmpfs devtmpfs /dev
for module in %s; do
    busybox insmod /modules/$module || echo init: no module $module
done
busybox mount -t efivarfs efivarfs /sys/firmware/efi/efivars || echo init: no variables
busybox mkdir -p /dev/block
for disk in vda vda1; do
    busybox ln -s ../$disk /dev/block/$(busybox cat /sys/class/block/$disk/dev)
done
busybox mount -t vfat /dev/vda1 /efi || echo init: no ESP
echo init: here is a shell
exec busybox sh
"""
VARIABLES = "/sys/firmware/efi/efivars"
OWNER = "4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"  # of the Boot Loader Interface's variables


def library(package: str, name: str) -> Tuple[str, bytes]:
    return f"lib/{name}", debian(package, f"**/{name}").read_bytes()


def make_guest() -> bytes:
    """The initial file system. A test that asks for it is skipped when a package is missing."""
    modules = [(f"modules/{path.rsplit('/', 1)[1]}", debian(KERNEL, f"lib/modules/*/kernel/{path}").read_bytes())
               for path in MODULES]
    libraries: List[Tuple[str, bytes]] = [library(package, name) for package, names in LIBRARIES.items()
                                          for name in names]
    names = " ".join(path.rsplit("/", 1)[1] for path in MODULES)
    return make_cpio(("init", (INIT % names).encode()),
                     ("bin/busybox", debian("busybox-static", "bin/busybox").read_bytes()),
                     ("usr/bin/bootctl", debian("systemd-boot", "usr/bin/bootctl").read_bytes()),
                     ("usr/bin/bless-boot", debian("systemd-boot", "lib/systemd/systemd-bless-boot").read_bytes()),
                     ("lib64/ld-linux-x86-64.so.2", library("libc6", "ld-linux-x86-64.so.2")[1]),
                     *libraries, *modules)


class Guest:
    """Commands to the shell of a machine that boots such a guest."""

    def __init__(self, machine: Machine):
        self.machine = machine
        self.asked = 0
        machine.wait_for("^init: here is a shell$", timeout=180)
        machine.wait_for("# $", prompt=True)
        self.ask("busybox stty -echo; PS1=")

    def ask(self, command: str) -> str:
        """What the command says; it must succeed."""
        self.asked += 1
        start = self.machine.serial.seen
        self.machine.send(f"{command}; echo ended {self.asked} with $?\n")
        end = self.machine.wait_for(rf"^ended {self.asked} with (\d+)$", timeout=120)
        said = self.machine.serial.text[start:end.start()]
        assert end[1] == "0", f"{command}: {said}"
        return said

    def read_variable(self, name: str) -> Optional[Tuple[int, str]]:
        """A variable of the Boot Loader Interface: its attributes and its text. None: there is none."""
        path = f"{VARIABLES}/{name}-{OWNER}"
        dump = self.ask(f"busybox test ! -e {path} || busybox xxd -p -c 256 {path}")
        if not dump.strip():
            return None
        value = bytes.fromhex("".join(dump.split()))
        text = value[4:].decode("utf-16-le")
        assert text.endswith("\0")
        return int.from_bytes(value[:4], "little"), text[:-1]

    def power_off(self) -> None:
        self.machine.send("busybox poweroff -f\n")
        assert self.machine.wait_exit() == 0
