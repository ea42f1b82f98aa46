# SPDX-License-Identifier: BSD-2-Clause
"""Little memory, much memory, and kernels that take the memory map at its word."""

import re

import pytest

from harness.check import none_of
from harness.files import ENTRY, entry, injected, with_kernel
from harness.judge import judge
from harness.paths import kernel
from harness.report import BATON, KERNEL, MODULE, PAGE_TABLES, STACK, USABLE, parse_report, parse_values

PAGE_FAULT = "14"
PRESENT, WRITE, FETCH = 1, 2, 16


def scribbled(machine):
    machine.expect_success()
    text = machine.e9.text
    assert "scribble: ok" in text
    values = parse_values(text)
    assert int(values["scribbled.usable"]) > 0 and int(values["scribbled.boot-services"]) > 0
    kept = set(re.findall(r"^keep=(\S+)", text, re.MULTILINE))
    assert {"baton", "baton-page", "log", "memory-map", "efi-map", "page-tables", "trampoline", "text"} <= kept
    return values


@pytest.mark.parametrize("variant,firmware,memory", [("high", "4M", "256M"), ("low", "2M", "256M"),
                                                     ("high", "2M", "48M")])
def test_nothing_lives_in_free_memory(boot, variant, firmware, memory):
    files = with_kernel(f"scribble-{variant}.elf", "module /m first", "module /n", "log-level debug",
                        files={"m": b"module" * 5000, "n": b"x"})
    values = scribbled(boot(files, firmware=firmware, memory=memory))
    if memory == "256M":
        assert int(values["scribbled.usable"]) > 180 << 20


def test_nothing_lives_in_free_memory_five_levels(start, disk):
    scribbled(start(disk(injected(with_kernel("scribble-high.elf"), la57=1)), cpu="max"))


@pytest.mark.parametrize("firmware", ["4M", "2M"])
def test_little_memory(report_of, firmware):
    report = report_of(with_kernel("report-high.elf"), memory="48M", firmware=firmware)
    none_of(judge(report, path="/kernel.elf"))


def test_much_memory(report_of, much_memory):
    report = report_of(with_kernel("report-high.elf", "log-level debug"), memory="8G", timeout=120)
    none_of(judge(report, path="/kernel.elf"))
    assert sum(entry.size for entry in report.of_kind(USABLE)) > 7 << 30


def test_much_memory_low_kernel(report_of, much_memory):
    report = report_of(with_kernel("report-low.elf"), memory="8G", timeout=120)
    none_of(judge(report, path="/kernel.elf"))


@pytest.mark.parametrize("name", ["report-high.elf", "scribble-high.elf"])
def test_nothing_free_below_four_gibibytes(start, disk, much_memory, name):
    """The loader itself and all that it takes lie above, where a 32-bit address does not reach."""
    files = injected(with_kernel(name, "module /m", files={"m": bytes(300000)}), high=1)
    machine = start(disk(files), memory="3G", screen="vga")
    machine.expect_success()
    image = re.search(r"inject: image base=(0x[0-9a-f]+)", machine.e9.text)
    assert int(image.group(1), 0) >= 1 << 32
    if name.startswith("report"):
        report = parse_report(machine.e9.text)
        none_of(judge(report, path="/kernel.elf"))
        assert all(entry.base >= 1 << 32 for entry in report.of_kind(KERNEL, STACK, BATON, PAGE_TABLES, MODULE))


def test_poisoned_memory(start, disk):
    """Memory is not zero by luck: whatever is to be zero has been made so."""
    files = injected(with_kernel("report-high.elf", "module /m", files={"m": b"odd"}), poison=1)
    machine = start(disk(files))
    machine.expect_success()
    assert "inject: poisoned" in machine.e9.text
    none_of(judge(parse_report(machine.e9.text), path="/kernel.elf"))


def test_poisoned_memory_flat(start, disk):
    machine = start(disk(injected(with_kernel("report-flat.bin", "memory-size 0x40000"), poison=1)))
    machine.expect_success()
    none_of(judge(parse_report(machine.e9.text), path="/kernel.bin", flat=True))


