# SPDX-License-Identifier: BSD-2-Clause
"""
The code in docs/porting.md that is marked as complete compiles, its entry links with the script it names, and its
linker script makes kernels that can be moved.
"""

import os
import re
import shlex
from pathlib import Path

import pytest
from conftest import TREE, run
from elfnotes import descriptor, wishes

GUIDE = TREE / "docs/porting.md"
BLOCKS = re.findall(r"^```c complete\n(.*?)^```$", GUIDE.read_text(), re.M | re.S)
FLAGS = ("-ffreestanding", "-fno-pic", "-mcmodel=kernel", "-mno-red-zone", "-fno-stack-protector", "-O2")
BATON = Path(os.environ.get("BATON_BUILD") or TREE / "build").resolve() / "baton"
SCRIPT, = re.findall(r"^```ld complete\n(.*?)^```$", GUIDE.read_text(), re.M | re.S)
MOVED = r"^    (cc (?:.*\\\n)*.*kernel\.elf)$"
WARNINGS = ("-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion", "-Werror")
LANGUAGES = {"C11": ("-xc", "-std=c11"), "C++17": ("-xc++", "-std=c++17")}


def compiled(folder, compiler, code, *words):
    source = folder / "block.c"
    source.write_text(code)
    return run(compiler, *words, *FLAGS, *WARNINGS, "-I", TREE / "include", "-c", source, "-o", folder / "block.o")


def test_there_are_blocks():
    assert len(BLOCKS) >= 3


@pytest.mark.parametrize("compiler", ("gcc", "clang"))
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_block_compiles(number, language, compiler, tmp_path):
    made = compiled(tmp_path, compiler, BLOCKS[number], *LANGUAGES[language])
    assert made.returncode == 0, made.stdout


def test_entry_links(tmp_path):
    """With hello's linker script, and with a page allocator that the reader is said to have."""
    entry, = (block for block in BLOCKS if "BATON_WISHES" in block)
    made = compiled(tmp_path, "gcc", entry + "void page_allocator_add(uint64_t base, uint64_t size)\n"
                    "{\n    (void)base, (void)size;\n}\n", "-std=c11")
    assert made.returncode == 0, made.stdout
    linked = run("gcc", "-nostdlib", "-static", f"-Wl,-T,{TREE}/examples/hello/kernel.ld", tmp_path / "block.o",
                 "-o", tmp_path / "kernel.elf")
    assert linked.returncode == 0, linked.stdout
    assert wishes(tmp_path / "kernel.elf") == [descriptor(1 << 1, 1 << 0, 128 * 1024, 0)]


# Succeeds when its addresses are right, and when it was moved if its command line says so.
MOVABLE = """
#include <baton/baton.h>
BATON_WISHES(0, BATON_FEATURE_RANDOM_SLIDE, 0, 0);
static int value = 3;
int *volatile pointers[] = {&value, &value};
static const char *const names[] = {"zero", "one"};
extern int nowhere __attribute__((weak));
void kernel(const struct baton *baton);
void kernel(const struct baton *baton)
{
    int good = baton->magic == BATON_MAGIC && *pointers[1] == 3 && names[baton->version & 1][0] == 'o' && !&nowhere;

    baton_exit(good && (baton->kernel.slide != 0) == (*baton->command_line == 'm') ? BATON_EXIT_SUCCESS : 1);
}
"""
LINKERS = {"GNU ld": ("gcc", "-fuse-ld=bfd"), "lld": ("clang", "-fuse-ld=lld"),
           "lld, packed": ("clang", "-fuse-ld=lld", "-Wl,--pack-dyn-relocs=relr")}


def movable(folder, linker, script):
    """Built by the guide's own line, with that linker."""
    (folder / "kernel.c").write_text(MOVABLE)
    (folder / "kernel.ld").write_text(script)
    line, = re.findall(MOVED, GUIDE.read_text(), re.M)
    assert '"$(baton --print-include-dir)"' in line
    words = shlex.split(line.replace("\\\n", " ").replace('"$(baton --print-include-dir)"', f"{TREE}/include"))
    made = run(*LINKERS[linker], *words[1:], cwd=folder)
    assert made.returncode == 0 and not made.stdout, made.stdout
    return folder / "kernel.elf"


@pytest.mark.parametrize("linker", LINKERS)
def test_script_makes_a_kernel_that_can_be_moved(linker, tmp_path):
    checked = run(BATON, "check", "--strict", movable(tmp_path, linker, SCRIPT))
    assert checked.returncode == 0, checked.stdout
    assert "ELF, movable: linked at 0xffffffff80000000" in checked.stdout and "or at random" in checked.stdout


def test_check_says_what_is_missing_in_a_script(tmp_path):
    """GNU ld does not, when a kernel is linked as a PIE with the script of one that is fixed."""
    path = movable(tmp_path, "GNU ld", (TREE / "examples/hello/kernel.ld").read_text())
    checked = run(BATON, "check", "--strict", path)
    assert checked.returncode == 1 and "ELF, fixed" in checked.stdout
    assert "no PT_DYNAMIC segment" in checked.stdout and "wants a random slide, but" in checked.stdout


@pytest.mark.parametrize("linker, lines", [("GNU ld", "kaslr 7\noptions moved\n"), ("lld", "kaslr 7\noptions moved\n"),
                                           ("GNU ld", "")])
def test_it_is_moved(linker, lines, tmp_path):
    """By the entry's own line; and `baton run` adds one against the note's wish where there is none."""
    path = movable(tmp_path, linker, SCRIPT)
    (tmp_path / "entry.conf").write_text("kernel /boot/kernel.elf\n" + lines)
    done = run(BATON, "run", "--test", "--config", tmp_path / "entry.conf", path, "--", "-cpu", "qemu64,+rdrand")
    assert done.returncode == 0, done.stdout


def test_names_in_the_guide_are_the_headers():
    """A macro or a kind that the guide names is one that the header has."""
    header = (TREE / "include/baton/baton.h").read_text()
    named = set(re.findall(r"\bBATON_\w+|\bbaton_\w+", GUIDE.read_text()))
    assert named and not {name for name in named if not re.search(rf"\b{name}\b", header)}


def test_sections_in_the_guide_are_the_protocols():
    numbers = set(re.findall(r"^#+ (\d+(?:\.\d+)?)\.? ", (TREE / "docs/protocol.md").read_text(), re.M))
    assert set(re.findall(r"§(\d+(?:\.\d+)?)", GUIDE.read_text())) <= numbers


def anchors(text):
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in re.findall(r"^#+ (.*)$", text, re.M)}


@pytest.mark.parametrize("page", ("README.md", "docs/porting.md", "docs/hardware.md", "docs/config.md"))
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)]+)\)", (TREE / page).read_text()):
        file, _, anchor = target.partition("#")
        path = (TREE / page).parent / file if file else TREE / page
        assert path.exists() and (not anchor or anchor in anchors(path.read_text())), target
