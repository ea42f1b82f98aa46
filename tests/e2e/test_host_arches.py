# SPDX-License-Identifier: BSD-2-Clause
"""`baton run` for each architecture: how it is chosen, its firmware, its machine, and what a kernel's end means."""

import re

import pytest

from harness.command import disk_of, folder_of_tools, listing, pe, printed, read, refusal
from harness.elfmaker import R, W, X, elf_file, segment
from harness.paths import BUILD
from harness.programs import AARCH64, ALL, RISCV64, X86_64, efi_program, ending_program
from harness.programs import words as code_words

BY_NAME = pytest.mark.parametrize("architecture", ALL, ids=lambda architecture: architecture.name)
FIRMWARE = {"x86_64": ["edk2", "4m", "2m", "uboot"], "aarch64": ["edk2", "uboot"], "riscv64": ["uboot"]}


@pytest.fixture
def loader_of(tmp_path):
    """loader_of(architecture): a file that can be told to be a loader for it."""

    def make(architecture):
        path = tmp_path / "given-loader"
        path.write_bytes(pe(architecture.pe))
        return path

    return make


def machine_of(done):
    """The QEMU that a printed command starts."""
    return printed(done)[0].rsplit("/", 1)[1]


# ---- which architecture ----

@BY_NAME
def test_the_kernel_says_what_machine_it_is_for(baton, make_kernel, loader_of, architecture):
    done = baton("run", "--print", make_kernel(machine=architecture.elf), "--loader", loader_of(architecture), keeps=True)
    assert machine_of(done) == architecture.qemu
    disk, _ = disk_of(done)
    assert f"/EFI/BOOT/{architecture.loader}" in listing(disk)
    assert read(disk, f"/EFI/BOOT/{architecture.loader}") == pe(architecture.pe)
    assert b"architecture" not in read(disk, "/loader/entries/kernel.conf")


@BY_NAME
def test_an_efi_application_says_so_too(baton, tmp_path, architecture):
    (tmp_path / "app.efi").write_bytes(pe(architecture.pe))
    done = baton("run", "--print", "app.efi", keeps=True)
    assert machine_of(done) == architecture.qemu
    assert listing(disk_of(done)[0])[-1] == f"/EFI/BOOT/{architecture.loader}"


@pytest.mark.parametrize("words, architecture", [
    ([], X86_64), (["--arch", "riscv64"], RISCV64), (["--loader", "given-loader"], AARCH64),
    (["--loader", "given-loader", "--arch", "arm64"], AARCH64),
], ids=lambda value: None)
def test_a_flat_kernel_is_for_a_pc_unless_something_says_otherwise(baton, tmp_path, loader_of, words, architecture):
    (tmp_path / "flat.bin").write_bytes(b"flat")
    loader_of(AARCH64)
    if words == ["--arch", "riscv64"]:
        words += ["--loader", loader_of(RISCV64)]
    assert machine_of(baton("run", "--print", "flat.bin", *words, keeps=True)) == architecture.qemu


@pytest.mark.parametrize("name, qemu", [
    ("x86_64", X86_64), ("X64", X86_64), ("amd64", X86_64), ("x86-64", X86_64), ("aarch64", AARCH64),
    ("arm64", AARCH64), ("aa64", AARCH64), ("riscv64", RISCV64), ("riscv", RISCV64)], ids=lambda value: str(value)[:7])
def test_names_of_architectures(baton, tmp_path, name, qemu):
    (tmp_path / "app.efi").write_bytes(pe(qemu.pe))
    assert machine_of(baton("run", "--print", "--arch", name, "app.efi", keeps=True)) == qemu.qemu