# ---- what the processor forbids: fault → (vector, error bits) or None, for a high and a low kernel ----
NONE = ("none", 0)
READ_UNMAPPED, WRITE_UNMAPPED = (PAGE_FAULT, 0), (PAGE_FAULT, WRITE)
WRITE_READ_ONLY, EXECUTE_DATA = (PAGE_FAULT, PRESENT | WRITE), (PAGE_FAULT, PRESENT | FETCH)
FAULTS = {
    "read-page-zero": READ_UNMAPPED, "write-page-zero": WRITE_UNMAPPED, "read-page-zero-alias": READ_UNMAPPED,
    "write-stack-bottom": NONE, "read-guard": READ_UNMAPPED, "write-guard": WRITE_UNMAPPED,
    "write-guard-far": WRITE_UNMAPPED, "execute-stack": EXECUTE_DATA, "execute-baton": EXECUTE_DATA,
    "read-direct-map-end": READ_UNMAPPED,
    "read-text": NONE, "write-text": WRITE_READ_ONLY, "write-text-alias": WRITE_READ_ONLY,
    "execute-text-alias": EXECUTE_DATA, "write-rodata": WRITE_READ_ONLY, "write-rodata-alias": WRITE_READ_ONLY,
    "execute-rodata": EXECUTE_DATA, "write-data": NONE, "write-data-alias": NONE, "execute-data": EXECUTE_DATA,
    "execute-data-alias": EXECUTE_DATA,
    "read-usable": NONE, "write-usable": NONE, "execute-usable": EXECUTE_DATA,
    "read-boot-services": NONE, "write-boot-services": NONE, "execute-boot-services": EXECUTE_DATA,
    "read-loader": NONE, "write-loader": NONE, "execute-loader": EXECUTE_DATA,
    "read-runtime-code": NONE, "write-runtime-code": WRITE_READ_ONLY, "execute-runtime-code": EXECUTE_DATA,
    "read-runtime-data": NONE, "write-runtime-data": NONE, "execute-runtime-data": EXECUTE_DATA,
    "read-acpi-nvs": NONE, "write-acpi-nvs": NONE, "read-acpi-reclaimable": NONE,
    "read-module": NONE, "write-module": NONE, "execute-module": EXECUTE_DATA,
    "read-reserved": READ_UNMAPPED, "read-mmio": READ_UNMAPPED,
    "write-framebuffer": NONE, "write-framebuffer-last": NONE, "execute-framebuffer": EXECUTE_DATA,
}


@pytest.mark.parametrize("variant", ["high", "low"])
def test_guards(boot, variant):
    machine = boot(with_kernel(f"guard-{variant}.elf", "module /m", files={"m": b"\xc3"}), screen="vga")
    machine.expect_success()
    values = parse_values(machine.e9.text)
    wrong = []
    for name, (vector, bits) in FAULTS.items():
        said = values.get(f"fault.{name}")
        if said is None:
            wrong.append(f"{name} was not tried")
            continue
        got, *rest = said.split()
        address = int(values[f"address.{name}"], 0)
        if got != vector or (rest and (int(rest[0], 0) != bits or int(rest[1], 0) != address)):
            wrong.append(f"{name} at {address:#x}: {said} instead of {vector} {bits:#x}")
    none_of(wrong)
    # A stack that runs over ends in the guard page, and nowhere behind it.
    vector, _, address = values["fault.overflow"].split()
    bottom = int(values["address.write-stack-bottom"], 0)
    assert vector == PAGE_FAULT and bottom - 4096 <= int(address, 0) < bottom
    assert int(values["overflow.depth"]) > 20


# ---- exact places ----
@pytest.mark.parametrize("firmware", ["4M", "2M"])
def test_large_kernel_at_one_mebibyte(boot, firmware):
    """8 MiB at 1 MiB overlap what OVMF keeps there: refused, with the owner's name and a place that is free."""
    files = {"kernel.elf": kernel("lowbig.elf"), ENTRY: entry("/kernel.elf")}
    machine = boot(files, firmware=firmware)
    message = machine.wait_for(r"^.*/kernel\.elf: must lie at 0x100000-0x9\w+, but (0x\w+)-(0x\w+) is taken by (.*)$",
                               source="e9")
    assert 0x100000 <= int(message.group(2), 0) and int(message.group(1), 0) < 0x908000
    assert re.search("firmware|ACPI|loader|eserved", message.group(3)), message.group(0)
    assert "0xffffffff80000000" in message.group(0)
