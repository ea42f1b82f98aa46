# SPDX-License-Identifier: BSD-2-Clause
"""Contents of boot volumes that many tests use."""

from pathlib import Path
from typing import Dict, Mapping, Optional

from .disk import Content
from .paths import INJECT, LOADERS, built, kernel

ENTRY = "loader/entries/test.conf"


def entry(path: str = "/kernel.elf", *lines: str) -> str:
    """A boot entry for the kernel at `path`."""
    return "\n".join([f"kernel {path}", *lines]) + "\n"


def with_kernel(name: str, *lines: str, files: Mapping[str, Content] = {}) -> Dict[str, Content]:
    """A test kernel and an entry for it."""
    path = "/kernel.bin" if name.endswith(".bin") else "/kernel.elf"
    return {path: kernel(name), ENTRY: entry(path, *lines), **files}


def injected(files: Mapping[str, Content], arch: str = "x86_64", program: Optional[Path] = None,
             **settings: object) -> Dict[str, Content]:
    """A volume on which inject.efi, or leave.efi, starts the loader; keys with '_' for '-'. `program`: another one."""
    text = "".join(f"{key.replace('_', '-')}={value}\n" for key, value in settings.items())
    loader = LOADERS[arch]
    return {**files, f"EFI/BOOT/{loader.name}": built(program or INJECT[arch]), "baton.efi": built(loader), "inject.txt": text}
