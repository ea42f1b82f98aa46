# SPDX-License-Identifier: BSD-2-Clause
"""What `make bench-check` makes of measurements: bench/budgets.py, without booting anything."""

import sys
from pathlib import Path

import pytest

TREE = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TREE / "bench"))

import bench  # noqa: E402
import budgets  # noqa: E402
import chart  # noqa: E402
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
    (10, {"tiny": (12, True)}, True, "ok"),
    (12, {"tiny": (12, True)}, True, "NOT MET"),
    (13, {"tiny": (12, True)}, False, "FAILED: worse"),
    (11, {"other": 12}, False, "FAILED"),
])
def test_judge(measured, known, good, word):
    known = {name: budgets.Excess(*(most if isinstance(most, tuple) else (most,))) for name, most in known.items()}
    (line,), passed = budgets.judge([budgets.Check("tiny", measured, 10, "instructions")], known)
    assert passed == good and f"  {word}" in line


def test_known_excess_is_well_formed():
    assert all(excess.most > 0 for excess in budgets.known_excess().values())
    reads = {name.replace(" ", "-").replace(",", "") for name in CASES if name.startswith(("64 MiB", "512 MiB"))}
    others = {"tiny", "tiny-4-KiB", "ram-small-pages", "ram-large-pages", "map-calls", "map-entry", "linear-modules",
              "linear-calls", "linear-bytes", "image", "own-memory", "own-memory-many-entries"}
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
                 "linear-modules", "linear-calls", "image", "own-memory", "own-memory-many-entries"}
MAP = "watch: call=GetMemoryMap 0000000000060000 0000000000070000 0000000000000000\n"


def boot_of(instructions, text=BOOT):
    """A boot that has taken so many, in all of its stages together."""
    boot = machines.parse(text)
    boot.kernel = boot.start + boot.said + (instructions << machines.SHIFT)
    return boot


class World:
    """What boots come to. All budgets are met, but for what a test makes worse."""
    alone, module, later_module = 500_000, 10_000, 10_000
    bytes_of, more_ram = 1.0, 1.0
    watched, many_entries = 50_000, 50_000
    calls, later_calls, maps, peak, image = 7, 7, 1, 0x9000, 60_000

    def taken(self, case, floor):
        if case.name.startswith("64 MiB"):
            return int(floor * self.bytes_of)
        modules = len(case.modules)
        taken = self.alone + min(modules, 8) * self.module + max(modules - 8, 0) * self.later_module
        return int(taken * self.more_ram) if case.memory == "64G" else taken

    def watch(self, case):
        text = BOOT.replace("memory=8 3000", "memory=8 3000\nkernel: memory=9 1000\nkernel: memory=5 1000")
        text = text.replace("watch: memory=9000", f"watch: memory={self.peak:x}").replace(MAP, MAP * self.maps)
        if case.fragment:
            return boot_of(self.many_entries, text.replace("descriptors=7c", "descriptors=7d1"))
        found = boot_of(self.watched, text)
        modules = len(case.modules)
        found.call_count = 40 + min(modules, 8) * self.calls + max(modules - 8, 0) * self.later_calls
        return found

    def results(self, loaders, cases):
        found = measure.Results(loaders, cases)
        for case in cases:
            floor = 300_000 + sum(case.modules)
            found.boots["floor-0", case.name] = [boot_of(floor)]
            found.boots["baton", case.name] = [boot_of(self.taken(case, floor))]
            found.watched["baton", case.name] = self.watch(case)
        return found


@pytest.fixture
def quick(monkeypatch, tmp_path):
    """quick(known, **members of World): the exit code of `bench.py check` in it, where this is known excess."""

    def check(known="", **worse):
        world = World()
        vars(world).update(worse)
        (tmp_path / "loader.efi").write_bytes(bytes(world.image))
        (tmp_path / "known").write_text(known)

        def made_up(_, loaders, cases, for_budgets):
            assert for_budgets and [loader.name for loader in loaders] == ["floor-0", "floor-1", "baton"]
            for loader in loaders:
                loader.image = tmp_path / "loader.efi"
            return world.results(loaders, cases)

        monkeypatch.setattr(bench, "measure", made_up)
        monkeypatch.setattr(budgets, "KNOWN", tmp_path / "known")
        return bench.main("check")

    return check


def test_quick_rows_have_their_budgets(quick, capsys):
    assert quick() == 0
    told = [line for line in capsys.readouterr().out.splitlines() if line.endswith("  ok")]
    assert {line.split()[0] for line in told} == QUICK_BUDGETS


@pytest.mark.parametrize("budget,worse", [
    ("tiny", {"alone": 1_000_001}),
    ("tiny-4-KiB", {"alone": 995_000}),
    ("64-MiB-virtio", {"bytes_of": 1.051}),
    ("ram-large-pages", {"more_ram": 1.11}),
    ("ram-small-pages", {"more_ram": 1.33}),
    ("map-calls", {"maps": 3}),
    ("map-entry", {"many_entries": 700_000}),
    ("linear-modules", {"later_module": 11_100}),
    ("linear-calls", {"later_calls": 8}),
    ("image", {"image": 65_537}),
    ("own-memory", {"peak": 0x45001}),
])
def test_a_regression_fails(quick, capsys, budget, worse):
    """One budget that is not met, and is not known to be, is enough; those that are known are told, and no more."""
    assert quick(**worse) == 1
    told = {line.split()[0]: line for line in capsys.readouterr().out.splitlines() if line.strip()}
    failing = [name for name, line in told.items() if "FAILED" in line]
    assert budget in failing
    assert quick("".join(f"{name} 2_000_000\n" for name in failing), **worse) == 0


def test_page_has_every_row(tmp_path):
    """Also where something did not boot."""
    loaders, cases = measure.all_loaders([]), chosen("all")
    for loader in loaders:
        loader.image = tmp_path / "loader.efi"
    loaders[-1].image.write_bytes(bytes(60_000))
    results = World().results(loaders, cases)
    results.seconds = {("floor-0", case.name): [0.25, 0.125, 4] for case in cases[1:]}
    results.notes = ["Somebody did not boot this"]
    text = bench.page(results, ["Somebody: is not here"])
    counted, timed = text.split("## On the host's clock")
    assert "Not measured: Somebody: is not here; Somebody did not boot this." in counted
    for case in cases:
        assert f"\n| {case.name} | {(300_000 + sum(case.modules)) / 1000:,.0f} | " in counted
        assert f"\n| {case.name} | {'–' if case == cases[0] else 250} | – |\n" in timed
    assert chart.chart(results).count(">a kernel and ") == len(chart.SHOWN)


def test_rows_are_chosen():
    assert chosen("all") == list(CASES.values())
    assert [case.name for case in chosen("quick")] == list(QUICK)
    assert [case.name for case in chosen("64 MiB virtio, alone")] == ["64 MiB virtio",
                                                                     "64 MiB virtio, 512-byte clusters", "alone"]
    with pytest.raises(SystemExit, match="no such row: 65 MiB"):
        chosen("65 MiB")
