# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034 # variables that the sourced files share
# Installs missing packages. Needs say.sh and state.sh.
#
# A need is a line "PROBE DEBIAN BREW". PROBE is a command on the PATH, or lib:NAME for a library that pkg-config knows.
# A need is met if its probe succeeds, whatever package provides it. `-` in BREW means that Homebrew has no such package;
# the tests that need it are skipped on macOS.
packages_build='
git git git
python3 python3 python3
pkg-config pkg-config pkgconf
lib:libcurl libcurl4-openssl-dev curl
lib:yaml-0.1 libyaml-dev libyaml
lib:sqlite3 libsqlite3-dev sqlite
lib:libpq libpq-dev libpq
lib:libcrypto libssl-dev openssl@3
lib:libxml-2.0 libxml2-dev libxml2
lib:libpcre2-8 libpcre2-dev pcre2
lib:libmicrohttpd libmicrohttpd-dev libmicrohttpd
lib:libarchive libarchive-dev libarchive
'
# The tests of the builder buildah are skipped without it, and without root it needs uidmap.
packages_buildah='
buildah buildah -
newuidmap uidmap -
'
packages_tests='
docker-registry docker-registry -
htpasswd apache2-utils httpd
openssl openssl openssl@3
busybox busybox-static -
pip3 python3-pip -
'
packages_slurm='
slurmctld slurm-wlm -
munged munge -
'
# The programs of the server are not on the PATH; this command comes with them.
packages_postgres='
pg_createcluster postgresql -
openssl openssl openssl@3
'
# Its folder may not be on the PATH of a user, but the tests find it there.
packages_pgbouncer='
/usr/sbin/pgbouncer pgbouncer -
'
# For scripts/package. git, the client of docker and the certificates are copied into the images.
packages_package='
/usr/bin/docker docker.io -
dpkg-shlibdeps dpkg-dev -
strip binutils -
patchelf patchelf -
update-ca-certificates ca-certificates -
'
packages_image='
debootstrap debootstrap -
'
# Up to Debian 12 the first package contains the client, and the second does not exist.
packages_engine='
dockerd docker.io -
'
packages_engine_client='
docker docker-cli -
'

is_debian() { [ -e /etc/debian_version ] && command -v apt-get >/dev/null; }
is_macos() { [ "$(uname -s)" = Darwin ]; }

# as_root COMMAND...: runs the command as root, through sudo if necessary. Fails if that is not possible.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

can_be_root() {
    [ "$(id -u)" -eq 0 ] && return 0
    command -v sudo >/dev/null || return 1
    # Without a terminal sudo cannot ask for a password.
    if [ -t 0 ]; then sudo -v; else sudo -n true 2>/dev/null; fi
}

has_need() {
    case $1 in
        lib:*) pkg-config --exists "${1#lib:}" 2>/dev/null ;;
        *) command -v "$1" >/dev/null ;;
    esac
}

# packages_missing COLUMN NEEDS...: prints the packages of the needs that are not met. COLUMN 2 is Debian, 3 is Homebrew.
packages_missing() {
    local column=$1 probe debian brew
    shift
    while read -r probe debian brew; do
        if [ -n "$probe" ] && ! has_need "$probe"; then
            if [ "$column" -eq 2 ]; then printf '%s ' "$debian"; else printf '%s ' "$brew"; fi
        fi
    done <<<"$(printf '%s\n' "$@")"
}

# packages_ensure NEEDS...: installs missing packages. Ends the script with 69 if that fails.
packages_ensure() {
    local missing
    is_macos && command -v brew >/dev/null && packages_brew_paths
    missing=$(packages_missing 2 "$@")
    [ -n "$missing" ] || return 0
    if is_debian; then
        packages_apt "$missing"
    elif is_macos && command -v brew >/dev/null; then
        packages_brew "$@"
    else
        die 69 "these are missing, and this script can install packages on Debian, Ubuntu and with Homebrew only." \
            "Install what your system calls: $missing"
    fi
    missing=$(packages_missing 2 "$@")
    if [ -n "$missing" ] && ! is_macos; then
        die 69 "still missing after the installation: $missing"
    fi
}

packages_apt() {
    local -a names
    read -r -a names <<<"$1"
    can_be_root || die 69 "these packages are missing, and installing them needs root. Run:" \
        "sudo apt-get install --no-install-recommends ${names[*]}"
    say "installing ${names[*]}"
    local -a apt=(env DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0)
    quietly "$state/log/apt-update.log" as_root "${apt[@]}" update ||
        warn "apt's lists could not be refreshed; trying with those that are there"
    quietly "$state/log/apt-install.log" as_root "${apt[@]}" install --no-install-recommends "${names[@]}" ||
        die 69 "apt-get could not install: ${names[*]}"
}

packages_brew() {
    local name
    local -a names=()
    for name in $(packages_missing 3 "$@"); do
        if [ "$name" = - ]; then
            warn "something is missing that Homebrew has no formula for; what needs it will say so"
        else
            names+=("$name")
        fi
    done
    [ ${#names[@]} -gt 0 ] || return 0
    say "installing ${names[*]}"
    quietly "$state/log/brew.log" brew install "${names[@]}" || die 69 "brew could not install: ${names[*]}"
    packages_brew_paths
}

# By default pkg-config does not find Homebrew's copies of libraries that macOS has too.
packages_brew_paths() {
    local prefix name
    prefix=$(brew --prefix)
    for name in curl libarchive libpq libyaml sqlite openssl@3; do
        PKG_CONFIG_PATH="$prefix/opt/$name/lib/pkgconfig${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}"
    done
    export PKG_CONFIG_PATH
}
