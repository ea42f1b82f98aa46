# SPDX-License-Identifier: BSD-2-Clause
"""
Kernels of one C file, compiled for the test that has it; and one without handlers that does, three calls deep, what its
command line says, for the last-gasp handler.
"""

import subprocess
from pathlib import Path

from .paths import TREE

FLAGS = ["-O1", "-fno-omit-frame-pointer", "-ffreestanding", "-fno-pic", "-nostdlib", "-static", "-fuse-ld=lld",
         "-Werror", "-Wall", "-Wextra", f"-I{TREE}/include"]
SCRIPT = TREE / "examples" / "hello" / "kernel.ld"
HIGH = 0xffffffff80000000
# As a line of the kernel's.
WANTS_EL2 = "BATON_WISHES(BATON_FEATURE_EL2, 0, 0, 0);\n"
MACHINE = {
    "aarch64": ["--target=aarch64-unknown-none-elf", "-mgeneral-regs-only"],
    "riscv64": ["--target=riscv64-unknown-none-elf", "-march=rv64imac", "-mabi=lp64", "-mcmodel=medany", "-mno-relax"],
}
# JUMP to address 0, CALL an address, ILLEGAL instruction, PUSH where there is no stack; a DEVICE's address.
WORDS = {
    "aarch64": r"""
#define JUMP "blr xzr" : : : "x30"
#define CALL(address) "blr %0" : : "r"(address) : "x30"
#define ILLEGAL ".inst 0"
#define PUSH "mov x9, #0x3450\n\tmovk x9, #0x12, lsl #16\n\tmov sp, x9\n\tstr xzr, [sp]" : : : "x9"
#define DEVICE 0x8000000
/* EL1 lets itself use SME, which EL2 does not: msr svcrsmza, #1 */
#define TRAPPED "mrs x9, cpacr_el1\n\torr x9, x9, #0x3000000\n\tmsr cpacr_el1, x9\n\tisb\n\t.inst 0xd503477f" : : : "x9"
""",
    "riscv64": r"""
#define JUMP "jalr zero" : : : "ra"
#define CALL(address) "jalr %0" : : "r"(address) : "ra"
#define ILLEGAL ".word 0xffffffff"
#define PUSH "li sp, 0x123450\n\tsd zero, 0(sp)"
#define DEVICE 0x100000
""",
}
CODE = r"""
#include <stdbool.h>

#include <baton/baton.h>
void kernel(const struct baton *);
static bool is(const struct baton *baton, const char *word)
{
    const char *given = baton->command_line;

    while (*word && *word == *given) {
        word++;
        given++;
    }
    return *word == *given;
}
volatile int rest;
__attribute__((noinline)) static int overflow(int n)
{
    volatile char room[512];

    room[0] = (char)n;
    return rest > 1 ? 0 : overflow(n + 1) + room[0];
}
__attribute__((noinline)) static void inner(const struct baton *baton)
{
    if (is(baton, "null"))
        *(volatile int *)8 = 1;
    if (is(baton, "overflow"))
        overflow(0);
    if (is(baton, "jump"))
        __asm__ volatile(JUMP);
    if (is(baton, "illegal"))
        __asm__ volatile(ILLEGAL);
#ifdef TRAPPED
    if (is(baton, "trapped"))
        __asm__ volatile(TRAPPED);
#endif
    if (is(baton, "text"))
        *(volatile char *)baton->kernel.address = 1;
    if (is(baton, "execute"))
        __asm__ volatile(CALL(baton->stack.base));
    if (is(baton, "mmio"))
        (void)*(volatile int *)(baton->direct_map.base + DEVICE);
    if (is(baton, "stack"))
        __asm__ volatile(PUSH);
    if (is(baton, "gone")) {
        *(volatile uint64_t *)(uintptr_t)baton = 0;
        *(volatile int *)8 = 1;
    }
    rest++;
}
__attribute__((noinline)) static void middle(const struct baton *baton)
{
    inner(baton);
    rest++;
}
void kernel(const struct baton *baton)
{
    middle(baton);
    baton_exit(1);
}
"""


def compiled_kernel(folder: Path, arch: str, code: str, *, base: int = HIGH) -> Path:
    source, script, kernel = folder / "kernel.c", folder / "kernel.ld", folder / "kernel.elf"
    source.write_text(code)
    script.write_text(SCRIPT.read_text().replace(f"{HIGH:#x}", f"{base:#x}"))
    done = subprocess.run(["clang", *MACHINE[arch], *FLAGS, f"-Wl,-T,{script}", str(source), "-o", str(kernel)],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, done.stdout
    return kernel


def faulty_kernel(folder: Path, arch: str, *, base: int = HIGH, more: str = "") -> Path:
    return compiled_kernel(folder, arch, WORDS[arch] + CODE + more, base=base)
