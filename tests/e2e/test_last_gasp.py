# SPDX-License-Identifier: BSD-2-Clause
"""
What is said when a kernel goes wrong before it has handlers of its own (tests/kernels/gasp.c): all of it, to the number,
on the serial line, on port 0xE9 and on the screen.
"""

import re
import struct
import time

import pytest

from harness.files import with_kernel
from harness.gasp import END, Kernel, read_report
from harness.loader import build_loader
from harness.paths import LOADER, built, kernel
from harness.screen_text import read_screen

PAGE_FAULT, GENERAL_PROTECTION, INVALID_OPCODE = 14, 13, 6
DIRECT_MAP = {"high": 0xFFFF800000000000, "low": 0}
PLANTED = {"rax": 0xAAAA, "rcx": 0xCCCC, "rdx": 0xDDDD, "rsi": 0x5151, "rdi": 0xD1D1,
           **{f"r{number}": int(f"{number:02}" * 8, 16) for number in range(8, 16)}}

# Name, vector, its name, error code, the word in the cause
TRIES = [
    ("write-text", PAGE_FAULT, "page fault", 3, "write to"),
    ("execute-data", PAGE_FAULT, "page fault", 0x11, "instruction fetch from"),
    ("read-null", PAGE_FAULT, "page fault", 0, "a null pointer"),
    ("call-null", PAGE_FAULT, "page fault", 0x10, "a null pointer"),
    ("read-device", PAGE_FAULT, "page fault", 0, "physical 0xfec00000 is not in the direct map"),
    ("undefined", INVALID_OPCODE, "invalid opcode", 0, ""),
    ("divide", 0, "divide error", 0, ""),
    ("interrupt", GENERAL_PROTECTION, "general protection", None, "an interrupt that has no handler yet"),
    ("not-canonical", GENERAL_PROTECTION, "general protection", 0, ""),
    ("spoil-flags", INVALID_OPCODE, "invalid opcode", 0, ""),
]


@pytest.fixture
def gasp(boot):
    """gasp(try, variant, **options of Machine): the machine, stopped, and the kernel."""

    def run(what, variant="high", loader=LOADER, **options):
        name = f"gasp-{variant}.elf"
        files = {**with_kernel(name, f"options {what}"), "EFI/BOOT/BOOTX64.EFI": built(loader)}
        machine = boot(files, **{"screen": "vga", **options})
        if options.get("ports", True):
            machine.wait_for(re.escape(END), timeout=90, source="e9")
            machine.wait_for(re.escape(END), timeout=10)
        return machine, Kernel(kernel(name))

    return run


def stopped_screen(machine):
    """The screen's text when the report is whole."""
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        lines = read_screen(machine.screenshot())
        if END in lines:
            return "\n".join(lines) + "\n"
        time.sleep(0.3)
    machine.fail("the report does not get onto the screen:\n" + "\n".join(lines))


def one_report(machine):
    """The same on all three, but for how much of the log there is."""
    serial, e9, screen = map(read_report, (machine.serial.text, machine.e9.text, stopped_screen(machine)))
    assert serial == e9
    assert screen._replace(log="") == serial._replace(log="")
    assert screen.log.replace("\n", "") in serial.log.replace("\n", "") and "leaving the firmware" in screen.log
    assert machine.process.poll() is None, "it did not stop"
    assert "HLT=1" in machine.monitor("info registers")
    return serial


def check_frames(report, elf, first, callers):
    """The faulting instruction at `first`, and the chain of callers up to kernel_main."""
    names = [frame.address for frame in report.frames]
    assert names[0] == first == report.registers["rip"]
    for frame in report.frames:
        inside = elf.base <= frame.address < elf.base + 0x100000
        assert frame.offset == (frame.address - elf.base if inside else None)
    assert [elf.called_before(address) for address in names[1:]] == [elf.symbols[caller] for caller in callers]


