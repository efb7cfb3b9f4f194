internal import LaunchPluginKit

/// The batch script of a run. It survives the agent, forwards a stop to the job, enforces the grace period, and records
/// the exit code in the run's folder:
///
///     job     a link to the ID of the Slurm job that executes the run     grace   the seconds between SIGTERM and SIGKILL
///     log     what the job printed, in all its attempts                   exit    the exit code, and `stopped` after a stop
enum SlurmScript {
    /// The first command precedes all text of a user: sbatch reads no `#SBATCH` lines after it.
    static func text(_ request: SlurmRequest, folder: String) -> String {
        let output = request.outputFolder.map { quoted($0) } ?? "output"
        let exports = request.environment.sorted { $0.key < $1.key }.map { "export \($0.key)=\(quoted($0.value))" }
        return """
            #!/bin/bash
            job= stopped= timers=
            stop() {
                [ -n "$job" ] || return
                kill -s TERM -- "-$job" 2>/dev/null || kill -s TERM "$job" 2>/dev/null
                [ -e grace ] || return
                stopped=stopped
                setsid bash -c 'sleep "$1"; kill -s KILL -- "-$2"' - "$(cat grace)" "$job" </dev/null >/dev/null 2>&1 &
                timers="$timers $!"
            }
            trap stop TERM USR1
            cd -- \(quoted(folder)) || exit
            # A second job of the run, from a submit whose answer was lost, does nothing. A requeued job has the same ID.
            ln -sT "$SLURM_JOB_ID" job 2>/dev/null
            [ "$(readlink job)" = "$SLURM_JOB_ID" ] || exit 0
            rm -f exit
            mkdir -p -- \(output)
            (
                export SLURM_EXPORT_ENV=ALL # else srun would not pass the variables on
                cd -- \(output) && export LAUNCH_OUTPUT_DIR="$PWD" || exit
                \((exports + [request.workingDirectory.map { "cd -- \(quoted($0)) || exit" }].compactMap { $0 })
                    .joined(separator: "\n    "))
                exec setsid -- \(request.command.map { quoted($0) }.joined(separator: " "))
            ) </dev/null &
            job=$!
            exec >/dev/null 2>&1 # bash reports killed children, with their commands
            [ ! -e grace ] || stop
            while wait "$job"; code=$?; kill -0 "$job" 2>/dev/null; do :; done
            for process in $timers "$job"; do kill -s KILL -- "-$process" 2>/dev/null || kill -s KILL "$process" 2>/dev/null; done
            echo "$code $stopped" >exit.new && mv exit.new exit
            exit "$code"

            """
    }

    /// The text as one word of bash. Control characters are written as octal numbers, because sbatch refuses a script
    /// with carriage returns.
    static func quoted(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 }) else {
            return "'\(text.replacing("'", with: "'\\''"))'"
        }
        let body = text.unicodeScalars.map { scalar in
            switch scalar {
            case "'", "\\": "\\\(scalar)"
            case _ where scalar.value < 32 || scalar.value == 127: octal(scalar.value)
            default: String(scalar)
            }
        }
        return "$'\(body.joined())'"
    }

    private static func octal(_ value: UInt32) -> String {
        "\\\(value / 64)\(value / 8 % 8)\(value % 8)"
    }
}
