# SPDX-License-Identifier: BSD-2-Clause
"""Contents of boot volumes that many tests use."""

from typing import Dict, Mapping

from .disk import Content
from .paths import INJECT, LOADER, built, kernel

ENTRY = "loader/entries/test.conf"


def entry(path: str = "/kernel.elf", *lines: str) -> str:
    """A boot entry for the kernel at `path`."""
    return "\n".join([f"kernel {path}", *lines]) + "\n"


def with_kernel(name: str, *lines: str, files: Mapping[str, Content] = {}) -> Dict[str, Content]:
    """A test kernel and an entry for it."""
    path = "/kernel.bin" if name.endswith(".bin") else "/kernel.elf"
    return {path: kernel(name), ENTRY: entry(path, *lines), **files}


def injected(files: Mapping[str, Content], **settings: object) -> Dict[str, Content]:
    """A volume on which inject.efi starts the loader; keys with '_' for '-'."""
    text = "".join(f"{key.replace('_', '-')}={value}\n" for key, value in settings.items())
    return {**files, "EFI/BOOT/BOOTX64.EFI": built(INJECT), "baton.efi": built(LOADER), "inject.txt": text}
