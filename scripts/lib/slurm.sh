# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034 # variables that the sourced files share
# A private Slurm cluster of one node: munged, slurmctld and slurmd of this user, on loopback addresses. Needs say.sh and
# state.sh. Linux only.

slurm_home=$state/slurm
slurm_deadline=60 # seconds within which the cluster must answer, and end

# Slurm's commands then use this cluster, and not one of the user.
slurm_use() { export SLURM_CONF=$slurm_home/slurm.conf; }

slurm_possible() {
    local program
    for program in munged slurmctld slurmd sbatch; do
        command -v "$program" >/dev/null || return 1
    done
}

# slurm_pid PROGRAM: prints the ID of the program's process. Another process may have the number after a restart of the
# machine, so the command line must name this cluster's folder too.
slurm_pid() {
    local pid command
    pid=$(cat "$slurm_home/$1.pid" 2>/dev/null) || return 1
    [[ $pid =~ ^[0-9]+$ && -r /proc/$pid/cmdline ]] || return 1
    command=$(tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null) || return 1
    [[ $command == *"$1"*"$slurm_home"* ]] || return 1
    printf '%s\n' "$pid"
}

# slurm_runs: whether the daemons of the cluster run.
slurm_runs() {
    slurm_use
    [ -e "$SLURM_CONF" ] && slurm_pid munged >/dev/null && slurm_pid slurmctld >/dev/null && slurm_pid slurmd >/dev/null
}

# slurm_idle: whether the controller answers and the node takes jobs. A node that ends jobs (comp), or that the scheduler
# has planned a job for (plnd, a hyphen), takes jobs too.
slurm_idle() {
    slurm_runs && within 10 sinfo --noheader --format=%t 2>/dev/null | grep -qE '^(idle|mix|alloc|comp|plnd)-?$'
}

# slurm_await: returns when the cluster takes jobs, and fails if a daemon ends or the deadline passes.
slurm_await() {
    local began=$SECONDS
    until slurm_idle; do
        # A daemon writes its process ID a moment after its start.
        slurm_runs || [ $((SECONDS - began)) -lt 5 ] || return 1
        [ $((SECONDS - began)) -lt "$slurm_deadline" ] || return 1
        # A node that went away with its jobs stays down until it is resumed.
        within 10 scontrol update nodename=launch-dev state=resume >/dev/null 2>&1 || true
        sleep 0.2
    done
}

# slurm_start: returns when the cluster takes jobs. Sets slurm_started to 1 if it did not run before.
slurm_start() {
    local code=0
    slurm_started=0
    slurm_use
    slurm_possible || die 69 "Slurm is not installed. On Debian or Ubuntu: apt-get install slurm-wlm munge"
    # The path of munge's socket must fit into 108 bytes (sun_path).
    [ ${#slurm_home} -lt 90 ] || die 69 "the path is too long for a socket, set LAUNCH_DEV_STATE: $slurm_home"
    mkdir -p "$slurm_home/state" "$slurm_home/spool"
    chmod 700 "$slurm_home"
    # Two concurrent scripts must not start two clusters on one folder. The subshell holds the lock.
    (
        flock -w $((3 * slurm_deadline)) 9 || die 69 "another script is starting the cluster and does not come to an end"
        # A cluster that others use is given time before it is replaced: it may be slow, not broken.
        { slurm_runs && slurm_await; } || slurm_start_locked
    ) 9>"$slurm_home/lock" || code=$?
    case $code in
        0) ;;
        3) slurm_started=1 ;;
        *) exit "$code" ;;
    esac
    say "Slurm cluster: SLURM_CONF=$SLURM_CONF"
}

