# SPDX-License-Identifier: BSD-2-Clause
"""Where things are."""

import os
import shutil
from pathlib import Path

TREE = Path(__file__).resolve().parents[3]
BUILD = Path(os.environ.get("BATON_BUILD") or TREE / "build").resolve()

LOADERS = {"x86_64": BUILD / "BOOTX64.EFI", "aarch64": BUILD / "BOOTAA64.EFI", "riscv64": BUILD / "BOOTRISCV64.EFI"}
LOADER = LOADERS["x86_64"]
LEAVE = {arch: BUILD / "tests" / "efi" / f"leave-{arch}.EFI" for arch in LOADERS}
INJECT = {**LEAVE, "x86_64": BUILD / "tests" / "efi" / "inject.efi"}
PROGRAM = BUILD / "tests" / "efi" / "program.efi"
STARTED = BUILD / "tests" / "efi" / "started.efi"
SECOND = BUILD / "tests" / "second" / "second.efi"
KERNELS = BUILD / "tests" / "kernels"
EXAMPLES = BUILD / "examples"


def built(path: Path) -> Path:
    """`path`, which the build must have left; a test never passes because something was not built."""
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing: `make all examples machines` builds it")
    return path


def kernel(name: str, arch: str = "x86_64") -> Path:
    return built((KERNELS if arch == "x86_64" else KERNELS / arch) / name)


def example(name: str, arch: str = "x86_64") -> Path:
    return built((EXAMPLES if arch == "x86_64" else EXAMPLES / arch) / name)


def tool(name: str) -> str:
    """A program's path; gdisk's tools are in /usr/sbin, which is not in everybody's PATH."""
    found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if not found:
        raise FileNotFoundError(f"{name} is not installed")
    return found
