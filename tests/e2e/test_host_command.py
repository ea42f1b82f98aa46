# SPDX-License-Identifier: BSD-2-Clause
"""The host command, build/baton: its help and its mistakes, and how it finds what it needs."""

import os
import shutil

import pytest

from harness.command import BATON, pe, read, refusal
from harness.paths import BUILD, LOADER, TREE, built

COMMANDS = ("run", "image", "check")


def test_help_names_every_command(baton):
    for words in (["--help"], ["-h"], ["help"]):
        done = baton(*words)
        assert done.returncode == 0 and done.stderr == ""
        for name in (*COMMANDS, "version", "--print-include-dir"):
            assert name in done.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_help(baton, name):
    shown = baton(name, "--help")
    assert shown.returncode == 0 and shown.stderr == ""
    assert shown.stdout.startswith(f"Usage: baton {name} ")
    assert shown.stdout == baton("help", name).stdout == baton(name, "-h").stdout
    assert "--config F" in shown.stdout and "--help" in shown.stdout
    assert max(len(line) for line in shown.stdout.splitlines()) <= 120


@pytest.mark.parametrize("word", ["help", "version", "--help", "--version", "--print-include-dir"])
def test_help_knows_the_words_that_it_lists(baton, word):
    done = baton("help", word)
    assert (done.returncode, done.stdout, done.stderr) == (0, baton("--help").stdout, "")
    assert word in done.stdout


def test_help_wins_over_what_is_missing(baton):
    assert baton("run", "--smp", "3", "--help").returncode == 0


def test_no_command_is_a_mistake_that_shows_help(baton):
    assert "Usage: baton" in refusal(baton())


@pytest.mark.parametrize("words, said", [
    (["run", "--modul", "x", "k.elf"], "unknown option --modul (did you mean --module?)"),
    (["run", "--screen=x", "k.elf"], "unknown option --screen (did you mean --screenshot?)"),
    (["run", "--tets", "k.elf"], "unknown option --tets (did you mean --test?)"),
    (["image", "--cmd", "x"], "unknown option --cmd (did you mean --cmdline?)"),
    (["run", "-z"], 'unknown option -z ("baton run --help" lists them)'),
    (["run", "--nothing-like-it"], 'unknown option --nothing-like-it ("baton run --help" lists them)'),
    (["run", "--smp"], "option --smp needs a value: --smp N"),
    (["run", "--test=yes", "k.elf"], "option --test takes no value"),
    (["rum"], "unknown command rum (did you mean run?)"),
    (["help", "imege"], "unknown command imege (did you mean image?)"),
    (["help", "verison"], "unknown command verison (did you mean version?)"),
    (["--versoin"], "unknown option --versoin (did you mean --version?)"),
    (["frobnicate"], '"baton --help" lists what there is'),
])
def test_mistakes_get_a_hint(baton, words, said):
    assert said in refusal(baton(*words))


def test_version(baton):
    done = baton("version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"baton {(TREE / 'VERSION').read_text().strip()}\n", "")
    assert baton("--version").stdout == done.stdout


def test_include_folder_of_the_tree(baton):
    """A build folder elsewhere has none beside it, and that is said."""
    done = baton("--print-include-dir")
    if (BUILD.parent / "include" / "baton" / "baton.h").is_file():
        assert (done.returncode, done.stdout) == (0, f"{BUILD.parent}/include\n")
    else:
        assert "include" in refusal(done, 1)


def test_installed_command_finds_its_files(baton, make_kernel, tmp_path):
    prefix = tmp_path / "prefix"
    command = prefix / "bin" / "baton"
    for folder in ("bin", "share/baton", "include/baton"):
        (prefix / folder).mkdir(parents=True)
    shutil.copy2(built(BATON), command)
    words = ("image", "-o", "disk.img", make_kernel())

    message = refusal(baton(*words, command=command), 1)
    assert f"neither beside this program nor in {prefix}/bin/../share/baton" in message and "$BATON_LOADER" in message
    refusal(baton("--print-include-dir", command=command), 1)

    shutil.copy2(built(LOADER), prefix / "share/baton")
    shutil.copy2(TREE / "include/baton/baton.h", prefix / "include/baton")
    assert baton(*words, command=command).returncode == 0
    assert baton("--print-include-dir", command=command).stdout == f"{prefix}/include\n"


def test_loader_from_the_environment(baton, make_kernel, tmp_path):
    (tmp_path / "loader").write_bytes(pe())
    assert baton("image", "-o", "disk.img", make_kernel(), BATON_LOADER="loader").returncode == 0
    assert read(tmp_path / "disk.img", "/EFI/BOOT/BOOTX64.EFI") == pe()
    (tmp_path / "loader").write_bytes(b"another loader")
    assert "loader: this is no loader" in refusal(baton("image", "-o", "disk.img", make_kernel(), BATON_LOADER="loader"), 1)


# ---- missing tools ----

def test_a_missing_sgdisk_is_named_with_its_package(baton, make_kernel):
    message = refusal(baton("image", "-o", "disk.img", make_kernel(), PATH=""), 1)
    assert "sgdisk is missing: it is in Debian's package gdisk (apt-get install gdisk)" in message


def test_missing_mtools_are_named_with_their_package(baton, make_kernel, tmp_path):
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "sgdisk").symlink_to(shutil.which("sgdisk", path=os.environ["PATH"] + ":/usr/sbin:/sbin"))
    message = refusal(baton("image", "-o", "disk.img", make_kernel(), PATH=str(tools)), 1)
    assert "mformat is missing: it is in Debian's package mtools (apt-get install mtools)" in message
