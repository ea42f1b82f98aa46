# SPDX-License-Identifier: BSD-2-Clause
"""
Everything that Baton refuses, message by message: each names the file, what is wrong, and the mend.

The entries of one boot are refused one after the other, each once, and then the firmware goes on. This saves booting
the firmware for every row.
"""

import re
import time

import pytest

from harness.check import none_of
from harness.elfmaker import (CODE, ET_DYN, ET_REL, HIGH, LOW, PT_INTERP, PT_NOTE, R, W, X, big_endian_elf, elf32_file,
                              elf_file, segment, simple_elf)
from harness.files import ENTRY, entry, injected
from harness.injection import LOADER_TYPES, not_given_back, read_counts, read_returns
from harness.messages import read_attempts, read_messages
from harness.paths import PROGRAM, built, kernel
from harness.refusal import CONSOLE_PROMPT, TO_FIRMWARE, Row, end_of_tries, read_on, volume

RW = R | W
DATA = b"data"


LINKER_SCRIPT = ["linker script", r"PHDRS", r"FLAGS\(5\)", r"FLAGS\(6\)", r"ALIGN\(4096\)"]
COPY_AGAIN = ["copy it again"]
LINK_HIGH = ["link (the kernel|it) (at|in the upper half).*0xffffffff80000000"]
MORE_MEMORY = ["more memory"]

ELF_ROWS = [
    Row("missing", None, ["no such file"], ["check the path"]),
    Row("folder", None, ["is a folder, not a file"], ["name a file in it"],
        files={"/folder.elf/within": b"x"}),
    Row("empty", b"", ["is empty"], COPY_AGAIN),
    Row("cut-header", simple_elf(truncate=40), ["truncated", "has 40 bytes", "ELF header"], COPY_AGAIN),
    Row("cut-table", simple_elf(truncate=80), ["truncated", "program headers", "file of 80 bytes"], COPY_AGAIN),
    Row("cut-segment", elf_file([segment(CODE, filesz=1 << 20)]), ["truncated", "segment 0 has 1048576 bytes"],
        COPY_AGAIN),
    Row("text", b"#!/bin/sh\necho I am no kernel\n", ["not an ELF file"],
        ["right file", r"flat binary.*/loader/entries/text\.conf.*load-address 0x100000"]),
    Row("bits32", elf32_file(), ["32-bit ELF"], ["-m64"]),
    Row("big-endian", big_endian_elf(), ["is a big-endian ELF"], ["build it for a little-endian"]),
    Row("aarch64", simple_elf(machine=183), ["built for aarch64", "machine is x86_64"], ["build it for x86_64"]),
    Row("riscv", simple_elf(machine=243), ["built for riscv", "machine is x86_64"], ["build it for x86_64"]),
    Row("unknown-machine", simple_elf(machine=4242), ["ELF machine 4242"], ["build it for x86_64"]),
    Row("no-table", elf_file([]), ["no segments"], ["object file", "link it"]),
    Row("no-load", elf_file([segment(DATA, kind=PT_NOTE)]), ["no segment to load"], [r"linker script put \.text"]),
    Row("object", simple_elf(type=ET_REL), ["not an executable", "ELF type 1"], ["link it with ld"]),
    Row("pie", simple_elf(type=ET_DYN), ["position-independent"], ["-fno-pic", "-no-pie"]),
    Row("interpreter", elf_file([segment(), segment(b"/lib/ld.so\0", kind=PT_INTERP, vaddr=HIGH + 0x100)]),
        ["PT_INTERP", "dynamic linker"], ["-static"]),
    Row("version", simple_elf(version=9), ["ELF version 9"], COPY_AGAIN),
    Row("small-headers", simple_elf(phentsize=32), ["program headers", "32 bytes", "instead of 56"],
        ["link or copy it again"]),
    Row("many-headers", simple_elf(phnum=0xFFFF), ["65535 segments"], ["link it again"]),
    # As many as the header can say without PN_XNUM, and none of them in the file.
    Row("65534-headers", simple_elf(phnum=0xFFFE), ["truncated", "program headers", "3669904 bytes"], COPY_AGAIN),
    Row("bad-offset", simple_elf(phoff=0xFFFFFFFFFFFFFF00), ["truncated", "program headers"], COPY_AGAIN),
    Row("efi-elf", simple_elf(), ["is not an EFI program: its .* do not begin with MZ"], ["right file"], key="efi"),
    Row("efi-text", b"echo hello\n", ["is not an EFI program"], ["right file"], key="efi", suffix=".efi"),
    Row("efi-empty", b"", ["is empty"], COPY_AGAIN, key="efi", suffix=".efi"),
    Row("efi-stub", b"MZ" + bytes(4096), ["is a DOS program, or truncated"], ["right file"], suffix=".efi"),
    Row("efi-cut", built(PROGRAM).read_bytes()[:1024], ["is truncated", "the file has 1024 bytes"], COPY_AGAIN,
        key="linux", suffix=".efi"),
    Row("initrd-missing", built(PROGRAM), ["no such file"], ["check the path"], ["initrd /nothing/here"],
        named="/nothing/here", key="linux", suffix=".efi"),
    Row("initrd-folder", built(PROGRAM), ["is a folder, not a file"], ["name a file in it"], ["initrd /loader"],
        named="/loader", suffix=".efi"),
]

