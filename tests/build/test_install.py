# SPDX-License-Identifier: BSD-2-Clause
"""`make install` leaves a Baton that works from where it was put."""

import os

from conftest import TREE, run

BUILD = os.environ.get("BATON_BUILD", TREE / "build")


def test_install(tmp_path):
    made = run("make", f"BUILD={BUILD}", f"DESTDIR={tmp_path}", "PREFIX=/opt/baton", "install")
    assert made.returncode == 0, made.stdout
    root = tmp_path / "opt/baton"
    for name in ("share/baton/BOOTX64.EFI", "share/baton/BOOTX64.elf", "include/baton/baton.h",
                 "include/baton/baton.rs", "share/doc/baton/LICENSE", "share/doc/baton/LICENSES/0BSD.txt", "share/doc/baton/README.md"):
        assert (root / name).stat().st_size > 0, name
    assert (root / "share/baton/BOOTX64.EFI").stat().st_mode & 0o111 == 0
    folder = run(root / "bin/baton", "--print-include-dir", cwd=tmp_path).stdout.strip()
    assert os.path.samefile(folder, root / "include")
    version = run(root / "bin/baton", "--version", cwd=tmp_path)
    assert version.returncode == 0 and (TREE / "VERSION").read_text().strip() in version.stdout


def test_installed_command_finds_its_loader(tmp_path):
    made = run("make", f"BUILD={BUILD}", f"DESTDIR={tmp_path}", "install")
    assert made.returncode == 0, made.stdout
    root, disk = tmp_path / "usr/local", tmp_path / "disk.img"
    image = run(root / "bin/baton", "image", "-o", disk, f"{BUILD}/examples/tour-high.elf", cwd=tmp_path)
    assert image.returncode == 0, image.stdout
    assert (root / "share/baton/BOOTX64.EFI").read_bytes() in disk.read_bytes()
