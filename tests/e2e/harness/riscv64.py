# SPDX-License-Identifier: BSD-2-Clause
"""QEMU's virt machine with OpenSBI and U-Boot, which ends by itself or when its time is over."""

import re
import subprocess
import time
from pathlib import Path
from typing import NamedTuple, Optional, Sequence

from .machine import ESCAPES, POLL
from .paths import tool

FIRMWARE = Path("/usr/lib/u-boot/qemu-riscv64_smode/uboot.elf")
LOADER = "EFI/BOOT/BOOTRISCV64.EFI"  # on the disk
SUCCESS = 0x10  # baton_exit's code is QEMU's


class Ran(NamedTuple):
    code: Optional[int]  # None: it was still running
    text: str  # of its serial line, from the loader on


def read_text(log: Path) -> str:
    return ESCAPES.sub("", log.read_bytes().decode("utf-8", "replace")).replace("\r", "")


def run_machine(folder: Path, disk: Path, *, cpu: Optional[str] = None, memory: str = "256M", smp: int = 1,
                stop: Optional[str] = None, timeout: float = 60, extra: Sequence[str] = ()) -> Ran:
    """With `stop`, a pattern, a machine that has said it is ended."""
    command = [tool("qemu-system-riscv64"), "-machine", "virt,accel=tcg", "-nodefaults", "-no-user-config",
               "-no-reboot", "-m", memory, "-smp", str(smp), "-display", "none", "-net", "none",
               "-semihosting-config", "enable=on,target=native", "-kernel", str(FIRMWARE), "-serial", "stdio",
               "-drive", f"if=none,id=disk,format=raw,file={disk}", "-device", "virtio-blk-pci,drive=disk", *extra]
    if cpu:
        command += ["-cpu", cpu]
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "serial.log"
    with open(log, "wb") as out:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT)
    deadline = time.monotonic() + timeout
    try:
        while process.poll() is None and time.monotonic() < deadline:
            if stop and re.search(stop, read_text(log), re.MULTILINE):
                break
            time.sleep(POLL)
        code = process.poll()
    finally:
        process.kill()
        process.wait()
    text = read_text(log)
    return Ran(code, text[max(text.find("info: Baton"), 0):])
