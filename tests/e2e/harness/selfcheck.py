# SPDX-License-Identifier: BSD-2-Clause
"""Volumes for tests/kernels/selfcheck, which judges its own hand-off, and what it says."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List, Sequence

from .disk import Content
from .files import ENTRY, entry
from .paths import SECOND, built, kernel
from .report import SECURE_BOOT_SETUP, checksum

PARTITION_ENTRY = 1024  # of a GPT disk with sectors of 512 bytes, the first
FLAT_MEMORY = 0x180000
FLAT_ADDRESS = {"x86_64": 0x100000, "aarch64": 0x4a000000, "riscv64": 0x84000000}


@dataclass
class Known:
    """What a kernel cannot know by itself of the machine and its firmware: facts, and words of its command line."""
    has: Sequence[str] = ()
    lacks: Sequence[str] = ()
    words: Sequence[str] = ()

    def and_more(self, has: Sequence[str] = (), lacks: Sequence[str] = (), words: Sequence[str] = ()) -> "Known":
        """Facts that are told otherwise here are no longer told as they were."""
        return Known([*(fact for fact in self.has if fact not in lacks), *has],
                     [*(fact for fact in self.lacks if fact not in has), *lacks], [*self.words, *words])


ALWAYS = Known(["command-line", "efi-memory-map", "log", "timings", "counter-frequency", "boot-cpu", "boot-partition",
                "secure-boot"])
SETUP = f"secure-boot={SECURE_BOOT_SETUP}"
KNOWN = {
    "x86_64": ALWAYS.and_more(["rsdp", "smbios", "efi-system-table", "wall-clock"], ["device-tree", "serial"], [SETUP]),
    "aarch64": ALWAYS.and_more(["rsdp", "smbios", "efi-system-table", "wall-clock", "serial"], ["device-tree"],
                               [SETUP, "rtc=0x9010000"]),
    "riscv64": ALWAYS.and_more(["device-tree", "serial", "smbios", "efi-system-table"],
                               ["rsdp", "entropy", "wall-clock", "framebuffer"], [SETUP]),
}


def partition_guid(disk: Path) -> str:
    """The first partition's GUID, as its bytes stand on the disk."""
    with open(disk, "rb") as file:
        file.seek(PARTITION_ENTRY + 16)
        return file.read(16).hex()


def words_of(content: bytes, number: int) -> str:
    return f"size={len(content)} sum={checksum(content):#x} number={number}"


def options_of(path: str, disk: Path, modules: int, known: Known) -> str:
    """The kernel's command line."""
    return " ".join(["selfcheck", f"path={path}", f"partition={partition_guid(disk)}", f"log={path}",
                     f"modules={modules}", f"has={','.join(known.has)}", f"lacks={','.join(known.lacks)}",
                     *known.words, "end"])


def volume(variant: str, disk: Path, known: Known = KNOWN["x86_64"], *, lines: Sequence[str] = (),
           modules: Sequence[bytes] = (), arch: str = "x86_64") -> Dict[str, Content]:
    """
    A volume with the kernel, its own file as its first module, and all that the command lines have to say. `disk` is
    the one that the volume's is a copy of.
    """
    flat = variant == "flat"
    path = "/kernel.bin" if flat else "/kernel.elf"
    own = kernel(f"selfcheck-{variant}.{'bin' if flat else 'elf'}", arch).read_bytes()
    files: Dict[str, Content] = {path: own}
    configuration = [f"module {path} self {words_of(own, 0)}"]
    for i, content in enumerate(modules):
        files[f"/module{i}"] = content
        configuration.append(f"module /module{i} {words_of(content, i + 1)}")
    options = options_of(path, disk, len(modules) + 1, known)
    configuration += [f"options {options}", "log-level info", *lines]
    if flat:
        configuration += [f"memory-size {FLAT_MEMORY}", f"load-address {FLAT_ADDRESS[arch]:#x}"]
    return {**files, ENTRY: entry(path, *configuration)}


def second_volume(variant: str, disk: Path, *, has: Sequence[str] = (), words: Sequence[str] = (),
                  modules: Sequence[bytes] = ()) -> Dict[str, Content]:
    """The same for tests/second, which has files of its own where Baton has boot entries."""
    path = "/second/kernel.elf"
    own = kernel(f"selfcheck-{variant}.elf").read_bytes()
    files: Dict[str, Content] = {path: own, "EFI/BOOT/BOOTX64.EFI": built(SECOND)}
    lines = [f"{path} self {words_of(own, 0)}"]
    for i, content in enumerate(modules):
        files[f"/second/module{i}"] = content
        lines.append(f"/second/module{i} {words_of(content, i + 1)}")
    files["/second/modules.txt"] = "\n".join(lines) + "\n"
    files["/second/cmdline.txt"] = options_of(path, disk, len(modules) + 1, KNOWN["x86_64"].and_more(has, (), words))
    return files


def verdict(text: str) -> str:
    """The last line of the kernel's, and all that it found broken."""
    lines = re.findall(r"^selfcheck: .*$", text, re.MULTILINE)
    return "\n".join(line for line in lines if "FAILED" in line or line is lines[-1])


@dataclass
class Lie:
    name: str
    check: str  # that is to find out
    told: bool
    caught: List[str]


def read_lies(text: str) -> List[Lie]:
    found = re.findall(r"^lie (\S+): for (\S+), (?:(impossible here)|caught by((?: \S+)*))$", text, re.MULTILINE)
    return [Lie(name, check, not impossible, caught.split()) for name, check, impossible, caught in found]


def read_checks(text: str) -> List[str]:
    return re.findall(r"^check (\S+)$", text, re.MULTILINE)
