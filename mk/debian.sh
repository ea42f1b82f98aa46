#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Fetches what Debian's packages have for a boot loader to start, for the end-to-end tests, and installs nothing.
#
#   mk/debian.sh FOLDER
#
# A package's files go to FOLDER/PACKAGE, and stay there. Where they cannot be had, the reason goes to
# FOLDER/PACKAGE.missing, for the tests that are then skipped; the next time it is tried again. That is no failure.
# BATON_DEPS=no fetches nothing. Only a POSIX shell is needed, and no root: apt keeps lists in FOLDER when the system's
# do not help.
set -u

if [ $# -ne 1 ]; then
    echo "usage: mk/debian.sh FOLDER" >&2
    exit 2
fi
mkdir -p "$1" || exit 1
folder=$(cd "$1" && pwd) || exit 1

# ---- what is wanted: a package, with its architecture where that is not this machine's, and patterns for where in it
# the files are. A kernel's package depends on that of its version. The libraries are bootctl's, which systemd-boot has
# ----
wanted() {
    cat <<'END_OF_LIST'
busybox-static          bin
busybox-static:arm64    bin
grub-efi-amd64-bin      usr/lib/grub/x86_64-efi
grub-common             usr/bin/grub-mkimage
linux-image-cloud-amd64 boot lib/modules/*/kernel/drivers/virtio lib/modules/*/kernel/drivers/block/virtio_blk.ko lib/modules/*/kernel/fs/efivarfs lib/modules/*/kernel/fs/fat lib/modules/*/kernel/fs/nls
linux-image-cloud-arm64:arm64 boot
memtest86+              boot
systemd-boot-efi        usr/lib/systemd/boot/efi
systemd-boot            usr/bin lib/systemd/systemd-bless-boot
libacl1                 usr/lib/x86_64-linux-gnu
libaudit1               lib/x86_64-linux-gnu
libblkid1               usr/lib/x86_64-linux-gnu
libc6                   lib/x86_64-linux-gnu
libcap-ng0              lib/x86_64-linux-gnu
libcap2                 lib/x86_64-linux-gnu
libcrypt1               lib/x86_64-linux-gnu
libdevmapper1.02.1      lib/x86_64-linux-gnu
libgcrypt20             usr/lib/x86_64-linux-gnu
libgpg-error0           lib/x86_64-linux-gnu
libip4tc2               usr/lib/x86_64-linux-gnu
libkmod2                usr/lib/x86_64-linux-gnu
liblz4-1                usr/lib/x86_64-linux-gnu
liblzma5                lib/x86_64-linux-gnu
libmount1               usr/lib/x86_64-linux-gnu
libpam0g                lib/x86_64-linux-gnu
libpcre2-8-0            usr/lib/x86_64-linux-gnu
libseccomp2             usr/lib/x86_64-linux-gnu
libselinux1             lib/x86_64-linux-gnu
libssl3                 usr/lib/x86_64-linux-gnu
libsystemd-shared       usr/lib/x86_64-linux-gnu/systemd
libzstd1                usr/lib/x86_64-linux-gnu
END_OF_LIST
}

# The package that has the files of package $1.
holder_of() {
    case $1 in
    linux-image-*)
        apt_cache show --no-all-versions "${1%:*}" | sed -n 's/^Depends:.*\(linux-image-[^ ,]*\).*/\1/p' | head -n 1
        ;;
    *) printf '%s\n' "${1%:*}" ;;
    esac
}

# Which packages are looked at: "" those of this machine's own architecture, else those of another.
architecture=
# "yes" when the lists are those in FOLDER.
own_lists=

apt() {
    program=$1
    shift
    # As root apt would hand over to a user that cannot write here.
    set -- -o APT::Sandbox::User=root -o Acquire::Retries=0 -o Acquire::http::Timeout=15 -o Acquire::https::Timeout=15 "$@"
    [ -z "$own_lists" ] || set -- -o "Dir::State::Lists=$folder/lists" -o "Dir::Cache=$folder/cache" "$@"
    # dpkg need not know that architecture, for nothing of it is installed.
    [ -z "$architecture" ] || set -- -o "APT::Architecture=$architecture" -o "APT::Architectures=$architecture" \
        -o Dir::State::status=/dev/null "$@"
    "$program" -q "$@"
}

