# SPDX-License-Identifier: BSD-2-Clause
"""Firmware that misbehaves in ways that were met in the field."""

import re
import time

import pytest

from harness.check import none_of
from harness.files import ENTRY, entry, injected, with_kernel
from harness.injection import LASTING_TYPES, LOADER_TYPES, read_counts, read_exit, read_returns
from harness.judge import judge
from harness.machine import EXIT_SUCCESS
from harness.refusal import CONSOLE_PROMPT
from harness.report import checksum, parse_report

MODULE = bytes(range(251)) * 12000  # 3 MB


def run(start, disk, files, **settings):
    machine = start(disk(injected(files, count=1, **settings)), screen=settings.pop("screen", None))
    machine.expect_success()
    report = parse_report(machine.e9.text)
    report.machine = machine
    return report


@pytest.fixture
def files():
    return with_kernel("report-high.elf", "module /m", files={"m": MODULE})


def check(report):
    none_of(judge(report, path="/kernel.elf"))
    assert report.modules[0].checksum == checksum(MODULE)


def test_whole_modules_are_read_at_once(start, disk, files):
    """But for one MiB of the first one, which tells how fast the disk is."""
    report = run(start, disk, files)
    check(report)
    counts = read_exit(report.machine.e9.text)
    assert counts["largest-read"] == len(MODULE) - (1 << 20), "drivers walk the cluster chain again for each piece"
    assert counts["reads"] < 20


def test_short_reads(start, disk, files):
    check(run(start, disk, files, short_read=100000))


def test_large_reads_break_the_file(start, disk, files):
    """As on one server: a large read fails, and the open file is broken for good. Small ones on a new one work."""
    report = run(start, disk, files, fail_read=1 << 20)
    check(report)
    assert "fails" in report.machine.e9.text
    assert any("/m" in line and "pieces" in line for line in report.log)


def test_file_that_ends_early(start, disk, files):
    """Refused with the file's name, not booted with half a module."""
    machine = start(disk(injected(files, end_read=2 << 20)))
    machine.wait_for(r"/m: .*ends", source="e9")
    machine.wait_for(CONSOLE_PROMPT)
    machine.send("\r")
    machine.wait_exit()
    assert "report: begin" not in machine.e9.text
    assert "returned=0x8" in machine.e9.text


def test_no_console(start, disk, files):
    check(run(start, disk, files, no_conout=1))


def test_no_console_refusal(start, disk):
    """Nobody can see it, so the log ports have it."""
    machine = start(disk(injected({ENTRY: entry("/missing.elf")}, no_conout=1)))
    machine.wait_for(r"/missing\.elf", source="e9")
    machine.send("\r")
    machine.wait_exit(30)
    assert "returned=0x8" in machine.e9.text


@pytest.mark.parametrize("size", [13, 256])
def test_garbage_in_load_options(start, disk, files, size):
    check(run(start, disk, files, garbage=size))


def test_no_device(start, disk, files):
    """Started from memory: the loader cannot know its volume. It says so, and never takes just any volume."""
    machine = start(disk(injected(files, no_device=1)))
    machine.wait_for("volume", source="e9")
    machine.wait_for(CONSOLE_PROMPT)
    machine.send("\r")
    machine.wait_exit(30)
    assert "returned=0x8" in machine.e9.text and "report: begin" not in machine.e9.text


def test_watchdog(start, disk):
    """The firmware's watchdog is stopped: it would fire while the refusal waits for a key."""
    files = {"loader/entries/a.conf": entry("/missing.elf", "sort-key a"), **with_kernel("report-high.elf")}
    machine = start(disk(injected(files, watchdog=4, count=1)))
    machine.wait_for(r"/missing\.elf", source="e9")
    machine.expect_success(40, refusals=True)
    assert read_exit(machine.e9.text)["watchdogs"] >= 1


# ---- memory that is not given ----
def said(lines, start):
    return [line for line in lines if line.startswith(start)]


