# SPDX-License-Identifier: BSD-2-Clause
"""
`baton check`: for each kernel of a table it says what the loader then does with it. It looks at the very disks that the
machines boot, so that all paths are the same, and so must be the words.
"""

import re
import struct
import subprocess
import random
from dataclasses import dataclass, field
from typing import Dict, List, Sequence

import pytest

from harness import dtc
from harness.check import none_of
from harness.elfmaker import (CODE, ET_DYN, ET_REL, HIGH, PAGE, PIE_TARGET, PIE_WORD, PT_DYNAMIC, PT_INTERP, R, W, X,
                              add_segment, elf32_file, elf_file, exit_code, note, pie_file, rela, segment, simple_elf,
                              with_note, with_sections)
from harness.messages import read_messages
from harness.paths import BUILD, LOADER, PROGRAM, built, kernel
from harness.programs import AARCH64, ALL, RISCV64, X86_64
from harness.refusal import CONSOLE_PROMPT

BATON = BUILD / "baton"
RW = R | W
DATA = b"data"
FRAMEBUFFER, ACPI, DEVICE_TREE, ENTROPY, EL2, NO_EXECUTE, MINIMUM_RAM = (1 << bit for bit in range(7))
RANDOM_SLIDE, KERNEL_FILE, FIVE_LEVELS = 1 << 8, 1 << 9, 1 << 10
PT_TLS = 7
UNKNOWN = 1 << 40
SPOT = 0x200000  # free memory of a machine in QEMU
TO_FIRMWARE = "BdsDxe: failed to start|UEFI Interactive Shell"
MACHINE = ["--arch", "x64", "--memory", "256M", "--no-framebuffer"]  # as those in QEMU are


def pie_at(base: int, align: int) -> bytes:
    """A kernel that can be moved and needs no relocation, whose first segment asks for an alignment."""
    table = struct.pack("<QQ", 0, 0)
    return elf_file([segment(vaddr=base, align=align), segment(table, flags=RW, vaddr=base + PAGE),
                     segment(table, flags=RW, vaddr=base + PAGE, kind=PT_DYNAMIC)], type=ET_DYN)


def with_section_kind(elf: bytes, name: str, kind: int, flags: int = 2) -> bytes:
    """The file with a section of that type; 2 is SHF_ALLOC."""
    data = bytearray(with_sections(elf, **{name: bytes(48)}))
    headers, = struct.unpack_from("<Q", data, 40)
    struct.pack_into("<IQ", data, headers + 2 * 64 + 4, kind, flags)  # behind the empty one and .text
    return bytes(data)


@dataclass
class Row:
    """A kernel with its boot entry. `words` are regular expressions, any case, that must be in what check says."""

    name: str
    content: object
    words: Sequence[str] = ()
    lines: Sequence[str] = ()
    suffix: str = ".elf"
    key: str = "kernel"
    files: Dict[str, object] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return f"/{self.name}{self.suffix}"

    @property
    def file(self) -> str:
        return f"/loader/entries/{self.name}.conf"

    def on_disk(self, number: int = 0) -> Dict[str, object]:
        lines = [f"{self.key} {self.path}", f"sort-key {number:03}", *self.lines]
        return {self.file: "".join(f"{line}\n" for line in lines), self.path: self.content, **self.files}


