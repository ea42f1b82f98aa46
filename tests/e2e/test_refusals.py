# SPDX-License-Identifier: BSD-2-Clause
"""
Everything that Baton refuses, message by message: each names the file, what is wrong, and the mend.

The entries of one boot are refused one after the other, each once, and then the firmware goes on. This saves booting
the firmware for every row.
"""

import re
import time
from dataclasses import dataclass, field
from typing import Dict, Sequence

import pytest

from harness.check import none_of
from harness.elfmaker import (CODE, ET_DYN, ET_REL, HIGH, LOW, PT_INTERP, PT_NOTE, R, W, X, big_endian_elf, elf32_file,
                              elf_file, segment, simple_elf)
from harness.files import ENTRY, entry, injected
from harness.injection import LASTING_TYPES, LOADER_TYPES, read_counts, read_returns
from harness.paths import kernel

RX, RW = R | X, R | W
DATA = b"data"


@dataclass
class Row:
    """One refused entry: its kernel, and what the message must say (regular expressions, any case)."""

    name: str
    content: object  # the kernel file's bytes or path; None: there is no such file
    words: Sequence[str]
    lines: Sequence[str] = ()
    files: Dict[str, object] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return f"/{self.name}.elf"


LINKER_SCRIPT = [r"PHDRS", r"FLAGS\(5\)", r"FLAGS\(6\)", r"ALIGN\(4096\)"]

ELF_ROWS = [
    Row("missing", None, ["no such file", "check the path"]),
    Row("empty", b"", ["empty", "copy it again"]),
    Row("cut-header", simple_elf(truncate=40), ["truncated", "40 bytes", "copy it again"]),
    Row("cut-table", simple_elf(truncate=80), ["truncated", "program headers", "copy it again"]),
    Row("cut-segment", elf_file([segment(CODE, filesz=1 << 20)]), ["truncated", "segment 0", "copy it again"]),
    Row("text", b"#!/bin/sh\necho I am no kernel\n", ["not an ELF|no kernel|kind|recogni"]),
    Row("bits32", elf32_file(), ["32-bit", "-m64"]),
    Row("big-endian", big_endian_elf(), ["big-endian", "little-endian"]),
    Row("aarch64", simple_elf(machine=183), ["aarch64", "x86_64"]),
    Row("riscv", simple_elf(machine=243), ["riscv", "x86_64"]),
    Row("unknown-machine", simple_elf(machine=4242), ["4242", "x86_64"]),
    Row("no-table", elf_file([]), ["no segment", "object file"]),
    Row("no-load", elf_file([segment(DATA, kind=PT_NOTE)]), ["no segment to load", r"\.text"]),
    Row("object", simple_elf(type=ET_REL), ["not an executable", "link it"]),
    Row("pie", simple_elf(type=ET_DYN), ["position-independent", "-no-pie"]),
    Row("interpreter", elf_file([segment(), segment(b"/lib/ld.so\0", kind=PT_INTERP, vaddr=HIGH + 0x100)]),
        ["PT_INTERP|dynamic linker", "-static"]),
    Row("version", simple_elf(version=9), ["version 9"]),
    Row("small-headers", simple_elf(phentsize=32), ["program headers", "32 bytes"]),
    Row("many-headers", simple_elf(phnum=0xFFFF), ["65535 segments"]),
    Row("bad-offset", simple_elf(phoff=0xFFFFFFFFFFFFFF00), ["truncated", "program headers"]),
]

