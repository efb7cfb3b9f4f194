internal import Foundation
internal import Glibc
internal import LaunchSubprocess
internal import Synchronization

/// A wire of a backend that is used through programs: scripts with the names of the programs, in a folder that must come
/// first in the plugin's PATH. Each runs the real program, or shows the fault.
public final class CommandWire: Wire {
    /// A program of the backend's client.
    public struct Program: Sendable {
        /// The name, as the plugin calls it.
        public var name: String
        /// The arguments with which it starts a run: the first arguments must be these. Nil if it starts no runs; empty
        /// if each call does, as with `sbatch`.
        public var submits: [String]?
        /// What it prints on `.lateLists`, with exit code 0; nil if it lists nothing, and its true output is passed on.
        public var lateOutput: String?

        public init(_ name: String, submits: [String]? = nil, lateOutput: String? = nil) {
            self.name = name
            self.submits = submits
            self.lateOutput = lateOutput
        }
    }

    /// How a program fails: its exit code, and what it prints on standard error.
    public struct Failure: Sendable {
        public var code: Int32
        public var message: String

        public init(code: Int32 = 1, message: String) {
            self.code = code
            self.message = message
        }
    }

    /// The folder of the scripts.
    public let folder: String
    private let hasLateLists: Bool
    private let hasThrottling: Bool

    /// Writes the scripts. The real programs are searched in this process's PATH, and must exist.
    /// - Parameters:
    ///   - folder: a folder for the scripts; it is made if necessary.
    ///   - programs: the programs that the plugin calls.
    ///   - unreachable: how they fail if the backend cannot be reached.
    ///   - lost: how they fail if the answer is lost; nil is like `unreachable`.
    ///   - throttled: how they fail if there are too many calls; nil if that never happens.
    public init(
        folder: String, programs: [Program], unreachable: Failure, lost: Failure? = nil, throttled: Failure? = nil
    ) throws {
        self.folder = folder
        hasLateLists = programs.contains { $0.lateOutput != nil }
        hasThrottling = throttled != nil
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for program in programs {
            guard let real = Subprocess.findAll(program.name).first(where: { !$0.hasPrefix(folder + "/") }) else {
                throw FixtureFault("the program '\(program.name)' is not on the PATH")
            }
            let path = "\(folder)/\(program.name)"
            let script = Self.script(
                program, real: real, fault: "\(folder)/.fault", unreachable: unreachable, lost: lost ?? unreachable,
                throttled: throttled ?? unreachable)
            try Data(script.utf8).write(to: URL(filePath: path), options: .atomic)
            guard chmod(path, 0o755) == 0 else { throw FixtureFault("\(path) cannot be made executable") }
        }
    }

    /// A PATH in which the scripts come first; nil puts them before this process's PATH.
    public func searchPath(before path: String? = nil) -> String {
        "\(folder):\(path ?? ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin")"
    }

    public func begin(_ fault: WireFault) async throws -> Bool {
        let word: String
        switch fault {
        case .loseSubmitAnswer: word = "lose"
        case .unreachable: word = "unreachable"
        case .silent: word = "silent"
        case .throttled where hasThrottling: word = "throttled"
        case .lateLists where hasLateLists: word = "late"
        default: return false
        }
        try await end()
        try Data("\(word)\n".utf8).write(to: URL(filePath: "\(folder)/.fault"), options: .atomic)
        return true
    }

    public func end() async throws {
        for name in [".fault", ".fault.lost"] { unlink("\(folder)/\(name)") }
    }

    private static func script(
        _ program: Program, real: String, fault: String, unreachable: Failure, lost: Failure, throttled: Failure
    ) -> String {
        var arms = """
            unreachable) printf '%s\\n' \(quoted(unreachable.message)) >&2; exit \(unreachable.code) ;;
            throttled) printf '%s\\n' \(quoted(throttled.message)) >&2; exit \(throttled.code) ;;
            silent) while [ -e \(quoted(fault)) ]; do sleep 0.2; done
                printf '%s\\n' \(quoted(unreachable.message)) >&2; exit \(unreachable.code) ;;

            """
        if let output = program.lateOutput {
            arms += "late) printf '%s' \(quoted(output)); exit 0 ;;\n"
        }
        if let first = program.submits {
            let tests = first.enumerated().map { "[ \"${\($0 + 1)-}\" = \(quoted($1)) ]" } + ["true"]
            // Renaming succeeds for one process only, so one answer is lost.
            arms += """
                lose) if \(tests.joined(separator: " && ")) && mv \(quoted(fault)) \(quoted(fault + ".lost")) 2>/dev/null
                    then
                        \(quoted(real)) "$@" >/dev/null 2>&1
                        printf '%s\\n' \(quoted(lost.message)) >&2
                        exit \(lost.code)
                    fi ;;

                """
        }
        return """
            #!/bin/sh
            # Runs \(real), or shows a fault of the conformance kit.
            fault=
            [ ! -r \(quoted(fault)) ] || read -r fault <\(quoted(fault))
            case "$fault" in
            \(arms)esac
            exec \(quoted(real)) "$@"

            """
    }

    private static func quoted(_ text: String) -> String {
        "'" + text.replacing("'", with: "'\\''") + "'"
    }
}
