# shellcheck shell=bash
# shellcheck disable=SC2154 # variables of the files that are sourced with this one
# Makes a small root file system with Python, from the mirror that this machine's apt uses. Needs say.sh, state.sh.

# debian_release: this machine's release: the one that its mirror is sure to have.
debian_release() { sed -n 's/^VERSION_CODENAME=//p' /etc/os-release; }

# debian_mirror RELEASE: the address that apt fetches the release's main packages from.
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
    # debootstrap does its own downloads; apt's proxy has to be handed on.
    eval "$(apt-config shell proxy Acquire::http::Proxy)"
    [ -z "$proxy" ] || [ "$proxy" = DIRECT ] || export http_proxy=$proxy
    say "debootstrap: $1 with Python, about 45 s"
    quietly "$state/log/debootstrap.log" \
        debootstrap --variant=minbase --include=python3 "$1" "$2" "$mirror" || return 1
    debian_slim "$2"
}

# debian_slim FOLDER: takes away what a job never reads, and what tells of the machine that this was made on. The
# copyright files stay: the licences ask for them.
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
        : >"$root/etc/resolv.conf" && # debootstrap copies this one and the next from the machine
        echo localhost >"$root/etc/hostname"
}