GOOD = [
    Row("high", simple_elf(), [r"fixed, in the upper half", r"0xffffffff80000000-0xffffffff80000fff +R-X +4 KiB +14 b"]),
    Row("low", elf_file([segment(vaddr=SPOT)]), [r"fixed, low", r"0x0000000000200000-0x0000000000200fff +R-X"]),
    Row("shared-pages", elf_file([segment(), segment(DATA, flags=R, vaddr=HIGH + 0x800)]),
        [r"warning: .*share 1 page.*as R-X.*align segments"]),
    Row("mid-page", elf_file([segment(), segment(DATA, flags=RW, vaddr=HIGH + 0x1800)]),
        [r"warning: .*begin in the middle of a page.*align them"]),
    Row("large-bss", elf_file([segment(), segment(DATA, flags=RW, vaddr=HIGH + 0x1000, memsz=64 << 20)]),
        [r"RW- +64 MiB +4 bytes"]),
    Row("large-pages", elf_file([segment(align=2 << 20)]), [r"aligned to 2 MiB"]),
    Row("flat", CODE, [r"kind +flat", r"0x0000000000300000-.*RWX +256 KiB +14 bytes"],
        ["load-address 0x300000", "memory-size 256K"]),
    Row("no-size", CODE, [r"warning: /no-size\.bin: /loader/entries/no-size\.conf gives no memory-size.*memory-size 256K"],
        ["load-address 0x300000"], suffix=".bin"),
    Row("debug", with_sections(simple_elf(), debug_info=bytes(50000), debug_line=bytes(50000)),
        [r"warning: /debug\.elf: 97\.6 KiB of its .* are debug sections.*--strip-debug"]),
    Row("entry-in-the-middle", with_sections(elf_file([segment(b"\x90" + CODE)], entry=HIGH + 1),
                                             [("kernel", HIGH, 15, 2)]),
        [r"warning: .*0xffffffff80000001 lies in the middle of the function kernel.*ENTRY\(kernel\)"]),
    Row("wishes", with_note(note(required=NO_EXECUTE | KERNEL_FILE, wanted=FRAMEBUFFER, stack=1 << 20)),
        [r"needs +no-execute, kernel file\n", r"wants +framebuffer\n", r"stack +1 MiB\n"]),
    Row("wants-unknown", with_note(note(wanted=UNKNOWN)), [r"wants +.*40"]),
    Row("lost-note", with_sections(simple_elf(), note_baton=note(required=EL2)),
        [r"warning: .*\.note\.baton.*PT_NOTE.*KEEP\(\*\(\.note\.baton\)\)"]),
    Row("thread-locals", add_segment(simple_elf(), bytes(16), PT_TLS),
        [r"warning: /thread-locals\.elf: has thread-local variables \(PT_TLS\).*base of FS"]),
    Row("lost-dynamic", with_section_kind(simple_elf(), "dynamic", 6),
        [r"fixed", r"warning: /lost-dynamic\.elf: .*no PT_DYNAMIC segment",
         r"\.dynamic : \{ \*\(\.dynamic\) \} :data :dynamic"]),
    Row("lost-rela", with_section_kind(simple_elf(), "rela.dyn", 4), [r"warning: .*no PT_DYNAMIC segment"]),
    Row("lost-relr", with_section_kind(simple_elf(), "relr.dyn", 19), [r"warning: .*no PT_DYNAMIC segment"]),
    Row("fixed-slide", with_note(note(wanted=RANDOM_SLIDE)),
        [r"warning: .*wants a random slide, but .*only the direct map is moved.*-static-pie"]),
    Row("pie-unaligned", pie_at(0x1000, 2 << 20),
        [r"movable", r"warning: /pie-unaligned\.elf: .*aligned to 2 MiB \(p_align\).*linked at 0x1000.*multiple"]),
    Row("pie-rela", pie_file(), [r"movable"]),
    Row("pie-relr", pie_file(relrs=struct.pack("<Q", PIE_WORD), word=PIE_TARGET), [r"movable"]),
    Row("program", built(PROGRAM), [r"kind +EFI program: the firmware loads and starts it\n", r"file +[\d.]+ KiB\n"],
        ["options leave"], suffix=".efi"),
    Row("linux", built(PROGRAM),
        [r"kind +EFI program", r"initrd +/boot/one\.img, 1000 bytes\n", r"initrd +/boot/two\.img, 1 byte\n",
         r"warning: /loader/entries/linux\.conf: 'module' does nothing for an EFI program; Linux takes 'initrd'"],
        ["initrd /boot/one.img", "initrd /boot/two.img", "module /boot/one.img", "options initrd leave"], key="linux",
        suffix=".efi", files={"boot/one.img": bytes(1000), "boot/two.img": b"2"}),
    Row("pie-both", pie_file(rela(PIE_WORD + 8) + rela(), struct.pack("<QQ", PIE_WORD + 16, 1), word=1), [r"movable"]),
]

