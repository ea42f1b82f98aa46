#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Writes the seeds that were thought up: tests/fuzz/corpus/TARGET/seed-NAME. Each begins as its target reads it.

usage: tests/fuzz/seeds.py

Other files in the corpora were found by fuzzing (`make fuzz-distil`), or made a target fail once (fixed-NAME).
"""

import re
from pathlib import Path

CORPUS = Path(__file__).resolve().parent / "corpus"
HIGH = 0xFFFFFFFF80000000


def number(width, value):
    return (value & (1 << 8 * width) - 1).to_bytes(width, "little")


def cells(*values):
    return b"".join(value.to_bytes(4, "big") for value in values)


def write(target, name, content):
    folder = CORPUS / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"seed-{name}").write_bytes(content)


# ---- texts ----

ENTRY = """# an entry
title    Tour of the machine
version  1.2~rc1-3
sort-key tour
machine-id 0123456789abcdef0123456789abcdef
architecture x64
kernel   \\boot\\tour.elf
options  quiet root=/dev/ram0
options\tmore
module   initrd.img  a command line
module   /boot/two
video    1024x768
kaslr    0x1234
log-level debug
initrd   /ignored
Unknown  key
"""
FLAT = "linux /k.bin\nload-address 0x200000\nentry-offset 16\nmemory-size 2M\nkaslr off\nlog-level notice\r\n\r\n"
LOADER = "default tour*.conf\ntimeout 3\nlog-level info\ndefault @saved\n"

write("config", "entry", b"\0/loader/entries/tour+3-1.conf\0" + ENTRY.encode())
write("config", "flat", b"\0\\loader\\entries\\x.CONF\0\xef\xbb\xbf" + FLAT.encode())
write("config", "loader", b"\1/loader/loader.conf\0" + LOADER.encode())
write("config", "overlays", b"\0/a.conf\0linux /k\ndevicetree a.dtb\ndevicetree-overlay a.dtbo\t\\b\\c /d  e\n"
      b"devicetree-overlay f\n")
write("config", "two-kernels", b"\0/a.conf\0linux /a\nefi /b\n")
write("config", "quotes", b"\0/a.conf\0title \"A b\"\nlinux './k'\nmodule \"/a//../m x\"\noptions \"\"\roptions \"'\"\r\n")
write("config", "long-line", b"\0/a.conf\0options " + b"x" * 300 + b"\nmodule a/../b\n")
write("config", "long-path", b"\0/a.conf\0linux " + b"p" * 410 + b"\n")
for name, text in {"hex": "0xffffffffffffffff", "suffix": "16777216G", "size": "65535x1", "level": "warning",
                   "path": "a/./b", "dots": "../x", "zero": "0x"}.items():
    write("values", name, text.encode())
write("text", "options", b"\x13\xffroot=/dev/vda1  quiet\tinit=/bin/sh \r\nnext line\r\n\nlast, with a word of many letters:"
      b" averyveryveryveryverylongwordindeed")
write("order", "versions", b"x-[0-9]*.conf\0x-10.conf\x00124.1~rc1\x00124.1^post\x00124.1-2\0\5*y\0"
      b"\x07key\0mid\x0012.0\0id.conf\0f\0\x05key\x0012-1\0id.conf\0g\0\x18id\0h\0")
write("order", "sets", b"[!a-c]?\\*[]x]\0dq*]\x001.0\x001.a\0.0a\0\2id\0\x01k\0id+2-1.conf\0f\0")
write("utf", "to-16", b"\1\4" + "aä€😀z".encode() + b"\xc0\x80\xed\xa0\x80\xf4\x90\x80\x80\xe2\x82")
write("utf", "to-8", b"\0\7" + "aä€😀z".encode("utf-16-le") + b"\0\xd8a\0\0\xdc")
write("format", "numbers", b"\x40\1\7\x10\2\4\x7f\0\x20\1\6\3\5\1\xff\xff\0\1\4\5text\0\x30\1")

# ---- unified kernel images: os-release, the headers of EFI images ----

OS_RELEASE = """# an image
NAME='it is'
PRETTY_NAME="Example \\"33\\" \\\\ \\$5"
ID=example
IMAGE_ID=example-server\r
  IMAGE_VERSION=33
