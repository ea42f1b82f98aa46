# SPDX-License-Identifier: BSD-2-Clause
"""
Makes ELF64 files, sound ones and any kind of broken one: every header field can be given by hand.

    elf_file([segment(CODE)])                          a sound high kernel that leaves QEMU at once
    elf_file([segment(CODE)], machine=183)             the same for another machine
    elf_file([segment(CODE, filesz=1 << 20)])          its file ends before its segment does
    pie_file()                                         one that can be moved, and looks whether it was moved well
    with_sections(simple_elf(), debug_info=bytes(99))  one with sections, which no loader needs
"""

import struct
from dataclasses import dataclass, field
from typing import Dict, List, Optional, Sequence

PT_NULL, PT_LOAD, PT_DYNAMIC, PT_INTERP, PT_NOTE = 0, 1, 2, 3, 4
PT_GNU_STACK, PT_GNU_RELRO = 0x6474E551, 0x6474E552
DT_RELA, DT_RELR = 7, 36
X, W, R = 1, 2, 4
ET_REL, ET_EXEC, ET_DYN, ET_CORE = 1, 2, 3, 4
EM_386, EM_X86_64, EM_AARCH64, EM_RISCV = 3, 62, 183, 243

PAGE = 0x1000
HIGH = 0xFFFFFFFF80000000
LOW = 0x1000000  # 16 MiB: usually free
EHDR = struct.Struct("<4sBBBBB7xHHIQQQIHHHHHH")
PHDR = struct.Struct("<IIQQQQQQ")


def exit_code(value: int = 0x10) -> bytes:
    """mov eax, value; out 0xf4, eax; cli; hlt; jmp . : a kernel that only leaves QEMU."""
    return (b"\xb8" + struct.pack("<I", value) + b"\x66\xba\xf4\x00" + b"\xef" + b"\xfa\xf4\xeb\xfd")


CODE = exit_code()
TRIPLE_FAULT = b"\x6a\x00\x6a\x00\x0f\x01\x1c\x24\xcc"  # push 0; push 0; lidt [rsp]; int3


def say(port: int, text: str) -> bytes:
    """Machine code that writes the text to a port, without waiting."""
    return struct.pack("<2sH", b"\x66\xba", port) + b"".join(struct.pack("<BBB", 0xB0, byte, 0xEE)
                                                             for byte in text.encode())


@dataclass
class Segment:
    data: bytes = b""
    flags: int = R | X
    vaddr: int = HIGH
    paddr: Optional[int] = None  # vaddr in the lower half, 0 in the upper one
    offset: Optional[int] = None  # the next place in the file that is congruent to vaddr
    filesz: Optional[int] = None
    memsz: Optional[int] = None
    align: int = PAGE
    kind: int = PT_LOAD

    def place(self, end: int) -> int:
        """The offset, when the file is `end` bytes long so far."""
        if self.offset is not None:
            return self.offset
        return end + (self.vaddr - end) % PAGE


def segment(data: bytes = CODE, **fields: int) -> Segment:
    return Segment(data, **fields)


def elf_file(segments: Sequence[Segment], *, entry: Optional[int] = None, truncate: Optional[int] = None,
             append: bytes = b"", **header: int) -> bytes:
    """
    The file's bytes. `entry` is the first segment's start unless given. Header fields by name: magic, elf_class, data,
    version, abi, abi_version, type, machine, file_version, phoff, shoff, flags, ehsize, phentsize, phnum, shentsize,
    shnum, shstrndx. `truncate` cuts the file to that many bytes.
    """
    if entry is None:
        entry = segments[0].vaddr if segments else 0
    h: Dict[str, object] = {
        "magic": b"\x7fELF", "elf_class": 2, "data": 1, "version": 1, "abi": 0, "abi_version": 0, "type": ET_EXEC,
        "machine": EM_X86_64, "file_version": 1, "phoff": EHDR.size if segments else 0, "shoff": 0, "flags": 0,
        "ehsize": EHDR.size, "phentsize": PHDR.size, "phnum": len(segments), "shentsize": 0, "shnum": 0, "shstrndx": 0,
    }
    unknown = set(header) - set(h)
    if unknown:
        raise TypeError(f"no such ELF header field: {', '.join(sorted(unknown))}")
    h.update(header)
    end = EHDR.size + PHDR.size * len(segments)
    table = b""
    places: List[int] = []
    for s in segments:
        offset = s.place(end)
        places.append(offset)
        if s.offset is None:
            end = offset + len(s.data)
        paddr = s.paddr if s.paddr is not None else (s.vaddr if s.vaddr < 1 << 63 else 0)
        filesz = s.filesz if s.filesz is not None else len(s.data)
        memsz = s.memsz if s.memsz is not None else max(filesz, len(s.data))
        table += PHDR.pack(s.kind, s.flags, offset, s.vaddr, paddr, filesz, memsz, s.align)
    head = EHDR.pack(h["magic"], h["elf_class"], h["data"], h["version"], h["abi"], h["abi_version"], h["type"],
                     h["machine"], h["file_version"], entry, h["phoff"], h["shoff"], h["flags"], h["ehsize"],
                     h["phentsize"], h["phnum"], h["shentsize"], h["shnum"], h["shstrndx"])
    image = bytearray(head + table)
    for s, offset in zip(segments, places):
        if s.data and offset < 1 << 30:
            image.extend(bytes(max(0, offset + len(s.data) - len(image))))
            image[offset:offset + len(s.data)] = s.data
    image += append
    return bytes(image[:truncate] if truncate is not None else image)