COPY = ["copy it again"]
SCRIPT = [r"PHDRS", r"ALIGN\(4096\)"]
BAD = [
    Row("empty", b"", ["is empty", *COPY]),
    Row("text", b"#!/bin/sh\n", ["not an ELF file", "load-address 0x100000"]),
    Row("not-efi", simple_elf(), ["is not an EFI program: its .* do not begin with MZ", "right file"],
        ["options none"], key="efi"),
    Row("initrd-missing", built(PROGRAM), ["/nothing/here: there is no such file"], ["initrd /nothing/here"],
        key="linux"),
    Row("bits32", elf32_file(), ["32-bit", "-m64"]),
    Row("aarch64", simple_elf(machine=183), ["built for aarch64"]),
    Row("cut-header", simple_elf(truncate=40), ["truncated", *COPY]),
    Row("cut-segment", elf_file([segment(CODE, filesz=1 << 20)]), ["truncated", *COPY]),
    Row("object", simple_elf(type=ET_REL), ["object file", "link it with ld"]),
    Row("interpreter", elf_file([segment(), segment(b"/lib/ld.so\0", kind=PT_INTERP, vaddr=HIGH + 0x100)]),
        ["PT_INTERP", "-static"]),
    Row("wx-segment", elf_file([segment(CODE, flags=R | W | X)]), ["writable and executable", *SCRIPT]),
    Row("wx-page", kernel("layout-wxpage.elf"), ["code and writable data", *SCRIPT]),
    Row("both-halves", elf_file([segment(vaddr=SPOT), segment(DATA, flags=RW, vaddr=HIGH)]), ["both halves"]),
    Row("overlap", elf_file([segment(), segment(DATA, flags=RW, vaddr=HIGH + 8)]), ["overlap"]),
    Row("wrap", elf_file([segment(), segment(DATA, flags=RW, vaddr=(1 << 64) - 0x1000, memsz=0x3000)]), ["wraps"]),
    Row("nowhere", elf_file([segment(vaddr=0x9000000000000000)]), ["not in the lower half"]),
    Row("entry-outside", simple_elf(entry=HIGH + 0x2000), ["not in an executable segment", r"ENTRY\("]),
    Row("page-zero", elf_file([segment(vaddr=0)]), ["linked at address 0"]),
    Row("too-large", elf_file([segment(), segment(DATA, flags=RW, vaddr=HIGH + 0x1000, memsz=1 << 30)]),
        ["needs 1048580 KiB", "more memory", "this machine.*made up"]),
    Row("flat-small", CODE * 100, ["memory-size is 100"], ["load-address 0x300000", "memory-size 100"]),
    Row("flat-entry", CODE, ["entry-offset 0x1000"], ["load-address 0x300000", "entry-offset 0x1000"]),
    Row("module-missing", simple_elf(), ["/nothing/here: there is no such file"], ["module /nothing/here"]),
    Row("needs-unknown", with_note(note(required=UNKNOWN)), ["require|needs", "40"]),
    Row("needs-el2", with_note(note(required=EL2)), ["EL2"]),
    Row("needs-screen", with_note(note(required=FRAMEBUFFER)), ["framebuffer"]),
    Row("needs-memory", with_note(note(required=MINIMUM_RAM, ram=1 << 45)), ["requires 34359738368 KiB of RAM", "this machine.*made up"]),
    Row("note-version", with_note(note(version=2)), ["version 2"]),
    Row("note-cut", with_note(note(size=32)[:-4]), ["note"]),
    Row("two-notes", with_note(note() + note()), ["note"]),
    Row("pie-type", pie_file(rela(kind=1)), ["relocation"]),
    Row("pie-text", pie_file(rela(offset=4)), ["relocation"]),
    Row("pie-outside", pie_file(rela(offset=1 << 30)), ["relocation"]),
    Row("pie-odd", pie_file(relrs=struct.pack("<Q", PIE_WORD + (1 << 40))), ["relocation"]),
    Row("pie-needed", pie_file(tags=[(1, 1)]), ["library|shared|DT_NEEDED"]),
]


def check(*words, code=None):
    """What `baton check` says on standard output."""
    done = subprocess.run([str(word) for word in (built(BATON), "check", *words)], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, errors="replace", timeout=60)
    if code is not None:
        assert done.returncode == code, f"exit code {done.returncode}\n{done.stdout}{done.stderr}"
        assert done.stderr == "" or code == 2
    return done.stdout


def judged(text, disk) -> Dict[str, str]:
    """What check said of each entry of a disk: the entry's path → its part."""
    parts = re.split(rf"^{re.escape(str(disk))}:(\S+?)(?: \(default\))?: ", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2]))


def messages(text, level, indent="") -> List[str]:
    """The messages of that level, blanks made equal; those of check begin with two."""
    parts = re.split(rf"^(?={indent}(?:error|warning|info|debug): )", text, flags=re.MULTILINE)
    return [plain(part) for part in parts if part.startswith(f"{indent}{level}: ")]


def plain(text):
    """On one line; what a machine has in memory is its own."""
    return re.sub(r"(this machine has) \d+ KiB", r"\1 some KiB", " ".join(text.split()))


