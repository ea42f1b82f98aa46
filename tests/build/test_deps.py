# SPDX-License-Identifier: BSD-2-Clause
"""mk/deps.sh on machines that are made up: a PATH that holds a few programs, and package managers that take notes."""

import os
import pty
import shutil
import subprocess

import pytest
from conftest import TREE, run
from madeup import Machine


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


LINE = "apt-get install -y --no-install-recommends clang lld binutils"


def test_nothing_is_missing_here():
    """The tests run, so the machine has it all: not a word, and at once."""
    result = subprocess.run(["sh", TREE / "mk/deps.sh", "test"], env={**os.environ, "BATON_DEPS": "no"}, text=True,
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=30)
    assert (result.returncode, result.stdout) == (0, "")


def test_make_deps_lists_what_is_missing(machine):
    for tool in ("make", "find", "uname"):
        (machine.bin / tool).unlink(missing_ok=True)
        (machine.bin / tool).symlink_to(shutil.which(tool))
    machine.add_manager("apt-get")
    result = subprocess.run([machine.bin / "make", "-C", TREE, "deps"], text=True, timeout=60, stdin=subprocess.DEVNULL,
                            env={"PATH": str(machine.bin), "BATON_DEPS": "no"}, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT)
    assert result.returncode == 2, result.stdout
    line = next(line for line in result.stdout.splitlines() if line.startswith("  apt-get install "))
    assert {"clang", "qemu-system-x86", "mtools", "gdb"} <= set(line.split())
    assert machine.notes.read_text() == ""


def test_make_deps_has_nothing_to_say_here():
    result = run("make", "deps", BATON_DEPS="no")
    assert (result.returncode, result.stdout) == (0, "")


def test_only_lists_when_told_so(machine):
    machine.add_manager("apt-get")
    result = machine.deps(BATON_DEPS="no")
    assert result.returncode == 1
    assert f"  {LINE}" in result.stdout
    assert machine.notes.read_text() == ""


def test_installs_without_a_terminal_and_tells_what_is_still_missing(machine):
    machine.add_manager("apt-get")
    machine.add_manager("apt-cache")
    result = machine.deps()
    assert len(machine.install_is_noted_as()) == 1
    assert machine.install_is_noted_as()[0].startswith(LINE)
    assert result.returncode == 1 and "Still missing after the installation: clang lld binutils" in result.stdout


def test_updates_the_lists_once_when_packages_are_unknown(machine):
    machine.add_manager("apt-get")
    machine.add("apt-cache", "exit 1")
    machine.deps()
    assert [line.split()[1] for line in machine.notes.read_text().splitlines()] == ["update", "install"]


def test_updates_and_tries_again_when_an_installation_fails(machine):
    machine.add("apt-get", f'echo "apt-get $*" >>"{machine.notes}"; [ "$1" = update ]')
    machine.add("apt-cache", "exit 0")
    machine.add("find", "echo fresh-lists")
    assert machine.deps().returncode == 1
    assert [line.split()[1] for line in machine.notes.read_text().splitlines()] == ["install", "update", "install"]


def test_ends_well_when_the_installation_helped(machine):
    link, true = shutil.which("ln"), shutil.which("true")
    machine.add("apt-get", "\n".join(f"{link} -sf {true} {machine.bin}/{name}" for name in ("clang", "ld.lld", "objcopy")))
    result = machine.deps()
    assert result.returncode == 0, result.stdout
    again = machine.deps()
    assert (again.returncode, again.stdout) == (0, "")


def test_uses_sudo_when_not_root(machine):
    machine.add("id", "echo 1000")
    machine.add_manager("apt-get")
    machine.add_manager("sudo")
    result = machine.deps()
    assert f"  sudo {LINE}" in result.stdout
    installs = machine.install_is_noted_as()
    assert len(installs) == 1 and installs[0].startswith(f"sudo -n env DEBIAN_FRONTEND=noninteractive {LINE}")


def test_neither_root_nor_sudo(machine):
    machine.add("id", "echo 1000")
    machine.add_manager("apt-get")
    result = machine.deps()
    assert result.returncode == 1 and "run the line as root" in result.stdout
    assert machine.notes.read_text() == ""


@pytest.mark.parametrize("answer, installs", (("n", False), ("y", True), ("", True)))
def test_asks_on_a_terminal(machine, answer, installs):
    machine.add_manager("apt-get")
    machine.add_manager("apt-cache")
    ours, theirs = pty.openpty()
    os.write(ours, f"{answer}\n".encode())
    machine.deps(stdin=theirs, stdout=theirs)
    os.close(theirs)
    shown = os.read(ours, 65536).decode()
    os.close(ours)
    assert "Install now? [Y/n]" in shown
    assert bool(machine.install_is_noted_as()) == installs


@pytest.mark.parametrize("manager, line", (
    ("dnf", "dnf install clang lld binutils"),
    ("pacman", "pacman -S --needed clang lld binutils"),
    ("zypper", "zypper install clang lld binutils"),
    ("brew", "brew install llvm lld binutils"),
))
def test_other_systems_get_the_line(machine, manager, line):
    machine.add_manager(manager)
    result = machine.deps()
    assert result.returncode == 1 and line in result.stdout and "run make again" in result.stdout
    assert machine.notes.read_text() == ""


def test_unknown_systems_get_the_names(machine):
    result = machine.deps()
    assert result.returncode == 1 and "Debian's names for their packages: clang lld binutils" in result.stdout


def test_groups_add_up(machine):
    machine.add_manager("apt-get")
    build, run, test = (machine.deps(group, BATON_DEPS="no").stdout for group in ("build", "run", "test"))
    assert "qemu-system-x86" not in build and "mtools" in run and "cppcheck" not in run
    assert "mtools" in test and "cppcheck" in test


def test_window_is_wanted_where_there_is_a_display(machine):
    machine.add_manager("apt-get")
    without = machine.deps("run", BATON_DEPS="no")
    assert "qemu-system-gui" not in without.stdout


def test_wrong_group(machine):
    assert machine.deps("everything").returncode == 2