ADDRESS_ROWS = [
    Row("overlapping", elf_file([segment(), segment(DATA, flags=RW, vaddr=HIGH + 8)]),
        ["segments 0", "overlap", "linker script"]),
    Row("wrapping", elf_file([segment(), segment(DATA, flags=RW, vaddr=(1 << 64) - 0x1000, memsz=0x3000)]),
        ["segment 1", "wraps", "linker script"]),
    Row("both-halves", elf_file([segment(vaddr=LOW), segment(DATA, flags=RW, vaddr=HIGH)]),
        ["both halves", hex(LOW), hex(HIGH), "link it into one half"]),
    Row("nowhere", elf_file([segment(vaddr=0x9000000000000000)]), ["lower half", "upper half", "0xffffffff80000000"]),
    Row("wx-segment", elf_file([segment(CODE, flags=R | W | X)]), ["writable and executable", *LINKER_SCRIPT]),
    Row("gnu-ld-rwe", kernel("layout-rwe.elf"), ["RWE|writable and executable", *LINKER_SCRIPT]),
    Row("lld-default", kernel("layout-lld.elf"), ["code and writable data", *LINKER_SCRIPT]),
    Row("wx-page", kernel("layout-wxpage.elf"), ["code and writable data", "segment 1", *LINKER_SCRIPT]),
    Row("entry-zero", simple_elf(entry=0), ["entry point 0x0", r"ENTRY\("]),
    Row("entry-data", elf_file([segment(), segment(CODE, flags=RW, vaddr=HIGH + 0x1000)], entry=HIGH + 0x1000),
        ["entry point", "not in an executable segment", r"ENTRY\("]),
    Row("entry-behind", simple_elf(entry=HIGH + 0x2000), ["entry point", r"ENTRY\("]),
    Row("file-larger", elf_file([segment(CODE, memsz=4)]), ["segment 0", "more bytes in the file"]),
    Row("too-large", elf_file([segment(), segment(DATA, flags=RW, vaddr=HIGH + 0x1000, memsz=1 << 30)]),
        ["KiB", "largest free piece|memory", "more memory|smaller"]),
    Row("absurdly-large", elf_file([segment(DATA, flags=RW, vaddr=0xFFFFC10000000000, memsz=1 << 45),
                                    segment(vaddr=HIGH)], entry=HIGH), ["KiB", "memory"]),
    Row("no-direct-map", elf_file([segment(DATA, flags=RW, vaddr=0xFFFF900000000000), segment(vaddr=HIGH)], entry=HIGH),
        ["direct map", "0xffffffff80000000"]),
    Row("low-taken", elf_file([segment(vaddr=0x880000)]),
        ["0x880000", "taken by", "firmware|ACPI", "0xffffffff80000000"]),
    Row("low-nowhere", elf_file([segment(vaddr=0x7000000000)]),
        ["0x7000000000", "not all of that is memory", "0xffffffff80000000"]),
    Row("low-page-zero", elf_file([segment(vaddr=0)]), ["address 0", "0xffffffff80000000"]),
]

FLAT_ROWS = [
    Row("flat-taken", CODE, ["0x880000", "taken by", "firmware|ACPI"], ["load-address 0x880000"]),
    Row("flat-rom", CODE, ["0xffc00000", "taken by|not all"], ["load-address 0xffc00000"]),
    Row("flat-nowhere", CODE, ["0x4000000000", "not all of that is memory"], ["load-address 0x4000000000"]),
    Row("flat-page-zero", CODE, ["load-address 0x0", "0x100000"], ["load-address 0"]),
    Row("flat-wraps", CODE, ["load-address 0xfffffffffffff000"], ["load-address 0xfffffffffffff000", "memory-size 1G"]),
    Row("flat-small", CODE * 100, ["memory-size", "1400"], ["load-address 0x100000", "memory-size 100"]),
    Row("flat-large", CODE, ["KiB", "memory"], ["load-address 0x100000", "memory-size 4G"]),
    Row("flat-entry", CODE, ["entry-offset 0x1000", "14 bytes"], ["entry-offset 0x1000"]),
    Row("module-missing", simple_elf(), ["/nothing/here", "no such file"], ["module /nothing/here"]),
    Row("module-folder", simple_elf(), ["/loader", "folder"], ["module /loader"]),
    Row("module-large", simple_elf(), ["KiB|memory"], ["module /big"] * 12, {"big": b"x" * (25 << 20)}),
]

# Entries that cannot be read: said as the folder is read, before anything is booted.
CONFIG_ROWS = [
    Row("odd-address", CODE, ["load-address", "4096"], ["load-address 0x100001"]),
    Row("number", simple_elf(), ["load-address", "not a number"], ["load-address lots"]),
    Row("level", simple_elf(), ["log-level", "expected"], ["log-level chatty"]),
    Row("two-kernels", simple_elf(), ["linux", "one kernel"], ["linux /other.elf"]),
    Row("dots", simple_elf(), [r"'\.\.'"], ["module /../secret"]),
    Row("no-module", simple_elf(), ["module", "no file"], ["module"]),
    Row("long-line", simple_elf(), ["bytes", "4096"], ["options " + "x" * 5000]),
    Row("control", simple_elf(), ["byte 0x01", "UTF-8"], ["options \x01"]),
]

CONSOLE_PROMPT = "Press a key"


def volume(rows):
    files = {}
    for i, row in enumerate(rows):
        files[f"loader/entries/{row.name}.conf"] = entry(row.path, f"sort-key {i:03}", *row.lines)
        if row.content is not None:
            files[row.path] = row.content
        files.update(row.files)
    return files