def complaints(row, text) -> List[str]:
    one_line = " ".join(text.split(" "))
    return [f"{row.name}: no {word!r} in {text!r}" for word in row.words
            if not re.search(word, one_line, re.IGNORECASE | re.DOTALL)]


def volume(rows):
    files = {}
    for number, row in enumerate(rows):
        files.update(row.on_disk(number))
    return {"EFI/BOOT/BOOTX64.EFI": built(LOADER), "loader/loader.conf": "log-level info\n", **files}


# ---- the table ----

@pytest.mark.parametrize("row", GOOD, ids=lambda row: row.name)
def test_good_kernels(disk, start, row):
    """Check says that it boots, and it does, with the same warnings."""
    path = disk(volume([row]))
    text = judged(check(*MACHINE, path, code=0), path)[row.file]
    assert text.startswith("boots") and not messages(text, "error", "  ")
    none_of(complaints(row, text))
    machine = start(path, cpu="qemu64,+rdrand")  # which gives random numbers, as check thinks
    machine.expect_success(60)
    said = messages(machine.e9.text, "warning")
    found = messages(text, "warning", "  ")
    assert [message for message in found if message in said] == said, (found, said)


def test_bad_kernels(disk, start):
    """Check says of each what the loader says, word by word."""
    path = disk(volume(BAD))
    parts = judged(check(*MACHINE, path, code=1), path)
    assert list(parts) == [row.file for row in BAD]
    wrong = []
    for row in BAD:
        part = parts[row.file]
        if not part.startswith("does not boot\n"):
            wrong.append(f"{row.name}: {part}")
        wrong += complaints(row, part)
    machine = start(path)
    for _ in BAD:
        match = machine.wait_for(f"{CONSOLE_PROMPT}|{TO_FIRMWARE}", timeout=30)
        if re.match(TO_FIRMWARE, match.group(0)):
            break
        machine.send("\r")
    machine.wait_for(TO_FIRMWARE, timeout=30)
    machine.e9.update()
    pieces = re.split(r"^info: booting \S+ \((\S+)\)$", machine.e9.text, flags=re.MULTILINE)
    said = {file: [plain(message) for message in read_messages(text)] for file, text in zip(pieces[1::2], pieces[2::2])}
    for row in BAD:
        if said.get(row.file) != messages(parts[row.file], "error", "  "):
            wrong.append(f"{row.name}: the loader says {said.get(row.file)}, and check {parts[row.file]}")
    none_of(wrong)


def test_kernels_by_themselves(tmp_path):
    """Without a disk: the same verdicts, the exit code for all of them, and one heading each."""
    def write(row):
        path = tmp_path / row.path.lstrip("/")
        path.write_bytes(row.content.read_bytes() if hasattr(row.content, "read_bytes") else row.content)
        return path

    good = [write(row) for row in GOOD if not row.lines] + [built(PROGRAM)]
    bad = [write(row) for row in BAD if not row.lines]
    text = check(*MACHINE, *good, code=0)
    assert re.findall(r"^(\S+): boots", text, re.MULTILINE) == [str(path) for path in good]
    text = check(*MACHINE, *good, *bad, code=1)
    assert re.findall(r"^(\S+): does not boot$", text, re.MULTILINE) == [str(path) for path in bad]
    text = check(*MACHINE, "--quiet", *bad, code=1)
    assert len(messages(text, "error", "  ")) == len(bad)


# ---- what else is on a volume ----

CONFIGURATION = {
    "loader/loader.conf": "default b*\ntimeot 3\n",
    "loader/entries/a.conf": "kernel /boot/good.elf\nmodule /boot/good.elf\nfoo bar\n",
    "loader/entries/b.conf": "kernel /BOOT/Good.ELF\n",
    "loader/entries/c.conf": "kernel /boot/none.elf\nmodule /boot\nmodule /boot/neither\n",
    "loader/entries/d.conf": "kernel /boot/good.elf\narchitecture aa64\n",
    "loader/entries/e.conf": "efi /boot/good.efi\ninitrd /boot/good.elf\n",
    "loader/entries/f.conf": "title none\n",
    "loader/entries/g.conf": "kernel /boot/good.elf\nload-address 17\n",
    "loader/entries/.h.conf": "kernel /boot/none.elf\n",
    "boot/good.elf": simple_elf(),
    "boot/good.efi": built(PROGRAM).read_bytes(),
}