@pytest.mark.parametrize("on_disk, words, architecture", [
    ([X86_64], [], X86_64), ([AARCH64], [], AARCH64), ([RISCV64], [], RISCV64), ([AARCH64, RISCV64], [], X86_64),
    (list(ALL), [], X86_64), (list(ALL), ["--arch", "aarch64"], AARCH64), ([X86_64], ["--arch", "riscv64"], RISCV64),
], ids=lambda value: None)
def test_a_disk_is_for_what_its_only_loader_is(baton, tmp_path, disk, on_disk, words, architecture):
    path = disk({f"efi/boot/{one.loader.lower()}": pe(one.pe) for one in on_disk})
    assert machine_of(baton("run", "--print", path, *words, keeps=True)) == architecture.qemu


def test_contradictions_are_told(baton, make_kernel, tmp_path, loader_of):
    (tmp_path / "app.efi").write_bytes(pe(RISCV64.pe))
    (tmp_path / "flat.bin").write_bytes(b"flat")
    kernel = make_kernel()
    assert "--arch arm64: kernel.elf is for x86_64" in refusal(baton("run", "--arch", "arm64", "kernel.elf"))
    assert "--arch x64: app.efi is for riscv64" in refusal(baton("run", "--arch", "x64", "app.efi"))
    assert "--arch mips: expected x86_64, aarch64 or riscv64" in refusal(baton("run", "--arch", "mips", kernel))
    loader_of(AARCH64)
    message = refusal(baton("run", "--arch", "x64", "flat.bin", "--loader", "given-loader"))
    assert "--arch x64: given-loader is for aarch64" in message
    message = refusal(baton("run", "kernel.elf", "--loader", "given-loader"), 1)
    assert "--loader given-loader: this is not for x86_64, and the kernel kernel.elf is" in message


@pytest.mark.parametrize("architecture, words, said", [
    (AARCH64, ["--e9", "log"], "--e9: only PCs have port 0xE9; on aarch64 the loader's log is on the serial port"),
    (RISCV64, ["--screenshot", "s.png"], "--screenshot: the machine for riscv64 has no screen"),
    (AARCH64, ["--screenshot", "s.png", "--test"], "--screenshot and --test do not go together on aarch64"),
], ids=lambda value: None)
def test_what_a_machine_does_not_have_is_told(baton, tmp_path, architecture, words, said):
    (tmp_path / "app.efi").write_bytes(pe(architecture.pe))
    assert said in refusal(baton("run", *words, "app.efi"))


@pytest.mark.parametrize("architecture, package", [(AARCH64, "qemu-system-arm"), (RISCV64, "qemu-system-misc")],
                         ids=lambda value: None)
def test_missing_qemu_is_named_with_its_package(baton, tmp_path, architecture, package):
    (tmp_path / "app.efi").write_bytes(pe(architecture.pe))
    tools = folder_of_tools(tmp_path / "tools", "mformat", "mmd", "mcopy")
    message = refusal(baton("run", "app.efi", PATH=str(tools)), 1)
    assert f"{architecture.qemu} is missing: it is in Debian's package {package}" in message


# ---- firmware ----

@pytest.mark.parametrize("architecture, name, said", [
    (X86_64, "ovmf", "there is no such file, and for x86_64 there is edk2, 4m, 2m, uboot"),
    (AARCH64, "2m", "there is no such file, and for aarch64 there is edk2, uboot"),
    (RISCV64, "4m", "there is no such file, and for riscv64 there is uboot, edk2"),
    (AARCH64, "missing.fd", "missing.fd: No such file or directory"),
], ids=lambda value: None)
def test_firmware_that_there_is_not(baton, tmp_path, architecture, name, said):
    (tmp_path / "app.efi").write_bytes(pe(architecture.pe))
    assert said in refusal(baton("run", "app.efi", "--firmware", name), 1)


