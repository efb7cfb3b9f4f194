# shellcheck shell=bash
# Checks that a Swift toolchain is installed and new enough. Needs say.sh.

swift_needed=6.2

# at_least FOUND NEEDED: compares major.minor as numbers ("6.10" is newer than "6.9").
at_least() {
    local major minor rest
    IFS=. read -r major minor rest <<<"$1.0"
    : "$rest"
    [ "$major" -gt "${2%%.*}" ] || { [ "$major" -eq "${2%%.*}" ] && [ "$minor" -ge "${2#*.}" ]; }
}

swift_ensure() {
    local found
    command -v swift >/dev/null ||
        die 69 "swift was not found on the PATH. Install Swift $swift_needed or newer: https://www.swift.org/install/"
    found=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9][0-9.]*\).*/\1/p' | head -n 1)
    [ -n "$found" ] || die 69 "'swift --version' did not say which version it is; is the toolchain whole?"
    at_least "$found" "$swift_needed" ||
        die 69 "Swift $found is too old: $swift_needed or newer is needed. Install it: https://www.swift.org/install/"
    say "Swift $found"
}