@pytest.fixture
def folder(tmp_path):
    """folder(files): a folder of the host with these files."""

    def make(files, name="volume"):
        root = tmp_path / name
        root.mkdir()
        for path, content in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(content.encode() if isinstance(content, str) else content)
        return root

    return make


def test_heading_and_exit_code_agree(folder):
    """What cannot be read does not boot; what is left out is nobody's mistake."""
    good = {"loader/entries/a.conf": "kernel /k.elf\n", "k.elf": simple_elf()}
    unreadable = {"loader/entries/b.conf": "kernel /k.elf\nload-address 17\n"}
    text = check(folder({**good, **unreadable}, "unreadable"), code=1)
    assert re.match(r"\S+/unreadable: 1 of 2 entries boots\n", text)
    text = check(folder({**good, "loader/loader.conf": "log-level loud\n"}, "mistake"), code=1)
    assert re.match(r"\S+/mistake: 1 of 1 entry boots\n", text)
    other = {"loader/entries/b.conf": "kernel /k.elf\narchitecture aa64\n"}
    assert re.match(r"\S+/other: boots: 1 of 2 entries boots\n", check(folder({**good, **other}, "other"), code=0))


def test_configuration(disk, folder):
    """Each entry is judged, in the loader's order, on a disk as in a folder."""
    image, root = disk({"EFI/BOOT/BOOTX64.EFI": built(LOADER), **CONFIGURATION}), folder(CONFIGURATION)
    text = check(root, code=1)
    assert text.replace(str(root), str(image)) == check(image, code=1)
    assert text.startswith(f"{root}: 3 of 7 entries boot\n  warning: /loader/loader.conf:2: unknown key 'timeot'")
    parts = judged(text, root)
    verdicts = {file[-6:-5]: part.split("\n")[0] for file, part in parts.items()}
    assert list(verdicts.items()) == [("b", "boots"), ("e", "boots"), ("c", "does not boot"),
                                      ("a", "boots, with 1 warning"), ("d", "is left out"), ("f", "is left out"),
                                      ("g", "cannot be read")]
    assert f"{root}:/loader/entries/b.conf (default): " in text
    for file, words in {"a": [r"module +/boot/good\.elf", "a.conf:3: unknown key 'foo'"],
                        "c": ["error: /boot/none.elf: .*no such file", "error: /boot: is a folder",
                              "error: /boot/neither: .*no such file"],
                        "d": ["info: .*architecture aa64"], "e": ["kind +EFI program", r"initrd +/boot/good\.elf"],
                        "f": ["warning: .*names no kernel"], "g": ["error: .*g.conf:2: load-address"]}.items():
        none_of(word for word in words if not re.search(word, parts[f"/loader/entries/{file}.conf"]))


BOARD = f"/memreserve/ {SPOT:#x} 0x1000; / {{ bus: bus {{}}; }};"


@pytest.mark.parametrize("lines, files, words", [
    ("devicetree /b.dtb\ndevicetree-overlay /o.dtbo", {}, None),
    ("", {}, "requires device tree (feature 2), but the firmware gives none"),
    ("devicetree /b.dtb", {"b.dtb": None}, "/b.dtb: there is no such file"),
    ("devicetree /b.dtb", {"b.dtb": b"short"}, "/b.dtb: has 5 bytes, and so is no device tree"),
    ("devicetree /b.dtb", {"b.dtb": bytes(100)}, "/b.dtb: is no device tree that can be read, or truncated"),
    ("devicetree /b.dtb", {"b.dtb": dtc.compiled(BOARD)[:-1]}, "/b.dtb: is no device tree that can be read"),
    ("devicetree /b.dtb\ndevicetree-overlay /o.dtbo", {"b.dtb": dtc.compiled("/ { };")}, "the label 'bus'"),
    ("devicetree /b.dtb\ndevicetree-overlay /none", {}, "/none: there is no such file"),
    ("devicetree-overlay /none", {}, "/none: there is no such file"),
    ("devicetree /b.dtb\nload-address 2M\nmemory-size 4K", {"k.elf": CODE}, "is taken by a reservation of the device tree's"),
])
def test_device_trees(folder, lines, files, words):
    """The kernel requires one, which the entry has for it."""
    files = {"loader/entries/a.conf": f"kernel /k.elf\n{lines}\n", "k.elf": with_note(note(required=DEVICE_TREE)),
             "b.dtb": dtc.compiled(BOARD), "o.dtbo": dtc.overlay("&bus { status = \"okay\"; };"), **files}
    text = check(folder({path: content for path, content in files.items() if content is not None}), code=bool(words))
    assert words is None or words in plain(text)


