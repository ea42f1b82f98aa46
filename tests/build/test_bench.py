# SPDX-License-Identifier: BSD-2-Clause
"""What `make bench-check` makes of measurements: bench/budgets.py, without booting anything."""

import sys
from pathlib import Path

import pytest

TREE = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TREE / "bench"))

import budgets  # noqa: E402
import machines  # noqa: E402
import stages  # noqa: E402
from cases import CASES  # noqa: E402

BOOT = """stopwatch: hertz=3b9aca00
stopwatch: image=34000
stopwatch: descriptors=7c
stopwatch: start=40000
watch: call=GetMemoryMap 0000000000050000 0000000000060000 8000000000000005
watch: call=GetMemoryMap 0000000000060000 0000000000070000 0000000000000000
watch: call=ExitBootServices 00000000000a0000 00000000000b0000 0000000000000000
watch: calls=3
watch: memory=9000
watch: left=c0000
watch: said=d0000
kernel: counter=f0000
kernel: stage=start 0000000000040000
kernel: stage=plan 0000000000080000
kernel: stage=leave 00000000000e0000
kernel: memory=8 3000
"""


@pytest.mark.parametrize("measured,known,good,word", [
    (10, {}, True, "ok"),
    (11, {}, False, "FAILED"),
    (11, {"tiny": 12}, True, "NOT MET"),
    (12, {"tiny": 12}, True, "NOT MET"),
    (13, {"tiny": 12}, False, "FAILED: worse"),
    (10, {"tiny": 12}, False, "FAILED: it is met"),
    (11, {"other": 12}, False, "FAILED"),
])
def test_judge(measured, known, good, word):
    (line,), passed = budgets.judge([budgets.Check("tiny", measured, 10, "instructions")], known)
    assert passed == good and f"  {word}" in line


def test_known_excess_is_well_formed():
    assert all(value > 0 for value in budgets.known_excess().values())
    reads = {name.replace(" ", "-").replace(",", "") for name in CASES if name.startswith(("64 MiB", "512 MiB"))}
    others = {"tiny", "tiny-4-KiB", "ram-small-pages", "ram-large-pages", "map-calls", "map-entry", "linear-modules",
              "linear-bytes", "image", "own-memory"}
    assert set(budgets.known_excess()) <= reads | others


def test_a_boot_is_read():
    boot = machines.parse(BOOT)
    assert boot.instructions == (0xF0000 - 0x40000 - 0x10000) >> 6
    assert (boot.image, boot.descriptors, boot.peak, boot.call_count) == (0x34000, 0x7C, 0x9000, 3)
    assert boot.memory == {8: 0x3000} and stages.full_maps(boot) == 1


def test_stages_are_apart():
    start, plan, leave, jump = stages.stages_of(machines.parse(BOOT))
    assert (start.instructions, plan.instructions, jump.instructions) == (0, 0x40000 >> 6, 0x10000 >> 6)
    assert plan.calls == {"GetMemoryMap": 2} and plan.own == 0x20000 >> 6
    assert leave.instructions == (0x60000 - 0x10000) >> 6 and leave.own == 0x40000 >> 6


@pytest.mark.parametrize("case", ["4 KiB", "64 MiB virtio", "16 modules"])
def test_what_modules_hold_is_known(case):
    from cases import CASES
    apart = machines.expected_modules(CASES[case], False)
    (joined,) = machines.expected_modules(CASES[case], True)
    assert len(apart) == len(CASES[case].modules) and joined[0] == sum(size for size, _, _ in apart)
    assert all(first == int.from_bytes(b"hole %d a" % number, "big") or number > 9
               for number, (_, first, _) in enumerate(apart))
