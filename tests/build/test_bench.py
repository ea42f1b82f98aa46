# SPDX-License-Identifier: BSD-2-Clause
"""What `make bench-check` makes of measurements: bench/budgets.py, without booting anything."""

import sys
from pathlib import Path

import pytest

TREE = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TREE / "bench"))

import bench  # noqa: E402
import budgets  # noqa: E402
import machines  # noqa: E402
import measure  # noqa: E402
import stages  # noqa: E402
from cases import CASES, QUICK, chosen  # noqa: E402

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
              "linear-calls", "linear-bytes", "image", "own-memory"}
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


QUICK_BUDGETS = {"tiny", "tiny-4-KiB", "64-MiB-virtio", "ram-small-pages", "ram-large-pages", "map-calls", "map-entry",
                 "linear-modules", "linear-calls", "image", "own-memory"}
MANY = BOOT.replace("descriptors=7c", "descriptors=7d1")


def boots(instructions, text=BOOT):
    """A boot that has taken so many, in all of its stages together."""
    boot = machines.parse(text)
    boot.kernel = boot.start + boot.said + (instructions << machines.SHIFT)
    return boot


@pytest.fixture
def quick(monkeypatch, tmp_path):
    """quick(tiny=..., ...): the exit code of `bench.py check` when boots come to this, and nothing is known excess."""
    image = tmp_path / "loader.efi"
    image.write_bytes(bytes(60000))

    def check(least=500_000, module=10_000, bytes_of=1.0, ram=1.0, own=0, known=""):
        def made_up(_, loaders, cases, for_budgets):
            results = measure.Results(loaders, cases)
            assert for_budgets
            for loader in loaders:
                loader.image = image
            for case in cases:
                floor = 300_000 + sum(case.modules)
                taken = least + len(case.modules) * module
                taken = int(floor * bytes_of) if case.name.startswith("64 MiB") else taken
                taken = int(taken * ram) if case.memory == "64G" else taken
                for name, instructions in (("floor-0", floor), ("baton", taken)):
                    results.boots[name, case.name] = [boots(instructions)]
                text = MANY if case.fragment else BOOT
                text = text.replace("memory=8 3000", "memory=8 3000\nkernel: memory=9 1000\nkernel: memory=5 1000")
                results.watched["baton", case.name] = boots(own if case.fragment else 50_000, text)
                results.watched["baton", case.name].call_count = 40 + 7 * len(case.modules)
            return results

        (tmp_path / "known").write_text(known)
        monkeypatch.setattr(bench, "measure", made_up)
        monkeypatch.setattr(budgets, "KNOWN", tmp_path / "known")
        return bench.main("check")

    return check


def test_quick_rows_have_their_budgets(quick, capsys):
    assert quick(own=50_000) == 0
    told = [line for line in capsys.readouterr().out.splitlines() if line.endswith("  ok")]
    assert {line.split()[0] for line in told} == QUICK_BUDGETS


@pytest.mark.parametrize("worse,budget", [
    ({"least": 1_000_001}, "tiny"),
    ({"least": 995_000}, "tiny-4-KiB"),
    ({"bytes_of": 1.051}, "64-MiB-virtio"),
    ({"ram": 1.11}, "ram-large-pages"),
    ({"ram": 1.33}, "ram-small-pages"),
    ({"own": 700_000}, "map-entry"),
])
def test_a_regression_fails(quick, capsys, worse, budget):
    """One budget that is not met, and is not known to be, is enough; one that is known is told, and no more."""
    assert quick(**{"own": 50_000, **worse}) == 1
    told = {line.split()[0]: line for line in capsys.readouterr().out.splitlines() if line.strip()}
    assert "FAILED" in told[budget]
    failing = [name for name, line in told.items() if "FAILED" in line]
    assert quick(**{"own": 50_000, **worse}, known="".join(f"{name} 2_000_000\n" for name in failing)) == 0


def test_rows_are_chosen():
    assert chosen("all") == list(CASES.values())
    assert [case.name for case in chosen("quick")] == list(QUICK)
    assert [case.name for case in chosen("64 MiB virtio, alone")] == ["64 MiB virtio",
                                                                     "64 MiB virtio, 512-byte clusters", "alone"]
    with pytest.raises(SystemExit, match="no such row: 65 MiB"):
        chosen("65 MiB")
