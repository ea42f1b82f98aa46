# SPDX-License-Identifier: BSD-2-Clause
"""mk/debian.sh on machines that are made up: what is fetched, and what is said where it cannot be."""

import io
import shutil
import tarfile

import pytest
from madeup import Machine

# Each with a folder that its files are in.
PACKAGES = {"busybox-static": "bin", "busybox-static:arm64": "bin", "grub-efi-amd64-bin": "usr/lib/grub/x86_64-efi",
            "grub-common": "usr/bin/grub-mkimage", "linux-image-cloud-amd64": "boot",
            "linux-image-cloud-arm64:arm64": "boot", "memtest86+": "boot", "systemd-boot-efi": "usr/lib/systemd/boot/efi",
            "systemd-boot": "usr/bin", "libacl1": "usr/lib/x86_64-linux-gnu", "libaudit1": "lib/x86_64-linux-gnu",
            "libblkid1": "usr/lib/x86_64-linux-gnu", "libc6": "lib/x86_64-linux-gnu", "libcap-ng0": "lib/x86_64-linux-gnu",
            "libcap2": "lib/x86_64-linux-gnu", "libcrypt1": "lib/x86_64-linux-gnu",
            "libdevmapper1.02.1": "lib/x86_64-linux-gnu",
            "libgcrypt20": "usr/lib/x86_64-linux-gnu", "libgpg-error0": "lib/x86_64-linux-gnu",
            "libip4tc2": "usr/lib/x86_64-linux-gnu", "libkmod2": "usr/lib/x86_64-linux-gnu",
            "liblz4-1": "usr/lib/x86_64-linux-gnu", "liblzma5": "lib/x86_64-linux-gnu",
            "libmount1": "usr/lib/x86_64-linux-gnu", "libpam0g": "lib/x86_64-linux-gnu",
            "libpcre2-8-0": "usr/lib/x86_64-linux-gnu", "libseccomp2": "usr/lib/x86_64-linux-gnu",
            "libselinux1": "lib/x86_64-linux-gnu", "libssl3": "usr/lib/x86_64-linux-gnu",
            "libsystemd-shared": "usr/lib/x86_64-linux-gnu/systemd", "libzstd1": "usr/lib/x86_64-linux-gnu"}
MODULES = "lib/modules/6.1.0-99-cloud-amd64/kernel"
MODULE_FOLDERS = ["drivers/virtio", "drivers/block/virtio_blk.ko", "fs/efivarfs", "fs/fat", "fs/nls"]
BLESS_BOOT = "lib/systemd/systemd-bless-boot"  # systemd-boot's, too
KERNEL = "linux-image-6.1.0-99-cloud-"
KNOWN = f'''for name; do :; done
echo "Package: $name"
case $name in linux-image-cloud-*) echo "Depends: {KERNEL}${{name#*cloud-}} (= 6.1.99-1), foo" ;; esac'''
# In the order in which they are fetched; the system's lists have none for another architecture.
NATIVE = [name for name in PACKAGES if ":" not in name]
FOREIGN = [name for name in PACKAGES if ":" in name]


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


@pytest.fixture
def debian(machine, tmp_path):
    """A machine with apt, whose packages all have the same files; what it is asked for is noted."""
    with tarfile.open(tmp_path / "files.tar", "w") as tar:
        for folder in [*sorted(set(PACKAGES.values())), BLESS_BOOT, *(f"{MODULES}/{name}" for name in MODULE_FOLDERS)]:
            entry = tarfile.TarInfo(f"./{folder}/file")
            entry.size = 4
            tar.addfile(entry, io.BytesIO(b"here"))
    machine.add("apt-get", f'''for name; do :; done
echo "$*" >>"{machine.notes}"
[ "$name" = update ] || echo >"$name.deb"''')
    machine.add("apt-cache", KNOWN)
    machine.add("dpkg-deb", f'cat "{tmp_path}/files.tar"')
    return machine


def fetch(machine, tmp_path, **environment):
    """What it says; which packages are there; and why the others are not."""
    folder = tmp_path / "debian"
    done = machine.run("debian.sh", folder, **environment)
    assert done.returncode == 0, done.stdout
    there = [name for name, path in PACKAGES.items() if (folder / name / path / "file").is_file()]
    why = {path.name[:-len(".missing")]: path.read_text().strip() for path in folder.glob("*.missing")}
    assert sorted([*there, *why]) == sorted(PACKAGES)
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        [*there, *(f"{name}.missing" for name in why)])
    assert done.stdout.splitlines() == [f"Debian package {name}: {why[name]}" for name in PACKAGES if name in why]
    return there, why