slurm_start_locked() {
    slurm_stop
    say "starting a private Slurm cluster in $slurm_home"
    [ -e "$slurm_home/munge.key" ] || (umask 077 && head -c 128 /dev/urandom >"$slurm_home/munge.key")
    slurm_configure
    slurm_daemon munged --force --socket="$slurm_home/munge.socket" --pid-file="$slurm_home/munged.pid" \
        --key-file="$slurm_home/munge.key" --log-file="$state/log/munged.log" --seed-file="$slurm_home/munge.seed"
    slurm_daemon slurmctld -f "$SLURM_CONF" -L "$state/log/slurmctld.log"
    slurm_daemon slurmd -f "$SLURM_CONF" -N launch-dev -L "$state/log/slurmd.log"
    slurm_await || slurm_fail "$(slurm_missing)"
    return 3
}

# slurm_missing: prints the daemon that does not run, or the controller.
slurm_missing() {
    local program
    for program in munged slurmd; do
        slurm_pid "$program" >/dev/null || { printf '%s\n' "$program"; return; }
    done
    printf 'slurmctld\n'
}

# slurm_daemon PROGRAM ARGUMENT...: the program puts itself into the background, in a separate session, without the open
# files of the script. A caller that reads the script's output to its end must not wait for it.
slurm_daemon() {
    (
        for file in "/proc/$BASHPID/fd/"*; do
            file=${file##*/}
            [ "$file" -le 2 ] || eval "exec $file>&-"
        done
        exec "$@" </dev/null >/dev/null 2>&1
    ) || slurm_fail "$1"
}

# slurm_configure: writes slurm.conf. Without control groups and without accounting, so it needs no privileges and no
# database. Requeued jobs and preemption work as on a large cluster.
slurm_configure() {
    local ports
    ports=$(python3 -c 'import socket
both = [socket.socket(), socket.socket()]
for each in both: each.bind(("127.0.0.1", 0))
print(*(each.getsockname()[1] for each in both))') || die 69 "no free ports"
    cat >"$SLURM_CONF" <<END
ClusterName=launch-dev
SlurmctldHost=$(uname -n | cut -d . -f 1)(127.0.0.1)
SlurmctldPort=${ports% *}
SlurmdPort=${ports#* }
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
AuthType=auth/munge
AuthInfo=socket=$slurm_home/munge.socket,cred_expire=20
CredType=cred/munge
StateSaveLocation=$slurm_home/state
SlurmdSpoolDir=$slurm_home/spool
SlurmctldPidFile=$slurm_home/slurmctld.pid
SlurmdPidFile=$slurm_home/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
MailProg=/bin/true
SwitchType=switch/none
SlurmdParameters=config_overrides
ReturnToService=2
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SchedulerParameters=batch_sched_delay=0,sched_interval=1,bf_interval=1,sched_min_interval=0
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/filetxt
JobCompLoc=$slurm_home/completed
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
KillWait=2
RequeueExit=99
DefMemPerCPU=64
NodeName=launch-dev NodeAddr=127.0.0.1 CPUs=64 RealMemory=8192 State=UNKNOWN
PartitionName=main Nodes=launch-dev Default=YES MaxTime=INFINITE State=UP PriorityTier=1 PreemptMode=CANCEL
PartitionName=urgent Nodes=launch-dev MaxTime=INFINITE State=UP PriorityTier=9
END
}

slurm_fail() {
    tail -n 15 "$state/log/$1.log" 2>/dev/null | sed 's/^/    | /' >&2
    slurm_stop
    die 69 "the Slurm cluster does not start; the end of $state/log/$1.log is above"
}

# slurm_stop: ends the cluster and its jobs.
slurm_stop() {
    local program pid began
    slurm_use
    if slurm_pid slurmctld >/dev/null; then
        within 10 scancel --user="$(id -un)" --full --signal=KILL >/dev/null 2>&1 || true
        within 10 scancel --user="$(id -un)" >/dev/null 2>&1 || true
    fi
    for program in slurmd slurmctld munged; do
        began=$SECONDS
        ! pid=$(slurm_pid "$program") || kill -TERM "$pid" 2>/dev/null || true
        while pid=$(slurm_pid "$program"); do
            [ $((SECONDS - began)) -lt 10 ] || kill -KILL "$pid" 2>/dev/null || true
            sleep 0.2
        done
    done
}
