# SPDX-License-Identifier: BSD-2-Clause
"""The random seed on the boot volume: what is started gets one made of it, and there is another one for the next boot."""

import re
import subprocess

from harness.cpio import make_cpio
from harness.debian import debian
from harness.disk import PARTITION_START
from harness.files import ENTRY, injected
from harness.injection import read_returns
from harness.paths import LOADER, PROGRAM, built, tool
from harness.refusal import read_on

SIZE = 32
OLD = bytes(range(100, 200))
RANDOM = {"extra": ["-device", "virtio-rng-pci"]}
PATH = "loader/random-seed"
INIT = b"""#!/bin/busybox sh
/bin/busybox dmesg
exec /bin/busybox poweroff -f
"""


def seed_on(disk):
    """The file, as another reader of FAT sees it."""
    made = subprocess.run([tool("mtype"), "-i", f"{disk}@@{PARTITION_START}", f"::/{PATH}"], stdout=subprocess.PIPE,
                          check=True)
    return made.stdout


def program(*words):
    return f"efi /program.efi\noptions {' '.join(words)}\n"


def files(entry, **more):
    return {"EFI/BOOT/BOOTX64.EFI": built(LOADER), "program.efi": built(PROGRAM), ENTRY: entry, PATH: OLD, **more}


def given(text):
    """The seeds of the programs that ran."""
    return [b"" if word == "none" else bytes.fromhex(word)
            for word in re.findall(r"^program: seed=(\w*)$", text, re.MULTILINE)]


def test_each_boot_has_another(start, disk):
    image = disk(files(program("seed", "leave")))
    seeds = [OLD[:SIZE]]
    for _ in range(3):
        machine = start(image, **RANDOM)
        machine.expect_success()
        seed, = given(machine.e9.text)
        kept = seed_on(image)
        assert len(seed) == SIZE and len(kept) == len(OLD) and kept[SIZE:] == bytes(len(OLD) - SIZE)
        seeds += [seed, kept[:SIZE]]
    assert len(set(seeds)) == len(seeds)


def test_taken_back(start, disk):
    """What comes back leaves no seed behind: the next program has one of its own, and the firmware has none."""
    failing = program("seed", f"status={1 << 63 | 7:#x}")
    content = {**files(failing), "loader/entries/a.conf": failing, "loader/loader.conf": "timeout menu-disabled\n"}
    machine = start(disk(injected(content, runs=2)), **RANDOM)
    read_on(machine, 2 * 2)
    machine.wait_exit()
    seeds = given(machine.e9.text)
    assert len(set(seeds)) == 2 * 2 and {len(seed) for seed in seeds} == {SIZE}
    assert [run["open"] for run in read_returns(machine.e9.text)] == [0, 0]


def test_no_seed(start, disk):
    """Without random numbers, without a file, and where the file cannot be replaced; the log says why."""
    content = files(program("seed", "leave"))
    for made, options, words in (
            (content, {}, "there are neither random numbers from the firmware nor a system token"),
            ({**content, PATH: bytes(40000)}, RANDOM, "the file is too long for one")):
        image = disk(made)
        machine = start(image, **options)
        machine.expect_success()
        assert given(machine.e9.text) == [b""] and seed_on(image) == made[PATH]
        assert f"info: no random seed for what is started: {words}\n" in machine.e9.text
    del content[PATH]
    machine = start(disk(content), **RANDOM)
    machine.expect_success()
    assert given(machine.e9.text) == [b""] and "random seed" not in machine.e9.text


def test_write_protected(start, disk):
    """The same seed twice would be worse than none."""
    image = disk(files(program("seed", "leave")))
    machine = start(extra=[*RANDOM["extra"], "-drive", f"if=none,id=fixed,format=raw,readonly=on,file={image}", "-device",
                           "virtio-blk-pci,drive=fixed,bootindex=1"])
    machine.expect_success()
    assert given(machine.e9.text) == [b""]
    assert f"no random seed for what is started: /{PATH}: cannot be opened to be written" in machine.e9.text


def test_linux(start, disk):
    """
    Debian's kernel finds it and believes it. The firmware has no random numbers, or Linux would make a table of its own,
    so it is the system token's and the disk's.
    """
    busybox = debian("busybox-static", "bin/busybox").read_bytes()
    content = injected({"vmlinuz": debian("linux-image-cloud-amd64", "boot/vmlinuz-*"), PATH: OLD,
                        "initrd.img": make_cpio(("init", INIT), ("bin/busybox", busybox)),
                        ENTRY: "linux /vmlinuz\ninitrd /initrd.img\noptions console=ttyS0 panic=-1 random.trust_cpu=off\n"},
                       token=1)
    image, kept = disk(content), [OLD]
    for _ in range(2):
        machine = start(image)
        machine.wait_for(r"efi: .*\bRNG=0x[0-9a-f]+", timeout=120)
        machine.wait_for(r"^\[ +0\.0{6}\] random: crng init done", timeout=60)
        machine.wait_exit(180)
        kept.append(seed_on(image))
    assert len(set(kept)) == 3 and all(len(seed) == len(OLD) for seed in kept)