@pytest.mark.parametrize("architecture, name, pair, expected", [
    (X86_64, "u-boot.rom", False, ["-bios"]), (X86_64, "whole.fd", False, ["-drive"]),
    (X86_64, "X_CODE.fd", True, ["-drive", "-drive"]), (AARCH64, "u-boot.bin", False, ["-bios"]),
    (AARCH64, "my_code.fd", True, ["-drive", "-drive"]), (RISCV64, "uboot.elf", False, ["-kernel"]),
    (RISCV64, "VIRT_CODE.fd", True, ["-drive", "-drive"]),
], ids=lambda value: None)
def test_firmware_of_ones_own(baton, tmp_path, architecture, name, pair, expected):
    """How QEMU takes it depends on the machine, and on whether its variables are beside it."""
    (tmp_path / "app.efi").write_bytes(pe(architecture.pe))
    (tmp_path / name).write_bytes(b"firmware")
    if pair:
        (tmp_path / name.replace("CODE", "VARS").replace("code", "vars")).write_bytes(b"variables")
    argv = printed(baton("run", "--print", "app.efi", "--firmware", name, keeps=True))
    taken = [option for option, value in zip(argv, argv[1:])
             if option in ("-bios", "-kernel") or (option == "-drive" and "pflash" in value)]
    assert taken == expected
    # What the machine may write to is a copy.
    written = [word for word in argv if "pflash" in word and "readonly" not in word]
    assert all("variables.fd" in word for word in written) and len(written) == ("-drive" in expected)


# ---- machines: from here on every test runs QEMU ----

@pytest.mark.parametrize("architecture, firmware",
                         [(architecture, name) for architecture in ALL for name in FIRMWARE[architecture.name]],
                         ids=lambda value: getattr(value, "name", value))
def test_each_firmware_starts_an_application(baton, tmp_path, architecture, firmware):
    (tmp_path / "app.efi").write_bytes(ending_program(architecture, 0x10, "\r\nI am an application\r\n"))
    done = baton("run", "--test", "--firmware", firmware, "app.efi")
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    assert "\nI am an application\n" in done.stdout.replace("\r", "")


@pytest.mark.parametrize("architecture, value, said", [
    (AARCH64, 0x11, "it ended the machine with 0x11 (success is 0x10)"),
    (AARCH64, 0, "it ended the machine with 0x0 (success is 0x10)"),
    (RISCV64, 1, "it ended the machine with 0x1 (success is 0x10)"),
    (X86_64, 0x11, "it wrote 0x11 to port 0xF4 (success is 0x10)"),
], ids=lambda value: getattr(value, "name", str(value)[:4]))
def test_any_other_value_is_a_failure(baton, tmp_path, architecture, value, said):
    (tmp_path / "app.efi").write_bytes(ending_program(architecture, value))
    done = baton("run", "--test", "app.efi")
    assert done.returncode == 1 and f"the kernel reported failure: {said}" in done.stderr
    assert "----" not in done.stderr and "0xF4" not in done.stderr.replace(said, "")


@pytest.mark.parametrize("architecture", [AARCH64, RISCV64], ids=lambda architecture: architecture.name)
def test_elsewhere_a_report_ends_a_run_that_is_no_test(baton, tmp_path, architecture):
    for value, code in ((0x10, 0), (0x12, 1)):
        (tmp_path / "app.efi").write_bytes(ending_program(architecture, value))
        done = baton("run", "--timeout", "100", "app.efi")
        assert done.returncode == code, done.stderr
        assert ("it ended the machine with 0x12" in done.stderr) == (code != 0)


@pytest.mark.parametrize("architecture", [AARCH64, RISCV64], ids=lambda architecture: architecture.name)
def test_hello_ends_the_machine(baton, architecture):
    """By baton_exit, as any kernel does."""
    done = baton("run", "--test", "--timeout", "100", BUILD / "examples" / architecture.name / "hello.elf")
    assert done.returncode == 0, done.stderr
    assert "Hello from /boot/hello.elf, started by Baton." in done.stdout


