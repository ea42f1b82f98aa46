# SPDX-License-Identifier: BSD-2-Clause
"""
What docs/protocol.md promises, checked against a report. Each check yields one line for each promise that was broken,
so that one boot tells all.
"""

from typing import Iterable, Iterator, List, Mapping, Optional, Tuple

from .paths import TREE
from .report import (FACTS, ACPI_NVS, ACPI_RECLAIMABLE, BATON, BOOT_SERVICES, FREE, KERNEL, LOADER, MAGIC, MMIO, MODULE,
                     NEVER_MAPPED, PAGE, PAGE_TABLES, RUNTIME_CODE, RUNTIME_DATA, SECURE_BOOT_SETUP, SPECIFIC_PURPOSE, STACK,
                     TRAMPOLINE, UNUSABLE, USABLE, WITHHELD, FIRMWARE_TABLES, FRAMEBUFFER, Report)

UPPER_HALF = 1 << 63
STACK_SIZE = 0x10000
MEMORY_STRIDE = 32
STAGES = "start gather choose open plan reserve load build leave seal".split()
CACHE_WRITE_BACK = 0
CACHE_WRITE_COMBINING = 5
PAT = 0x0000010500070406
ATTRIBUTE_WB = 8

# What the firmware may have called memory of a kind.
EFI_TYPES = {
    USABLE: {7}, BOOT_SERVICES: {3, 4}, LOADER: {1, 2}, TRAMPOLINE: {1, 2}, PAGE_TABLES: {1, 2}, BATON: {1, 2},
    STACK: {1, 2}, KERNEL: {1, 2}, MODULE: {1, 2}, ACPI_RECLAIMABLE: {9}, ACPI_NVS: {10}, RUNTIME_CODE: {5},
    RUNTIME_DATA: {6}, MMIO: {11, 12}, UNUSABLE: {8},
}
PLACED = {PAGE_TABLES, BATON, MODULE, TRAMPOLINE, KERNEL, STACK}
IN_DIRECT_MAP = {USABLE, BOOT_SERVICES, LOADER, ACPI_RECLAIMABLE, ACPI_NVS, RUNTIME_CODE, RUNTIME_DATA,
                 SPECIFIC_PURPOSE, FIRMWARE_TABLES} | PLACED
READ_ONLY = {RUNTIME_CODE, FIRMWARE_TABLES}
LOW_END = 1 << 47
HIGH_DIRECT_MAP = 0xFFFF800000000000
HIGH_DIRECT_MAP_2 = 0xFFFFC00000000000
DIRECT_WINDOW = 32 << 40
GIB = 1 << 30
INTERRUPT_GATE = 0x8E  # present, for ring 0

Range = Tuple[int, int]


def subtract(whole: Range, parts: Iterable[Range]) -> List[Range]:
    """What of `whole` no part covers."""
    left = [whole]
    for start, end in parts:
        left = [piece for low, high in left for piece in ((low, min(high, start)), (max(low, end), high))
                if piece[0] < piece[1]]
    return left


def show(start: int, end: int) -> str:
    return f"{start:#x}-{end:#x}"


def is_high(report: Report) -> bool:
    return report.number("baton.kernel.address") >= UPPER_HALF


def check_cpu(report: Report, levels: int) -> Iterator[str]:
    expected = {
        "entry.other_registers": 0, "entry.rdi": report.number("baton.address"), "entry.return_address": 0,
        "entry.rflags": 2, "entry.cr0": 0x80010033, "entry.cr4": 0x6E0 | (0x1000 if levels == 5 else 0),
        "entry.cr8": 0, "entry.efer": 0xD00, "entry.pat": PAT, "entry.mxcsr": 0x1F80, "entry.fpu_control": 0x37F,
        "entry.fpu_status": 0, "entry.gdt_limit": 5 * 8 - 1, "entry.idt_limit": 32 * 16 - 1,
        "entry.mask_first": 0xFF, "entry.mask_second": 0xFF,
    }
    for key, value in expected.items():
        if report.number(key) != value:
            yield f"{key} is {report.number(key):#x} instead of {value:#x}"
    if report.number("entry.rsp") % 16 != 8:
        yield f"rsp is {report.number('entry.rsp'):#x}, not as after a call"
    names = "cs ss ds es fs gs tr ldtr".split()
    selectors = dict(zip(names, (int(word, 16) for word in report.values["entry.selectors"].split())))
    for name, value in {"cs": 8, **dict.fromkeys(("ss", "ds", "es", "fs", "gs"), 0x10), "tr": 0x18,
                        "ldtr": 0}.items():
        if selectors[name] != value:
            yield f"{name} is {selectors[name]:#x} instead of {value:#x}"
    yield from check_descriptors(report)