VERSION="33 (any)"
VERSION_ID="33
BUILD_ID=a\\ b
"""
write("os_release", "file", b"\0\0" + OS_RELEASE.encode())
write("os_release", "padded", b"\0\1NAME=x\n\0\0\0\0")
write("os_release", "quoted", b"\1\0\4" + b"\x08it is\0" + b"\x11\"a\"\0" + b"\x02a b\\\0" + b"\x64c\0")


def pe(machine=0x8664, magic=0x20B, subsystem=10, sections=(), stub=64, directories=0, entry=0x1000, image=0x4000):
    optional = bytearray(112 + 8 * directories)
    for offset, width, value in ((0, 2, magic), (16, 4, entry), (56, 4, image), (60, 4, 0x200), (68, 2, subsystem),
                                 (108, 4, directories)):
        optional[offset:offset + width] = number(width, value)
    return (b"MZ".ljust(60, b"\0") + number(4, stub)).ljust(stub, b"\0") + b"PE\0\0" + number(2, machine) + number(
        2, len(sections)) + bytes(12) + number(2, len(optional)) + bytes(2) + bytes(optional) + b"".join(
            name.ljust(8, b"\0") + b"".join(number(4, value) for value in values) + bytes(16)
            for name, *values in sections)


def pe_file(head, size=0x1200):
    """The input for a head as it comes, of a file of `size` bytes."""
    return b"\0" + number(2, size) + head


UNIFIED = [(b".text", 0x800, 0x1000, 0x800, 0x200), (b".osrel", 0x51, 0x2000, 0x200, 0xA00),
           (b".cmdline", 5, 0x3000, 5, 0xC00)]
for name, head in {"unified": pe(sections=UNIFIED), "arm": pe(machine=0x1C2, sections=UNIFIED),
                   "32-bit": pe(magic=0x10B, sections=UNIFIED), "windows": pe(subsystem=3, sections=UNIFIED),
                   "no-sections": pe(), "no-entry": pe(entry=0, sections=UNIFIED), "dos": b"MZ".ljust(100, b"\0"),
                   "linux": bytes(0x202) + b"HdrS"}.items():
    write("pe", name, pe_file(head))
write("pe", "large", b"\5" + number(2, 0) + b"\x50\0\0" + pe(stub=0x80, sections=UNIFIED))
write("pe", "made", b"\3\0\0\x0b\2" + b"\0\x50\0\x10\x40" + b"\x61\5\0\5\0\x20\x41\0\4" + b"\x40\x80\0")
LETTERS, SCANS, SECOND = "\r\b ejkdtTpfMLq?+-19", [1, 2, 3, 4, 5, 6, 8, 9, 10, 23], b"\x3f"


def letters(text):
    """Keys for the target menu, those that it knows by one byte."""
    return bytes(next(how for how in range(0x40, 0x80) if how % len(LETTERS) == LETTERS.index(c)) for c in text)


def scans(*codes):
    return bytes(SCANS.index(code) for code in codes)


def menu(rows, columns, count, keys, held=0):
    strings = b"".join(text.encode() + b"\0" for name in ("Tour", "Größe", "Tour", "x" * 90)
                       for text in (name, "root=/dev/vda ü " + name))
    message = b"/boot/kernel: two lines,\nof which one is too long for most of the screens that there are."
    return (bytes([rows - 1, columns - 1, 0, count]) + letters("j") + b"\1" + strings + bytes([8, 0, 1, 0, held]) +
            number(2, len(message)) + message + keys)


write("menu", "list", menu(20, 60, 30, letters("jjk9d+-T") + scans(10, 9, 6, 5)))
write("menu", "editor", menu(12, 40, 5, letters("e d1") + scans(4, 4, 8, 5, 3) + b"\x80\x0b" + letters("\r")))
write("menu", "failures", menu(16, 70, 3, SECOND * 60, held=1))
write("menu", "texts", menu(10, 30, 4, letters("pM") + scans(10, 1) + letters("?L q") + scans(23) + letters("f\r")))
write("menu", "stuck", menu(8, 20, 9, (letters("jj") + SECOND) * 30))

# ---- from the firmware ----

write("arguments", "options", b"\0" + "\\EFI\\BOOT\\BOOTX64.EFI memmap debug\0".encode("utf-16-le"))
write("arguments", "garbage", b"\0" + "memmap\0".encode("utf-16-le") + b"\1\2\3")
write("arguments", "shell", b"\1\3" + b"\2x\0y\0" + b"\6m\0e\0m\0m\0a\0p\0" + b"\1z\0")
PARTITION = bytes([4, 1, 42, 0]) + number(4, 1) + number(8, 2048) + number(8, 9999) + bytes(range(16)) + b"\2\2"
END = b"\x7f\xff\4\0"
write("device_path", "disk", b"\1" + bytes([2, 1, 12, 0]) + bytes(8) + bytes([1, 1, 6, 0, 0, 1]) + PARTITION + END)
write("device_path", "twice", b"\1" + PARTITION + PARTITION[:41] + b"\1" + END + PARTITION)
write("gpt", "header", b"\1\1\x7f\0\2\0")
write("gpt", "longer-header", b"\1\1\x7d\0\1\0\2\0")
write("gpt", "wrong-checksum", b"\1\1\x3f\0\2\0\1\2\3\4")
write("gpt", "types", b"\0\2\0\1\2\3\4" + 3 * (bytes(range(100, 132)) + bytes(8) + b"\1" + bytes(87)))
write("gpt", "no-blocks", b"\0\1\0\1\2\3\4" + 2 * (bytes(range(100, 132)) + b"\1" + bytes(95)))
write("interface", "id", b"\0\1" + "debian-6.1.0.conf\0".encode("utf-16-le"))
write("interface", "timeout", b"\0\1" + "4294967295\0".encode("utf-16-le"))
write("interface", "forced", b"\0\1" + "menu-force".encode("utf-16-le"))
write("interface", "hidden", b"\0\0menu-hidden")
write("interface", "long", b"\0\1" + ("x" * 384).encode("utf-16-le"))
write("interface", "list", b"\1\x20a.conf\0b.conf\0" + "€.conf".encode() + b"\0auto-reboot-to-firmware-setup\0")
write("interface", "time", b"\2" + bytes(range(40)))
write("interface", "vendor", b"\3" + "EDK II\0".encode("utf-16-le") + b"\0\0\1\0")


def file_node(path):
    content = path.encode("utf-16-le")
    return bytes([4, 4]) + number(2, 4 + len(content)) + content


write("interface", "long-image", b"\4\1" + file_node("x" * 383) + END)
write("interface", "image", b"\4\1" + PARTITION + file_node("\\EFI\\") + file_node("\\BOOT") + file_node("BOOTX64.EFI\0")
      + END)
write("edid", "two-blocks", b"\0" + bytes(126) + b"\1\0" + bytes(140))
write("edid", "wrong-sum", b"\2" + bytes(126) + b"\7\1" + bytes(300))
write("recognise", "elf", b"\0/kernel\0\x7fELF\2\1\1")
write("recognise", "pe", b"\1/kernel.bin\0MZ\x90\0")
write("recognise", "flat", b"\0/kernel.BIN\0\xf4")


def tree(reservations, structure, strings):
    block = b"".join(number.to_bytes(8, "big") for number in [*reservations, 0, 0])
    places = 40, 40 + len(block), 40 + len(block) + len(structure)
    total = places[2] + len(strings)
    return cells(0xD00DFEED, total, places[1], places[2], places[0], 17, 16, 0, len(strings),
                 len(structure)) + block + structure + strings


STRINGS = b"#address-cells\0#size-cells\0reg\0status\0"
RESERVED = (cells(1, 0) + cells(1) + b"reserved-memory\0" + cells(3, 4, 0, 2) + cells(3, 4, 15, 2) + cells(1) + b"a@1\0" +
            cells(3, 16, 27) + cells(0, 0x1000, 0, 0x800) + cells(2, 1) + b"b\0\0\0" + cells(3, 5, 31) + b"okay\0\0\0\0" +
            cells(3, 16, 27) + cells(1, 0x5000, 0, 0x2000) + cells(2, 2, 2, 9))
write("device_tree", "reserved", b"\1\x40" + tree([0x10000, 0x3000], RESERVED, STRINGS))
write("device_tree", "cut-off", b"\1\x40" + tree([], RESERVED[:-30], STRINGS))
write("device_tree", "made", b"\0\1\3\x10\x10\0\2\x37\0cell\0\x7b\0\6\1\0\0\0\x10\1\0\0\x20\0")


def overlay(*nodes):
    """What is between the braces of an overlay: (name, {property: value}, nodes…)."""
    strings = b""

    def text(content):
        return content + bytes(-len(content) % 4)

    def write_node(name, properties, *inner):
        nonlocal strings
        block = cells(1) + text(name.encode() + b"\0")
        for key, value in properties.items():
            block += cells(3, len(value), len(strings)) + text(value)
            strings += key.encode() + b"\0"
        return block + b"".join(write_node(*node) for node in inner) + cells(2)

    structure = write_node("", {}, *nodes) + cells(9)
    return tree([], structure, strings)


BUS = ("fragment@0", {"target": cells(0xFFFFFFFF)},
       ("__overlay__", {"status": b"okay\0"}, ("d", {"phandle": cells(1), "x": b"\1" + cells(1, 0xFFFFFFFF)})))
FIXUPS = ("__fixups__", {"a": b"/fragment@0:target:0\0/fragment@0/__overlay__/d:x:5\0"})
LOCAL = ("__local_fixups__", {}, ("fragment@0", {}, ("__overlay__", {}, ("d", {"x": cells(1)}))),
         ("fragment@1", {"target": cells(0)}))
LATE = ("fragment@1", {"target": cells(1)}, ("__overlay__", {"late": b""}))
LABELS = ("__symbols__", {"d": b"/fragment@0/__overlay__/d\0", "a": b"/fragment@0/__overlay__\0", "n": b"/none\0"})
BY_PATH = ("f", {"target-path": b"/a\0"}, ("__overlay__", {"phandle": cells(1)}, ("b", {}, ("c", {"y": b"z\0"}))))
write("overlay", "sound", b"\1\0\0" + overlay(BUS, LATE, LABELS, FIXUPS, LOCAL))
write("overlay", "path", b"\1\0\0" + overlay(BY_PATH))
write("overlay", "no-label", b"\1\0\0" + overlay(BUS, ("__fixups__", {"b": b"/fragment@0:target:0\0"})))
FIRST = overlay(BY_PATH, ("__symbols__", {"c": b"/f/__overlay__/b/c\0"}))
SECOND = overlay(BUS, ("__fixups__", {"c": b"/fragment@0:target:0\0"}))
write("overlay", "two", b"\1\0\1" + number(2, len(FIRST)) + FIRST + SECOND)
BASE = tree([0x1000, 0x1000], cells(1, 0, 1) + b"a\0\0\0" + cells(2, 2, 9), b"")
write("overlay", "base", b"\1\1" + number(2, len(BASE)) + BASE + b"\0" + overlay(BY_PATH))
write("overlay", "made", b"\0\7\1\0\3\3\1\0\1\2\0\1\1\0\0\1\2\1\1\1\2\7\1\0\1\0\2\1\0\7\3\1\1\1\2\0\1\1\1\0\2")

# ---- kernels ----


def note(size=36, version=1, required=0, wanted=0, stack=0, ram=0):
    return (number(4, 6) + number(4, size) + number(4, 1) + b"Baton\0\0\0" + number(4, version) + number(8, required) +
            number(8, wanted) + number(8, stack) + number(8, ram))


write("note", "plain", b"\1\x38" + note(required=3, wanted=0x100, stack=0x20000, ram=1 << 24))
write("note", "behind-another", b"\1\x50" + number(4, 4) + number(4, 4) + number(4, 3) + b"GNU\0abcd" + note() + b"\1\x38" +
      note())
write("note", "longer", b"\1\x40" + note(size=44) + number(8, 1))
write("note", "version-2", b"\1\x38" + note(version=2))


def elf(ident=b"\x7fELF\2\1\1", machine=62, stride=56, segments=()):
    return (ident.ljust(16, b"\0") + number(2, 2) + number(2, machine) + number(4, 1) + number(8, HIGH) + number(8, 64) +
            bytes(12) + number(2, 64) + number(2, stride) + number(2, len(segments)) + bytes(6) +
            b"".join(number(4, kind) + number(4, flags) + b"".join(number(8, value) for value in values)
                     for kind, flags, *values in segments))


SEGMENTS = [(1, 5, 0x1000, HIGH, 0, 0x800, 0x800, 0x1000), (1, 6, 0x2000, HIGH + 0x1000, 0, 0x10, 0x3000, 0x200000),
            (4, 4, 0x2000, HIGH, 0, 0x10, 0x10, 4)]
for name, file in {"elf": elf(segments=SEGMENTS), "32-bit": elf(ident=b"\x7fELF\1\1\1"), "arm": elf(machine=40),
                   "big-endian": elf(ident=b"\x7fELF\2\2\1"), "stride": elf(stride=55, segments=SEGMENTS),
                   "no-segments": elf(), "short": elf()[:63], "cut-off": elf(segments=SEGMENTS)[:100]}.items():
    write("image", name, b"\1\1" + number(2, 0x3000 if name != "cut-off" else 100) + file)

LOAD, NOTE, RELRO, DYNAMIC = 0, 4, 6, 7
CODE, CONSTANT, DATA = 0 << 3, 1 << 3, 2 << 3
WHOLE, WORDS = 0x40, 0x200  # the file has all of it; the size is in words and not in pages' sixteenths


def segment(how, size, offset, back=None):
    return b"\0" + number(2, how) + number(1, size) + (b"" if back is None else number(2, back)) + number(2, offset)


RELOCATED = (number(8, 0x200000) + bytes(4) + b"\0\2\x0e\1" + segment(LOAD | DATA | WHOLE, 4, 0x1000) +
             segment(1 | CONSTANT | WHOLE, 4, 0x2000) + b"\0\2\0")
WORD = b"\0" + number(2, 0x1010)
write("relocations", "rela", RELOCATED + b"\2\0\0\1" + WORD + b"\1\6\7" + WORD + b"\6\0\6\9")
write("relocations", "across-the-end", RELOCATED + b"\1\0\0\1" + b"\5\1\4" + b"\1\6\7")
write("relocations", "relr", RELOCATED + b"\0\2\0\0" + WORD + b"\2" + number(8, 0x103))
write("relocations", "plt", RELOCATED + b"\1\1\1\1" + (WORD + b"\1\6\7") * 2 + WORD)


def kernel(base, landmark, wishes=b"", dynamic=True, movable=False, relro=True, size=0x3000):
    """The rest of the input for the target plan, from the kernel on: 3 segments, and tables at 0x400 in the file."""
    words = [7, base + 0x1100, 8, 48, 9, 24, 36, base + 0x1180, 35, 16, 37, 8, 0x6FFFFFFB, 0x08000000 * movable, 0, 0]
    rela = [base + 0x2000, 8, 0x1234, base + 0x2010, 8, base + 0x3000]
    relr = [base + 0x2800, 0x8000000000000103]
    rest = bytearray(0x200)
    rest[0:len(wishes)] = wishes
    for place, numbers in ((0x40, words), (0x100, rela), (0x180, relr)):
        packed = b"".join(number(8, word) for word in numbers)
        rest[place:place + len(packed)] = packed
    segments = [segment(LOAD | CODE | WHOLE, 0x10, 0x1000), segment(LOAD | CONSTANT | WHOLE, 4, 0x400),
                segment(LOAD | DATA, 0x20, 0x2000)]
    if wishes:
        segments.append(segment(NOTE | WHOLE | WORDS, 7, 0x400, 0))
    if dynamic:
        segments.append(segment(DYNAMIC | WHOLE | WORDS, 16, 0x440, 0))
    if relro:
        segments.append(segment(RELRO | WHOLE, 0x10, 0, 0x2000))
    return (b"\0" + number(2, size) + bytes([0x40 if movable else 0, 0, len(segments), landmark, 0]) +
            b"".join(segments) + b"\0\0quiet\0" + bytes(rest))


def plan(how, facts, rest):
    return bytes([how]) + number(4, 7) + facts + rest


NO_FACTS = b"\0" + bytes(4) + b"\0\0\0"
FACTS = b"\x74" + bytes(4) + b"\4tree" + b"\1\0\0\x10\0\0\0\0" + b"\1\1\x10\0\x20" + b"\1\3\1\0\x10"
write("plan", "fixed", plan(0, NO_FACTS, kernel(HIGH, 14, dynamic=False)))
write("plan", "movable", plan(4, FACTS, kernel(HIGH, 14, note(required=0x100), movable=True)))
write("plan", "kernel-file", plan(8, FACTS, kernel(HIGH, 14, note(required=0x200, wanted=0x80), movable=True)))
write("plan", "low", plan(0, NO_FACTS, kernel(0x200000, 2, dynamic=False)))
write("plan", "absurd-file", plan(16, NO_FACTS, kernel(HIGH, 14, note(wanted=0x200), dynamic=False, size=0x3010)))
write("plan", "absurd-stack", plan(0, NO_FACTS, kernel(HIGH, 14, note(stack=-1), dynamic=False)))
write("plan", "minimum-ram", plan(0, NO_FACTS, kernel(HIGH, 14, note(required=0x40, ram=1 << 40), dynamic=False)))
write("plan", "identity", plan(0, FACTS, kernel(0xFFFF800000000000, 11, note(required=0x80), dynamic=False)))
write("plan", "flat", plan(4, NO_FACTS, b"\5" + number(2, 0x1800) + b"\3\3\0\1\x10\0\0quiet\0\xf4\xeb\xfe"))

# ---- the whole loader: a scenario of tests/fake by its place in the tables, from 1 on, then changes to it ----

FAKE = Path(__file__).resolve().parents[1] / "fake"
LISTS = re.findall(r"&(\w+)", re.search(r"\blists\[\] = {(.*?)};", (FAKE / "scenarios.c").read_text(), re.S)[1])
MAKERS = [name for file in LISTS for name in re.findall(
    r'^    {"([^"]+)", make_\w+, \d+},$', (FAKE / f"{file.replace('usual', 'scenarios')}.c").read_text(), re.M)]


def scenario(name):
    """Two bytes, since there are so many of them."""
    assert MAKERS.count(name) == 1 and 255 < len(MAKERS) < 65535, name
    return number(2, 1 + MAKERS.index(name))


SCENARIOS = {"usual": "usual place", "high": "high", "debug": "debug log", "low": "low",
             "lower-high": "lower high half, five levels", "flat": "flat", "random": "movable, random",
             "seeded": "movable, seed", "modules": "modules", "wishes": "kernel file, identity map",
             "random-identity": "random identity map", "video": "video mode", "no-such-video": "no such video mode",
             "growth": "map grows at the exit", "holes": "map full of holes at the exit",
             "holes-identity": "holes, and an identity map", "stale": "stale keys", "tree": "device tree",
             "large": "large files", "second-entry": "second entry", "mistake": "mistake in an entry",
             "no-kernel": "no kernel", "bad-module": "module with a bad sector",
             "bad-kernel": "kernel with a bad sector", "taken": "range is taken",
             "requires-memory": "requires much memory", "three-refusals": "three entries that fail",
             "stuck": "firmware does not let go", "memmap": "memmap",
             "unknown-word": "unknown argument", "linux": "linux", "program": "program",
             "program-returns": "program that returns", "driver": "driver", "program-fails": "program that fails",
             "program-then-kernel": "program that fails, then a kernel", "program-untrusted": "program, untrusted",
             "program-in-vain": "program, 32-bit, loaded all the same", "other-initrd": "linux, another's initrd",
             "bad-initrd": "linux, unreadable initrd", "no-program": "no program", "unified": "unified image",
             "unified-second": "unified image, and an older entry", "unified-broken": "unified image, broken",
             "one-shot": "one-shot entry", "saved": "saved entry", "saved-once": "saved entry, and a one-shot one",
             "saved-program": "saved entry, program", "timeout-once": "timeout by variable, one-shot",
             "aarch64": "aarch64, movable, random", "el2": "aarch64, EL2", "vhe": "aarch64, EL2 with VHE",
             "sv39": "riscv64, Sv39, identity map", "sv39-low": "riscv64, Sv39, low", "sv48": "riscv64, Sv48, Svpbmt",
             "sv39-too-low": "riscv64, Sv39, too low"}
for name, title in SCENARIOS.items():
    write("loader", name, scenario(title))


def change(kind, *values):
    """A change, by its place in loader_case.c. Numbers are bytes; larger ones come in as bytes."""
    return bytes([kind]) + b"".join(value if isinstance(value, bytes) else bytes([value]) for value in values)


def fail_call(distance, status):
    return change(0x80 + distance, status)


def set_number(file, landmark, how, value):
    return change(2, file, landmark, how, value)


def add_file(path, content):
    return change(7, path, 2 * len(content), content)


def set_header(file, kind, index, like, size, shift=0):
    return change(14, file, kind, index + 12 * like, number(2, shift), number(2, size))


def set_tag(file, slot, tag, value, of_kernel=False):
    return change(15, file, tag | slot << 4 | of_kernel << 7, number(2, value))


OWN, WIDE, KIND, DYNAMIC_HEADER = 0x80, 0x40, 4, 3  # 0x80: an address in the kernel; 0x40: 8 bytes
LONGER = set_header(1, 1, DYNAMIC_HEADER, DYNAMIC_HEADER, 0x80)
write("loader", "relro", scenario("high") + set_header(2, 4, 3, 2, 0x1FF0))
write("loader", "shared-page", scenario("high") + set_header(2, 0, 1, 1, 0x1010))
write("loader", "relr", scenario("movable, random") + LONGER + set_tag(1, 3, 7, 0x2118, True) +
      set_tag(1, 4, 8, 24) + set_tag(1, 5, 9, 8) +
      set_tag(1, 6, 0, 0) + set_number(1, 7, 6 | WIDE | OWN, number(2, 0x3130)) + set_number(1, 7, 8 | WIDE, b"\0\7") +
      set_number(1, 7, 10 | WIDE, b"\0\3"))
write("loader", "plt", scenario("movable, random") + LONGER + set_tag(1, 1, 5, 24) +
      set_tag(1, 0, 4, 0x2100, True) + set_tag(1, 2, 6, 7))
write("loader", "pie", scenario("movable, seed") + LONGER + set_tag(1, 3, 11, 0x800) + set_tag(1, 4, 0, 0) +
      set_number(1, 0, KIND, b"\0\2"))
write("loader", "nothing-but-flat", bytes(2) + add_file(2, b"\xf4\xeb\xfd") + add_file(6, b"linux flat.bin\noptions one\n"))
write("loader", "counted-entry", scenario("high") +
      add_file(7, b"title x\nversion 2\nkernel \\OS.ELF\nmodule os.elf name=self\n"))
write("loader", "claims", scenario("low") + change(12, 3, number(2, 4), number(2, 1), 0) +
      change(12, 6, bytes(2), number(2, 9), 6))
write("loader", "failures", scenario("modules") + fail_call(20, 0) + fail_call(9, 1) + fail_call(3, 2) + fail_call(30, 0))
write("loader", "half-of-the-calls", scenario("high") + fail_call(1, 0) * 60)
write("loader", "options", scenario("usual place") + change(13, 0, number(2, 14), "memmap\0".encode("utf-16-le")))
write("loader", "machine", scenario("kernel file, identity map") + change(11, number(2, 0x5000 | 7), number(2, 50), 20) +
      change(10, 10) + change(10, 11))
write("loader", "many-modules", scenario("high") +
      change(5, 1, b"kernel /os.elf\n" + b"module /os.elf\n" * 40 + b"module x\n\0"))
write("loader", "debug-growth", scenario("debug log") + change(11, bytes(2), number(2, 399), 0))
write("loader", "no-seek", scenario("high") + change(0, 55, 0, 0))
write("loader", "unknown-wish", scenario("kernel file, identity map") + set_number(1, 6, 7, b"\0\x10"))
write("loader", "one-shot-junk", scenario("high") + change(17, 0, 0x80, number(2, 7), b"a\0b\0\n\0c") +
      change(17, 4, 0x80, number(2, 900), b"x" * 900))
write("loader", "saved-anything", scenario("modules") + change(17, 1, 2) + change(17, 2, 0x40, b"a[.conf\0") +
      change(17, 0x83, 5))

KEYS = ["kernel ", "linux ", "module ", "options ", "load-address ", "memory-size ", "entry-offset ", "log-level ",
        "video ", "kaslr ", "default ", "version ", "architecture ", "efi ", "initrd "]


def add_line(file, key, value):
    return change(6, file, KEYS.index(key), value + b"\0")


def copy_file(file, path):
    return change(7, path, 1, file)


def set_program(how, status=0):
    return change(16, how, status)


IMAGE, COMES_BACK, TALKS, OTHER_INITRD = 12, 1, 2, 8  # /EFI/Linux/a.efi; what a program does
write("loader", "initrd-twice", scenario("linux") + add_line(0, "initrd ", b"one.img") + add_line(0, "initrd ", b"/TWO.img"))
write("loader", "initrd-failures", scenario("linux") + fail_call(60, 0) + fail_call(0, 0))
write("loader", "program-options", scenario("program") + add_line(0, "options ", b"\xc3\xbc \xff") +
      add_line(0, "options ", b"two") + set_program(OTHER_INITRD))
write("loader", "program-elsewhere", scenario("linux") + add_line(0, "architecture ", b"aa64") + copy_file(1, 0))
write("loader", "program-status", scenario("linux") + set_program(COMES_BACK | TALKS, 2))
write("loader", "unified-copy", scenario("unified image") + copy_file(0, IMAGE) + set_program(COMES_BACK))
write("loader", "usual-program", scenario("program") + change(8, 1, 0) + change(9, 0))