# A low kernel's address space matters to page faults only.
@pytest.mark.parametrize("variant,what,vector,name,error,cause", [
    pytest.param(variant, *t, id=f"{t[0]}-{variant}")
    for variant in ("high", "low") for t in TRIES if variant == "high" or t[1] == PAGE_FAULT])
def test_report(gasp, variant, what, vector, name, error, cause):
    machine, elf = gasp(what, variant)
    report = one_report(machine)
    at = elf.symbols["at_" + what.replace("-", "_")]
    addresses = {"write-text": elf.symbols["text_start"], "execute-data": elf.symbols["variable"], "read-null": 8,
                 "call-null": 0, "read-device": DIRECT_MAP[variant] + 0xFEC00000}
    if error is None:  # 8 times the vector and 2; older QEMU makes it 16 times
        assert report.error in (8 * 0x40 + 2, 16 * 0x40 + 2)
    else:
        assert report.error == error
    assert (report.vector, report.name) == (vector, name)
    assert report.inside == []
    if vector == PAGE_FAULT:
        assert report.registers["cr2"] == addresses[what]
        assert f"0x{addresses[what]:016x}" in report.cause
        assert ("not present" in report.cause) == (not error & 1)
    assert cause in report.cause
    called = what in ("execute-data", "call-null")
    rip = addresses[what] if called else at
    if called:  # two bytes of an indirect call, which made no frame
        assert report.frames[1] == (1, at + 2, at + 2 - elf.base)
        del report.frames[1]
    check_frames(report, elf, rip, ["inner", "middle", "outer"])
    assert report.rip_offset == (rip - elf.base if rip else None)
    planted = {**PLANTED, "rdx": 0} if what == "divide" else PLANTED
    assert {key: report.registers[key] for key in planted} == planted
    assert (report.registers["cs"], report.registers["ss"]) == (8, 0x10)
    assert (report.registers["cr0"], report.registers["cr4"]) == (0x80010033, 0x6E0)
    if what == "spoil-flags":
        assert report.registers["rflags"] & 0x40400 == 0x40400
    for line in ("info: Baton ", "info: booting /kernel.elf", "info: leaving the firmware for /kernel.elf"):
        assert f"\n{line}" in "\n" + report.log
    assert machine.serial.text.split(END)[0].endswith(report.log)


@pytest.mark.parametrize("variant", ["high", "low"])
def test_stack_overflow(gasp, variant):
    """Reported from a stack of its own, and with the beginning of a recursion a thousand calls deep."""
    machine, elf = gasp("overflow", variant)
    report = one_report(machine)
    assert (report.vector, report.error & ~2, report.inside) == (PAGE_FAULT, 0, [])
    assert "the stack's guard page. The stack overflowed" in report.cause
    top = report.registers["cr2"] & ~0xFFF
    assert top <= report.registers["cr2"] < top + 0x1000 <= report.registers["rsp"] + 0x1000
    assert f"0x{report.registers['cr2']:016x}, not present" in report.cause
    times = int(re.search(r"and (\d+) times more from there", machine.serial.text)[1])
    assert times > 100 and [frame.depth for frame in report.frames] == [0, 1, *range(times + 2, times + 6)]
    check_frames(report, elf, report.registers["rip"], ["overflow", "overflow", "inner", "middle", "outer"])


def test_pages_of_a_gibibyte(gasp):
    """Whatever the processor has, and however large the pages are that the handler's memory lies in."""
    machine, elf = gasp("undefined", cpu="max", memory="2G")
    report = one_report(machine)
    check_frames(report, elf, elf.symbols["at_undefined"], ["inner", "middle", "outer"])


@pytest.mark.parametrize("variant", ["high", "low"])
def test_exception_in_the_handler(gasp, variant):
    """The screen is not mapped any more: that is said too, and the report goes on without it."""
    machine, elf = gasp("spoil-screen", variant)
    report = read_report(machine.serial.text)
    assert report == read_report(machine.e9.text)
    assert (report.vector, report.inside) == (INVALID_OPCODE, [(PAGE_FAULT, "page fault")])
    address = int(re.search(r"\*\*\* at 0x[0-9a-f]+, address 0x([0-9a-f]+)$", machine.serial.text, re.MULTILINE)[1], 16)
    screen = int(re.search(r"screen: .* at 0x([0-9a-f]+)", report.log)[1], 16)
    assert address - DIRECT_MAP[variant] == screen
    check_frames(report, elf, elf.symbols["at_undefined"], ["inner", "middle", "outer"])
    assert "leaving the firmware" in report.log and "HLT=1" in machine.monitor("info registers")


