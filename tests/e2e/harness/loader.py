# SPDX-License-Identifier: BSD-2-Clause
"""The loader, built otherwise."""

import os
import subprocess
from pathlib import Path

from .paths import TREE


def build_loader(folder: Path, **variables: str) -> Path:
    """BOOTX64.EFI, built in `folder`, whatever make runs these tests."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS"))}
    command = ["make", "-C", str(TREE), f"BUILD={folder}", *(f"{key}={value}" for key, value in variables.items()),
               f"{folder}/BOOTX64.EFI"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment)
    assert done.returncode == 0, done.stdout
    return folder / "BOOTX64.EFI"