def trampoline_code(report: Report) -> Range:
    """Physical: what is mapped executable where it lies."""
    inside = [(m.physical, m.physical + m.size) for m in report.mappings
              if m.execute and m.address == m.physical and (report.entry_at(m.physical) or report.memory[0]).kind
              == TRAMPOLINE]
    return inside[0] if inside else (0, 0)


def check_descriptors(report: Report) -> Iterator[str]:
    """GDT, TSS and IDT lie in the trampoline's data; every exception leads to its code."""
    for table in ("gdt", "idt", "tss", "tss_ist1"):
        base = report.number(f"entry.{table}") - (table == "tss_ist1")
        mapping = report.mapping_at(base)
        entry = report.entry_at(mapping.physical + base - mapping.address) if mapping else None
        if not entry or entry.kind != TRAMPOLINE:
            yield f"the {table} at {base:#x} is in memory of kind {entry and entry.kind}, not the trampoline's"
        elif not mapping.write or mapping.execute:
            yield f"the {table} at {base:#x} is not in the trampoline's data"
    words = report.numbers("entry.gdt_words")
    accessed = 1 << 40
    if words[0] != 0 or words[1] | accessed != 0x00AF9B000000FFFF or words[2] | accessed != 0x00CF93000000FFFF:
        yield f"the GDT's words are {[hex(word) for word in words]}"
    start, end = trampoline_code(report)
    for vector in range(32):
        gate = report.gates[vector]
        if (gate.vector, gate.selector, gate.stack, gate.attributes) != (vector, 8, 1, INTERRUPT_GATE):
            yield f"exception {vector} has the gate {gate}"
        if not start <= gate.handler < end:
            yield f"exception {vector} leads to {gate.handler:#x}, not into the trampoline's code"


def check_baton(report: Report, path: str, command_line: str, slide: Optional[int],
                facts: Mapping[str, bool]) -> Iterator[str]:
    expected = {"baton.magic": MAGIC, "baton.version": 1, "baton.size": 440, "baton.tail_zero": 1,
                "baton.kernel.slide": slide or 0, "baton.extensions": 0, "baton.secure_boot": SECURE_BOOT_SETUP,
                "baton.boot_cpu": report.number("measured.boot_cpu")}
    for key, value in expected.items():
        if report.number(key) != value:
            yield f"{key} is {report.number(key):#x} instead of {value:#x}"
    if report.number("baton.address") % PAGE:
        yield "the baton does not start a page"
    texts = {"baton.loader_name": "Baton", "baton.loader_version": (TREE / "VERSION").read_text().strip(),
             "baton.kernel.path": path, "baton.command_line": command_line}
    for key, text in texts.items():
        if report.values[key] != text:
            yield f"{key} is {report.values[key]!r} instead of {text!r}"
    there = {
        "COMMAND_LINE": bool(command_line), "FRAMEBUFFER": bool(report.framebuffers), "EFI_MEMORY_MAP": True,
        "LOG": True, "TIMINGS": True, "COUNTER_FREQUENCY": report.number("baton.counter_frequency") != 0,
        "RSDP": "rsdp" in report.values, "SMBIOS": "smbios2" in report.values or "smbios3" in report.values,
        "EFI_SYSTEM_TABLE": report.values.get("system_table") == "0x5453595320494249 1",
        "KERNEL_FILE": False, "SLIDE": slide is not None, "WALL_CLOCK": True, "BOOT_CPU": True, "BOOT_PARTITION": True,
        "ENTROPY": not report.number("baton.entropy_zero"), "DEVICE_TREE": "device_tree" in report.values,
        "IDENTITY_MAP": not is_high(report), "SECURE_BOOT": True,
    }
    for fact, expected_there in {**there, "RSDP": True, "SMBIOS": True, "EFI_SYSTEM_TABLE": True, **facts}.items():
        if (fact in report.facts()) != expected_there:
            yield f"the fact {fact} is {'' if fact in report.facts() else 'not '}set"
        if fact not in facts and there[fact] != expected_there:
            yield f"{fact} cannot be read"
    absent = {"WALL_CLOCK": report.number("baton.wall_clock"),
              "BOOT_PARTITION": any(report.bytes("baton.boot_partition")), "ENTROPY": any(report.bytes("entropy")), "EFI_SYSTEM_TABLE": report.number("baton.efi_system_table"),
              "KERNEL_FILE": report.number("baton.kernel.file"), "RSDP": "rsdp" in report.values,
              "SMBIOS": "smbios2" in report.values or "smbios3" in report.values}
    for fact, value in absent.items():
        if bool(value) != (fact in report.facts()):
            yield f"the fact {fact} is {fact in report.facts()}, and its value is {value!r}"
    if report.values["baton.facts"] != hex(report.number("baton.facts") & (1 << len(FACTS)) - 1):
        yield f"facts that nobody knows: {report.values['baton.facts']}"