apt_cache() {
    apt apt-cache "$@" 2>/dev/null
}

# Whether folder $1 has something for each of the patterns $2.
has_all() (
    cd "$1" 2>/dev/null || exit 1
    for path in $2; do
        [ -e "$path" ] || exit 1
    done
)

# Unpacks what the patterns $2 stand for into folder $1.
unpack() {
    (
        set -f
        patterns=
        for path in $2; do
            patterns="$patterns ./$path"
        done
        # shellcheck disable=SC2086 # a list of words
        tar -xf - -C "$1" --no-same-owner --wildcards $patterns
    )
}

# Fetches and unpacks package $1, whose files are at $2 in it. Fails with the reason in `reason`.
fetch() {
    work=$folder/$1.work
    rm -rf "$work"
    mkdir -p "$work/files"
    holder=$(holder_of "$1")
    if [ -z "$holder" ] || ! apt_cache show "$holder" | grep -q '^Package:'; then
        reason="apt knows no such package"
        return 1
    fi
    if ! (cd "$work" && apt apt-get download "$holder") >"$work/log" 2>&1; then
        reason="$holder cannot be downloaded: $(grep '^E:' "$work/log" | head -n 1)"
        return 1
    fi
    if ! { dpkg-deb --fsys-tarfile "$work"/*.deb | unpack "$work/files" "$2"; } 2>"$work/log"; then
        reason="$holder has not all of $2"
        return 1
    fi
    rm -rf "${folder:?}/$1"
    mv "$work/files" "$folder/$1" && rm -rf "$work"
}

# Those of all architectures.
missing() {
    wanted | while read -r package path; do
        has_all "$folder/$package" "$path" || printf '%s %s\n' "$package" "$path"
    done
}

missing_here() {
    missing | case $architecture in
    "") grep -v '^[^ ]*:' ;;
    *) grep "^[^ ]*:$architecture " ;;
    esac
}

# Tries to get what is missing; what cannot be had is told to those who come later.
fetch_missing() {
    missing_here | while read -r package path; do
        rm -f "$folder/$package.missing"
        fetch "$package" "$path" </dev/null && continue
        printf '%s\n' "$reason" >"$folder/$package.missing"
        rm -rf "$folder/$package.work"
    done
}

give_up() {
    missing_here | while read -r package path; do
        printf '%s\n' "$1" >"$folder/$package.missing"
    done
}

# With lists in FOLDER, for the system's may be missing, or so old that they name what is gone.
fetch_by_own_lists() {
    own_lists=yes
    mkdir -p "$folder/lists/partial" "$folder/cache/archives/partial"
    if apt apt-get update >/dev/null 2>&1; then
        fetch_missing
    elif [ -n "$architecture" ]; then
        give_up "the lists of $architecture's packages cannot be had"
    fi
    rm -rf "$folder/lists" "$folder/cache"
    own_lists=
}

fetch_all() {
    # The system's lists are for its own architecture.
    [ -n "$architecture" ] || fetch_missing
    [ -z "$(missing_here)" ] || fetch_by_own_lists
}

tell() {
    missing | while read -r package path; do
        printf 'Debian package %s: %s\n' "$package" "$(cat "$folder/$package.missing")"
    done
}

[ -z "$(missing)" ] && exit 0
for architecture in "" arm64; do
    if [ "${BATON_DEPS-}" = no ]; then
        give_up "BATON_DEPS=no, so nothing is fetched"
    elif ! command -v apt-get >/dev/null 2>&1 || ! command -v dpkg-deb >/dev/null 2>&1; then
        give_up "there is no apt here"
    else
        fetch_all
    fi
done
tell