@BY_NAME
def test_one_disk_boots_on_all_machines(baton, tmp_path, architecture):
    """With programs in the loaders' place that say which one was started."""
    words = []
    for one in ALL:
        (tmp_path / one.loader).write_bytes(ending_program(one, 0x10, f"\r\nI am {one.loader}\r\n"))
        words += ["--loader", one.loader]
    (tmp_path / "esp").mkdir()
    assert baton("image", "-o", "disk.img", *words, "--root", "esp").returncode == 0
    done = baton("run", "--test", "--arch", architecture.name, "disk.img")
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.findall(r"^I am (\S+)$", done.stdout.replace("\r", ""), re.M) == [architecture.loader]


# ---- with the loaders that are built ----

@pytest.fixture
def ending_kernel(tmp_path):
    """ending_kernel(architecture, value): an ELF kernel that only reports the value."""

    def make(architecture, value, flags=R | X):
        path = tmp_path / f"{architecture.name}.elf"
        path.write_bytes(elf_file([segment(architecture.kernel_end(value), flags=flags)], machine=architecture.elf))
        return path

    return make


@pytest.mark.parametrize("architecture, firmware", [(one, name) for one in ALL for name in FIRMWARE[one.name][:2]],
                         ids=lambda value: getattr(value, "name", value))
def test_a_kernel_is_booted_on_its_machine(baton, ending_kernel, architecture, firmware):
    for value, code in ((0x10, 0), (0x12, 1)):
        done = baton("run", "--test", "--firmware", firmware, ending_kernel(architecture, value))
        assert done.returncode == code, done.stdout + done.stderr
        assert ("the kernel reported failure" in done.stderr) == (code != 0)


@BY_NAME
def test_a_refusal_ends_a_test_on_its_machine(baton, ending_kernel, architecture):
    """Where the log is on the serial line, it is found among what the firmware's console writes there."""
    done = baton("run", "--test", "--timeout", "150", ending_kernel(architecture, 0x10, flags=R | W | X))
    assert done.returncode == 1
    assert f"the loader has nothing that it can boot:\n  error: /boot/{architecture.name}.elf: " in done.stderr
    assert done.stderr.endswith("    }\n") and "Press" not in done.stderr and "----" not in done.stderr


@BY_NAME
def test_one_disk_has_a_kernel_for_each_machine(baton, ending_kernel, tmp_path, architecture):
    """That of another machine would end in an exception or be refused."""
    kernels = [ending_kernel(one, 0x10 if one is architecture else 0x15) for one in ALL]
    assert baton("image", "-o", "disk.img", *kernels).returncode == 0
    done = baton("run", "--test", "--arch", architecture.name, "disk.img")
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr


@pytest.mark.parametrize("words, level", [([], 1), (["--", "-machine", "virtualization=on"], 2)])
def test_the_exception_level_is_for_the_person_to_choose(baton, tmp_path, words, level):
    """The program says CurrentEL: mrs x3, CurrentEL; lsr x3, x3, 2; add w2, w3, '0'; strb w2, [x1]"""
    program = AARCH64.say("\r\nEL") + code_words(0xD5384243, 0xD342FC63, 0x1100C062, 0x39000022) + AARCH64.say("\r\n")
    (tmp_path / "app.efi").write_bytes(efi_program(AARCH64.pe, program + AARCH64.end(0x10)))
    done = baton("run", "--test", "app.efi", *words)
    assert done.returncode == 0 and f"\nEL{level}\n" in done.stdout.replace("\r", ""), done.stdout


def test_aarch64_has_a_screen_for_pictures(baton, tmp_path):
    """EDK2 puts its logo on it; the program only waits: b ."""
    (tmp_path / "app.efi").write_bytes(efi_program(AARCH64.pe, AARCH64.say("\r\nwaiting\r\n") + code_words(0x14000000)))
    done = baton("run", "--timeout", "15", "--screenshot", "s.png", "app.efi")
    assert done.returncode == 124 and "no picture" not in done.stderr, done.stderr
    assert (tmp_path / "s.png").read_bytes().startswith(b"\x89PNG")
