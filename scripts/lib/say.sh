# shellcheck shell=bash
# Progress lines on standard error, each with the time since the script began.

# Colours only on a terminal that has them, and not with NO_COLOR (https://no-color.org).
if [ -t 2 ] && [ -z "${NO_COLOR:-}" ] && [ "${TERM:-dumb}" != dumb ]; then
    say_bold=$'\033[1m' say_dim=$'\033[2m' say_red=$'\033[31m' say_off=$'\033[0m'
else
    say_bold='' say_dim='' say_red='' say_off=''
fi

# say_line COLOUR TEXT...
say_line() {
    local colour=$1
    shift
    printf '%s[%3ds]%s %s%s%s\n' "$say_dim" "$SECONDS" "$say_off" "$colour" "$*" "$say_off" >&2
}

say() { say_line '' "$@"; }
say_step() { say_line "$say_bold" "$@"; }
warn() { say_line "$say_red" "warning: $*"; }

# die CODE TEXT...: ends the script. The codes are those of sysexits: 64 usage, 69 something is not available.
die() {
    local code=$1
    shift
    say_line "$say_red" "error: $*"
    exit "$code"
}

# within SECONDS COMMAND...: runs the command with a time limit if the system has timeout(1). macOS has none.
within() {
    local seconds=$1
    shift
    if command -v timeout >/dev/null; then
        timeout --kill-after=2 "$seconds" "$@"
    else
        "$@"
    fi
}

# quietly LOG COMMAND...: writes the output to LOG, and shows its end only if the command fails.
quietly() {
    local log=$1 code=0
    shift
    "$@" >"$log" 2>&1 </dev/null || code=$?
    if [ "$code" -ne 0 ]; then
        warn "this failed with code $code: $*"
        tail -n 20 "$log" | sed 's/^/    | /' >&2
        say "the whole output is in $log"
    fi
    return "$code"
}

# usage_of SCRIPT: prints the comment at the start of the script, which is its help.
usage_of() {
    sed -n '2,/^[^#]/{s/^# \{0,1\}//p;}' "$1"
}