def test_linux_with_initrds(folder):
    """As a distribution lays it out: what boots, and of what does not, which file is missing."""
    linux = {"os/6.1/linux": built(PROGRAM).read_bytes(), "os/6.1/initrd.img": bytes(5000), "os/ucode.img": b"",
             "loader/entries/a.conf": "title An OS\nlinux /os/6.1/linux\ninitrd /os/ucode.img\n"
                                      "initrd /os/6.1/initrd.img\noptions root=LABEL=os rw\n"}
    root = folder(linux)
    text = check("--strict", root, code=0)
    assert text.startswith(f"{root}: boots: 1 of 1 entry boots\n")
    assert re.search(r"^ +kind +EFI program.*\n +file .*\n +initrd +/os/ucode\.img, .*\n"
                     r" +initrd +/os/6\.1/initrd\.img, 4\.8 KiB", judged(text, root)["/loader/entries/a.conf"],
                     re.MULTILINE)
    del linux["os/ucode.img"]
    root = folder(linux, "less")
    text = judged(check(root, code=1), root)["/loader/entries/a.conf"]
    assert messages(text, "error", "  ") == ["error: /os/ucode.img: there is no such file on its volume. Check the path; "
                                             "it begins at the volume's root."]


def test_volume_without_configuration(folder):
    assert re.search(r"volume:/kernel\.elf \(default\): boots$", check(folder({"kernel.elf": simple_elf()}), code=0), re.M)
    assert "There is no kernel to boot" in check(folder({"other.elf": simple_elf()}, "other"), code=1)


def test_files_and_folders_in_each_others_place(folder):
    """In the loader's words; a file in place of the entries' folder keeps the usual kernel from being booted."""
    kernel_file = {"kernel.elf": simple_elf()}
    text = check(folder({**kernel_file, "loader/entries": "kernel /kernel.elf\n"}, "entries"), code=1)
    assert re.search(r"^  error: /loader/entries: is a file, not a folder\. Make it a folder", text, re.M)
    assert "kernel.elf" not in text
    text = check(folder({**kernel_file, "loader/loader.conf/within": ""}, "conf"), code=1)
    assert re.search(r"^  error: /loader/loader\.conf: is a folder, not a file", text, re.M)
    assert re.search(r":/kernel\.elf \(default\): boots$", text, re.M)


def test_disk_without_loader_or_partition(disk, tmp_path):
    image = disk({"kernel.elf": simple_elf()})
    assert re.search(r"^  warning: .*no /EFI/BOOT/BOOTX64\.EFI", check(image, code=0), re.MULTILINE)
    sector = tmp_path / "sector.img"
    sector.write_bytes(bytes(510) + b"\x55\xaa" + bytes(4096))
    done = subprocess.run([built(BATON), "check", sector], capture_output=True, text=True)
    assert done.returncode == 2 and "has no EFI system partition" in done.stderr


# ---- options and exit codes ----

@pytest.mark.parametrize("words, said", [
    ([], "Name a kernel, a disk image or a folder"),
    (["--memory", "lots", "."], "--memory lots: expected a size"),
    (["--arch", "sparc", "k.elf"], "--arch sparc: expected x86_64, aarch64 or riscv64"),
    (["--el2", "."], "--el2: only aarch64 machines have that, and this is x86_64"),
    (["--levels", "5", "--arch", "arm64", "."], "--levels 5: page tables of aarch64 have 4"),
    (["--levels", "3", "."], "--levels 3: page tables of x86_64 have 4 to 5"),
    (["/nothing/here"], "/nothing/here: No such file or directory"),
    (["--strikt", "k.elf"], "did you mean --strict?"),
])
def test_mistakes(words, said):
    done = subprocess.run([built(BATON), "check", *words], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "") and said in done.stderr


def test_exit_codes(tmp_path):
    good, poor, bad = (tmp_path / name for name in ("good.elf", "poor.elf", "bad.elf"))
    good.write_bytes(simple_elf())
    poor.write_bytes(elf_file([segment(), segment(DATA, flags=RW, vaddr=HIGH + 0x1800)]))
    bad.write_bytes(simple_elf(machine=3))
    assert check("--quiet", "--strict", good, code=0) == ""
    check(poor, code=0)
    check("--strict", poor, code=1)
    check(good, bad, code=1)
    assert "good.elf: boots" in check(bad, tmp_path / "none.elf", good, code=2)
    check("--levels", "5", good, code=0)
    large = tmp_path / "large.elf"
    large.write_bytes(elf_file([segment(), segment(DATA, flags=RW, vaddr=HIGH + 0x1000, memsz=1 << 30)]))
    check(large, code=0)
    assert "512 MiB of memory" in check("--memory", "512M", large, code=1)


