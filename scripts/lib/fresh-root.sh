# shellcheck shell=bash
# shellcheck disable=SC2154 # variables of the sourced files
# Fresh root file systems of Debian, for what must work on a machine with nothing else. Needs say.sh and state.sh, root,
# debootstrap and a mirror, and a variable $work with a folder that the script removes after fresh_end. The roots are kept
# in the state folder, so only the first call takes minutes.

mirror=${LAUNCH_DEBIAN_MIRROR:-http://deb.debian.org/debian}

# fresh RELEASE [FOLDER [PACKAGE...]]: a new root file system at $work/FOLDER, with packages of Debian. `inside` then
# runs in it.
fresh() {
    local release=$1 kept=$state/systems/$1
    root=$work/${2:-system}
    shift $(($# < 2 ? $# : 2))
    fresh_unmount "$root"
    rm -rf --one-file-system "$root"
    if [ ! -e "$kept/complete" ]; then
        say "debootstrap: $release"
        rm -rf --one-file-system "$kept"
        mkdir -p "$kept"
        quietly "$state/log/debootstrap.log" debootstrap --variant=minbase "$release" "$kept/system" "$mirror" ||
            die 69 "debootstrap could not make a root of $release"
        touch "$kept/complete"
    fi
    if [ $# -gt 0 ]; then
        fresh_packages "$kept" "$@"
        kept+=+$(IFS=+ && echo "$*")
    fi
    fresh_copy "$kept" "$root"
}

# fresh_packages KEPT PACKAGE...: makes the kept root with the packages.
fresh_packages() {
    local from=$1 kept
    shift
    kept=$from+$(IFS=+ && echo "$*")
    [ ! -e "$kept/complete" ] || return 0
    say "apt: $*"
    rm -rf --one-file-system "$kept"
    mkdir -p "$kept"
    fresh_copy "$from" "$root"
    inside apt-get -qq update >/dev/null
    quietly "$state/log/apt-root.log" inside apt-get -y install --no-install-recommends "$@" ||
        die 69 "apt-get could not install $*"
    inside apt-get clean
    fresh_unmount "$root"
    mv "$root" "$kept/system"
    touch "$kept/complete"
}

fresh_copy() {
    cp -a "$1/system" "$2"
    cp /etc/resolv.conf "$2/etc/"
    mount -t proc proc "$2/proc"
}

fresh_unmount() { ! mountpoint --quiet "$1/proc" || umount "$1/proc"; }

# fresh_end: unmounts what is below $work.
fresh_end() {
    local each
    for each in "$work"/*/proc; do fresh_unmount "${each%/proc}"; done
}

# inside COMMAND...: runs the command in the last root, or in that of $root.
inside() { chroot "$root" env -i PATH=/usr/local/bin:/usr/bin:/usr/sbin:/bin:/sbin LC_ALL=C DEBIAN_FRONTEND=noninteractive "$@"; }
