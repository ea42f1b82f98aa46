# SPDX-License-Identifier: BSD-2-Clause
"""Two builds in two folders give the same bytes."""

import pytest
from conftest import run


@pytest.mark.parametrize("compiler", ("clang", "gcc"))
def test_builds_in_two_folders_are_the_same(compiler, copy_tree, tmp_path):
    trees = [copy_tree(tmp_path / "a"), copy_tree(tmp_path / "a folder of a longer name".replace(" ", "-") / "b")]
    for tree in trees:
        made = run("make", "-j2", f"CC={compiler}", cwd=tree)
        assert made.returncode == 0, made.stdout
    for name in ("BOOTX64.EFI", "BOOTX64.elf", "baton", "elf2efi"):
        first, second = ((tree / "build" / name).read_bytes() for tree in trees)
        assert len(first) > 0 and first == second, f"{name} differs"


def test_flags_and_removed_sources_are_noticed(copy_tree, tmp_path):
    """An old object is never linked: a change of flags or of the list of files builds again."""
    tree = copy_tree(tmp_path / "tree")
    extra = tree / "tools/elf2efi/extra.c"
    header = tree / "tools/elf2efi/extra.h"
    extra.write_text('#include "extra.h"\n__attribute__((used)) static const char extra[] = "extra marker";\n')
    header.touch()
    host = tree / "build/elf2efi"
    assert run("make", "-j2", "build/elf2efi", cwd=tree).returncode == 0
    assert b"extra marker" in host.read_bytes()
    assert run("make", "build/elf2efi", cwd=tree).stdout == ""
    header.unlink()
    assert "'extra.h' file not found" in run("make", "build/elf2efi", cwd=tree).stdout
    extra.unlink()
    assert run("make", "build/elf2efi", cwd=tree).returncode == 0
    assert b"extra marker" not in host.read_bytes()
    (tree / "VERSION").write_text("99.98.97\n")
    assert "build/obj/host/loader/base/text.o" in run("make", "build/elf2efi", cwd=tree).stdout