# ---- other machines ----

@pytest.mark.parametrize("architecture", ALL, ids=lambda architecture: architecture.name)
def test_a_kernel_is_judged_for_its_own_machine(tmp_path, architecture):
    """Unless another one is asked for; and each kind of machine has what it mostly has."""
    path = tmp_path / "k.elf"
    path.write_bytes(with_note(note(required=ENTROPY | FRAMEBUFFER), machine=architecture.elf))
    assert f"{path}: boots\n" in check(path, code=0)
    for other in ALL:
        text = plain(check("--arch", other.name, path, code=int(other != architecture)))
        assert (f"is built for {architecture.name.rstrip('64' if architecture is RISCV64 else '')} (ELF machine "
                f"{architecture.elf})" in text) == (other != architecture)
    path.write_bytes(with_note(note(required=MINIMUM_RAM, ram=1 << 45), machine=architecture.elf))
    tables = {"x86_64": "page tables of 4 levels, a framebuffer, ACPI, no device tree",
              "aarch64": "page tables of 4 levels, a framebuffer, ACPI, no device tree",
              "riscv64": "page tables of 3 levels, a framebuffer, no ACPI, a device tree"}[architecture.name]
    assert f"is made up: {architecture.name}, 4 GiB of memory, {tables}, random" in plain(check(path, code=1))


@pytest.mark.parametrize("architecture, feature, missing, there, said", [
    (RISCV64, ACPI, [], ["--acpi"], "gives no valid ACPI tables"),
    (RISCV64, DEVICE_TREE, ["--no-device-tree"], [], "requires device tree (feature 2), but the firmware gives none"),
    (RISCV64, FIVE_LEVELS, ["--levels", "5"], None, "only x86_64 machines have that"),
    (AARCH64, EL2, [], ["--el2"], "requires EL2 (feature 4), but the firmware starts programs at EL1"),
    (AARCH64, EL2, ["--el2", "--no-vhe"], ["--el2"], "EL2 of this processor has no upper half of addresses (no VHE)"),
    (RISCV64, EL2, [], None, "only aarch64 machines have that"),
], ids=lambda value: None)
def test_features_of_other_machines(tmp_path, architecture, feature, missing, there, said):
    path = tmp_path / "k.elf"
    path.write_bytes(with_note(note(required=feature), machine=architecture.elf))
    assert said in plain(check(*missing, path, code=1))
    if there is not None:
        check(*there, path, code=0)


def test_a_disk_for_several_machines(folder):
    """Each machine is judged by what is for it; entries of others are not told again on each."""
    files = {f"EFI/BOOT/{one.loader}": b"" for one in ALL}
    for one in (X86_64, AARCH64):
        files[f"loader/entries/{one.entry}.conf"] = f"kernel /{one.entry}.elf\narchitecture {one.entry}\n"
        files[f"{one.entry}.elf"] = simple_elf(machine=one.elf)
    root = folder(files)
    text = check(root, code=0)
    assert re.findall(rf"^{root}(.*): (boots.*)$", text, re.M) == [
        (" on x86_64", "boots: 1 of 1 entry boots"), (":/loader/entries/x64.conf (default)", "boots"),
        (" on aarch64", "boots: 1 of 1 entry boots"), (":/loader/entries/aa64.conf (default)", "boots")], text
    assert "riscv64" not in check("--arch", "arm64", root, code=0)
    assert "nothing on it boots" in check("--arch", "riscv64", root, code=1)
    # Without its key an entry is shown on every machine, and refused on all but one.
    (root / "loader/entries/aa64.conf").write_text("kernel /aa64.elf\n")
    text = plain(check(root, code=1))
    assert "on x86_64: 1 of 2 entries boots" in text and "is built for aarch64 (ELF machine 183)" in text


