# shellcheck shell=bash
# shellcheck disable=SC2154 # variables of the sourced files
# promtool of Prometheus, which checks metrics and alert rules. Needs say.sh, state.sh and packages.sh.

# promtool_download FOLDER: unpacks promtool from Debian's package, whose installation would start a server.
promtool_download() {
    (
        cd "$1" || return 1
        rm -f prometheus_*.deb
        apt-get -qq download prometheus && dpkg-deb --fsys-tarfile prometheus_*.deb | tar -x --strip-components=3 ./usr/bin/promtool &&
            rm prometheus_*.deb && ./promtool --version
    )
}

# promtool_ensure: a promtool that is not installed comes from Debian's package, and its folder onto the PATH. Without both,
# the tests that need it are skipped.
promtool_ensure() {
    local folder=$state/promtool
    if command -v promtool >/dev/null; then return; fi
    mkdir -p "$folder"
    if [ ! -x "$folder/promtool" ]; then
        is_debian || return 0
        say "downloading promtool from Debian's package prometheus"
        if ! within 300 bash -c "$(declare -f promtool_download); promtool_download $(printf %q "$folder")" \
            >"$state/log/promtool.log" 2>&1; then
            rm -f "$folder/promtool"
            warn "the tests with promtool are skipped: it cannot be downloaded; see $state/log/promtool.log"
            return
        fi
    fi
    PATH="$PATH:$folder"
}
