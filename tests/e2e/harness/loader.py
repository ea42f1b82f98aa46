# SPDX-License-Identifier: BSD-2-Clause
"""The loader, built otherwise."""

import os
import subprocess
from pathlib import Path

from .paths import LOADERS, TREE


def build_loader(folder: Path, arch: str = "x86_64", tree: Path = TREE, **variables: str) -> Path:
    """The loader for an architecture, built in `folder`, whatever make runs these tests."""
    path = folder / LOADERS[arch].name
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS"))}
    command = ["make", "-C", str(tree), f"BUILD={folder}", f"ARCHES={arch}",
               *(f"{key}={value}" for key, value in variables.items()), str(path)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment)
    assert done.returncode == 0, done.stdout
    return path
