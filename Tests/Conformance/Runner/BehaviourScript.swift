extension RunnerFixture.Behaviour {
    /// How a backend starts a job again, for the script of `retried`.
    public struct Retry: Sendable {
        /// A command of the shell that succeeds in the first attempt only, such as `[ -z "$RESTARTS" ]`.
        public var isFirst: String
        /// The exit code with which the backend starts the job again.
        public var exitCode: Int

        public init(isFirst: String, exitCode: Int) {
            self.isFirst = isFirst
            self.exitCode = exitCode
        }
    }

    /// A script for `sh -c` with this behaviour. It uses the shell of POSIX, and `sleep`, `head`, `tr` and `printf`.
    ///
    /// The script also behaves in this way as the first process of a container, which has no default action for signals.
    /// - Parameter retry: how the backend starts a job again; nil if it does not.
    /// - Returns: nil for `retried` without `retry`.
    public func script(retry: Retry? = nil) -> String? {
        switch self {
        case .exit(let code): "exit \(code)"
        case .lines(let count): Self.lines(1, count)
        case .silent: Self.sleeping(900)
        case .stubborn: "trap '' TERM; sleep 900"
        case .flood: "trap 'exit 143' TERM; while :; do echo flood; done"
        case .longLine(let size): "head -c \(size) /dev/zero | tr '\\0' x; echo"
        case .invalidText: "printf 'before\\n\\377\\376 \\360\\237\\nafter\\n'"
        case .runs(let seconds): Self.sleeping(seconds)
        case .slowLines(let count): Self.lines(1, count, "sleep 1; ")
        case .lastWords(let count): "sleep 1; \(Self.lines(1, count))"
        case .orderly(let seconds):
            "trap 'sleep \(seconds); echo line 2; exit 5' TERM; echo line 1; while :; do sleep 1; done"
        case .signals:
            "while read -r name mask; do case $name in SigBlk:|SigIgn:) echo \"$name $mask\";; esac; "
                + "done </proc/$$/status"
        case .retried(let count):
            retry.map { retry in
                "if \(retry.isFirst); then \(Self.lines(1, count)); exit \(retry.exitCode); fi; "
                    + Self.lines(count + 1, 2 * count)
            }
        }
    }

    private static func lines(_ first: Int, _ last: Int, _ pause: String = "") -> String {
        "i=\(first); while [ $i -le \(last) ]; do echo \"line $i\"; i=$((i + 1)); \(pause)done"
    }

    /// A shell handles a signal only between two commands, or while it waits.
    private static func sleeping(_ seconds: Int) -> String {
        "trap 'kill $!; exit 143' TERM; sleep \(seconds) & wait"
    }
}