def check_firmware_tables(report: Report) -> Iterator[str]:
    """Copies and tables are sound; where the tables lie is called firmware tables."""
    sums = []
    if "rsdp" in report.values:
        rsdp = report.bytes("rsdp")
        sums += [("rsdp", b"RSD PTR ", rsdp, rsdp[:20]), ("rsdp", b"RSD PTR ", rsdp, rsdp)]
    if "smbios2" in report.values:
        two = report.bytes("smbios2")
        sums += [("smbios2", b"_SM_", two, two[:two[5]]), ("smbios2", b"_SM_", two, two[16:])]
    if "smbios3" in report.values:
        three = report.bytes("smbios3")
        sums += [("smbios3", b"_SM3_", three, three)]
    for name, signature, whole, part in sums:
        if not whole.startswith(signature) or sum(part) % 256:
            yield f"{name} is {whole.hex()}"
    labelled = [(entry.base, entry.end) for entry in report.of_kind(FIRMWARE_TABLES)]
    ranges = [(table.signature, table.physical, table.end) for table in report.acpi]
    for key in ("smbios2.table", "smbios3.table"):
        if key in report.values:
            base, size, readable = report.numbers(key)
            ranges.append((key, base, base + size))
            if not readable:
                yield f"{key} cannot be read"
    for name, start, end in ranges:
        if subtract((start, end), labelled):
            yield f"{name} at {show(start, end)} is not in memory of the kind firmware tables"
    for table in report.acpi:
        if table.signature == "none" or table.sum:
            yield f"the kernel cannot read {table}"
    if "rsdp" in report.values and not {"FACP", "DSDT", "FACS"} <= {table.signature for table in report.acpi}:
        yield f"the kernel finds only {[table.signature for table in report.acpi]}"


def check_image(report: Report) -> Iterator[str]:
    for key in ("image.bss_zero", "image.data_arrived", "image.words_right"):
        if report.number(key) != 1:
            yield f"{key} is {report.values[key]}"
    address, physical, size = (report.number(f"baton.kernel.{key}") for key in ("address", "physical", "size"))
    start, end = report.number("image.start"), report.number("image.end")
    if address != start & ~(PAGE - 1) or address + size < end or size % PAGE:
        yield f"the kernel at {show(address, address + size)} does not hold the image {show(start, end)}"
    rest = subtract((physical, physical + size), ((e.base, e.end) for e in report.of_kind(KERNEL)))
    if rest:
        yield f"{show(*rest[0])} is the kernel's, but not in the map"
    if sum(entry.size for entry in report.of_kind(KERNEL)) != size:
        yield "the map calls more memory the kernel's than there is"
    if not is_high(report) and address != physical:
        yield f"a low kernel was placed at {physical:#x} instead of {address:#x}"


def check_stack(report: Report, stack_size: int) -> Iterator[str]:
    base, size = report.number("baton.stack.base"), report.number("baton.stack.size")
    rsp = report.number("entry.rsp")
    if size != stack_size:
        yield f"the stack has {size:#x} bytes"
    if rsp != base + size - 8:
        yield f"rsp {rsp:#x} is not at the top of the stack {show(base, base + size)}"
    if report.mapping_at(base - 1):
        yield "the guard page is mapped"
    physical = base - report.number("baton.direct_map.base")
    entries = [(entry.base, entry.end) for entry in report.of_kind(STACK)]
    if entries != [(physical - PAGE, physical + size)]:
        yield f"the map has the stack at {entries} instead of {show(physical - PAGE, physical + size)}"