def test_a_disk_whose_kernels_are_for_one_of_its_machines(folder):
    """It is no mistake that it has loaders for others."""
    files = {f"EFI/BOOT/{one.loader}": b"" for one in ALL}
    root = folder({**files, "loader/entries/k.conf": "kernel /k.elf\n", "k.elf": simple_elf(machine=RISCV64.elf)})
    assert re.findall(rf"^{root}.*?: (boots.*)$", check(root, code=0), re.M) == ["boots: 1 of 1 entry boots", "boots"]
    nothing = folder(files, "nothing")
    assert check(nothing, code=1).count("There is no kernel to boot") == 1


def test_random_numbers(tmp_path):
    """A kernel that is moved at random, and one that requires what is not there."""
    path = tmp_path / "random.elf"
    path.write_bytes(with_note(note(required=ENTROPY)))
    assert re.search(r"^  needs    entropy$", check(path, code=0), re.MULTILINE)
    assert "requires entropy (feature 3)" in check("--no-random", path, code=1)


@pytest.mark.parametrize("feature, there, missing, said", [
    (ACPI, [], ["--no-acpi"], "gives no valid ACPI tables"),
    (DEVICE_TREE, ["--device-tree"], [], "requires device tree (feature 2), but the firmware gives none"),
    (FIVE_LEVELS, ["--levels", "5"], [], "the firmware has set up four"),
    (FRAMEBUFFER, [], ["--no-framebuffer"], "no screen"),
])
def test_each_feature_has_its_option(tmp_path, feature, there, missing, said):
    path = tmp_path / "kernel.elf"
    path.write_bytes(with_note(note(required=feature)))
    assert re.search(r"^  needs  ", check(*there, path, code=0), re.MULTILINE)
    text = plain(check(*missing, path, code=1))
    assert said in text and "is made up" in text and (" no ACPI, " in text) == ("--no-acpi" in missing)


def test_no_warning_without_a_reason(tmp_path):
    """Relocations that are only in the file, thread-local data that is empty, and kernels that are aligned well."""
    for number, content in enumerate([
            with_section_kind(simple_elf(), "rela.text", 4, flags=0), add_segment(simple_elf(), b"", PT_TLS),
            with_section_kind(pie_file(), "dynamic", 6), pie_at(0, 2 << 20), pie_at(HIGH, 2 << 20),
            pie_at(HIGH + PAGE, 2 << 20), pie_at(0, 3 << 20)]):
        path = tmp_path / f"{number}.elf"
        path.write_bytes(content)
        assert f"{number}.elf: boots\n" in check("--strict", path, code=0)


def test_alignment_of_random_places(tmp_path):
    """They are multiples of 2 MiB."""
    path, entry = tmp_path / "kernel.elf", tmp_path / "test.conf"
    path.write_bytes(pie_at(0, 4 << 20))
    check("--strict", path, code=0)
    entry.write_text("kaslr on\n")
    assert re.search("more than 2 MiB is misplaced. Align to 2 MiB at most", check("--config", entry, path, code=0))


def test_entry_file_for_a_kernel(tmp_path):
    flat, entry = tmp_path / "flat.bin", tmp_path / "test.conf"
    flat.write_bytes(CODE)
    entry.write_text("kernel /other\nload-address 2M\nmemory-size 1M\n")
    text = check("--strict", "--config", entry, flat, code=0)
    assert re.search(r"0x0000000000200000-0x00000000002fffff  RWX +1 MiB", text)
    entry.write_text("load-address 17\n")
    assert "test.conf:1: load-address 17" in subprocess.run([built(BATON), "check", "--config", entry, flat],
                                                            capture_output=True, text=True).stderr


def test_garbage_is_survived(tmp_path):
    """Whatever sections and symbols say: a verdict, and no crash."""
    whole = with_sections(simple_elf(), [("kernel", HIGH, 14, 2), ("baton_wishes", HIGH, 56, 1)],
                          debug_info=bytes(100), note_baton=note())
    start = len(simple_elf())
    chance = random.Random(4)
    paths = []
    for number in range(300):
        data = bytearray(whole)
        for _ in range(chance.randrange(1, 12)):
            at = chance.choice([*range(40, 48), *range(58, 64), *[chance.randrange(start, len(data))] * 14])
            data[at] = chance.choice([0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)])
        paths.append(tmp_path / f"{number}.elf")
        paths[-1].write_bytes(data[:chance.choice([len(data), chance.randrange(start, len(data))])])
    for first in range(0, len(paths), 50):
        some = paths[first:first + 50]
        text = check(*some, code=0)
        assert re.findall(r"^(\S+): boots", text, re.MULTILINE) == [str(path) for path in some]