def simple_elf(**header: int) -> bytes:
    """A sound high kernel of one segment."""
    return elf_file([segment()], **header)


def note(*, required: int = 0, wanted: int = 0, stack: int = 0, ram: int = 0, version: int = 1, size: int = 36,
         more: bytes = b"") -> bytes:
    """A kernel's wishes, as docs/protocol.md has their bytes in section 2; `size` is what the note says of itself."""
    return (struct.pack("<III8sI", 6, size, 1, b"Baton", version) + struct.pack("<QQQQ", required, wanted, stack, ram)
            + more)


def with_note(data: bytes, *more: "Segment", **header: int) -> bytes:
    """A sound high kernel with these bytes in a PT_NOTE segment."""
    return elf_file([segment(), Segment(data, kind=PT_NOTE, flags=R, vaddr=HIGH + PAGE, align=4), *more], **header)


PIE_WORD = 2 * PAGE + 0x200  # the word that a PIE's relocation is for, …
PIE_TARGET = 0x10  # … and the address that it is to hold


def pie_code() -> bytes:
    """Exits with success when the word at PIE_WORD holds the address of PIE_TARGET, as it is where it runs."""
    look = b"\x48\x8d\x05" + struct.pack("<i", PIE_TARGET - 7)  # lea rax, [rip + …]
    look += b"\x48\x3b\x05" + struct.pack("<i", PIE_WORD - 14)  # cmp rax, [rip + …]
    return look + b"\x75" + struct.pack("<b", len(CODE)) + CODE + exit_code(0x11)  # jne


def rela(offset: int = PIE_WORD, kind: int = 8, addend: int = PIE_TARGET) -> bytes:
    """An entry of a RELA table; 8 is R_X86_64_RELATIVE."""
    return struct.pack("<QQq", offset, kind, addend)


def pie_file(relas: bytes = b"", relrs: bytes = b"", *, word: int = 0, tags: Sequence[tuple] = (),
             **header: int) -> bytes:
    """
    A kernel that is linked at 0 and can be moved: code, then its relocations at 0x1000, then its dynamic table and the
    word to relocate. Without relocations given it has the one that it looks for.
    """
    if not relas and not relrs:
        relas = rela()
    dynamic = list(tags)
    if relas:
        dynamic += [(7, PAGE), (8, len(relas)), (9, 24)]  # DT_RELA, DT_RELASZ, DT_RELAENT
    if relrs:
        dynamic += [(36, PAGE + len(relas)), (35, len(relrs)), (37, 8)]  # DT_RELR, DT_RELRSZ, DT_RELRENT
    table = b"".join(struct.pack("<QQ", *tag) for tag in [*dynamic, (0, 0)])
    data = table.ljust(PIE_WORD - 2 * PAGE, b"\0") + struct.pack("<Q", word) + bytes(64)
    return elf_file([Segment(pie_code(), vaddr=0, offset=PAGE), Segment(relas + relrs, R, PAGE, offset=2 * PAGE),
                     Segment(data, R | W, 2 * PAGE, offset=3 * PAGE),
                     Segment(b"", R | W, 2 * PAGE, offset=3 * PAGE, filesz=len(table), align=8, kind=PT_DYNAMIC)],
                    entry=0, **{"type": ET_DYN, **header})


