# SPDX-License-Identifier: BSD-2-Clause
"""A GPT disk with one FAT32 EFI system partition, made without root."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Mapping, Union

from .paths import tool

MIB = 1 << 20
PARTITION_START = 1 * MIB
EMPTY_SIZE = 40 * MIB

Content = Union[bytes, str, Path]


def run(*command: str, environment: Mapping[str, str] = {}) -> None:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          env={**os.environ, **environment})
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stdout}")


def make_empty(path: Path, size: int = EMPTY_SIZE) -> None:
    """A formatted disk without files. FAT32 wants 65,525 clusters, hence one sector a cluster while it is small."""
    with open(path, "wb") as file:
        file.truncate(size)
    sectors = size // 512 - 2 * PARTITION_START // 512
    first = PARTITION_START // 512
    run(tool("sgdisk"), "--clear", f"--new=1:{first}:{first + sectors - 1}", "--typecode=1:ef00", str(path))
    run(tool("mformat"), "-i", f"{path}@@{PARTITION_START}", "-F", "-T", str(sectors), "-h", "64", "-s", "32",
        "-c", "1" if size <= 128 * MIB else "8", "-v", "BATON", "::")


def write_content(path: Path, content: Content) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, Path):
        os.symlink(content.resolve(), path)
    elif isinstance(content, str):
        path.write_bytes(content.encode())
    else:
        path.write_bytes(content)


def make_disk(path: Path, files: Mapping[str, Content], size: int = EMPTY_SIZE, empty: Path = None) -> Path:
    """
    A disk with `files` (path on the partition → bytes, text, or a file to copy). An `empty` disk of the same size
    saves the formatting. Returns `path`.
    """
    if empty:
        run("cp", "--sparse=always", str(empty), str(path))
    else:
        make_empty(path, size)
    stage = Path(tempfile.mkdtemp(prefix="stage-", dir=path.parent))
    try:
        for name, content in files.items():
            write_content(stage / name.lstrip("/\\").replace("\\", "/"), content)
        tops = sorted(str(top) for top in stage.iterdir())
        if tops:
            run(tool("mcopy"), "-s", "-Q", "-i", f"{path}@@{PARTITION_START}", *tops, "::",
                environment={"MTOOLS_SKIP_CHECK": "1"})
    finally:
        shutil.rmtree(stage)
    return path