ADDRESS_ROWS = [
    Row("overlapping", elf_file([segment(), segment(DATA, flags=RW, vaddr=HIGH + 8)]),
        ["segments 0 .* and 1 .* overlap"], ["check the addresses in the linker script"]),
    Row("wrapping", elf_file([segment(), segment(DATA, flags=RW, vaddr=(1 << 64) - 0x1000, memsz=0x3000)]),
        ["segment 1", "wraps"], ["check the link address", "linker script"]),
    Row("both-halves", elf_file([segment(vaddr=LOW), segment(DATA, flags=RW, vaddr=HIGH)]),
        ["both halves", hex(LOW), hex(HIGH)], ["link it into one half"]),
    Row("nowhere", elf_file([segment(vaddr=0x9000000000000000)]),
        ["0x9000000000000000", "not in the lower half", "not in the upper half"], LINK_HIGH),
    Row("wx-segment", elf_file([segment(CODE, flags=R | W | X)]), ["segment 0", "writable and executable"],
        LINKER_SCRIPT),
    Row("gnu-ld-rwe", kernel("layout-rwe.elf"), ["RWE", "writable and executable", "GNU ld"], LINKER_SCRIPT),
    Row("lld-default", kernel("layout-lld.elf"),
        ["code and writable data", r"segment \d \(RW-\) begins in the middle"], LINKER_SCRIPT),
    Row("wx-page", kernel("layout-wxpage.elf"), ["code and writable data", "segment 1"], LINKER_SCRIPT),
    Row("entry-zero", simple_elf(entry=0), ["entry point 0x0 is not in an executable segment"], [r"ENTRY\("]),
    Row("entry-data", elf_file([segment(), segment(CODE, flags=RW, vaddr=HIGH + 0x1000)], entry=HIGH + 0x1000),
        ["entry point 0xffffffff80001000 is not in an executable segment"], [r"ENTRY\("]),
    Row("entry-behind", simple_elf(entry=HIGH + 0x2000),
        ["entry point 0xffffffff80002000 is not in an executable segment"], [r"ENTRY\("]),
    Row("file-larger", elf_file([segment(CODE, memsz=4)]), ["segment 0 has more bytes in the file", r"memory \(4\)"],
        ["link it again"]),
    Row("too-large", elf_file([segment(), segment(DATA, flags=RW, vaddr=HIGH + 0x1000, memsz=1 << 30)]),
        ["needs 1048580 KiB", r"largest free piece[^.]* \d+ KiB"], MORE_MEMORY),
    Row("absurdly-large", elf_file([segment(DATA, flags=RW, vaddr=0xFFFFC10000000000, memsz=1 << 45),
                                    segment(vaddr=HIGH)], entry=HIGH),
        [r"needs \d{11,} KiB", r"largest free piece[^.]* \d+ KiB"], MORE_MEMORY),
    Row("no-direct-map", elf_file([segment(DATA, flags=RW, vaddr=0xFFFF900000000000), segment(vaddr=HIGH)], entry=HIGH),
        ["0xffff900000000000", "direct map"], LINK_HIGH),
    Row("low-taken", elf_file([segment(vaddr=0x880000)]), ["0x880000-0x881000", "taken by (the firmware|ACPI)"],
        LINK_HIGH + [r"room at 0x[0-9a-f]+"]),
    Row("low-nowhere", elf_file([segment(vaddr=0x7000000000)]),
        ["0x7000000000-0x7000001000", "not all of that is memory"], LINK_HIGH + [r"room at 0x[0-9a-f]+"]),
    Row("low-page-zero", elf_file([segment(vaddr=0)]), ["linked at address 0"], LINK_HIGH),
]

NEW_ADDRESS = ["another load-address", "link it there", r"room at 0x[0-9a-f]+"]
OTHER_OFFSET = ["offset of its first instruction", "leave the key out"]

