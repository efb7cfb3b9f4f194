/// A shell between the program and the job. It survives the program, waits for the job, and records how the job ended.
/// Its standard input is the run's lock. It holds the lock until it ends, and does not pass it to the job.
///
/// A shell ignores SIGINT and SIGQUIT in what it starts with `&`, and cannot undo that; the agent ignores SIGPIPE. The job
/// would inherit all three, so `env` gives it the signals' defaults (coreutils 8.31). `setsid` gives it a session: Ctrl-C
/// in the agent's terminal does not reach it, and one signal to the group reaches all of its processes.
enum ProcessScript {
    static let text = """
        cd -- "$1" && shift || exit
        killers= stopped=
        stop() {
            stopped=stopped
            kill -s TERM -- "-$job" || kill -s TERM "$job"
            setsid sh -c 'sleep "$1"; kill -s KILL -- "-$2"' - "$(cat grace)" "$job" </dev/null &
            killers="$killers $!"
        }
        (cd work && exec env --default-signal setsid "$@") </dev/null >log 2>&1 &
        job=$!
        exec >/dev/null 2>&1
        trap stop TERM
        echo $$ >pid.new && mv pid.new pid
        [ ! -e grace ] || stop
        while wait "$job"; code=$?; kill -0 "$job"; do :; done
        for killer in $killers "$job"; do kill -s KILL -- "-$killer" || kill -s KILL "$killer"; done
        echo "$code $stopped" >exit.new && mv exit.new exit
        """
}
