# SPDX-License-Identifier: BSD-2-Clause
"""The headers a kernel includes stand alone, in every language and compiler that they promise."""

import pytest
from conftest import TREE, run
from elfnotes import descriptor, wishes

HEADERS = sorted(path.name for path in (TREE / "include/baton").glob("*.h"))
LANGUAGES = {
    "C11": ("gcc", "clang", "-xc", "-std=c11"),
    "C23": ("gcc", "clang", "-xc", "-std=c2x"),
    "C++17": ("g++", "clang++", "-xc++", "-std=c++17"),
}
WARNINGS = ("-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion", "-Wundef", "-Wcast-align", "-Werror")


def test_there_are_headers():
    assert "baton.h" in HEADERS


@pytest.mark.parametrize("which", (0, 1), ids=("gcc", "clang"))
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("header", HEADERS)
def test_header_stands_alone(header, language, which, tmp_path):
    compiler, flags = LANGUAGES[language][which], LANGUAGES[language][2:]
    source = tmp_path / "alone.c"
    # Twice: the guard holds.
    source.write_text(f"#include <baton/{header}>\n#include <baton/{header}>\nextern int used;\nint used;\n")
    include = run(compiler, "-print-file-name=include").stdout.strip()
    library_free = () if language == "C++17" else ("-nostdinc", "-isystem", include)
    compiled = run(compiler, *flags, "-ffreestanding", *library_free, "-mgeneral-regs-only", *WARNINGS,
                   "-I", TREE / "include", "-c", source, "-o", tmp_path / "alone.o")
    assert compiled.returncode == 0, compiled.stdout


@pytest.mark.parametrize("compiler, flags", (("gcc", ("-std=c11",)), ("gcc", ("-std=c2x",)), ("clang", ("-std=c11",)),
                                             ("clang", ("-std=c2x",)), ("g++", ("-std=c++17", "-x", "c++")),
                                             ("clang++", ("-std=c++17", "-x", "c++"))))
def test_structures_have_no_hidden_padding(compiler, flags, tmp_path):
    source = tmp_path / "padded.c"
    source.write_text("#include <baton/baton.h>\nextern int used;\nint used;\n")
    compiled = run(compiler, *flags, "-ffreestanding", "-Wpadded", "-Werror", "-I", TREE / "include", "-c", source,
                   "-o", tmp_path / "padded.o")
    assert compiled.returncode == 0, compiled.stdout


@pytest.mark.parametrize("compiler", ("gcc", "clang"))
def test_padding_would_be_seen(compiler, tmp_path):
    source = tmp_path / "padded.c"
    source.write_text("struct padded { char a; long b; };\nextern struct padded used;\nstruct padded used;\n")
    assert run(compiler, "-Wpadded", "-Werror", "-c", source, "-o", tmp_path / "padded.o").returncode != 0


# ---- the kernel's note ----

NOTE_KERNEL = """\
#include <baton/baton.h>

#ifdef __cplusplus
extern "C"
#endif
void kernel(const struct baton *baton);

BATON_WISHES(BATON_FEATURE_ACPI | BATON_FEATURE_MINIMUM_RAM, BATON_FEATURE_FRAMEBUFFER | 1ULL << 63, 0x180000001,
             0xfedcba9876543210);

void kernel(const struct baton *baton)
{
    for (;;)
        (void)baton;
}
"""
NOTE = descriptor(1 << 1 | 1 << 6, 1 << 0 | 1 << 63, 0x180000001, 0xfedcba9876543210)
# --gc-sections keeps what the entry needs, and nothing needs the note.
LINKS = {
    "fixed": ("-fno-pic", "-mcmodel=kernel", "-static", "-Wl,-T," + str(TREE / "examples/hello/kernel.ld")),
    "movable": ("-fpie", "-static-pie", "-Wl,-e,kernel,-z,text"),
    "low": ("-fno-pic", "-static", "-Wl,-e,kernel"),
}


def link_note_kernel(folder, compiler, flags, linker, link):
    source = folder / "kernel.c"
    source.write_text(NOTE_KERNEL)
    return run(compiler, *flags, "-O2", "-ffreestanding", "-fno-stack-protector", "-ffunction-sections",
               "-fdata-sections", "-Wpadded", *WARNINGS, "-I", TREE / "include", "-nostdlib", *link,
               f"-fuse-ld={linker}", "-Wl,--gc-sections", source, "-o", folder / "kernel.elf")


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("linker", ("bfd", "lld"))
@pytest.mark.parametrize("which", (0, 1), ids=("gcc", "clang"))
@pytest.mark.parametrize("language", LANGUAGES)
def test_wishes_become_a_note(language, which, linker, link, tmp_path):
    compiler, flags = LANGUAGES[language][which], LANGUAGES[language][2:]
    linked = link_note_kernel(tmp_path, compiler, flags, linker, LINKS[link])
    assert linked.returncode == 0, linked.stdout
    assert wishes(tmp_path / "kernel.elf") == [NOTE]


@pytest.mark.parametrize("linker", ("bfd", "lld"))
def test_lost_wishes_would_be_seen(linker, tmp_path):
    script = tmp_path / "lossy.ld"
    script.write_text("ENTRY(kernel)\nSECTIONS { . = 0xffffffff80000000; .text : { *(.text .text.*) }\n"
                      "/DISCARD/ : { *(.note .note.*) } }\n")
    linked = link_note_kernel(tmp_path, "gcc", ("-std=c11",), linker,
                              ("-fno-pic", "-mcmodel=kernel", "-static", f"-Wl,-T,{script}"))
    assert linked.returncode == 0, linked.stdout
    assert wishes(tmp_path / "kernel.elf") == []
