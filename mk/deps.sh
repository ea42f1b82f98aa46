#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Finds what is missing to build, run or test Baton, shows the package manager's line, and installs it (apt only).
#
#   mk/deps.sh build|run|test
#
# On a terminal it asks first; without one it goes ahead, as root or with sudo. BATON_DEPS=no only lists, and fails
# when something is missing. Only a POSIX shell is needed.
set -u

wanted=${1-}
case $wanted in
build | run | test) ;;
*)
    echo "usage: mk/deps.sh build|run|test" >&2
    exit 2
    ;;
esac

# sgdisk lives where a plain user's PATH does not lead.
PATH=$PATH:/usr/sbin:/sbin
export PATH

# ---- what is needed: group, probe, and its package for apt, dnf, pacman, zypper and brew ("-": none) ----
needs() {
    cat <<'END'
build cmd:clang              clang                clang                clang               clang                llvm
build cmd:ld.lld             lld                  lld                  lld                 lld                  lld
build cmd:objcopy            binutils             binutils             binutils            binutils             binutils
build header:stdio.h         libc6-dev            glibc-devel          glibc               glibc-devel          -
run   cmd:qemu-system-x86_64 qemu-system-x86      qemu-system-x86-core qemu-system-x86     qemu-x86             qemu
run   firmware               ovmf                 edk2-ovmf            edk2-ovmf           qemu-ovmf-x86_64     qemu
run   window                 qemu-system-gui      qemu-ui-gtk          qemu-ui-gtk         qemu-ui-gtk          qemu
run   cmd:mcopy              mtools               mtools               mtools              mtools               mtools
run   cmd:sgdisk             gdisk                gdisk                gptfdisk            gptfdisk             gptfdisk
test  cmd:gcc                gcc                  gcc                  gcc                 gcc                  gcc
test  cmd:g++                g++                  gcc-c++              gcc                 gcc-c++              gcc
test  cmd:aarch64-linux-gnu-gcc gcc-aarch64-linux-gnu gcc-aarch64-linux-gnu aarch64-linux-gnu-gcc cross-aarch64-gcc12 -
test  cmd:riscv64-linux-gnu-gcc gcc-riscv64-linux-gnu gcc-riscv64-linux-gnu riscv64-linux-gnu-gcc cross-riscv64-gcc12 -
test  cmd:qemu-system-aarch64 qemu-system-arm  qemu-system-aarch64-core qemu-system-aarch64 qemu-arm      qemu
test  cmd:qemu-system-riscv64 qemu-system-misc qemu-system-riscv-core qemu-system-riscv qemu-extra        qemu
test  file:/usr/share/qemu-efi-aarch64/QEMU_EFI.fd qemu-efi-aarch64 edk2-aarch64 edk2-aarch64 qemu-uefi-aarch64 -
test  file:/usr/lib/u-boot/qemu_arm64/u-boot.bin u-boot-qemu - - - -
test  cmd:ld.bfd             binutils             binutils             binutils            binutils             binutils
test  sanitizer              libclang-rt-dev      compiler-rt          compiler-rt         clang                llvm
test  header:cmocka.h        libcmocka-dev        libcmocka-devel      cmocka              libcmocka-devel      cmocka
test  header:efi/efi.h       gnu-efi              gnu-efi-devel        gnu-efi             gnu-efi              -
test  cmd:python3            python3              python3              python              python3              python
test  python:pytest          python3-pytest       python3-pytest       python-pytest       python3-pytest       pytest
test  python:xdist           python3-pytest-xdist python3-pytest-xdist python-pytest-xdist python3-pytest-xdist -
test  python:pyte           python3-pyte         python3-pyte         python-pyte          python3-pyte         -
test  cmd:clang-format       clang-format         clang-tools-extra    clang               clang-tools          clang-format
test  cmd:clang-tidy         clang-tidy           clang-tools-extra    clang               clang-tools          llvm
test  cmd:cppcheck           cppcheck             cppcheck             cppcheck            cppcheck             cppcheck
test  cmd:gdb                gdb                  gdb                  gdb                 gdb                  gdb
test  cmd:openssl            openssl              openssl              openssl             openssl              openssl
test  cmd:sbsign             sbsigntool           sbsigntools          sbsigntools         sbsigntools          -
test  cmd:fdtoverlay         device-tree-compiler dtc                  dtc                 dtc                  dtc
END
}

has() {
    command -v "$1" >/dev/null 2>&1
}

any_file() {
    for file in "$@"; do
        [ -e "$file" ] && return 0
    done
    return 1
}

has_header() {
    any_file "/usr/include/$1" && return 0
    for compiler in clang gcc cc; do
        has "$compiler" || continue
        # cmocka.h wants these before it.
        printf '#include <%s>\n' stdarg.h stddef.h stdint.h setjmp.h "$1" |
            "$compiler" -E - >/dev/null 2>&1 && return 0
    done
    return 1
}

