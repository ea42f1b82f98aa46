# SPDX-License-Identifier: BSD-2-Clause
"""include/baton/baton.rs is include/baton/baton.h: every structure, field and constant that the header has."""

import re
import shutil

import pytest
from conftest import TREE, run
from elfnotes import descriptor, wishes

HEADER = TREE / "include/baton/baton.h"
MIRROR = TREE / "include/baton/baton.rs"
EDITIONS = ("2018", "2021", "2024")
NOTE = (1 << 1 | 1 << 6, 1 << 0 | 1 << 63, 0x180000001, 0xfedcba9876543210)

pytestmark = pytest.mark.skipif(not shutil.which("rustc"), reason="rustc is not installed")


def header_without_comments():
    return re.sub(r"/\*.*?\*/", "", HEADER.read_text(), flags=re.S)


def structures():
    """{"baton_list": ["first", "count", "stride"], ...}, as the header has them."""
    found = {}
    for name, body in re.findall(r"^struct (\w+) \{(.*?)^\};", header_without_comments(), re.M | re.S):
        found[name] = [re.search(r"(\w+)(?:\[\d+\])?$", field.strip()).group(1)
                       for field in body.split(";") if field.strip()]
    return found


def constants():
    """The names of the macros that stand for a number or a text."""
    found = re.findall(r"^#define (BATON_\w+)[ \t]+(\S.*)$", header_without_comments(), re.M)
    return {name: value.strip().startswith('"') for name, value in found}


def rust_type(structure):
    """baton_efi_memory_map is EfiMemoryMap."""
    words = structure.split("_")
    return "".join(word.capitalize() for word in words[1:] or words)


def c_program():
    lines = []
    for structure, fields in structures().items():
        lines.append(f'printf("{structure} %zu\\n", sizeof(struct {structure}));')
        for field in fields:
            lines.append(f'printf("{structure}.{field} %zu %zu\\n", offsetof(struct {structure}, {field}), '
                         f'sizeof(((struct {structure} *)NULL)->{field}));')
    for name, is_text in constants().items():
        value = f'"%s\\n", {name}' if is_text else f'"%llu\\n", (unsigned long long){name}'
        lines.append(f'printf("{name} "); printf({value});')
    note = ", ".join(f"{number:#x}ULL" for number in NOTE)
    return (f"#include <baton/baton.h>\n#include <stdio.h>\nBATON_WISHES({note});\nint main(void)\n{{\n"
            + "\n".join(lines) +
            '\nfor (size_t i = 0; i < sizeof(baton_wishes); i++)\n'
            'printf("note %zu %u\\n", i, ((const unsigned char *)&baton_wishes)[i]);\nreturn 0;\n}\n')


def rust_program(mirror):
    """The mirror and a main in one module, which sees the private fields, too."""
    lines = ["fn size_behind<T>(_: *const T) -> usize { core::mem::size_of::<T>() }", "fn main() {"]
    for structure, fields in structures().items():
        kind = rust_type(structure)
        lines.append(f'println!("{structure} {{}}", core::mem::size_of::<{kind}>());')
        for field in fields:
            lines.append(f'{{ let memory = core::mem::MaybeUninit::<{kind}>::uninit(); let base = memory.as_ptr();'
                         f'let field = unsafe {{ core::ptr::addr_of!((*base).{field}) }};'
                         f'println!("{structure}.{field} {{}} {{}}", field as usize - base as usize, '
                         f'size_behind(field)); }}')
    for name in constants():
        lines.append(f'println!("{name} {{}}", {name.partition("_")[2]});')
    note = ", ".join(f"{number:#x}" for number in NOTE)
    lines.append(f"let note: [u8; {4 * 14}] = unsafe {{ core::mem::transmute(Note::new({note})) }};")
    lines.append('for (i, byte) in note.iter().enumerate() { println!("note {} {}", i, byte); } }')
    return mirror + "\n".join(lines) + "\n"


def built(folder, source, *words):
    """What the program says; a compiler's words when there is none."""
    compiled = run(*words, source, "-o", folder / "program")
    return run(folder / "program").stdout.splitlines() if compiled.returncode == 0 else compiled.stdout


def said_by_c(folder):
    source = folder / "program.c"
    source.write_text(c_program())
    return built(folder, source, "gcc", "-std=c11", "-I", TREE / "include")


def said_by_rust(folder, mirror):
    source = folder / "program.rs"
    source.write_text(rust_program(mirror))
    return built(folder, source, "rustc", "--edition", "2018", "-D", "warnings")


def mutilated(pattern, replacement):
    """The mirror with one thing changed."""
    text, changes = re.subn(pattern, replacement, MIRROR.read_text(), count=1, flags=re.M | re.S)
    assert changes == 1
    return text


def test_the_header_is_read_whole():
    """The sizes that the header asserts, and no byte of a structure outside its fields."""
    assert sorted(structures()) == sorted(set(re.findall(r"sizeof\(struct (\w+)\) ==", HEADER.read_text())))
    assert {"BATON_MAGIC", "BATON_NOTE_NAME", "BATON_FACT_RSDP", "BATON_EXIT_SUCCESS"} <= set(constants())


def test_every_byte_belongs_to_a_field(tmp_path):
    end = {}
    for line in said_by_c(tmp_path):
        name, *numbers = line.split()
        structure, _, field = name.partition(".")
        if field:
            assert end.setdefault(structure, 0) == int(numbers[0]), line
            end[structure] += int(numbers[1])
    sizes = dict(line.split() for line in said_by_c(tmp_path) if line.split()[0] in structures())
    assert {structure: int(size) for structure, size in sizes.items()} == end


