# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034 # variables that the sourced files share
# A private Docker daemon. It keeps all files in its own folders and changes no firewall rules. Needs say.sh, state.sh and
# engine.sh.
#
# It has no default bridge, because a bridge needs firewall rules. Containers run with `--network none`, `host`, or a
# network that the caller creates.

private_home=$state/engine
private_deadline=60 # seconds within which the daemon must answer, and end
private_was_running=3 # the return code of private_start_locked for this

# The path of a socket must fit into 108 bytes (sun_path). This is the daemon's longest one:
private_longest=/exec/containerd/containerd.sock.ttrpc
if [ $((${#private_home} + ${#private_longest})) -lt 108 ]; then
    private_run=$private_home
else
    # This code runs as root only, and only root can write to /run, so no other user can create the folder first.
    private_run=/run/launch-dev-$(printf '%s' "$private_home" | cksum | cut -d ' ' -f 1)
fi
private_socket=$private_run/docker.sock
private_pidfile=$private_run/dockerd.pid
private_log=$state/log/dockerd.log

private_possible() { [ "$(uname -s)" = Linux ] && [ "$(id -u)" -eq 0 ]; }

# private_alive PIDFILE PROGRAM: prints the process ID if the process runs that program. The number alone is not enough:
# after a restart of the machine another process may have it.
private_alive() {
    local pid command
    pid=$(cat "$1" 2>/dev/null) || return 1
    [[ $pid =~ ^[0-9]+$ && -r /proc/$pid/cmdline ]] || return 1
    # The command line of a zombie process is empty.
    command=$(tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null) || return 1
    [[ $command == *"$2"*"$private_run"* ]] || return 1
    printf '%s\n' "$pid"
}

# private_start: exports DOCKER_HOST. Sets engine_started to 1 if the daemon did not run before.
private_start() {
    local code=0
    mkdir -p "$private_home" "$private_run"
    chmod 700 "$private_home" "$private_run"
    # Two concurrent scripts must not start two daemons on one folder. The subshell holds the lock.
    (
        flock -w "$private_deadline" 9 || die 69 "another script is starting the engine and does not come to an end"
        private_start_locked
    ) 9>"$private_home/lock" || code=$?
    case $code in
        0) engine_started=1 ;;
        "$private_was_running") engine_started=0 ;;
        *) exit "$code" ;;
    esac
    export DOCKER_HOST=unix://$private_socket
    private_report
}

private_start_locked() {
    local pid began=$SECONDS code=$private_was_running
    if ! pid=$(private_alive "$private_pidfile" dockerd); then
        say "starting a private container engine in $private_home"
        # The daemon refuses to start if the file has a process ID, whatever process that is.
        rm -f "$private_pidfile" "$private_socket"
        private_alive "$private_run/exec/containerd/containerd.pid" containerd >/dev/null ||
            rm -f "$private_run/exec/containerd/containerd.pid"
        private_daemon >"$private_log" 2>&1 </dev/null &
        pid=$! code=0
        trap 'kill "$pid" 2>/dev/null' EXIT
    fi
    until engine_answers "unix://$private_socket"; do
        if ! kill -0 "$pid" 2>/dev/null; then
            private_fail "the container engine ended while starting"
        elif [ $((SECONDS - began)) -ge "$private_deadline" ]; then
            private_fail "the container engine did not answer within $private_deadline s"
        fi
        sleep 0.2
    done
    trap - EXIT
    return "$code"
}

# private_daemon: replaces this process by the daemon, in a separate session and without the open files of the script. A
# caller that reads the script's output to its end, or waits for its process group, must not wait for the daemon.
private_daemon() {
    local file
    for file in "/proc/$BASHPID/fd/"*; do
        file=${file##*/}
        [ "$file" -le 2 ] || eval "exec $file>&-"
    done
    cd /
    exec setsid dockerd --data-root "$private_home/data" --exec-root "$private_run/exec" \
        --host "unix://$private_socket" --pidfile "$private_pidfile" \
        --iptables=false --ip6tables=false --bridge=none
}

private_fail() {
    tail -n 15 "$private_log" | sed 's/^/    | /' >&2
    die 69 "$1; the end of $private_log is above. In a container it needs to be a privileged one."
}

private_report() {
    say "container engine: $DOCKER_HOST"
    if [ "$(docker info --format '{{.Driver}}')" = vfs ]; then
        warn "the engine copies whole images (vfs): overlay2 is impossible on the file system of $private_home." \
            "Set LAUNCH_DEV_STATE to a folder on ext4 or xfs; it will be faster and smaller."
    fi
}

# private_stop: ends the daemon and all its containers. Its images stay for the next start.
private_stop() {
    local pid began=$SECONDS signal=TERM
    while pid=$(private_alive "$private_pidfile" dockerd); do
        if [ "$signal" = KILL ]; then
            warn "the engine does not end by itself within $private_deadline s: killing it"
        fi
        [ -z "$signal" ] || kill "-$signal" "$pid" 2>/dev/null || true
        signal=''
        [ $((SECONDS - began)) -lt "$private_deadline" ] || signal=KILL began=$SECONDS
        sleep 0.2
    done
    # A killed daemon leaves containerd and its mounts, and then the folder cannot be deleted.
    if pid=$(private_alive "$private_run/exec/containerd/containerd.pid" containerd); then
        kill -TERM "$pid"
    fi
    private_unmount
}

private_unmount() {
    local mount
    cut -d ' ' -f 5 /proc/self/mountinfo | sort -r | while IFS= read -r mount; do
        mount=$(printf '%b' "$mount") # the kernel writes a space as \040
        case $mount in
            "$private_home"/* | "$private_run"/*) umount -l "$mount" || true ;;
        esac
    done
}
