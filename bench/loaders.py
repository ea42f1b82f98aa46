# SPDX-License-Identifier: BSD-2-Clause
"""The loaders that are compared: the rows of the table."""

import os
import subprocess
from pathlib import Path
from typing import Callable, Dict, List, Tuple, Type

from machines import BUILD, PROGRAMS, Case, built, module_names

UNDER_TEST = "EFI/bench/loader.efi"


class Missing(Exception):
    """A loader that cannot be had here, and why."""


class Loader:
    """A loader, its kernel, and the configuration for both; `title` is for people."""
    name = title = ""
    kernel = ""
    start = "\\EFI\\bench\\loader.efi"
    joins_modules = False  # into one

    def __init__(self, image: Path):
        self.image = image

    def options(self, case: Case) -> str:
        return ""

    def configuration(self, case: Case) -> Dict[str, object]:
        return {}

    def files(self, case: Case) -> Dict[str, object]:
        return {UNDER_TEST: built(self.image), "k.elf": built(PROGRAMS / self.kernel), **self.configuration(case)}


class Floor(Loader):
    """No loader at all: the firmware reads the same bytes. `chunk`: MiB of each read; 0: all of a file at once."""
    name, title, kernel = "floor", "the floor", "baton.elf"

    def __init__(self, chunk: int):
        super().__init__(PROGRAMS / "floor.efi")
        self.name = f"floor-{chunk}"
        self.chunk = chunk

    def options(self, case: Case) -> str:
        return " ".join(([f"={self.chunk}"] if self.chunk else []) + ["k.elf"] + module_names(case))


class Baton(Loader):
    name, title, kernel = "baton", "Baton", "baton.elf"

    def __init__(self):
        super().__init__(BUILD / "BOOTX64.EFI")

    def configuration(self, case: Case) -> Dict[str, object]:
        lines = ["title Bench", "kernel /k.elf"] + [f"module /{name}" for name in module_names(case)]
        return {"loader/entries/bench.conf": "\n".join(lines) + "\n"}


class SystemdBoot(Loader):
    """It starts EFI programs only: the kernel is one, and takes its modules as one initrd."""
    name, title, kernel = "systemd-boot", "systemd-boot", "initrd.efi"
    joins_modules = True

    def configuration(self, case: Case) -> Dict[str, object]:
        lines = ["title Bench", "linux /k.elf"] + [f"initrd /{name}" for name in module_names(case)]
        return {"loader/loader.conf": "timeout 0\n", "loader/entries/bench.conf": "\n".join(lines) + "\n"}


class Grub(Loader):
    name, title, kernel = "grub", "GRUB", "multiboot2.elf"

    def configuration(self, case: Case) -> Dict[str, object]:
        lines = ["multiboot2 /k.elf"] + [f"module2 /{name}" for name in module_names(case)] + ["boot"]
        return {"EFI/bench/grub.cfg": "\n".join(lines) + "\n"}


class Limine(Loader):
    name, title, kernel = "limine", "Limine", "limine.elf"

    def configuration(self, case: Case) -> Dict[str, object]:
        lines = ["timeout: 0", "quiet: yes", "/bench", "protocol: limine", "kernel_path: boot():/k.elf",
                 "path: boot():/k.elf"]  # the same, by its older and its newer name
        lines += [f"module_path: boot():/{name}" for name in module_names(case)]
        return {"limine.conf": "\n".join(lines) + "\n"}


DEBIAN = BUILD / "debian"


def missing(package: str) -> str:
    """Why a package of Debian's is not there; mk/debian.sh has written it down."""
    reason = DEBIAN / f"{package}.missing"
    return reason.read_text().strip() if reason.is_file() else f"no {package}: `make debian` fetches it"


def make_grub(folder: Path) -> Path:
    """An image with no more modules than this boot takes, as grub-install would make one. Raises Missing."""
    modules = DEBIAN / "grub-efi-amd64-bin/usr/lib/grub/x86_64-efi"
    program = DEBIAN / "grub-common/usr/bin/grub-mkimage"
    for path, package in ((modules / "multiboot2.mod", "grub-efi-amd64-bin"), (program, "grub-common")):
        if not path.is_file():
            raise Missing(missing(package))
    image = folder / "grub.efi"
    libraries = DEBIAN / "libdevmapper1.02.1/lib/x86_64-linux-gnu"
    words = [program, "-d", modules, "-O", "x86_64-efi", "-p", "/EFI/bench", "-o", image, "part_gpt", "fat", "normal",
             "multiboot2"]
    made = subprocess.run(words, env={**os.environ, "LD_LIBRARY_PATH": str(libraries)}, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)
    if made.returncode != 0:
        raise Missing(f"grub-mkimage: {made.stdout.strip()}")
    return image


def find_systemd_boot(_: Path) -> Path:
    image = DEBIAN / "systemd-boot-efi/usr/lib/systemd/boot/efi/systemd-bootx64.efi"
    if not image.is_file():
        raise Missing(missing("systemd-boot-efi"))
    return image


def find_limine(_: Path) -> Path:
    if not os.environ.get("LIMINE"):
        raise Missing("LIMINE=path/of/BOOTX64.EFI is not given")
    return Path(os.environ["LIMINE"])


RIVALS: Tuple[Tuple[Type[Loader], Callable[[Path], Path]], ...] = (
    (SystemdBoot, find_systemd_boot), (Grub, make_grub), (Limine, find_limine))


def find_rivals(folder: Path) -> Tuple[List[Loader], List[str]]:
    """Those that are there, and for each of the others a line that says why not. `folder` takes what is made."""
    there, reasons = [], []
    for kind, find in RIVALS:
        try:
            there.append(kind(find(folder)))
        except Missing as reason:
            reasons.append(f"{kind.title}: {reason}")
    return there, reasons
