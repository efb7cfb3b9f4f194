/// What stands between the program and the job: a shell that outlives the one, waits for the other, and writes down how
/// it ended. Its standard input is the run's lock, which it holds as long as it lives and gives to nobody.
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
        (cd work && exec setsid "$@") </dev/null >log 2>&1 &
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