def with_sections(elf: bytes, symbols: Sequence[tuple] = (), text: tuple = (0, 0), **sections: bytes) -> bytes:
    """
    The file with sections .NAME behind it ('_' stands for '.' when it comes after "note"), and with symbols: name,
    value, size, kind (2 is a function); they are in the section .text, of which `text` is address and size.
    """
    SECTION = struct.Struct("<IIQQQQIIQQ")
    names, bodies = b"\0", []

    def add(name: str, kind: int, body: bytes, link: int = 0, stride: int = 0) -> None:
        nonlocal names
        bodies.append((len(names), kind, body, link, stride))
        names += name.encode() + b"\0"

    add("", 0, b"")
    add(".text", 8, b"")
    for name, body in sections.items():
        add("." + name.replace("note_", "note."), 7 if name.startswith("note") else 1, body)
    if symbols:
        strings, table = b"\0", bytes(24)
        for name, value, size, kind in symbols:
            table += struct.pack("<IBBHQQ", len(strings), 0x10 | kind, 0, 1, value, size)
            strings += name.encode() + b"\0"
        add(".symtab", 2, table, link=len(bodies) + 1, stride=24)
        add(".strtab", 3, strings)
    add(".shstrtab", 3, b"")
    bodies[-1] = (*bodies[-1][:2], names, 0, 0)
    data, headers = bytearray(elf), b""
    for name, kind, body, link, stride in bodies:
        is_text = kind == 8
        address, size, flags = (*text, 6) if is_text else (0, len(body), 0)
        headers += SECTION.pack(name, kind, flags, address, len(data) if body else 0, size, link, 0, 1, stride)
        data += body
    struct.pack_into("<Q", data, 40, len(data))
    struct.pack_into("<HHH", data, 58, SECTION.size, len(bodies), len(bodies) - 1)
    return bytes(data + headers)


def elf32_file(machine: int = EM_386) -> bytes:
    """A sound 32-bit kernel, as people build it who forget -m64."""
    head = struct.pack("<4sBBBBB7xHHIIIIIHHHHHH", b"\x7fELF", 1, 1, 1, 0, 0, ET_EXEC, machine, 1, 0x100000, 52, 0, 0,
                       52, 32, 1, 40, 0, 0)
    return head + struct.pack("<IIIIIIII", PT_LOAD, 84, 0x100000, 0x100000, len(CODE), len(CODE), R | X, PAGE) + CODE


def big_endian_elf() -> bytes:
    """A 64-bit PowerPC kernel, all its numbers big-endian."""
    head = struct.pack(">4sBBBBB7xHHIQQQIHHHHHH", b"\x7fELF", 2, 2, 1, 0, 0, ET_EXEC, 21, 1, 0x100000, 64, 0, 0, 64, 56,
                       1, 64, 0, 0)
    return head + struct.pack(">IIQQQQQQ", PT_LOAD, R | X, 120, 0x100000, 0x100000, 4, 4, PAGE) + b"\x60\0\0\0"


# BATON_FEATURE_...
FEATURES = ("FRAMEBUFFER ACPI DEVICE_TREE ENTROPY EL2 NO_EXECUTE MINIMUM_RAM IDENTITY_MAP RANDOM_SLIDE KERNEL_FILE "
            "FIVE_LEVELS").split()


def features(names: str) -> int:
    """The bits of features, by their names: "ACPI ENTROPY"."""
    return sum(1 << FEATURES.index(name) for name in names.split())


def wishes(required: str = "", wanted: str = "", *, unknown: int = 0, **fields) -> bytes:
    """note, with features by name. `unknown` are bits that are required, too."""
    return note(required=features(required) | unknown, wanted=features(wanted), **fields)


def add_segment(data: bytes, content: bytes, kind: int = PT_NOTE) -> bytes:
    """A built kernel with one program header more; that is not loaded, and what it names is at the file's end."""
    phoff, phentsize, phnum = (EHDR.unpack_from(data)[i] for i in (10, 14, 15))
    image = bytearray(data) + bytes(-len(data) % 16)
    table = data[phoff:phoff + phentsize * phnum] + PHDR.pack(kind, R, len(image), 0, 0, len(content), len(content), 4)
    image += content + bytes(-len(content) % 16)
    struct.pack_into("<Q", image, 32, len(image))
    struct.pack_into("<H", image, 56, phnum + 1)
    return bytes(image + table)


@dataclass
class ElfFacts:
    """What a test wants to know of a kernel that was built."""

    entry: int
    kind: int = 0  # ET_...
    segments: List[dict] = field(default_factory=list)
    relro: Optional[dict] = None
    dynamic: Dict[int, int] = field(default_factory=dict)  # tag -> value; the last one of each

    @property
    def base(self) -> int:
        """Where the first page is linked."""
        return self.segments[0]["vaddr"] & ~(PAGE - 1)


def read_elf(data: bytes) -> ElfFacts:
    fields = EHDR.unpack_from(data)
    entry, phoff, phentsize, phnum = fields[9], fields[10], fields[14], fields[15]
    facts = ElfFacts(entry, fields[6])
    names = ("kind", "flags", "offset", "vaddr", "paddr", "filesz", "memsz", "align")
    for i in range(phnum):
        values = dict(zip(names, PHDR.unpack_from(data, phoff + i * phentsize)))
        if values["kind"] == PT_LOAD:
            facts.segments.append(values)
        if values["kind"] == PT_GNU_RELRO and values["memsz"]:
            facts.relro = values
        if values["kind"] == PT_DYNAMIC:
            for at in range(values["offset"], values["offset"] + values["filesz"], 16):
                tag, value = struct.unpack_from("<QQ", data, at)
                facts.dynamic[tag] = value
    return facts
