# SPDX-License-Identifier: BSD-2-Clause
"""
EFI programs made by hand, for each architecture: machine code that says something on the serial line of QEMU's machine
and ends it, and the file around it.
"""

import struct
from dataclasses import dataclass
from typing import Callable

ALIGNMENT = 0x1000


def words(*numbers: int) -> bytes:
    return struct.pack(f"<{len(numbers)}I", *numbers)


# ---- x86_64: COM1 and isa-debug-exit ----

def x86_say(text: str) -> bytes:
    """mov dx, 0x3f8; and for each letter mov al, letter; out dx, al"""
    return b"\x66\xba\xf8\x03" + b"".join(b"\xb0" + bytes([letter]) + b"\xee" for letter in text.encode())


def x86_end(value: int) -> bytes:
    """mov eax, value; mov dx, 0xf4; out dx, eax; cli; hlt; jmp ."""
    return b"\xb8" + struct.pack("<I", value) + b"\x66\xba\xf4\x00\xef\xfa\xf4\xeb\xfd"


# ---- aarch64: the PL011 of QEMU's virt machine, and semihosting's SYS_EXIT ("Semihosting for AArch32 and AArch64") ----

def arm_say(text: str) -> bytes:
    """movz x1, 0x900, lsl 16; and for each letter movz w2, letter; strb w2, [x1]"""
    letters = (words(0x52800002 | letter << 5, 0x39000022) for letter in text.encode())
    return words(0xD2A12001) + b"".join(letters)


def arm_end(value: int) -> bytes:
    """movz w0, 0x18; adr x1, its words; hlt 0xf000; and the words: ADP_Stopped_ApplicationExit, value"""
    return words(0x52800300, 0x10000041, 0xD45E0000) + struct.pack("<QQ", 0x20026, value)


# ---- riscv64: the 16550 of QEMU's virt machine, and its test device ----

def riscv_load(register: int, value: int) -> bytes:
    """lui register, upper; addiw register, register, lower"""
    upper = (value + 0x800 >> 12) & 0xFFFFF
    lower = value - (upper << 12) & 0xFFF
    return words(upper << 12 | register << 7 | 0x37, lower << 20 | register << 15 | register << 7 | 0x1B)


def riscv_say(text: str) -> bytes:
    """lui t0, 0x10000; and for each letter li t1, letter; sb t1, 0(t0)"""
    letters = (words(letter << 20 | 6 << 7 | 0x13, 6 << 20 | 5 << 15 | 0x23) for letter in text.encode())
    return riscv_load(5, 0x10000000) + b"".join(letters)


def riscv_end(value: int) -> bytes:
    """t0: the device; t1: the value, and that it is a failure, which is what has a value; sw t1, 0(t0)"""
    return riscv_load(5, 0x100000) + riscv_load(6, value << 16 | 0x3333) + words(6 << 20 | 5 << 15 | 2 << 12 | 0x23)


def riscv_kernel_end(value: int) -> bytes:
    """Where that device is not mapped, by semihosting: auipc a1, 0; addi a1, a1, 24; li a0, 0x18; slli zero, zero, 31;
    ebreak; srai zero, zero, 7; and the words: ADP_Stopped_ApplicationExit, value"""
    return words(0x597, 0x1858593, 0x1800513, 0x1F01013, 0x100073, 0x40705013) + struct.pack("<QQ", 0x20026, value)


@dataclass
class Architecture:
    name: str
    entry: str  # as boot entries spell it
    loader: str
    qemu: str
    elf: int
    pe: int
    say: Callable[[str], bytes]
    end: Callable[[int], bytes]
    kernel_end: Callable[[int], bytes]  # in Baton's address space


X86_64 = Architecture("x86_64", "x64", "BOOTX64.EFI", "qemu-system-x86_64", 62, 0x8664, x86_say, x86_end, x86_end)
AARCH64 = Architecture("aarch64", "aa64", "BOOTAA64.EFI", "qemu-system-aarch64", 183, 0xAA64, arm_say, arm_end, arm_end)
RISCV64 = Architecture("riscv64", "riscv64", "BOOTRISCV64.EFI", "qemu-system-riscv64", 243, 0x5064, riscv_say, riscv_end,
                       riscv_kernel_end)
ALL = (X86_64, AARCH64, RISCV64)


def efi_program(machine: int, code: bytes, subsystem: int = 10) -> bytes:
    """
    An EFI application of one section, whose first byte is the entry (Microsoft's "PE Format"). It has a block of
    relocations that says nothing, since it may be loaded anywhere.
    """
    relocations = struct.pack("<IIHH", ALIGNMENT, 12, 0, 0)
    content = code + b"\0" * (-len(code) % 16)
    block = ALIGNMENT + len(content)
    content += relocations
    raw = content + b"\0" * (-len(content) % 512)
    size = ALIGNMENT + len(content) + (-len(content) % ALIGNMENT)
    coff = struct.pack("<HHIIIHH", machine, 1, 0, 0, 0, 240, 0x022E)
    optional = struct.pack("<HBBIIIIIQIIHHHHHHIIIIHHQQQQII", 0x20B, 0, 0, len(raw), 0, 0, ALIGNMENT, ALIGNMENT, 0,
                           ALIGNMENT, 512, 0, 0, 0, 0, 0, 0, 0, size, ALIGNMENT, 0, subsystem, 0, 0, 0, 0, 0, 0, 16)
    directories = bytes(5 * 8) + struct.pack("<II", block, len(relocations)) + bytes(10 * 8)
    section = struct.pack("<8sIIIIIIHHI", b".text", len(content), ALIGNMENT, len(raw), ALIGNMENT, 0, 0, 0, 0, 0x60000020)
    head = b"MZ" + bytes(58) + struct.pack("<I", 64) + b"PE\0\0" + coff + optional + directories + section
    return head.ljust(ALIGNMENT, b"\0") + raw


def ending_program(architecture: Architecture, value: int, text: str = "") -> bytes:
    """One that says `text` and ends QEMU's machine with `value`."""
    return efi_program(architecture.pe, architecture.say(text) + architecture.end(value))
