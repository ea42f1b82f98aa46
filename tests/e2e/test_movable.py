# SPDX-License-Identifier: BSD-2-Clause
"""Kernels that can be moved: relocated rightly wherever they run, and at random places when that is asked for."""

import re
import subprocess

import pytest

from harness.check import none_of
from harness.elfmaker import DT_RELA, DT_RELR, PAGE, add_segment, read_elf, wishes
from harness.files import ENTRY, entry
from harness.judge import HIGH_DIRECT_MAP, judge
from harness.paths import BUILD, built, kernel
from harness.report import KERNEL, parse_report

HIGH = 0xFFFFFFFF80000000
MIB, GIB = 1 << 20, 1 << 30
RNG = ("-object", "rng-random,id=rng,filename=/dev/urandom", "-device", "virtio-rng-pci,rng=rng")


@pytest.fixture
def run(report_of):
    """
    run(name, lines…): boots a kernel, and judges its report and its place. Random addresses are expected when `random`
    says so. Returns where it ran: kernel address and direct map base.
    """

    def boot(name, *lines, random=False, note=None, **options):
        data = kernel(name).read_bytes()
        facts = read_elf(data)
        is_movable = bool(facts.dynamic)
        if note:
            data = add_segment(data, note)
        report = report_of({"kernel.elf": data, ENTRY: entry("/kernel.elf", *lines)}, **options)
        address = report.number("baton.kernel.address")
        slide = (address - facts.base) % (1 << 64)
        none_of(judge(report, slide=slide if is_movable else None, random=random))
        start = facts.base if facts.base >= HIGH_DIRECT_MAP else HIGH
        if random and is_movable:
            assert (address - start) % (2 * MIB) == 0
            assert start <= address and address + report.number("baton.kernel.size") <= start + GIB
        else:
            assert address == start
        check_relro(report, facts, slide)
        boot.log = "\n".join(report.log)
        return address, report.number("baton.direct_map.base")

    return boot


def check_relro(report, facts, slide):
    """Its pages are read-only, wherever they are mapped; the rest of their segment can be written."""
    if not facts.relro:
        return
    start = facts.relro["vaddr"] + slide & (1 << 64) - 1
    end = start + facts.relro["memsz"] & ~(PAGE - 1)
    assert start % PAGE == 0 and start < end, "the linker has made no RELRO page: tests nothing"
    offset = report.number("baton.kernel.physical") - report.number("baton.kernel.address")
    for page in range(start, end, PAGE):
        found = [m for m in report.mappings if m.physical <= page + offset < m.physical + m.size]
        assert len(found) == 2 and not any(m.write or m.execute for m in found)
    assert report.mapping_at(end).write
    assert report.entry_at(start + offset).kind == KERNEL


@pytest.mark.parametrize("name,tables", [("report-pie.elf", {DT_RELA}), ("report-relr.elf", {DT_RELA, DT_RELR}),
                                         ("report-bfd.elf", {DT_RELA}), ("report-bfd-high.elf", {DT_RELA})])
def test_not_random_by_default(run, name, tables):
    """RELA by lld and by GNU ld, and packed; linked at 0, which runs at the usual place, and high, which stays."""
    facts = read_elf(kernel(name).read_bytes())
    assert set(facts.dynamic) & {DT_RELA, DT_RELR} == tables and (facts.base == 0) == ("high" not in name)
    assert run(name, cpu="qemu64,+rdrand")[1] == HIGH_DIRECT_MAP


def test_seed(run):
    """The same seed gives the same place, another one another; without any source of random numbers."""
    first = run("report-relr.elf", "kaslr 0x1234", random=True)
    assert first == run("report-relr.elf", "kaslr 0x1234", random=True)
    other = run("report-relr.elf", "kaslr 0x1235", random=True)
    assert first[0] != other[0] and first[1] != other[1]


@pytest.mark.parametrize("source", [{"extra": RNG}, {"cpu": "qemu64,+rdrand"}], ids=["firmware", "processor"])
def test_random(run, source):
    """Three boots, three places: direct maps are the same by chance once in 10,000 runs."""
    places = {run(name, "kaslr on", random=True, **source) for name in ("report-relr-high.elf", "report-bfd.elf")}
    places.add(run("report-bfd.elf", "kaslr on", random=True, **source))
    assert len({base for _, base in places}) == 3


def test_fixed_kernel(run):
    """What cannot be moved has a random direct map all the same."""
    _, first = run("report-high.elf", "kaslr 1", random=True)
    _, second = run("report-high.elf", "kaslr on", random=True, cpu="qemu64,+rdrand")
    assert len({first, second, HIGH_DIRECT_MAP}) == 3
    assert re.search("is linked at a fixed address, so kaslr moves the direct map only", run.log)


def test_no_randomness(run):
    """Asked for by entry or note, and there is none: a warning, and the usual place."""
    note = wishes(wanted="RANDOM_SLIDE")
    for lines, wished in ((["kaslr on"], None), ([], note)):
        run("report-pie.elf", *lines, note=wished)
        assert re.search("^warning: .*boots at its usual addresses, since there are no random numbers", run.log, re.M)


def test_note(run):
    """The note asks; the entry can say no, even where the note requires it."""
    source = {"cpu": "qemu64,+rdrand"}
    run("report-pie.elf", note=wishes(wanted="RANDOM_SLIDE"), random=True, **source)
    run("report-pie-high.elf", note=wishes(required="RANDOM_SLIDE"), random=True, **source)
    run("report-pie.elf", "kaslr off", note=wishes(required="RANDOM_SLIDE"), **source)
    assert re.search("^warning: .*requires a random slide, but .* says kaslr off", run.log, re.M)


def test_baton_run_never_moves(tmp_path):
    """`baton run` boots it at the same place each time, whatever the note asks for."""
    path, log = tmp_path / "kernel.elf", tmp_path / "e9.log"
    path.write_bytes(add_segment(kernel("report-pie.elf").read_bytes(), wishes(required="RANDOM_SLIDE")))
    done = subprocess.run([str(built(BUILD / "baton")), "run", "--test", "--e9", str(log), str(path), "--", "-cpu",
                           "qemu64,+rdrand"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=170)
    assert done.returncode == 0, done.stdout + done.stderr
    report = parse_report(log.read_text(errors="replace"))
    assert report.number("baton.kernel.address") == HIGH
    assert report.number("baton.direct_map.base") == HIGH_DIRECT_MAP
    assert report.number("image.words_right") == 1