def check_memory_map(report: Report) -> Iterator[str]:
    end = 0
    before = None
    if report.values["memory.list"] != f"{len(report.memory)} {MEMORY_STRIDE}":
        yield f"the map's count and stride are {report.values['memory.list']}, and it has {len(report.memory)} entries"
    for entry in report.memory:
        if entry.size == 0 or entry.base % PAGE or entry.size % PAGE:
            yield f"entry {show(entry.base, entry.end)} is empty or not page-aligned"
        if entry.base < end:
            yield f"entry {show(entry.base, entry.end)} overlaps the one before or is not in order"
        if (before and before.end == entry.base and
                (before.kind, before.efi_type, before.attributes) == (entry.kind, entry.efi_type, entry.attributes)):
            yield f"entry {show(entry.base, entry.end)} is not merged with the one before"
        end = entry.end
        before = entry
    for entry in report.of_kind(WITHHELD):
        yield f"{show(entry.base, entry.end)} is withheld, though the direct map reaches it"
    first = report.entry_at(0)
    if first and first.kind in FREE:
        yield "page 0 is called free"


def check_against_firmware(report: Report) -> Iterator[str]:
    """The map says of every page what the firmware's final map allows."""
    covered = [(entry.base, entry.end) for entry in report.memory]
    for descriptor in report.efi:
        rest = subtract((descriptor.physical, descriptor.end), covered)
        if rest:
            yield f"the firmware's {show(*rest[0])} (type {descriptor.kind}) is not in the map"
    for entry in report.memory:
        allowed = EFI_TYPES.get(entry.kind)
        if allowed is None:
            continue
        parts = [(d.physical, d.end) for d in report.efi if d.kind in allowed]
        rest = subtract((entry.base, entry.end), parts)
        if rest:
            yield f"{show(*rest[0])} has kind {entry.kind}, but no firmware type of {sorted(allowed)}"
    size, step, version = (int(word) for word in report.values["efi.list"].split())
    if step < 40 or size % step or version != 1 or len(report.efi) != size // step:
        yield f"the raw map is odd: {report.values['efi.list']}"


def check_pointers(report: Report) -> Iterator[str]:
    baton = [(entry.base, entry.end) for entry in report.of_kind(BATON)]
    for name, physical, size in report.pointers:
        if subtract((physical, physical + max(size, 1)), baton):
            entry = report.entry_at(physical)
            yield f"{name} at {physical:#x} lies in memory of kind {entry and entry.kind}"
    modules = [(entry.base, entry.end) for entry in report.of_kind(MODULE)]
    for module in report.modules:
        if module.address != module.physical + report.number("baton.direct_map.base") or module.address % PAGE:
            yield f"module {module.name} is at {module.address:#x}, physical {module.physical:#x}"
        if subtract((module.physical, module.physical + max(module.size, 1)), modules):
            yield f"module {module.name} lies outside the map's modules"
        if not module.tail_zero:
            yield f"the rest of the last page of module {module.name} is not zero"


def check_tables(report: Report) -> Iterator[str]:
    tables = [(entry.base, entry.end) for entry in report.of_kind(PAGE_TABLES)]
    if report.number("paging.readable") != 1:
        yield "page tables cannot be read through the direct map"
    for physical, level in report.tables:
        if subtract((physical, physical + PAGE), tables):
            yield f"the level-{level} table at {physical:#x} is not called a page table"


