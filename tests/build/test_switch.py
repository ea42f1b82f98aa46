# SPDX-License-Identifier: BSD-2-Clause
"""
The instructions of the switch to the kernel, in the loaders as they are built: what QEMU forgives, and what the host's
tests have others in the place of.
"""

import os
import re
from pathlib import Path

import pytest
from conftest import TREE, run

BUILD = Path(os.environ.get("BATON_BUILD", TREE / "build"))
SWITCHES_ON = {0x30D0190D, 0x30C5183D}  # SCTLR with its MMU, of EL1 and of EL2 alone


@pytest.fixture(scope="module")
def code():
    """code(loader, objdump): the instructions of each label."""

    def read(loader, objdump):
        done = run(objdump, "-d", "--no-show-raw-insn", "-M", "no-aliases" if "riscv" in objdump else "no-notes",
                   BUILD / f"{loader}.elf")
        assert done.returncode == 0, done.stdout
        labels, lines = {}, []
        for line in done.stdout.splitlines():
            if label := re.fullmatch(r"[0-9a-f]+ <([^.].*)>:", line):  # a dot is a compiler's, inside a function
                lines = labels.setdefault(label[1], [])
            elif found := re.match(r"\s+[0-9a-f]+:\t(.+?)(?:\s+(?://|# ).*)?$", line):
                lines.append(re.sub(r"^bl .*<(.+)>$", r"bl \1", re.sub(r"\s+", " ", found[1])))
        return labels

    return read


@pytest.fixture(scope="module")
def aarch64(code):
    return code("BOOTAA64", "aarch64-linux-gnu-objdump")


@pytest.fixture(scope="module")
def riscv64(code):
    return code("BOOTRISCV64", "riscv64-linux-gnu-objdump")


def is_in(part, whole):
    """One behind the other, with nothing between them."""
    return any(whole[i:i + len(part)] == part for i in range(len(whole)))


def test_lines_are_cleaned(aarch64):
    """To the point of coherency, and there when it comes back."""
    clean = aarch64["machine_clean"]
    assert [line for line in clean if line.startswith("dc")] == [line for line in clean if "cvac" in line] != []
    assert clean[-2:] == ["dsb sy", "ret"]


def test_trampoline_is_fetched_anew(aarch64):
    jump = aarch64["machine_jump"]
    assert is_in(["bl machine_clean", "ic iallu", "dsb sy", "isb"], jump)
    behind = jump[jump.index("ic iallu"):]
    assert any(line.startswith("blr") for line in behind) and not any(line.startswith("st") for line in behind)
    assert aarch64["settle"] == ["dsb sy", "ic iallu", "dsb sy", "isb", "ret"]


def value_before(lines, i):
    """What a register has got in four parts right before line i."""
    parts = [re.fullmatch(r"mov[zk]? x1, #(0x[0-9a-f]+)(?:, lsl #(\d+))?", line) for line in lines[i - 4:i]]
    return sum(int(part[1], 16) << int(part[2] or 0) for part in parts) if all(parts) else None


def test_translation_is_on_after_all_is_forgotten(aarch64):
    """Each time that an MMU goes on, the TLB has forgotten before, and then the instruction cache."""
    lines = [line for label in ("resident_start", "own_el1", "at_el2", "stay_at_el2", "alone_at_el2")
             for line in aarch64[label]]
    on = [i for i, line in enumerate(lines) if re.match("msr sctlr_el[12], x1", line)
          and value_before(lines, i) in SWITCHES_ON]
    assert len(on) == 3
    for i in on:
        done = [line for line in lines[:i] if line.startswith("tlbi") or line == "bl settle" or "sctlr" in line]
        assert done[-1] == "bl settle" and done[-2].startswith("tlbi"), done
    off = [i for i, line in enumerate(lines) if re.match("msr sctlr", line) and i not in on]
    assert len(off) == 2 and all(lines[i + 1] == "isb" for i in off)
    for i in on:  # it is off while MAIR and TCR change
        assert any(j < i for j in off)


def test_fence_before_the_trampoline(riscv64):
    jump = riscv64["machine_jump"]
    fence = jump.index("fence.i")
    call = next(i for i, line in enumerate(jump) if i > fence and "jalr" in line)
    assert not any(re.match(r"(c\.)?(sd|sw|sdsp|swsp)\b", line) for line in jump[fence:call])
    assert is_in(["sfence.vma zero,zero"], riscv64["resident_start"])
    satp = next(i for i, line in enumerate(riscv64["resident_start"]) if "satp" in line)
    assert riscv64["resident_start"][satp + 1].startswith("sfence.vma")