def asked_for(machine):
    return [line.split()[-1] for line in machine.notes.read_text().splitlines()]


def holders(names):
    """What is asked for to get these."""
    return [name.partition(":")[0].replace("linux-image-cloud-", KERNEL) for name in names]


def test_fetches_once(debian, tmp_path):
    for _ in range(2):
        assert fetch(debian, tmp_path) == (list(PACKAGES), {})
    assert asked_for(debian) == [*holders(NATIVE), "update", *holders(FOREIGN)]


def test_another_architectures_packages(debian, tmp_path):
    """By lists of their own, without what dpkg knows of this machine. Where there are none, only they are missing."""
    fetch(debian, tmp_path)
    for line in debian.notes.read_text().splitlines()[len(NATIVE):]:
        for option in ("APT::Architecture=arm64", "APT::Architectures=arm64", "Dir::State::status=/dev/null",
                       f"Dir::State::Lists={tmp_path}/debian/lists"):
            assert f"-o {option} " in line
    assert "arm64" not in "".join(debian.notes.read_text().splitlines()[:len(NATIVE)])
    shutil.rmtree(tmp_path / "debian")
    debian.add("apt-get", 'case $* in *update) exit 100 ;; esac\n' + (debian.bin / "apt-get").read_text())
    assert fetch(debian, tmp_path) == (NATIVE, dict.fromkeys(FOREIGN,
                                                             "the lists of arm64's packages cannot be had"))


def test_lists_of_its_own_where_the_system_has_none(debian, tmp_path):
    debian.add("apt-cache", f'case $* in *Dir::State::Lists={tmp_path}/debian/lists*) ;; *) exit 1 ;; esac\n{KNOWN}')
    assert fetch(debian, tmp_path) == (list(PACKAGES), {})
    assert asked_for(debian) == ["update", *holders(NATIVE), "update", *holders(FOREIGN)]
    assert "Dir::State::Lists=" in debian.notes.read_text().splitlines()[0]


def test_says_what_cannot_be_downloaded_and_tries_again(debian, tmp_path):
    working = (debian.bin / "apt-get").read_text()
    debian.add("apt-get", 'case $* in *memtest86+*) echo "E: Could not resolve"; exit 100 ;; esac\n' + working)
    there, why = fetch(debian, tmp_path)
    assert why == {"memtest86+": "memtest86+ cannot be downloaded: E: Could not resolve"} and len(there) == len(PACKAGES) - 1
    assert asked_for(debian).count("update") == 2
    debian.add("apt-get", working)
    assert fetch(debian, tmp_path) == (list(PACKAGES), {})


def test_fetches_again_what_has_not_all(debian, tmp_path):
    """Files may have come from a list that wanted less, or more of them."""
    assert fetch(debian, tmp_path) == (list(PACKAGES), {})
    shutil.rmtree(tmp_path / "debian/linux-image-cloud-amd64" / MODULES / "fs/fat")
    assert fetch(debian, tmp_path) == (list(PACKAGES), {})
    assert (tmp_path / "debian/linux-image-cloud-amd64" / MODULES / "fs/fat/file").is_file()
    assert asked_for(debian).count(f"{KERNEL}amd64") == 2 and asked_for(debian).count("libc6") == 1


def test_unknown_packages(debian, tmp_path):
    """Another distribution's apt."""
    debian.add("apt-cache", "exit 100")
    assert fetch(debian, tmp_path) == ([], dict.fromkeys(PACKAGES, "apt knows no such package"))


def test_package_without_the_files(debian, tmp_path):
    debian.add("dpkg-deb", "exit 2")
    there, why = fetch(debian, tmp_path)
    assert there == [] and why["memtest86+"] == "memtest86+ has not all of boot"


def test_nothing_is_fetched_when_told_so(debian, tmp_path):
    assert fetch(debian, tmp_path, BATON_DEPS="no") == ([], dict.fromkeys(PACKAGES,
                                                                         "BATON_DEPS=no, so nothing is fetched"))
    assert asked_for(debian) == []


def test_without_apt(machine, tmp_path):
    assert fetch(machine, tmp_path) == ([], dict.fromkeys(PACKAGES, "there is no apt here"))


def test_wrong_use(machine):
    assert machine.run("debian.sh").returncode == 2
