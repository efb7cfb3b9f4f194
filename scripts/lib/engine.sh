# shellcheck shell=bash
# shellcheck disable=SC2154 # variables of the sourced files
# Finds a container engine that answers, or starts a private one. Needs say.sh, state.sh, packages.sh and
# private-engine.sh.

# engine_answers HOST: whether an engine answers at the address. Asks with the client that is installed.
engine_answers() {
    case $1 in
        unix://*) [ -S "${1#unix://}" ] || return 1 ;;
    esac
    if command -v docker >/dev/null; then
        DOCKER_HOST=$1 within 10 docker version --format '{{.Server.Version}}' >/dev/null 2>&1
    elif command -v podman >/dev/null; then
        within 10 podman --url "$1" version >/dev/null 2>&1
    else
        return 1
    fi
}

# Prints the addresses where an engine usually listens, the most explicit first.
engine_candidates() {
    local runtime=${XDG_RUNTIME_DIR:-/run/user/$(id -u)}
    if command -v docker >/dev/null; then
        # The context of the client. Docker Desktop, colima and others register one.
        docker context inspect --format '{{.Endpoints.docker.Host}}' 2>/dev/null | grep '^unix://' || true
    fi
    printf 'unix://%s\n' /var/run/docker.sock "${HOME:-/}/.docker/run/docker.sock" "$runtime/docker.sock" \
        "$runtime/podman/podman.sock" /run/podman/podman.sock "$private_socket"
}

# engine_find: prints the address of an engine that answers. Returns 1 if none does.
engine_find() {
    local host
    if [ -n "${DOCKER_HOST:-}" ]; then
        engine_answers "$DOCKER_HOST" || return 1
        printf '%s\n' "$DOCKER_HOST"
        return 0
    fi
    while read -r host; do
        if engine_answers "$host"; then
            printf '%s\n' "$host"
            return 0
        fi
    done < <(engine_candidates)
    return 1
}

# engine_ensure: exports DOCKER_HOST, or ends the script with 69. Sets engine_started to 1 if it started an engine.
engine_ensure() {
    local host
    # shellcheck disable=SC2034  # for the scripts that source this
    engine_started=0
    if host=$(engine_find) || { engine_install && host=$(engine_find); }; then
        say "container engine: $host"
        export DOCKER_HOST=$host
    else
        private_start
    fi
}

# engine_install: installs what a private daemon needs. Ends the script with 69 and instructions if that is not possible.
engine_install() {
    local denied=''
    [ -z "${DOCKER_HOST:-}" ] || die 69 "no container engine answers at DOCKER_HOST=$DOCKER_HOST." \
        "Start it, or unset DOCKER_HOST to have one found or started."
    if ! private_possible; then
        [ ! -S /var/run/docker.sock ] || [ -w /var/run/docker.sock ] ||
            denied="there is one at /var/run/docker.sock that this user may not use: join its group, or use sudo; or"
        die 69 "no container engine answers, and starting a private one needs Linux and root. Do one of these: $denied" \
            "start Docker (systemctl start docker) or podman's service (systemctl --user start podman.socket);" \
            "install one of them; set DOCKER_HOST; or, on Debian or Ubuntu, run this as root."
    fi
    if ! is_debian && ! { command -v dockerd && command -v docker; } >/dev/null; then
        die 69 "no container engine answers, and dockerd and docker are not both installed: install Docker or podman."
    fi
    packages_ensure "$packages_engine"
    packages_ensure "$packages_engine_client"
}
