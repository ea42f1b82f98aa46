# SPDX-License-Identifier: BSD-2-Clause
"""What is booted: the columns of the table."""

from typing import Dict, List

from machines import MIB, Case

GIB_PAGES = "qemu64,+pdpe1gb"
ROUNDS = 5  # medians of so many runs, where a disk is waited for
FEW = 3
# 512 MiB take a larger partition than 300 MiB; a second copy of them, which systemd-boot's kernel makes, more memory.
LARGE = {"modules": (512 * MIB,), "partition": 640 * MIB, "memory": "2G", "repeats": ROUNDS, "timed": FEW}
MIDDLE = {"modules": (64 * MIB,), "repeats": ROUNDS}
ALONE = {"repeats": FEW, "beside_floor": False}

CASES: Dict[str, Case] = {case.name: case for case in (
    Case("alone", modules=(), repeats=ROUNDS),
    Case("4 KiB", repeats=ROUNDS),
    Case("8 modules", modules=(4096,) * 8, repeats=FEW),
    Case("16 modules", modules=(4096,) * 16, repeats=FEW),
    Case("64 MiB virtio", **MIDDLE),
    Case("64 MiB SATA", bus="sata", **MIDDLE),
    Case("64 MiB NVMe", bus="nvme", **MIDDLE),
    Case("64 MiB virtio, 512-byte clusters", cluster=1, **MIDDLE),
    Case("512 MiB virtio", **LARGE),
    Case("512 MiB SATA", bus="sata", **LARGE),
    Case("512 MiB NVMe", bus="nvme", **LARGE),
    Case("RAM 256 MiB", memory="256M", **ALONE),
    Case("RAM 4 GiB", memory="4G", **ALONE),
    Case("RAM 64 GiB", memory="64G", **ALONE),
    Case("RAM 4 GiB, 1 GiB pages", memory="4G", cpu=GIB_PAGES, **ALONE),
    Case("RAM 64 GiB, 1 GiB pages", memory="64G", cpu=GIB_PAGES, **ALONE),
    Case("2,000 map entries", fragment=2000, beside_floor=False),
)}
QUICK = ("alone", "4 KiB", "8 modules", "16 modules", "64 MiB virtio", "RAM 4 GiB", "RAM 64 GiB",
         "RAM 4 GiB, 1 GiB pages", "RAM 64 GiB, 1 GiB pages", "2,000 map entries")
# Those in which the loader's calls are written down, too.
WATCHED = ("alone", "4 KiB", "8 modules", "16 modules", "2,000 map entries", "64 MiB virtio", "64 MiB SATA",
           "64 MiB NVMe", "64 MiB virtio, 512-byte clusters", "512 MiB virtio", "512 MiB SATA", "512 MiB NVMe")
WATCHED_RIVALS = ("4 KiB",)


def chosen(rows: str) -> List[Case]:
    """"all", "quick", or names with commas between them; where a name has one itself, its beginning does."""
    if rows == "all":
        return list(CASES.values())
    if rows == "quick":
        return [CASES[name] for name in QUICK]
    found = []
    for word in rows.split(","):
        named = [case for case in CASES.values() if case.name.startswith(word.strip())]
        if not named:
            raise SystemExit(f"no such row: {word.strip()}; there are: all, quick, {'; '.join(CASES)}")
        found += [case for case in named if case not in found]
    return found