def test_mirror_is_the_header(tmp_path):
    c, rust = said_by_c(tmp_path), said_by_rust(tmp_path, MIRROR.read_text())
    assert isinstance(rust, list), rust
    assert rust == c
    assert len(c) > 150


def test_mirror_has_no_constant_of_its_own():
    names = re.findall(r"^pub const (\w+):", MIRROR.read_text(), re.M)
    assert sorted(f"BATON_{name}" for name in names) == sorted(constants())


@pytest.mark.parametrize("pattern, replacement", (
    (r"^    pub reserved_mask: u32,\n", ""),
    (r"^pub const FACT_ENTROPY: [^\n]*\n", ""),
), ids=("field", "constant"))
def test_what_is_missing_would_be_seen(pattern, replacement, tmp_path):
    assert "error" in said_by_rust(tmp_path, mutilated(pattern, replacement))


def test_a_wrong_number_would_be_seen(tmp_path):
    rust = said_by_rust(tmp_path, mutilated(r"(?<=^pub const MEMORY_MMIO: u32 = )19", "20"))
    assert isinstance(rust, list) and rust != said_by_c(tmp_path)


def test_swapped_fields_do_not_compile(tmp_path):
    """The mirror's own assertions, which a kernel has as well."""
    swapped = mutilated(r"(    pub width: u32,\n)(    pub height: u32,\n)", r"\2\1")
    assert "mismatched types" in said_by_rust(tmp_path, swapped)


LISTS = """
fn main() {
    #[repr(C)]
    struct Later { now: Timing, more: u64 }
    let name = b"start\\0";
    let later: Vec<Later> = (0..3)
        .map(|i| Later { now: Timing { name: name.as_ptr(), counter: 7 * i }, more: !0 })
        .collect();
    let list = List { first: later.as_ptr() as *const Timing, count: 3, stride: 24 };
    assert_eq!(list.iter().map(|timing| timing.counter).collect::<Vec<_>>(), [0, 7, 14]);
    assert_eq!((&list).into_iter().count(), list.len());
    let empty = List::<Timing> { first: core::ptr::null(), count: 0, stride: 16 };
    assert!(empty.is_empty() && empty.iter().next().is_none());
    assert_eq!(unsafe { text(list.iter().next().unwrap().name) }, b"start");

    let mut baton: Baton = unsafe { core::mem::zeroed() };
    assert!(unsafe { Baton::from_loader(core::ptr::null()) }.is_none());
    assert!(unsafe { Baton::from_loader(&baton) }.is_none());
    baton.magic = MAGIC;
    baton.direct_map.base = 0xffff_8000_0000_0000;
    assert!(unsafe { Baton::from_loader(&baton) }.is_some());
    assert_eq!(baton.physical(0xffff_8000_0012_3000_u64 as *const u8), 0x123000);
    println!("well");
}
"""


def test_helpers(tmp_path):
    source = tmp_path / "program.rs"
    source.write_text(MIRROR.read_text() + LISTS)
    assert built(tmp_path, source, "rustc", "--edition", "2018", "-D", "warnings") == ["well"]


def kernel_in_the_comment():
    """The example at the head of the mirror."""
    shown = re.search(r"^//! ```ignore\n(.*?)^//! ```$", MIRROR.read_text(), re.M | re.S).group(1)
    return re.sub(r"^//! ?", "", shown, flags=re.M)


def has_edition(edition, folder):
    empty = folder / "empty.rs"
    empty.write_text("")
    return run("rustc", "--edition", edition, "--crate-type", "lib", "--emit=metadata", "-o", folder / "empty.rmeta",
               empty).returncode == 0


@pytest.mark.parametrize("linker", ("bfd", "lld"))
@pytest.mark.parametrize("edition", EDITIONS)
def test_kernel_with_wishes(edition, linker, tmp_path):
    """The example becomes a kernel whose note a loader finds, in every edition that this rustc has."""
    if not has_edition(edition, tmp_path):
        pytest.skip(f"this rustc has no edition {edition}")
    shown = kernel_in_the_comment()
    if edition == "2024":
        shown = re.sub(r"#\[.*?\] // edition 2024: (.*)", r"\1", shown)
    source = tmp_path / "kernel.rs"
    source.write_text("#![no_std]\n#![no_main]\n" + shown +
                      "\n#[panic_handler]\nfn panic(_: &core::panic::PanicInfo) -> ! { loop {} }\n")
    shutil.copy(MIRROR, tmp_path)
    made = run("rustc", "--edition", edition, "-D", "warnings", "-O", "-C", "panic=abort", "--emit=obj",
               "-C", "relocation-model=static", "-C", "code-model=kernel", "-o", tmp_path / "kernel.o", source)
    assert made.returncode == 0, made.stdout
    linked = run("gcc", "-nostdlib", "-static", f"-fuse-ld={linker}", "-Wl,--gc-sections",
                 f"-Wl,-T,{TREE}/examples/hello/kernel.ld", tmp_path / "kernel.o", "-o", tmp_path / "kernel.elf")
    assert linked.returncode == 0, linked.stdout
    assert wishes(tmp_path / "kernel.elf") == [descriptor(1 << 1, 1 << 0, 0, 0)]
