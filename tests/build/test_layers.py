# SPDX-License-Identifier: BSD-2-Clause
"""A wrong #include does not compile: each layer sees the headers of the layers that it may use, and no others."""

import re
from collections import Counter

import pytest
from conftest import TREE, run

FOLDERS = {
    "abi": "include/baton",
    "base": "loader/base",
    "core": "loader/core",
    "proto": "loader/proto",
    "efi": "loader/efi",
    "arch": "loader/arch",
    "machine": "loader/arch/x86_64",
    "flow": "loader",
}
MAY_USE = {
    "base": {"base"},
    "core": {"base", "core", "abi"},
    "proto": {"base", "core", "abi", "proto"},
    "efi": {"base", "core", "abi", "efi"},
    "arch": {"base", "core", "abi", "arch", "machine"},
    "machine": {"base", "core", "abi", "arch", "machine"},
    "flow": {"base", "core", "abi", "proto", "efi", "arch", "flow"},
}


@pytest.mark.parametrize("layer", MAY_USE)
def test_layer_sees_what_it_may_use_and_nothing_else(layer, copy_tree, tmp_path):
    tree = copy_tree(tmp_path / "tree")
    for offered, folder in FOLDERS.items():
        (tree / folder).mkdir(exist_ok=True)
        (tree / folder / f"of_{offered}.h").write_text(f"extern int {offered};\n")
        include = "<baton/of_abi.h>" if offered == "abi" else f'"of_{offered}.h"'
        (tree / FOLDERS[layer] / f"uses_{offered}.c").write_text(f"#include {include}\nint {offered};\n")
    for offered in FOLDERS:
        made = run("make", f"build/obj/x86_64/{FOLDERS[layer]}/uses_{offered}.o", cwd=tree)
        if offered in MAY_USE[layer]:
            assert made.returncode == 0, made.stdout
        else:
            assert made.returncode != 0, f"{layer} can include a header of {offered}"
            assert "file not found" in made.stdout, made.stdout


def test_core_cannot_include_the_firmware(copy_tree, tmp_path):
    tree = copy_tree(tmp_path / "tree")
    (tree / "loader/core/trespass.c").write_text('#include "abi/boot_services.h"\n')
    made = run("make", "build/obj/x86_64/loader/core/trespass.o", cwd=tree)
    assert made.returncode != 0
    assert "'abi/boot_services.h' file not found" in made.stdout


def test_loader_sees_no_c_library(copy_tree, tmp_path):
    tree = copy_tree(tmp_path / "tree")
    (tree / "loader/libc.c").write_text("#include <stdio.h>\n")
    made = run("make", "build/obj/x86_64/loader/libc.o", cwd=tree)
    assert made.returncode != 0
    assert "'stdio.h' file not found" in made.stdout


def sources():
    folders = ("include", "loader", "tools", "tests", "examples")
    return [path for folder in folders for path in sorted((TREE / folder).rglob("*.[chS]"))]


def test_no_include_climbs_out_of_its_folder():
    climbing = [path for path in sources() if re.search(r'^\s*#\s*include\s*["<][^">]*\.\./', path.read_text(), re.M)]
    assert sources() and climbing == []


@pytest.mark.parametrize("folders", (
    ("base", "core", "proto", "efi", "arch", "flow"),
    ("base", "core", "tools/elf2efi"),
    ("base", "core", "tools/baton"),
), ids=lambda folders: folders[-1])
def test_no_header_hides_another(folders):
    """Flat names: of two headers of one name in an include path, the wrong one would be taken."""
    names = Counter(path.name for folder in folders for path in (TREE / FOLDERS.get(folder, folder)).glob("*.h"))
    assert [name for name, count in names.items() if count > 1] == []