def refused_runs(start, disk, files, **settings):
    """
    Starts the loader again and again, answering every refusal, until a boot succeeds. The lines on port 0xE9 of each
    refused run, in which one error was said and everything was given back; and those of the run that booted. (That no
    entry is left is said as an error of its own.)
    """
    machine = start(disk(injected(files, runs=60, **settings)))
    prompts, deadline = 0, time.monotonic() + 240
    while machine.process.poll() is None and time.monotonic() < deadline:
        machine.serial.update()
        if len(re.findall(CONSOLE_PROMPT, machine.serial.text)) > prompts:
            prompts += 1
            machine.send("\r")
        time.sleep(0.05)
    assert machine.wait_exit(1) == EXIT_SUCCESS
    text = machine.e9.text
    none_of(judge(parse_report(text), path="/kernel.elf"))
    runs = [part.split("\n") for part in re.split(r"^inject: run=\d+ before ", text, flags=re.MULTILINE)[1:]]
    returns, counts = read_returns(text), read_counts(text)
    assert len(runs) == len(returns) + 1 == prompts + 1
    problems = []
    for i, lines in enumerate(runs[:-1]):
        errors = [line for line in said(lines, "error: ") if "/loader/entries: holds no entry" not in line]
        before, after = counts[2 * i:2 * i + 2]
        # The first run may make the firmware itself take memory for good, for its own caches.
        kinds = LOADER_TYPES + (LASTING_TYPES if i > 0 else ())
        if len(errors) != 1:
            problems.append(f"run {i + 1}: {len(errors)} errors: {errors}")
        if returns[i]["status"] >> 63 != 1 or returns[i]["open"] != 0:
            problems.append(f"run {i + 1}: {returns[i]}")
        if [before.pages[kind] for kind in kinds] != [after.pages[kind] for kind in kinds]:
            problems.append(f"run {i + 1}: pages before {before.pages}, after {after.pages}: {errors}")
        if i > 0 and before.handles != after.handles:
            problems.append(f"run {i + 1}: {before.handles} handles, then {after.handles}")
        lent = sorted(line.split()[-1] for line in lines if line.startswith("inject: lent "))
        back = sorted(line.split()[-1] for line in lines if line.startswith("inject: back "))
        if lent != back:
            problems.append(f"run {i + 1}: got {lent}, gave back {back}")
    none_of(problems)
    return runs[:-1], runs[-1]


def test_exact_range_that_is_taken(start, disk):
    """
    The map lists the kernel's place as free, and it cannot be had: a new plan on a new map, three at most. Two boots
    meet that three times and are refused, a third one twice.
    """
    files = with_kernel("report-low.elf", "log-level debug")
    refused, booted = refused_runs(start, disk, files, steal=8)
    assert [len(said(lines, "inject: stolen")) for lines in refused + [booted]] == [3, 3, 2]
    assert [len(said(lines, "debug: memory map:")) for lines in refused + [booted]] == [3, 3, 3]
    assert read_exit("\n".join(booted))["full-maps"] == 3 + 3 + 3 + 1, "a plan on an old map"
    for lines in refused:
        error, = said(lines, "error: ")
        assert re.match(r"error: /kernel\.elf: .*0x\w+-0x\w+.*lists that as free.*0xffffffff80000000", error), error


def test_pages_that_cannot_be_had(start, disk):
    """
    Each allocation of pages fails in one boot, until one boot gets all. In each the first pages that the loader gets
    are page 0, its own stack, and the live page tables: none of that may be used, and it goes back like the rest.
    """
    refused, booted = refused_runs(start, disk, with_kernel("report-high.elf", "module /m", files={"m": b"odd"}),
                                   fail_pages=1, taken_pages=1)
    assert len(refused) >= 8
    for lines in refused:
        error, = said(lines, "error: ")
        assert len(said(lines, "inject: allocation")) == 1
        assert re.search("there is no memory for it: .*EFI_OUT_OF_RESOURCES.*more memory", error), error
    assert any("/kernel.elf" in said(lines, "error: ")[0] for lines in refused)
    assert any("/m" in said(lines, "error: ")[0] for lines in refused)
    assert len(said(booted, "inject: lent")) == 3 and not said(booted, "inject: allocation")


def test_pool_memory_that_cannot_be_had(start, disk):
    """So many modules that the loader's memory comes out of several allocations."""
    files = with_kernel("report-high.elf", *["module /m"] * 150, files={"m": b"odd"})
    refused, booted = refused_runs(start, disk, files, fail_pool=1)
    assert len(refused) >= 4
    for lines in refused:
        assert len(said(lines, "inject: allocation")) == 1
        assert re.search("memory", said(lines, "error: ")[0])
    assert not said(booted, "inject: allocation")


def test_memory_map_that_cannot_be_had(start, disk):
    """The first one of the first boot, and the second's last one, with which it was to leave: no reset, an error."""
    refused, booted = refused_runs(start, disk, with_kernel("report-high.elf"), fail_map=1)
    assert len(refused) == 2
    for lines in refused:
        error, = said(lines, "error: ")
        assert re.search("firmware does not give its memory map", error), error
        assert not said(lines, "inject: exit")
    assert [bool(said(lines, "info: leaving the firmware")) for lines in refused] == [False, True]
