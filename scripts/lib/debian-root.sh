# shellcheck shell=bash
# shellcheck disable=SC2154 # variables of the sourced files
# Makes a small root file system with Python from the mirror of this machine's apt. Needs say.sh, state.sh.

# debian_release: prints this machine's release, because its mirror has that one.
debian_release() { sed -n 's/^VERSION_CODENAME=//p' /etc/os-release; }

# debian_mirror RELEASE: prints the address from which apt fetches the main packages of the release.
debian_mirror() {
    # shellcheck disable=SC2016 # these are apt's own fields
    apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
        awk -v release="$1" '$2 == release && $3 == "main" && $1 ~ "^(https?|file):" { print $1; exit }'
}

# debian_root RELEASE FOLDER
debian_root() {
    local mirror proxy=''
    mirror=$(debian_mirror "$1")
    if [ -z "$mirror" ]; then
        warn "apt has no http, https or file mirror for $1"
        return 1
    fi
    # debootstrap downloads by itself and needs apt's proxy in a variable.
    eval "$(apt-config shell proxy Acquire::http::Proxy)"
    [ -z "$proxy" ] || [ "$proxy" = DIRECT ] || export http_proxy=$proxy
    say "debootstrap: $1 with Python, about 45 s"
    quietly "$state/log/debootstrap.log" \
        debootstrap --variant=minbase --include=python3 "$1" "$2" "$mirror" || return 1
    debian_slim "$2"
}

# debian_slim FOLDER: removes files that no job reads, and files that identify this machine. The copyright files stay,
# because the licences require them.
debian_slim() {
    local root=${1:?}
    find "$root/usr/share/doc" -type f ! -name copyright -delete &&
        find "$root/usr/share/doc" -type l -delete &&
        find "$root/usr/share/doc" -type d -empty -delete &&
        rm -rf "${root:?}"/usr/share/{man,info,locale,lintian,bash-completion}/* \
            "${root:?}"/var/cache/{apt,debconf,ldconfig}/* "${root:?}"/var/lib/apt/lists/* "${root:?}"/var/log/* \
            "${root:?}"/tmp/* "${root:?}"/dev/* "${root:?}"/etc/apt/sources.list \
            "${root:?}"/etc/machine-id "${root:?}"/var/lib/dbus/machine-id &&
        find "$root/usr/lib" -name __pycache__ -type d -prune -exec rm -rf {} + &&
        : >"$root/etc/resolv.conf" && # debootstrap copies this file and the next from the machine
        echo localhost >"$root/etc/hostname"
}