def classify(report: Report, mapping) -> str:
    """Which of the mappings that are promised a mapping belongs to."""
    base, end = report.number("baton.direct_map.base"), report.number("baton.direct_map.end")
    kernel, size = report.number("baton.kernel.address"), report.number("baton.kernel.size")
    for screen in report.framebuffers:
        if screen.address <= mapping.address and mapping.end <= -(-(screen.address + screen.size) // PAGE) * PAGE:
            return "framebuffer"
    if base <= mapping.address and mapping.end <= end:
        return "direct"
    if kernel <= mapping.address and mapping.end <= kernel + size:
        return "kernel"
    entry = report.entry_at(mapping.physical)
    if mapping.address == mapping.physical and entry and entry.kind == TRAMPOLINE and mapping.end <= entry.end:
        return "trampoline"
    return "none"


def has_identity(report: Report) -> bool:
    return "IDENTITY_MAP" in report.facts()


def check_direct(report: Report, mapping, flat: bool) -> Iterator[str]:
    base = report.number("baton.direct_map.base")
    where = show(mapping.address, mapping.end)
    if mapping.address - mapping.physical != base:
        yield f"{where} is in the direct map, but maps {mapping.physical:#x}"
    if mapping.cache != CACHE_WRITE_BACK:
        yield f"{where} is in the direct map with PAT entry {mapping.cache}"
    end = mapping.physical + mapping.size
    covered = []
    for entry in report.memory:
        if entry.base >= end or entry.end <= mapping.physical:
            continue
        covered.append((entry.base, entry.end))
        if entry.kind in NEVER_MAPPED or not (entry.attributes & ATTRIBUTE_WB or entry.kind == FIRMWARE_TABLES):
            yield f"{where} maps memory of kind {entry.kind}, attributes {entry.attributes:#x}"
        if entry.kind in READ_ONLY and mapping.write:
            yield f"{where} maps memory of kind {entry.kind} writable"
        if entry.kind in IN_DIRECT_MAP - READ_ONLY - {KERNEL, TRAMPOLINE} and not mapping.write:
            yield f"{where} maps memory of kind {entry.kind} read-only"
        code = {KERNEL, TRAMPOLINE} if not is_high(report) else {TRAMPOLINE} if has_identity(report) else set()
        if mapping.execute and entry.kind not in code:
            yield f"{where} in the direct map is executable, and of kind {entry.kind}"
    rest = subtract((mapping.physical, end), covered)
    if rest:
        yield f"{where} maps {show(*rest[0])}, which is not in the map"


def check_kernel_pages(report: Report, mapping) -> Iterator[str]:
    """No address at all shows the kernel's code or constants writable."""
    offset = report.number("baton.kernel.physical") - report.number("baton.kernel.address")
    for part in ("text", "rodata"):
        start = report.number(f"image.{part}_start") + offset & ~(PAGE - 1)
        end = report.number(f"image.{part}_end") + offset
        if mapping.write and mapping.physical < end and mapping.physical + mapping.size > start:
            yield f"{show(mapping.address, mapping.end)} maps the kernel's .{part} writable"


def check_direct_map_base(report: Report, random: bool) -> Iterator[str]:
    base = report.number("baton.direct_map.base")
    first = HIGH_DIRECT_MAP if report.number("baton.kernel.address") >= HIGH_DIRECT_MAP_2 else HIGH_DIRECT_MAP_2
    step = 512 * GIB if has_identity(report) else GIB
    if not is_high(report):
        allowed = base == 0
    elif random:
        allowed = first <= base < first + DIRECT_WINDOW and base % step == 0
    else:
        allowed = base == first
    if not allowed:
        yield f"the direct map's base is {base:#x}"


def check_identity(report: Report) -> Iterator[str]:
    """What the direct map and the framebuffers show is shown once more at its physical address, and nothing else is."""
    base = report.number("baton.direct_map.base")
    direct, identity = ([(m.physical, m.size, m.write, m.execute, m.cache) for m in report.mappings
                         if m.address - m.physical == offset] for offset in (base, 0))
    if not direct or direct != identity:
        yield f"direct and identity map differ: {sorted(set(direct) ^ set(identity))}"


def check_paging(report: Report, flat: bool, random: bool) -> Iterator[str]:
    base = report.number("baton.direct_map.base")
    yield from check_direct_map_base(report, random)
    if is_high(report) and has_identity(report):
        yield from check_identity(report)
    for mapping in report.mappings:
        where = show(mapping.address, mapping.end)
        kind = classify(report, mapping)
        if kind == "none" and has_identity(report) and mapping.address == mapping.physical < LOW_END:
            kind = "identity"
        flat_kernel = flat and (report.entry_at(mapping.physical) or report.memory[0]).kind == KERNEL
        if kind == "none":
            yield f"{where} is mapped (to {mapping.physical:#x}), and is on no list"
        if kind == "framebuffer" and (mapping.cache != CACHE_WRITE_COMBINING or mapping.execute):
            yield f"the framebuffer is mapped with PAT entry {mapping.cache}"
        if kind == "direct":
            yield from check_direct(report, mapping, flat)
        if mapping.write and mapping.execute and not flat_kernel:
            yield f"{where} is writable and executable"
        if not flat:
            yield from check_kernel_pages(report, mapping)
        if mapping.user:
            yield f"{where} is mapped for user mode"
    for address in {0, base}:
        if report.mapping_at(address):
            yield f"page 0 is mapped at {address:#x}"
    yield from check_coverage(report)


def check_coverage(report: Report) -> Iterator[str]:
    """All that is promised to be in the direct map is there."""
    base = report.number("baton.direct_map.base")
    mapped = [(m.physical, m.physical + m.size) for m in report.mappings if m.address - m.physical == base]
    guard = report.number("baton.stack.base") - base - PAGE
    mapped.append((guard, guard + PAGE))
    for entry in report.of_kind(*IN_DIRECT_MAP):
        if entry.attributes & ATTRIBUTE_WB or entry.kind in PLACED | {FIRMWARE_TABLES}:
            rest = subtract((max(entry.base, PAGE), entry.end), mapped)
            if rest:
                yield f"{show(*rest[0])} (kind {entry.kind}) is not in the direct map"


def check_framebuffers(report: Report) -> Iterator[str]:
    for screen in report.framebuffers:
        if screen.pitch < screen.width * screen.bits // 8 or screen.size < screen.pitch * screen.height:
            yield f"the framebuffer's sizes do not fit together: {screen}"
        if screen.bits != 32 or screen.red | screen.green | screen.blue != 0xFFFFFF:
            yield f"the framebuffer has an odd format: {screen}"
        for address in range(screen.address, screen.address + screen.size, PAGE):
            mapping = report.mapping_at(address)
            if not mapping or not mapping.write or mapping.physical + address - mapping.address != (
                    screen.physical + address - screen.address):
                yield f"the framebuffer is not mapped at {address:#x}"
                break
        entry = report.entry_at(screen.physical)
        if not entry or entry.kind != FRAMEBUFFER:
            yield f"the framebuffer's memory has kind {entry and entry.kind}"


def check_story(report: Report) -> Iterator[str]:
    """Log and timings."""
    if report.number("log.size") == 0 or report.values.get("log.nul") != "0x1" or not any(report.log):
        yield "there is no log, or it does not end with a NUL"
    names = [name for name, _ in report.timings]
    counters = [counter for _, counter in report.timings]
    if names != STAGES:
        yield f"the stages are {names} instead of {STAGES}"
    if not counters or counters[0] == 0 or any(a >= b for a, b in zip(counters, counters[1:])):
        yield f"the timings do not ascend: {report.timings}"
    told = report.number("baton.counter_frequency")
    measured = sorted(int(word) for word in report.values["measured.counter_frequency"].split())
    # On a busy host a measurement of the kernel's can be wrong by any factor, but a wrong one hits no promise by chance.
    nearest = min(measured, key=lambda frequency: abs(told - frequency))
    if abs(told - nearest) > nearest / 10:
        yield f"the counter's frequency is told as {told} Hz; measured: {measured}"


def judge(report: Report, *, path: str = "/kernel.elf", command_line: str = "", flat: bool = False, levels: int = 4,
          slide: Optional[int] = None, random: bool = False, stack_size: int = STACK_SIZE,
          facts: Mapping[str, bool] = {}) -> List[str]:
    """
    Every broken promise; an empty list when all is well. `path` is the kernel's on the volume; `slide` is that of a
    kernel that can be moved; `random` says that it has random addresses. `facts` says which are there and which are
    not, where that is not as usual on a GPT disk under OVMF.
    """
    checks = [check_cpu(report, levels), check_baton(report, path, command_line, slide, facts), check_image(report),
              check_stack(report, stack_size), check_memory_map(report), check_against_firmware(report),
              check_pointers(report), check_firmware_tables(report), check_tables(report),
              check_paging(report, flat, random), check_framebuffers(report), check_story(report)]
    return [problem for check in checks for problem in check]