# Where `baton run` looks for the firmware, too.
has_firmware() {
    any_file /usr/share/OVMF/OVMF_CODE*.fd /usr/share/edk2/x64/OVMF_CODE*.fd /usr/share/edk2-ovmf/x64/OVMF_CODE*.fd \
        /usr/share/edk2/ovmf/OVMF_CODE*.fd /usr/share/qemu/ovmf-x86_64*.bin /usr/share/qemu/edk2-x86_64-code.fd \
        /opt/homebrew/share/qemu/edk2-x86_64-code.fd /usr/local/share/qemu/edk2-x86_64-code.fd
}

# A window is wanted only where it could be seen.
has_window() {
    [ -z "${DISPLAY-}${WAYLAND_DISPLAY-}" ] ||
        any_file /usr/lib/*/qemu/ui-gtk.so /usr/lib/*/qemu/ui-sdl.so /usr/lib*/qemu/ui-gtk.so /usr/lib*/qemu/ui-sdl.so \
            /System/Library/Frameworks/Cocoa.framework
}

has_sanitizer() {
    has clang || return 1
    runtime=$(clang -print-resource-dir 2>/dev/null)/lib
    any_file "$runtime"/*/libclang_rt.asan*.a "$runtime"/*/libclang_rt.asan*.dylib
}

# The system's own Python will do when another one comes first in PATH; the Makefile looks for both, too.
has_python() {
    for python in python3 /usr/bin/python3; do
        has "$python" || continue
        "$python" -c 'import importlib.util as u, sys; sys.exit(u.find_spec(sys.argv[1]) is None)' "$1" && return 0
    done
    return 1
}

present() {
    case $1 in
    cmd:*) has "${1#*:}" ;;
    header:*) has_header "${1#*:}" ;;
    file:*) [ -e "${1#*:}" ] ;;
    python:*) has_python "${1#*:}" ;;
    *) "has_$1" ;;
    esac
}

in_wanted_group() {
    case $wanted:$1 in
    *:build | run:run | test:*) return 0 ;;
    esac
    return 1
}

manager=
for candidate in apt-get dnf pacman zypper brew; do
    if has "$candidate"; then
        manager=$candidate
        break
    fi
done

# Prints the packages that are missing, each once, in the manager's names (Debian's when there is none that is known).
missing_packages() {
    needs | while read -r group probe apt dnf pacman zypper brew; do
        in_wanted_group "$group" || continue
        present "$probe" && continue
        case $manager in
        dnf) package=$dnf ;;
        pacman) package=$pacman ;;
        zypper) package=$zypper ;;
        brew) package=$brew ;;
        *) package=$apt ;;
        esac
        [ "$package" = - ] && package="(${probe#*:}: no package known)"
        printf '%s\n' "$package"
    done | awk '!seen[$0]++' | tr '\n' ' ' | sed 's/ $//'
}

missing=$(missing_packages)
[ -z "$missing" ] && exit 0

case $manager in
apt-get) line="apt-get install -y --no-install-recommends $missing" ;;
dnf) line="dnf install $missing" ;;
pacman) line="pacman -S --needed $missing" ;;
zypper) line="zypper install $missing" ;;
brew) line="brew install $missing" ;;
*) line= ;;
esac

if [ -z "$line" ]; then
    echo "Baton needs programs that are missing here. Debian's names for their packages: $missing" >&2
    exit 1
fi

sudo=
if [ "$(id -u)" -ne 0 ] && [ "$manager" != brew ]; then
    sudo=sudo
fi

echo "Missing on this machine. This line installs it:"
echo "  ${sudo:+sudo }$line"
[ "${BATON_DEPS-}" = no ] && exit 1
if [ "$manager" != apt-get ]; then
    echo "Run it, then run make again." >&2
    exit 1
fi
if [ -n "$sudo" ] && ! has sudo; then
    echo "There is no sudo here: run the line as root, then run make again." >&2
    exit 1
fi

if [ -t 0 ] && [ -t 1 ]; then
    printf 'Install now? [Y/n] '
    read -r answer || answer=n
    case $answer in
    '' | [Yy]*) ;;
    *) exit 1 ;;
    esac
else
    [ -n "$sudo" ] && sudo="sudo -n"
    DEBIAN_FRONTEND=noninteractive
    export DEBIAN_FRONTEND
fi

as_root() {
    if [ -n "$sudo" ]; then
        $sudo env ${DEBIAN_FRONTEND+DEBIAN_FRONTEND="$DEBIAN_FRONTEND"} "$@"
    else
        "$@"
    fi
}

# The lists are needed, and must not be so old that they name files that are gone.
lists_are_fresh() {
    [ -n "$(find /var/lib/apt/lists -maxdepth 1 -name '*Packages*' -mtime -1 2>/dev/null | head -n 1)" ] || return 1
    for package in $missing; do
        apt-cache show "$package" >/dev/null 2>&1 || return 1
    done
}

updated=
if ! lists_are_fresh; then
    as_root apt-get update || exit 1
    updated=yes
fi
# $missing is a list of words.
# shellcheck disable=SC2086
if ! as_root apt-get install -y --no-install-recommends $missing; then
    [ -z "$updated" ] || exit 1
    as_root apt-get update || exit 1
    # shellcheck disable=SC2086
    as_root apt-get install -y --no-install-recommends $missing || exit 1
fi

still=$(missing_packages)
if [ -n "$still" ]; then
    echo "Still missing after the installation: $still" >&2
    exit 1
fi
