# shellcheck shell=bash
# shellcheck disable=SC2154 # variables of the files that are sourced with this one
# Runs a group of tests beside a watch over the private container engine. Needs say.sh, private-engine.sh and engine.sh.
#
# Docker 20.10 can deadlock under load: it still lists containers, but starts no container. Each test then waits
# for its own limit, and the run takes hours. The watch starts a container at intervals. When that fails it keeps the
# daemon's stacks, ends the group and lets the caller repeat it with a new daemon.

watch_interval=20   # seconds between two containers
watch_deadline=180  # seconds that one container may take on a loaded machine
watch_limit=2700    # seconds that a group may take; it ends a hang and nothing else
watch_image=launch-dev-watch:1
watch_stuck=75      # exit code of watch_run when the engine was stuck

# watch_run COMMAND...: runs it in a process group of its own, under the watch.
watch_run() {
    local command watch code=0 verdict
    verdict=$(mktemp "$state/watch.XXXXXX")
    set -m
    "$@" </dev/null &
    command=$!
    watch_engine "$command" "$verdict" &
    watch=$!
    set +m
    # shellcheck disable=SC2064 # these processes
    trap "kill -TERM -- -$command -$watch 2>/dev/null; exit 130" INT TERM
    wait "$command" || code=$?
    kill -TERM -- "-$watch" 2>/dev/null || true
    wait "$watch" 2>/dev/null || true
    trap - INT TERM
    [ ! -s "$verdict" ] || code=$(cat "$verdict")
    rm -f "$verdict"
    return "$code"
}

# watch_engine GROUP VERDICT: returns when the group has ended, or ends it and writes an exit code into the file.
watch_engine() {
    local began=$SECONDS
    while kill -0 -- "-$1" 2>/dev/null; do
        if [ $((SECONDS - began)) -ge "$watch_limit" ]; then
            warn "the tests did not end within $watch_limit s"
            echo 1 >"$2"
        elif ! watch_probe; then
            warn "the container engine is stuck: no container started within $watch_deadline s"
            echo "$watch_stuck" >"$2"
            watch_stacks || true # without stacks the tests are ended too
        fi
        if [ -s "$2" ]; then
            kill -TERM -- "-$1" 2>/dev/null || true
            sleep 5
            kill -KILL -- "-$1" 2>/dev/null || true
            return 0
        fi
        sleep "$watch_interval"
    done
}

# watch_set_up: makes the image of the probe. Only the private engine is watched: another one is not ours to restart.
watch_set_up() {
    local busybox
    watch_ready=0
    [ "${DOCKER_HOST:-}" = "unix://$private_socket" ] && busybox=$(command -v busybox) || return 0
    tar -C "$(dirname "$busybox")" -c busybox |
        within 60 docker import --change 'ENTRYPOINT ["/busybox", "true"]' - "$watch_image" >/dev/null || return 0
    watch_ready=1
}

watch_probe() {
    [ "$watch_ready" -eq 1 ] || return 0
    within "$watch_deadline" docker run --rm --network none --log-driver none "$watch_image" >/dev/null 2>&1
}

watch_stacks() {
    local pid
    pid=$(private_alive "$private_pidfile" dockerd) || return 0
    # The daemon writes the stacks of all its goroutines into its exec root.
    kill -USR1 "$pid"
    sleep 3
    find "$private_run/exec" -maxdepth 1 -name 'goroutine-stacks-*' -exec mv {} "$state/log/" \;
    say "the daemon's stacks are in $state/log"
    find "$state/log" -name 'goroutine-stacks-*' -exec grep -hA 14 'semacquire, [0-9]* minutes' {} + 2>/dev/null |
        grep -E '^(goroutine|github.com)' | head -n 60 | sed 's/^/    | /' >&2
}

# watch_renew: a new daemon in place of a stuck one; the images stay, the containers go.
watch_renew() {
    local process
    private_deadline=20 private_stop
    for process in /proc/[0-9]*; do
        if { tr '\0' ' ' <"$process/cmdline"; } 2>/dev/null | grep -q "containerd-shim.*$private_run/exec"; then
            kill -KILL "${process##*/}" 2>/dev/null || true
        fi
    done
    private_unmount
    rm -rf --one-file-system "$private_run/exec" "$private_home/data/containers"
    private_start
    # Networks that the old daemon left occupy addresses that new networks need.
    within 60 docker network prune --force >/dev/null
}
