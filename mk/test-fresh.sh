#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Proves that `make run` and `make test` work on a bare machine: a Debian 12 with git and make and nothing else, in a
# folder, with this machine's mirror, proxy and certificates. Needs root, debootstrap and about 4 GiB of disk.
#
#   mk/test-fresh.sh FOLDER
#
# Everything happens in a mount and process namespace of its own: when the script ends, however it does, its processes
# and mounts are gone. FOLDER keeps the bare system as a tar file (for a week) and the transcripts.
set -eu -o pipefail

release=bookworm
folder=${1:?usage: mk/test-fresh.sh FOLDER}
export PATH=$PATH:/usr/sbin:/sbin

if [ "$(id -u)" -ne 0 ]; then
    echo "make test-fresh needs root: it makes a whole Debian in a folder." >&2
    exit 1
fi
for tool in debootstrap unshare tar git; do
    if ! command -v "$tool" >/dev/null; then
        echo "$tool is missing: apt-get install -y --no-install-recommends debootstrap util-linux tar git" >&2
        exit 1
    fi
done
if [ -z "${BATON_FRESH_INSIDE-}" ]; then
    export BATON_FRESH_INSIDE=1
    mkdir -p "$folder"
    trap 'rm -rf --one-file-system "$folder/root" "$folder/base"' EXIT
    unshare --mount --pid --fork --kill-child --propagation private bash "$0" "$folder" </dev/null
    exit
fi

folder=$(cd "$folder" && pwd)
root=$folder/root

say() {
    echo "==== fresh: $* ===="
}

# ---- where packages come from: what this machine's apt is set to ----
targets() {
    # shellcheck disable=SC2016 # the $(…) are apt's
    apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(ORIGIN)' 'Created-By: Packages' 2>/dev/null | sort -u
}

mirror=${FRESH_MIRROR:-$(targets | awk -v release="$release" '
    $3 == "Debian" && $2 == release { exact = $1 }
    $3 == "Debian" && $2 !~ /-/ { other = $1 }
    END { print exact ? exact : other }')}
if [ -z "$mirror" ]; then
    echo "No Debian mirror in this machine's apt lists: run apt-get update, or set FRESH_MIRROR." >&2
    exit 1
fi

# ---- the bare system ----
bare=$folder/$release.tar
if [ -z "$(find "$bare" -mtime -7 2>/dev/null)" ]; then
    say "debootstrap $release from $mirror"
    rm -rf --one-file-system "$folder/base"
    if ! debootstrap --variant=minbase --include=git,make "$release" "$folder/base" "$mirror" \
        >"$folder/debootstrap.log" 2>&1; then
        tail -n 20 "$folder/debootstrap.log"
        exit 1
    fi
    tar -C "$folder/base" -cf "$bare.part" .
    mv "$bare.part" "$bare"
    rm -rf --one-file-system "$folder/base"
fi
rm -rf --one-file-system "$root"
mkdir -p "$root"
tar -C "$root" -xf "$bare"

# ---- this machine's way to the mirror ----
rm -rf "$root/etc/apt/sources.list" "$root/etc/apt/sources.list.d" "$root/var/lib/apt/lists"
for part in apt.conf apt.conf.d trusted.gpg trusted.gpg.d keyrings auth.conf auth.conf.d; do
    if [ -e "/etc/apt/$part" ]; then
        rm -rf "$root/etc/apt/$part"
        cp -a "/etc/apt/$part" "$root/etc/apt/"
    fi
done
targets | awk -v release="$release" '
    $3 == "Debian" && ($2 == release || index($2, release "-") == 1) { print "deb", $1, $2, "main" }' \
    >"$root/etc/apt/sources.list"
[ -s "$root/etc/apt/sources.list" ] || echo "deb $mirror $release main" >"$root/etc/apt/sources.list"
for path in /usr/share/keyrings /usr/local/share/ca-certificates /etc/ssl/certs; do
    if [ -d "$path" ]; then
        mkdir -p "$root$path"
        cp -rL "$path/." "$root$path/" 2>/dev/null || true # a dangling link among certificates is no harm
    fi
done
cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d" # packages start no services
chmod 755 "$root/usr/sbin/policy-rc.d"

# ---- this tree, as a clone would have it ----
mkdir "$root/baton"
git ls-files -z --cached --others --exclude-standard | while IFS= read -r -d '' file; do
    if [ -e "$file" ]; then
        printf '%s\0' "$file"
    fi
done | tar --null -T - -cf - | tar -C "$root/baton" -xf -

# ---- kernel file systems; no device of this machine but the harmless ones ----
mount -t proc proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts "$root/dev/pts"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
for node in "null 1 3" "zero 1 5" "full 1 7" "random 1 8" "urandom 1 9" "tty 5 0"; do
    # shellcheck disable=SC2086 # three words
    set -- $node
    mknod -m 666 "$root/dev/$1" c "$2" "$3"
done
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
ln -s fd/0 "$root/dev/stdin"
ln -s fd/1 "$root/dev/stdout"
ln -s fd/2 "$root/dev/stderr"

inside() {
    env -i HOME=/root LANG=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        ${http_proxy+http_proxy="$http_proxy"} ${https_proxy+https_proxy="$https_proxy"} \
        ${no_proxy+no_proxy="$no_proxy"} \
        chroot "$root" /bin/sh -c "cd /baton && $1" </dev/null
}

for tool in clang gcc cc python3 qemu-system-x86_64 mcopy sgdisk; do
    if inside "command -v $tool" >/dev/null; then
        echo "the bare system is not bare: it has $tool" >&2
        exit 1
    fi
done
if [ -e "$root/baton/build" ]; then
    echo "the copied tree is not clean: it has build/" >&2
    exit 1
fi

failed=0
say "make run"
began=$SECONDS
inside 'make run RUN_ARGS="--headless --test --cmdline exit --timeout 120"' 2>&1 | tee "$folder/run.log" || failed=1
grep -q 'tour: ok' "$folder/run.log" || failed=1
run="make run: $([ "$failed" = 0 ] && echo ok || echo FAILED), $((SECONDS - began)) s"
say "$run"

say "make test"
began=$SECONDS
inside 'make test' 2>&1 | tee "$folder/test.log" || failed=1
summary=$(grep -E '^[0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped)?$' "$folder/test.log" | tail -n 1)
case $summary in
*' 0 failed'*) ;;
*) failed=1 ;;
esac
say "$run; make test: ${summary:-no summary}, $((SECONDS - began)) s"
exit "$failed"