def refusal_of(machine, row):
    """The message, from its first line to the prompt, as port 0xE9 has it."""
    machine.wait_for(rf"/{re.escape(row.name)}\.(elf|conf)", source="e9", timeout=30)
    start = machine.e9.seen
    machine.wait_for(CONSOLE_PROMPT, timeout=30)
    machine.send(" ")
    machine.e9.update()
    return machine.e9.text[machine.e9.text.rfind("\n", 0, start) + 1:]


@pytest.mark.parametrize("rows", [ELF_ROWS, ADDRESS_ROWS, FLAT_ROWS], ids=["elf", "addresses", "flat"])
def test_refusals(boot, disk, rows):
    machine = boot(volume(rows))
    wrong = []
    for row in rows:
        text = refusal_of(machine, row)
        for words in row.words:
            if not re.search(words, text, re.IGNORECASE):
                wrong.append(f"{row.name}: no {words!r} in {text!r}")
    none_of(wrong)
    machine.wait_for("BdsDxe: failed to start|UEFI Interactive Shell", timeout=30)
    for row in rows:
        assert len(re.findall(rf"^.*/{re.escape(row.name)}\.elf: ", machine.e9.text, re.MULTILINE)) <= 2, "tried twice"


def test_refused_configuration(boot):
    """Every entry that cannot be read is named with its line, and no other is skipped for it."""
    machine = boot(volume(CONFIG_ROWS))
    machine.wait_for(CONSOLE_PROMPT)
    machine.send(" ")
    machine.wait_for("BdsDxe: failed to start|UEFI Interactive Shell", timeout=30)
    machine.e9.update()
    wrong = []
    for row in CONFIG_ROWS:
        lines = re.findall(rf"^error: /loader/entries/{row.name}\.conf:\d+: .*$", machine.e9.text, re.MULTILINE)
        if len(lines) != 1:
            wrong.append(f"{row.name}: {len(lines)} messages")
        for words in row.words:
            if not any(re.search(words, line, re.IGNORECASE) for line in lines):
                wrong.append(f"{row.name}: no {words!r} in {lines}")
    none_of(wrong)
    assert re.search(rf"^error: /loader/entries: .*\b{len(CONFIG_ROWS)}\b", machine.e9.text, re.MULTILINE)


LEAK_ROWS = [ELF_ROWS[0], ELF_ROWS[4], ELF_ROWS[6], ADDRESS_ROWS[0], ADDRESS_ROWS[6], ADDRESS_ROWS[14], FLAT_ROWS[0],
             next(row for row in FLAT_ROWS if row.name == "module-missing")]


def test_everything_is_given_back(start, disk):
    """After each refused boot the firmware's memory, handles and files are as they were."""
    machine = start(disk(injected(volume(LEAK_ROWS), runs=3)), screen="vga")
    for _ in range(3):
        for row in LEAK_ROWS:
            refusal_of(machine, row)
    machine.wait_exit()
    text = machine.e9.text
    returns, counts = read_returns(text), read_counts(text)
    assert len(returns) == 3 and len(counts) == 6
    for run in returns:
        assert run["status"] >> 63 == 1, "a refused boot returns an error"
        assert run["open"] == 0, "files are still open"
    # The first run may make the firmware itself take memory for good, for its own caches.
    for before, after in (counts[2:4], counts[4:6]):
        assert before.handles == after.handles
        for kind in LOADER_TYPES + LASTING_TYPES:
            assert before.pages[kind] == after.pages[kind], f"pages of type {kind}"
        assert abs(before.pages[4] - after.pages[4]) <= 8, "boot services data"


def test_late_failure_is_given_back(start, disk):
    """A file that cannot be read shows only when all memory has been taken: that goes back too."""
    files = {"big": bytes(3 << 20), "kernel.elf": simple_elf(), ENTRY: entry("/kernel.elf", "module /big")}
    machine = start(disk(injected(files, end_read=2 << 20, runs=3)))
    for _ in range(3):
        machine.wait_for("/big: ", source="e9")
        machine.wait_for(CONSOLE_PROMPT)
        machine.send(" ")
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
    machine.wait_for("BdsDxe: failed to start|UEFI Interactive Shell", timeout=30)
    assert 8 <= time.monotonic() - said <= 20


def test_key_ends_the_wait(boot):
    machine = boot({ENTRY: entry("/missing.elf")})
    machine.wait_for(CONSOLE_PROMPT)
    said = time.monotonic()
    machine.send(" ")
    machine.wait_for("BdsDxe: failed to start|UEFI Interactive Shell", timeout=30)
    assert time.monotonic() - said < 8
