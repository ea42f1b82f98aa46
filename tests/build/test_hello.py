# SPDX-License-Identifier: BSD-2-Clause
"""The smallest kernel, copied out of the tree as the README has it: built with every toolchain, and booted."""

import os
import re
import shutil
from pathlib import Path

import pytest

from conftest import TREE, run

BUILD = Path(os.environ.get("BATON_BUILD") or TREE / "build").resolve()
HELLO = TREE / "examples" / "hello"
FILES = ("Makefile", "hello.c", "kernel.ld")
TOOLCHAINS = {"gcc": ["CC=gcc"], "clang": ["CC=clang"], "clang and lld": ["CC=clang", "LDFLAGS=-fuse-ld=lld"]}
LINE = "\nHello from /boot/hello.elf, started by Baton.\n"
TEST = "RUN_ARGS=--test -m 256M"


@pytest.fixture
def hello(tmp_path):
    """A folder with hello's three files and nothing else."""
    folder = tmp_path / "a kernel"
    folder.mkdir()
    for name in FILES:
        shutil.copy2(HELLO / name, folder)
    return folder


def ways(tmp_path, name):
    """What to tell make, and the environment, for a command that is installed or lies in the tree."""
    if name == "tree":
        words = [f"BATON={BUILD}/baton"]
        # A build folder elsewhere has no include folder beside it.
        if BUILD.parent != TREE:
            words.append(f"BATON_INCLUDE={TREE}/include")
        return words, {}
    prefix = tmp_path / "installed"
    made = run("make", f"BUILD={BUILD}", f"PREFIX={prefix}", "install")
    assert made.returncode == 0, made.stdout
    return [], {"PATH": f"{prefix}/bin:{os.environ['PATH']}"}


def test_hello_is_small():
    assert sorted(path.name for path in HELLO.iterdir()) == sorted(FILES)
    assert sum(len((HELLO / name).read_text().splitlines()) for name in FILES) < 40


def test_readme_shows_hello():
    """All but the licence and the prototype, which only some warnings ask for."""
    code = (HELLO / "hello.c").read_text().partition("\n")[2]
    code = code.replace("void kernel(const struct baton *baton);\n\n", "")
    assert f"```c\n{code}```\n" in (TREE / "README.md").read_text()


def test_note_of_the_readme_is_found(hello, tmp_path):
    """Pasted into hello, before the entry."""
    note, = re.findall(r"^```c\n(BATON_WISHES\(.*?)^```$", (TREE / "README.md").read_text(), re.M | re.S)
    code = (hello / "hello.c").read_text()
    (hello / "hello.c").write_text(code.replace("void kernel(", note + "\nvoid kernel(", 1))
    words, _ = ways(tmp_path, "tree")
    made = run("make", *words, "CFLAGS=-Werror", cwd=hello)
    assert made.returncode == 0, made.stdout
    checked = run(BUILD / "baton", "check", "--strict", hello / "hello.elf")
    assert checked.returncode == 0, checked.stdout
    for line in (r"needs +ACPI", r"wants +framebuffer, entropy", r"stack +128 KiB"):
        assert re.search(rf"^  {line}$", checked.stdout, re.M), checked.stdout


@pytest.mark.parametrize("toolchain", TOOLCHAINS)
@pytest.mark.parametrize("way", ["installed", "tree"])
def test_copied_hello_builds(hello, tmp_path, way, toolchain):
    words, environment = ways(tmp_path, way)
    made = run("make", *words, *TOOLCHAINS[toolchain], cwd=hello, **environment)
    assert made.returncode == 0 and "warning" not in made.stdout, made.stdout
    assert (hello / "hello.elf").read_bytes()[:4] == b"\x7fELF"


@pytest.mark.parametrize("way, toolchain", [("installed", "gcc"), ("tree", "clang"), ("tree", "clang and lld")])
def test_copied_hello_boots(hello, tmp_path, way, toolchain):
    words, environment = ways(tmp_path, way)
    made = run("make", "run", TEST, *words, *TOOLCHAINS[toolchain], cwd=hello, **environment)
    assert made.returncode == 0, made.stdout
    assert LINE in made.stdout


def test_hello_reports_a_magic_that_it_does_not_know(hello, tmp_path):
    """The exit code is what a test of one's own goes by."""
    shutil.copytree(TREE / "include", tmp_path / "include")
    header = tmp_path / "include" / "baton" / "baton.h"
    text = header.read_text()
    header.write_text(text.replace("0x9b2f4e4f5441421aULL", "0x9b2f4e4f5441421bULL"))
    assert header.read_text() != text
    made = run("make", "run", TEST, f"BATON={BUILD}/baton", f"BATON_INCLUDE={tmp_path}/include", cwd=hello)
    assert made.returncode != 0 and LINE not in made.stdout
    assert "the kernel reported failure: it wrote 0x1 to port 0xF4" in made.stdout, made.stdout


def test_make_run_boots_a_kernel_of_your_own(hello, tmp_path):
    words, _ = ways(tmp_path, "tree")
    made = run("make", *words, cwd=hello)
    assert made.returncode == 0, made.stdout
    mine = tmp_path / "mine.elf"
    (hello / "hello.elf").rename(mine)
    # No package is installed for a test, nor asked after for a window.
    made = run("make", f"BUILD={BUILD}", "run", f"KERNEL={mine}", TEST, BATON_DEPS="no", DISPLAY="", WAYLAND_DISPLAY="")
    assert made.returncode == 0, made.stdout
    assert "\nHello from /boot/mine.elf, started by Baton.\n" in made.stdout
