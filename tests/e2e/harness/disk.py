# SPDX-License-Identifier: BSD-2-Clause
"""A GPT disk with one FAT32 EFI system partition, made without root."""

import os
import shutil
import struct
import subprocess
import tempfile
from pathlib import Path
from typing import Mapping, Union

from .paths import tool

MIB = 1 << 20
PARTITION_START = 1 * MIB
EMPTY_SIZE = 40 * MIB

HOLE_STEP = 16 * MIB
XBOOTLDR = "bc13c2ff-59e6-4262-a352-b275fd6f7172"  # the type of the extended boot loader partition (UAPI.1)

Content = Union[bytes, str, Path]


def hole_marks(number: int, size: int) -> Mapping[int, bytes]:
    """
    What is in the hole with that number (from 0) of make_disk, at which offsets; all else is zero. Every HOLE_STEP and
    at the end it says which hole it is and where.
    """
    marks = {at: b"hole %d at %d" % (number, at) for at in range(0, size - 64, HOLE_STEP)}
    end = b"hole %d ends here" % number
    return {**marks, size - len(end): end}


def run(*command: str, environment: Mapping[str, str] = {}) -> None:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          env={**os.environ, **environment})
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stdout}")


def make_empty(path: Path, size: int = EMPTY_SIZE, cluster: int = 0) -> None:
    """
    A formatted disk without files, in clusters of so many sectors. FAT32 wants 65,525 clusters, hence one sector a
    cluster while it is small.
    """
    with open(path, "wb") as file:
        file.truncate(size)
    sectors = size // 512 - 2 * PARTITION_START // 512
    first = PARTITION_START // 512
    run(tool("sgdisk"), "--clear", f"--new=1:{first}:{first + sectors - 1}", "--typecode=1:ef00", str(path))
    run(tool("mformat"), "-i", f"{path}@@{PARTITION_START}", "-F", "-T", str(sectors), "-h", "64", "-s", "32",
        "-c", str(cluster or (1 if size <= 128 * MIB else 8)), "-v", "BATON", "::")


def write_content(path: Path, content: Content) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, Path):
        os.symlink(content.resolve(), path)
    elif isinstance(content, str):
        path.write_bytes(content.encode())
    else:
        path.write_bytes(content)


def partition_guid(path: Path) -> bytes:
    """The first partition's own GUID, as its bytes stand on the disk (UEFI 2.10, 5.3.3: entries begin at block 2)."""
    with open(path, "rb") as file:
        file.seek(2 * 512 + 16)
        return file.read(16)


def add_holes(path: Path, holes: Mapping[str, int]) -> None:
    """
    Files of that many bytes in the root folder, in the image's last clusters, which stay holes in the image but for
    hole_marks. Names are 8.3 (Microsoft's FAT specification, 2000: boot sector, entries, folders).
    """
    with open(path, "r+b") as file:
        file.seek(PARTITION_START)
        boot = file.read(512)
        cluster_size = 512 * boot[13]
        reserved, fats = struct.unpack_from("<HB", boot, 14)
        sectors, fat_sectors = struct.unpack_from("<II", boot, 32)
        first_fat = PARTITION_START + reserved * 512
        data = first_fat + fats * fat_sectors * 512
        end = 2 + (sectors - reserved - fats * fat_sectors) // boot[13]
        file.seek(data + (struct.unpack_from("<I", boot, 44)[0] - 2) * cluster_size)
        slot = file.tell()
        while file.read(32) != bytes(32):
            slot += 32
        for number, (name, size) in enumerate(holes.items()):
            count = -(-size // cluster_size)
            end -= count
            chain = struct.pack(f"<{count}I", *range(end + 1, end + count), 0x0FFFFFFF)
            for fat in range(fats):
                file.seek(first_fat + fat * fat_sectors * 512 + end * 4)
                assert not any(file.read(count * 4)), "the disk is too small"
                file.seek(-count * 4, os.SEEK_CUR)
                file.write(chain)
            stem, _, kind = name.upper().partition(".")
            file.seek(slot)
            file.write(struct.pack("<8s3sB8xH4xHI", stem.ljust(8).encode(), kind.ljust(3).encode(), 0x20, end >> 16,
                                   end & 0xFFFF, size))
            slot += 32
            for at, mark in hole_marks(number, size).items():
                file.seek(data + (end - 2) * cluster_size + at)
                file.write(mark)


def copy_files(path: Path, start: int, files: Mapping[str, Content]) -> None:
    """Into the partition that begins at that byte."""
    stage = Path(tempfile.mkdtemp(prefix="stage-", dir=path.parent))
    try:
        for name, content in files.items():
            write_content(stage / name.lstrip("/\\").replace("\\", "/"), content)
        tops = sorted(str(top) for top in stage.iterdir())
        if tops:
            run(tool("mcopy"), "-s", "-Q", "-i", f"{path}@@{start}", *tops, "::",
                environment={"MTOOLS_SKIP_CHECK": "1"})
    finally:
        shutil.rmtree(stage)


def add_partition(path: Path, number: int, kind: str, files: Mapping[str, Content], size: int = 4 * MIB) -> Path:
    """
    One more FAT partition at the end of a disk, which grows by `size`, with this number and of this type. Returns
    `path`.
    """
    start = path.stat().st_size - PARTITION_START  # where the second table was, and what is free before it
    os.truncate(path, start + size + PARTITION_START)
    sectors = size // 512
    run(tool("sgdisk"), "--move-second-header", f"--new={number}:{start // 512}:{start // 512 + sectors - 1}",
        f"--typecode={number}:{kind}", str(path))
    run(tool("mformat"), "-i", f"{path}@@{start}", "-T", str(sectors), "-h", "64", "-s", "32", "-v", "BESIDE", "::")
    copy_files(path, start, files)
    return path


def make_disk(path: Path, files: Mapping[str, Content], size: int = EMPTY_SIZE, empty: Path = None,
              holes: Mapping[str, int] = {}) -> Path:
    """
    A disk with `files` (path on the partition → bytes, text, or a file to copy). An `empty` disk of the same size
    saves the formatting. `holes` are large files that take no room on the host (add_holes). Returns `path`.
    """
    if empty:
        run("cp", "--sparse=always", str(empty), str(path))
    else:
        make_empty(path, size)
    copy_files(path, PARTITION_START, files)
    if holes:
        add_holes(path, holes)
    return path
