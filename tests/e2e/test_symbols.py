# SPDX-License-Identifier: BSD-2-Clause
"""`baton run` when the kernel ends in an exception: functions and lines for the addresses that the report gives."""

import re
import struct
import subprocess
import os

import pytest

from harness.elfmaker import HIGH, TRIPLE_FAULT, elf_file, exit_code, say, segment, with_sections
from harness.paths import BUILD, TREE, built, kernel, tool

BATON = BUILD / "baton"
HANG = b"\xfa\xf4\xeb\xfd"  # cli; 1: hlt; jmp 1b
HEAD = "a line half said\n*** exception 6 (invalid opcode) in the kernel ***\n"
TRACE = "rip 0xffffffff80000010 kernel + 0x10  cs 0x08\nbacktrace:\n  #0 0xffffffff80000010 kernel + 0x10\n" \
        "  #1 0xffffffff80000040 kernel + 0x40\n  #2 0xffffffff80000900 kernel + 0x900\n"
END = "*** the machine is stopped ***\n"


@pytest.fixture
def run(tmp_path):
    """run(words…, **environment): a finished `baton run`, and what it said on standard error."""
    folder = tmp_path / "temporary"
    folder.mkdir()

    def make(*words, code=1, **environment):
        done = subprocess.run([str(word) for word in (built(BATON), "run", "--headless", *words)],
                              env={**os.environ, "TMPDIR": str(folder), **environment}, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, errors="replace", timeout=120)
        assert done.returncode == code, done.stdout + done.stderr
        assert list(folder.iterdir()) == []
        return done.stdout, done.stderr

    return make


def source_line(text):
    """Where the test kernel's source has this."""
    lines = (TREE / "tests/kernels/gasp.c").read_text().splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)


@pytest.mark.parametrize("name", ["gasp-high.elf", "gasp-low.elf"])
def test_functions_and_lines(run, name):
    """The real report: the instruction itself, and each call on the way to it."""
    _, said = run("--test", kernel(name), "undefined")
    expected = [("inner", "GO_WRONG(\"undefined\""), ("middle", "return inner("), ("outer", "return middle("),
                ("kernel_main", "outer(what, baton))")]
    frames = dict(re.findall(r"^  #(\d) +0x[0-9a-f]{16}  (.*)$", said, re.MULTILINE))
    for number, (function, text) in enumerate(expected):
        assert re.fullmatch(rf"{function} at \S*/gasp\.c:{source_line(text)}( .*)?", frames[str(number)]), said
    assert "the kernel ended in an exception before it reported" in said and "----" not in said


def test_faulting_address(run):
    """An address that stands in the report's text only is looked up, too."""
    _, said = run("--test", kernel("gasp-high.elf"), "write-text")
    assert re.search(r"^      0xffffffff80000000  \w+ at \S+:\d+$", said, re.MULTILINE), said


@pytest.fixture
def make_kernel(tmp_path):
    """make_kernel(text, code): a kernel that says the text over its serial port, and has the symbols that TRACE is
    about: `first` is at +0x10, `caller` ends at +0x40, where `next` begins."""

    def make(text, code=HANG):
        elf = elf_file([segment(say(0x3F8, text) + code)])
        path = tmp_path / "kernel.elf"
        path.write_bytes(with_sections(elf, [("first", HIGH, 0x20, 2), ("caller", HIGH + 0x20, 0x20, 2),
                                             ("next", HIGH + 0x40, 0x20, 2)],
                                       text=(HIGH, 0x60)))
        return path

    return make


def test_symbols_without_lines(run, make_kernel):
    """A return address belongs to the call before it; what is in no function is said to be in none."""
    out, said = run("--test", make_kernel(HEAD + TRACE + END))
    assert HEAD.splitlines()[1] in out
    table = said[said.index("baton: the kernel's addresses"):said.index("baton: the kernel ended")]
    assert re.findall(r"^  (#\d|  )  (0x[0-9a-f]{16})  (.*)$", table, re.MULTILINE) == [
        ("#0", "0xffffffff80000010", "first (compile with -g for the line)"),
        ("#1", "0xffffffff80000040", "caller (compile with -g for the line)"),
        ("#2", "0xffffffff80000900", "not in a function that this file names"),
    ], said


def test_report_that_breaks_off(run, make_kernel):
    _, said = run("--test", make_kernel(HEAD + TRACE))
    assert "  #1  0xffffffff80000040  caller" in said


def test_report_of_a_run_that_is_no_test(run, make_kernel):
    """It is explained at once, and the machine goes on, so that its screen can be seen."""
    _, said = run("--timeout", "15", make_kernel(HEAD + TRACE + END), code=124)
    assert said.index("  #1  0xffffffff80000040  caller") < said.index("15 s are over")


def test_no_report_no_table(run, make_kernel):
    out, said = run("--test", make_kernel("so far *** exception is a word\n*** exceptions\n", exit_code(0x10)), code=0)
    assert "*** exceptions" in out and "addresses" not in said


def folder_of_tools(folder, *names):
    folder.mkdir()
    for name in names:
        (folder / name).symlink_to(tool(name))
    return str(folder)


def test_without_addr2line(run, make_kernel, tmp_path):
    """llvm-symbolizer will do; without either, one line says what to install."""
    needed = ("qemu-system-x86_64", "mformat", "mmd", "mcopy", "sgdisk")
    _, said = run("--test", make_kernel(HEAD + TRACE + END), PATH=folder_of_tools(tmp_path / "none", *needed))
    assert "addr2line is missing: it is in Debian's package binutils" in said
    others = folder_of_tools(tmp_path / "llvm", *needed, "llvm-symbolizer")
    _, said = run("--test", make_kernel(HEAD + TRACE + END), PATH=others)
    assert "  #1  0xffffffff80000040  caller" in said


def test_triple_fault_is_a_failure(run, make_kernel):
    """Without --test, too."""
    _, said = run(make_kernel("here\n", TRIPLE_FAULT))
    assert "the machine was reset: a triple fault" in said
