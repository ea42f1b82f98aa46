# SPDX-License-Identifier: BSD-2-Clause
"""
Machines saved by QEMU at the moment when their firmware reads its first sector.

Most of a test's time would be the firmware's way to that point, which is the same for every machine of the same make,
whatever is on its disks. So it is gone once: with disks that answer the first read with an error, on which QEMU stops
the machine. What is saved then goes on with the disks of a test; QEMU repeats the read.
"""

import fcntl
import hashlib
import os
import shutil
import time
from pathlib import Path
from typing import List, Optional

LARGEST = 1 << 30  # bytes of memory; with more, saving takes longer than starting
POLL = 0.01


def memory_size(words: List[str]) -> int:
    text = words[words.index("-m") + 1]
    return int(text[:-1]) << {"M": 20, "G": 30}[text[-1]]


def can_be_saved(machine) -> bool:
    """NVMe does not repeat a read, ramfb does not save where the picture is; machines with files of their own differ."""
    return (bool(machine.disks) and machine.bus == "virtio" and not machine.firmware.quick
            and "ramfb" not in machine.command and memory_size(machine.command) <= LARGEST
            and not any("/" in word for word in machine.extra))


class SavedMachines:
    """A folder with machines, which the test processes that run side by side share."""

    def __init__(self, folder: Path):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def find(self, machine) -> Optional[Path]:
        """The file from which `machine` can start; made if it is the first of its kind. None: it starts by itself."""
        if not can_be_saved(machine):
            return None
        sizes = [disk.stat().st_size for disk in machine.disks]
        kind = " ".join(machine.command).replace(str(machine.folder), "")
        for disk in machine.disks:
            kind = kind.replace(str(disk), "")
        path = self.folder / hashlib.sha256(f"{kind} {sizes}".encode()).hexdigest()[:16]
        with open(path.with_suffix(".lock"), "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not path.exists():
                self._make(machine, sizes, path)
        return path

    def _make(self, machine, sizes: List[int], path: Path) -> None:
        folder = path.with_suffix(".making")
        folder.mkdir(exist_ok=True)  # of a try that failed
        disks = [folder / f"disk{i}" for i in range(len(sizes))]
        for disk, size in zip(disks, sizes):
            disk.touch()
            os.truncate(disk, size)
        maker = machine.twin(folder, disks)
        for i, disk in enumerate(disks):
            drive = maker.command.index(f"if=none,id=disk{i},format=raw,file={disk}")
            maker.command[drive] = (f"if=none,id=disk{i},format=raw,rerror=stop,file.driver=blkdebug,"
                                    f"file.image.driver=file,file.image.filename={disk},"
                                    "file.inject-error.0.event=read_aio")
        with maker:
            self._wait(maker, "query-status", "io-error")
            maker.qmp("migrate", uri=f"exec:cat > {folder / 'state'}")
            self._wait(maker, "query-migrate", "completed")
        (folder / "state").rename(path)
        shutil.rmtree(folder)

    @staticmethod
    def _wait(machine, question: str, answer: str) -> None:
        deadline = time.monotonic() + 60
        while machine.qmp(question).get("status") != answer:
            if time.monotonic() > deadline:
                machine.fail(f"{question} never answers {answer}")
            time.sleep(POLL)


def go_on(machine) -> None:
    """Lets a machine run that was started from a file."""
    while machine.qmp("query-status")["status"] == "inmigrate":
        time.sleep(POLL)
    machine.qmp("cont")