FLAT_ROWS = [
    Row("flat-taken", CODE, ["0x880000-0x881000", "taken by (the firmware|ACPI)"], NEW_ADDRESS,
        ["load-address 0x880000"]),
    Row("flat-rom", CODE, ["0xffc00000-0xffc01000", "taken by|not all of that is memory"], NEW_ADDRESS,
        ["load-address 0xffc00000"]),
    Row("flat-nowhere", CODE, ["0x4000000000-0x4000001000", "not all of that is memory"], NEW_ADDRESS,
        ["load-address 0x4000000000"]),
    Row("flat-page-zero", CODE, ["load-address 0x0"], ["from 0x100000 on"], ["load-address 0"]),
    Row("flat-wraps", CODE, ["load-address 0xfffffffffffff000", "memory-size 1073741824"], ["from 0x100000 on"],
        ["load-address 0xfffffffffffff000", "memory-size 1G"]),
    Row("flat-small", CODE * 100, ["memory-size is 100", "1400 bytes"], ["leave memory-size out"],
        ["load-address 0x100000", "memory-size 100"]),
    Row("flat-large", CODE, ["needs 4194304 KiB", r"largest free piece[^.]* \d+ KiB"], MORE_MEMORY,
        ["load-address 0x100000", "memory-size 4G"]),
    Row("flat-entry", CODE, ["entry-offset 0x1000", "14 bytes"], OTHER_OFFSET,
        ["entry-offset 0x1000"]),
    Row("flat-entry-last", CODE, ["entry-offset 0xe", "14 bytes"], OTHER_OFFSET,
        ["entry-offset 14"]),
    Row("flat-empty", b"", ["is empty"], COPY_AGAIN, ["load-address 0x100000"]),
    Row("module-missing", simple_elf(), ["no such file"], ["check the path"], ["module /nothing/here"],
        named="/nothing/here"),
    Row("module-folder", simple_elf(), ["is a folder, not a file"], ["name a file in it"],
        ["module /loader"], named="/loader"),
    Row("module-large", simple_elf(), ["need more than the [0-9]+ KiB"], ["more memory", "load less"],
        ["module /big"] * 12, {"big": b"x" * (25 << 20)}),
]

# Entries that cannot be read: said as the folder is read, before anything is booted. Each with the line it is about.
CONFIG_ROWS = [
    Row("odd-address", CODE, ["load-address"], ["4096"], ["load-address 0x100001"]),
    Row("number", simple_elf(), ["load-address", "'lots' is not a number"], [r"0x|decimal"], ["load-address lots"]),
    Row("level", simple_elf(), ["log-level", "'chatty'"], ["error.*warning.*info.*debug"], ["log-level chatty"]),
    Row("two-kernels", simple_elf(), ["'linux' is given, and 'kernel' above"], ["take one of the lines out"],
        ["linux /other.elf"]),
    Row("dots", simple_elf(), [r"'\.\.'", "/../secret"], ["from the root"], ["module /../secret"]),
    Row("no-initrd", simple_elf(), ["'initrd' names no file"], ["initrd PATH"], ["initrd"]),
    Row("no-module", simple_elf(), ["'module' names no file"], ["module PATH"], ["module"]),
    Row("long-line", simple_elf(), ["line has 5008 bytes", "4096"], ["several 'options' lines"],
        ["options " + "x" * 5000]),
    Row("control", simple_elf(), ["byte 0x01"], ["UTF-8"], ["options \x01"]),
]

@pytest.mark.parametrize("rows", [ELF_ROWS, ADDRESS_ROWS, FLAT_ROWS], ids=["elf", "addresses", "flat"])
def test_refusals(boot, rows):
    """Each entry is tried once, in order, and refused with one message: which file, what is wrong, what to do."""
    machine = boot(volume(rows))
    read_on(machine, len(rows))
    attempts = read_attempts(end_of_tries(machine))
    assert [(attempt.path, attempt.file) for attempt in attempts] == [(row.path, row.file) for row in rows]
    none_of(line for row, attempt in zip(rows, attempts) for line in row.complaints(attempt.messages))


def test_refused_configuration(boot):
    """Every entry that cannot be read is named with its line, and no other is skipped for it."""
    machine = boot(volume(CONFIG_ROWS))
    read_on(machine)
    text = end_of_tries(machine)
    messages = read_messages(text)
    wrong = []
    for row in CONFIG_ROWS:
        row.named = f"{row.file}:3"
        wrong += row.complaints([message for message in messages if message.startswith(f"error: {row.file}:")])
    none_of(wrong)
    assert read_attempts(text) == []
    rest = [message for message in messages if not re.match(r"error: /loader/entries/\S+\.conf:", message)]
    assert len(rest) == 1 and re.match(rf"error: /loader/entries: .*\b{len(CONFIG_ROWS)}\b", rest[0])