@pytest.mark.parametrize("variant", ["high", "low"])
def test_hand_off_was_overwritten(gasp, variant):
    """The handler's own copy has the screen and the kernel's place."""
    machine, elf = gasp("spoil-baton", variant)
    screen = stopped_screen(machine)
    for text in (machine.serial.text, screen):
        report = read_report(text)
        assert (report.vector, report.inside, report.log) == (INVALID_OPCODE, [], "")
        check_frames(report, elf, elf.symbols["at_undefined"], ["inner", "middle", "outer"])
        assert "Baton's log is not there any more" in text


@pytest.mark.parametrize("what,last", [("spoil-frame", "ud2"), ("spoil-stack", "push")])
def test_frame_or_stack_pointer_is_nonsense(gasp, what, last):
    """A kernel without frame pointers, or one with a wild stack: the backtrace ends, and nothing else does."""
    machine, elf = gasp(what)
    report = one_report(machine)
    rip = elf.symbols["at_" + what.replace("-", "_")]
    assert report.inside == [] and report.registers["rip"] == rip
    if last == "ud2":
        assert [frame.address for frame in report.frames] == [rip] and report.vector == INVALID_OPCODE
        assert report.registers["rbp"] == 0x666600000000
    else:
        assert (report.vector, report.error) == (PAGE_FAULT, 2)
        assert report.registers["rsp"] == 0x666600000000 and report.registers["cr2"] == 0x6665FFFFFFF8
        check_frames(report, elf, rip, ["inner", "middle", "outer"])


def test_only_a_screen(gasp):
    """Without a serial line and port 0xE9 nothing is sent there, and nothing waits for them."""
    machine, elf = gasp("read-null", ports=False)
    report = read_report(stopped_screen(machine))
    assert report.vector == PAGE_FAULT and "a null pointer" in report.cause
    check_frames(report, elf, elf.symbols["at_read_null"], ["inner", "middle", "outer"])


def test_no_screen(gasp):
    machine, elf = gasp("read-null", screen=None)
    report = read_report(machine.serial.text)
    assert report == read_report(machine.e9.text) and report.inside == []
    assert "HLT=1" in machine.monitor("info registers")


@pytest.mark.full
@pytest.mark.parametrize("compiler,level", [("clang", None), ("clang", "-O0"), ("gcc", "-Os"), ("gcc", "-O3")])
def test_stack_is_large_enough(gasp, tmp_path, compiler, level):
    """Whatever the compiler and its options, a quarter of the handler's stack is not touched by a long report."""
    loader = build_loader(tmp_path / "build", CC=compiler, LOADER_OPTIMISE=level) if level else LOADER
    machine, elf = gasp("overflow", "low", loader=loader)
    report = one_report(machine)
    check_frames(report, elf, report.registers["rip"], ["overflow", "overflow", "inner", "middle", "outer"])
    task = re.search(r"^TR =0018 (\w{16}) (\w{8})", machine.monitor("info registers"), re.MULTILINE)
    base = int(task[1], 16)
    assert int(task[2], 16) == 103
    machine.monitor(f'memsave {base:#x} 104 "{tmp_path / "task"}"')
    top, = struct.unpack_from("<Q", (tmp_path / "task").read_bytes(), 0x24)
    machine.monitor(f'memsave {top - 8192:#x} 8192 "{tmp_path / "stack"}"')
    stack = (tmp_path / "stack").read_bytes()
    untouched = len(stack) - len(stack.lstrip(b"\0"))
    assert 2048 < untouched < 8192 - 512, f"{untouched} bytes of it were not used"
