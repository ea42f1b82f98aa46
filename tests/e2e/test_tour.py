# SPDX-License-Identifier: BSD-2-Clause
"""
examples/tour on each machine. All that it prints and draws is there and agrees with itself, and it found nothing wrong.

There is no screen for riscv64: U-Boot has no driver for any that QEMU's machine can have. On aarch64 EDK2 draws on a
virtio-gpu by calls only (PixelBltOnly), so that there is none for a kernel.
"""

import os
import re
import shutil
import subprocess
import time

import pytest

from harness.check import none_of
from harness.command import BATON
from harness.files import ENTRY, entry, injected
from harness.gasp import Kernel
from harness.paths import TREE, example
from harness.tour import judge_logo, judge_picture, judge_tour, parse_tour, read_colours

WITH_PIXELS = ("vga", "ramfb")
COMPILERS = {"x86_64": "gcc", "aarch64": "aarch64-linux-gnu-gcc", "riscv64": "riscv64-linux-gnu-gcc"}
OPTIONS = {"high": "no way out", "low": "", "flat": "exit"}


def volume(variant, arch):
    """The flat one with the entry that is made for it, which has the word "exit"."""
    if variant == "flat":
        return {"boot/tour-flat.bin": example("tour-flat.bin", arch), ENTRY: example("tour-flat.conf", arch)}
    name = f"tour-{variant}.elf"
    return {f"boot/{name}": example(name, arch), ENTRY: entry(f"/boot/{name}", f"options {OPTIONS[variant]}")}


@pytest.mark.parametrize("variant, arch, screen", [
    *((variant, "x86_64", "vga") for variant in OPTIONS), ("high", "x86_64", "ramfb"), ("high", "x86_64", "virtio"),
    *((variant, "aarch64", "ramfb") for variant in OPTIONS), ("high", "aarch64", "virtio"), ("high", "aarch64", None),
    *((variant, "riscv64", None) for variant in OPTIONS),
])
def test_tour(boot, variant, arch, screen):
    machine = boot(volume(variant, arch), arch=arch, screen=screen)
    if variant == "flat":
        machine.expect_success()
    else:
        machine.wait_for("^tour: (ok|FAILED.*)\n", timeout=90)
    tour = parse_tour(machine.serial.text)
    path = f"/boot/tour-{variant}.{'bin' if variant == 'flat' else 'elf'}"
    none_of(judge_tour(tour, path, OPTIONS[variant], screen in WITH_PIXELS))
    machine.e9.update()
    assert "booting" in tour.log
    if arch != "aarch64":  # where the loader's log is on no port before the kernel has it
        assert tour.log in machine.e9.text
    if screen in WITH_PIXELS and variant != "flat":
        picture = machine.screenshot()
        assert picture.width >= 640
        none_of(judge_picture(tour, picture))
        none_of(judge_logo(picture, picture.width))


def test_pitch_and_masks(start, disk):
    """Rows that are longer than the picture is wide, and a pixel format given by masks."""
    machine = start(disk(injected(volume("high", "x86_64"), narrow=40, masks=1)), screen="vga")
    machine.wait_for(r"^tour: ok", timeout=90)
    picture = machine.screenshot()
    none_of(judge_logo(picture, picture.width - 40))


@pytest.fixture
def copied(tmp_path):
    """copied(target, arch, include, words…): what make says in a copy of the tour, outside the tree."""
    folder = tmp_path / "a tour"
    shutil.copytree(TREE / "examples/tour", folder)

    def make(target, arch, include, *words):
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS"))}
        done = subprocess.run(["make", "-C", str(folder), target, f"CC={COMPILERS[arch]}", f"BATON={BATON}",
                               f"BATON_INCLUDE={include}", *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              stdin=subprocess.DEVNULL, text=True, errors="replace", env=environment)
        assert done.returncode == 0, done.stdout
        return done.stdout

    make.folder = folder
    return make


@pytest.mark.parametrize("arch", ["aarch64", "riscv64"])
def test_copied_tour_runs(copied, arch):
    """Its Makefile knows what to tell a compiler for each machine, and `baton run` what machine the kernel is for."""
    said = copied("run", arch, TREE / "include", "RUN_ARGS=--test --cmdline exit")
    assert "warning" not in said and re.search(r"^tour: ok$", said.replace("\r", ""), re.M), said


PC = re.compile(r"(?:\bRIP=|\bPC=|\bpc +)([0-9a-f]{16})")


@pytest.mark.parametrize("arch, screen", [("x86_64", "vga"), ("aarch64", "ramfb"), ("riscv64", None)])
def test_wrong_magic(boot, copied, tmp_path, arch, screen):
    """A tour for another magic: it trusts nothing it is given, says nothing, and halts."""
    shutil.copytree(TREE / "include", tmp_path / "include")
    header = tmp_path / "include/baton/baton.h"
    text = header.read_text()
    header.write_text(text.replace("0x9b2f4e4f5441421aULL", "0x9b2f4e4f5441421bULL"))
    assert header.read_text() != text
    copied("tour-high.elf", arch, tmp_path / "include")
    kernel = copied.folder / "tour-high.elf"
    machine = boot({"tour.elf": kernel, ENTRY: entry("/tour.elf")}, arch=arch, screen=screen)
    halt = Kernel(kernel).symbols["machine_halt"]
    deadline = time.monotonic() + 90
    while True:
        registers = machine.monitor("info registers")
        if halt <= int(PC.search(registers)[1], 16) < halt + 16:
            break
        assert time.monotonic() < deadline, f"it has not halted in the kernel: {registers}"
        time.sleep(0.1)
    machine.serial.update()
    machine.e9.update()
    for word in ("tour:", "***"):
        assert word not in machine.serial.text + machine.e9.text
    if screen:
        drawn = machine.screenshot().colours()
        assert not set(read_colours().values()) & set(drawn) - {(0, 0, 0)}
