# SPDX-License-Identifier: BSD-2-Clause
"""
What a machine writes to its disk, in the order in which it does, so that the disk can be had as it was before any one of
the writes: after a power cut. QEMU's driver blklogwrites notes it in the format of Linux's dm-log-writes
(Documentation/admin-guide/device-mapper/log-writes.rst).
"""

import shutil
import struct
from pathlib import Path
from typing import List, NamedTuple

MAGIC = 0x6A736677736872
SECTOR = 512


class Write(NamedTuple):
    offset: int  # bytes
    data: bytes


def logging_drive(disk: Path, log: Path, number: int = 0) -> List[str]:
    """QEMU's options for a disk whose writes go to a log, which is made here."""
    log.write_bytes(b"")
    return ["-blockdev", f"driver=file,node-name=log{number},filename={log}",
            "-blockdev", f"driver=file,node-name=image{number},filename={disk}",
            "-blockdev", f"driver=raw,node-name=raw{number},file=image{number}",
            "-blockdev", f"driver=blklogwrites,node-name=logged{number},file=raw{number},log=log{number},"
                         f"log-super-update-interval=1",
            "-device", f"virtio-blk-pci,drive=logged{number},bootindex={number + 1}"]


def read_writes(log: Path) -> List[Write]:
    data = log.read_bytes()
    magic, _, count, sector = struct.unpack_from("<QQQI", data)
    assert magic == MAGIC and sector == SECTOR
    writes, at = [], sector
    for _ in range(count):
        first, sectors, flags, length = struct.unpack_from("<QQQQ", data, at)
        at += sector
        if flags & ~3 == 0 and sectors > 0:  # neither a discard nor a mark, and no flush alone
            writes.append(Write(first * sector, data[at:at + sectors * sector]))
            at += sectors * sector
    return writes


def cut(disk: Path, writes: List[Write], count: int, path: Path) -> Path:
    """The disk as it is after so many of the writes. Returns `path`."""
    shutil.copyfile(disk, path)
    with open(path, "r+b") as file:
        for write in writes[:count]:
            file.seek(write.offset)
            file.write(write.data)
    return path
