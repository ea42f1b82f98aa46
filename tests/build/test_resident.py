# SPDX-License-Identifier: BSD-2-Clause
"""What stays in memory behind the loader is copied as it is: the build fails when that could not work."""

import pytest
from conftest import run

SLIPS = {
    "variable": ("int slip;\nint slip_use(void) { return slip++; }\n", "variables"),
    "constant": ("static const char text[] = \"x\";\nextern const char *const slip[];\nconst char *const slip[] = {text};\n",
                 "variables|relocation"),
    "outside": ("void machine_halt(void);\nvoid slip(void);\nvoid slip(void) { machine_halt(); }\n", "machine_halt"),
}


@pytest.mark.parametrize("compiler", ("clang", "gcc"))
@pytest.mark.parametrize("slip", [None, *SLIPS])
def test_what_stays_in_memory_stands_alone(slip, compiler, copy_tree, tmp_path):
    tree = copy_tree(tmp_path / "tree")
    source = tree / "loader/arch/gasp.c"
    code, words = SLIPS.get(slip, ("", ""))
    source.write_text(source.read_text() + code)
    made = run("make", "-j2", f"CC={compiler}", "WARNINGS=", "build/obj/x86_64/resident.o", cwd=tree)
    assert (made.returncode == 0) == (slip is None), made.stdout
    assert not words or any(word in made.stdout for word in words.split("|")), made.stdout
    assert "warning" not in made.stdout
    assert (tree / "build/obj/x86_64/resident.o").exists() == (slip is None), "a bad one is left behind"