@pytest.mark.parametrize("parts", [6, 30])
def test_path_that_is_too_long(boot, parts):
    """Wherever it is noticed: one message, which names entry or path, and whose mend is not cut off behind the path."""
    path = "/" + "/".join(["x" * 99] * parts)
    machine = boot({ENTRY: entry(path)})
    read_on(machine)
    messages = [message for message in read_messages(end_of_tries(machine)) if "/xxx" in message or ENTRY in message]
    assert len(messages) == 1
    assert re.match(r"error: (/x|/loader/entries/test\.conf)", messages[0])
    assert re.search("too long|longer|at most|no such file", messages[0])
    assert re.search("check the path|short", messages[0], re.IGNORECASE)


def test_no_execute_disable(boot):
    """A processor without NX."""
    machine = boot({ENTRY: entry(), "kernel.elf": simple_elf()}, cpu="qemu64,-nx")
    read_on(machine)
    text = end_of_tries(machine)
    messages = read_messages(text)
    assert len(messages) == 1 and len(read_attempts(text)) == 1
    assert re.search(r"processor.*not executable.*NX.*firmware's setup.*Execute Disable", messages[0])


LEAK_NAMES = ["missing", "cut-segment", "bits32", "overlapping", "lld-default", "low-taken", "flat-taken",
              "module-missing", "efi-elf", "efi-cut", "initrd-missing"]
LEAK_ROWS = [row for row in ELF_ROWS + ADDRESS_ROWS + FLAT_ROWS if row.name in LEAK_NAMES]


def test_everything_is_given_back(start, disk):
    """After each refused boot the firmware's memory, handles and files are as they were."""
    machine = start(disk(injected(volume(LEAK_ROWS), runs=3)), screen="vga")
    assert len(LEAK_ROWS) == len(LEAK_NAMES)
    read_on(machine, 3 * len(LEAK_ROWS))
    machine.wait_exit()
    text = machine.e9.text
    assert [attempt.path for attempt in read_attempts(text)] == [row.path for row in LEAK_ROWS] * 3
    returns, counts = read_returns(text), read_counts(text)
    assert len(returns) == 3 and len(counts) == 6
    for run in returns:
        assert run["status"] >> 63 == 1, "a refused boot returns an error"
        assert run["open"] == 0, "files are still open"
    # The first run may make the firmware itself take memory for good, for its own caches.
    none_of(problem for i in (2, 4) for problem in not_given_back(*counts[i:i + 2]))


def test_late_failure_is_given_back(start, disk):
    """A file that cannot be read shows only when all memory has been taken: that goes back too."""
    files = {"big": bytes(3 << 20), "kernel.elf": simple_elf(), ENTRY: entry("/kernel.elf", "module /big")}
    machine = start(disk(injected(files, end_read=2 << 20, runs=3)))
    for _ in range(3):
        machine.wait_for("/big: ", source="e9")
        machine.wait_for(CONSOLE_PROMPT)
        machine.send("\r")
    machine.wait_exit()
    counts = read_counts(machine.e9.text)
    assert [run["open"] for run in read_returns(machine.e9.text)] == [0, 0, 0]
    for before, after in (counts[2:4], counts[4:6]):
        assert [before.pages[kind] for kind in LOADER_TYPES] == [after.pages[kind] for kind in LOADER_TYPES]
        assert before.handles == after.handles


def test_no_memory(boot):
    """48 MiB: the module alone is more than there is."""
    files = {"big": bytes(30 << 20), "kernel.elf": simple_elf(), ENTRY: entry("/kernel.elf", *["module /big"] * 2)}
    machine = boot(files, memory="48M")
    message = machine.wait_for(r"^error: /(kernel\.elf|big): .*KiB.*$", source="e9").group(0)
    assert re.search("memory", message) and re.search("more|less|smaller", message)


def test_error_waits_ten_seconds(boot):
    """Without a key; then the firmware has the machine again."""
    machine = boot({ENTRY: entry("/missing.elf")})
    machine.wait_for(CONSOLE_PROMPT)
    said = time.monotonic()
    machine.wait_for(TO_FIRMWARE, timeout=30)
    assert 8 <= time.monotonic() - said <= 20


def test_key_ends_the_wait(boot):
    machine = boot({ENTRY: entry("/missing.elf")})
    machine.wait_for(CONSOLE_PROMPT)
    said = time.monotonic()
    machine.send("\r")
    machine.wait_for(TO_FIRMWARE, timeout=30)
    assert time.monotonic() - said < 8
