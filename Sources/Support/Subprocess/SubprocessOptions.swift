extension Subprocess {
    /// The variables of the program.
    public enum Environment: Sendable {
        /// The variables of this process, some removed and others set. They may contain secrets: see
        /// `allowed(_:setting:)`.
        case inherited(setting: [String: String] = [:], removing: Set<String> = [])
        /// Exactly these variables.
        case exact([String: String])
    }

    /// The standard input of the program.
    public enum Input: Sendable {
        /// Empty: /dev/null.
        case none
        /// Bytes. The program does not have to read all of them.
        case bytes([UInt8])
        /// A file.
        case file(String)
        /// An open descriptor. The caller keeps it open.
        case descriptor(Int32)
    }

    /// The use of standard output or standard error.
    public enum Output: Sendable {
        /// It is discarded (/dev/null).
        case discard
        /// The first `maxBytes` are kept. The rest is read and dropped, and `isTruncated` of the result is true.
        case collect(maxBytes: Int = 1 << 20)
        /// Each line without its line end, as soon as it is complete; lines over 64 KiB come in pieces. Reading pauses
        /// during the callback, so a slow callback slows the program down. Invalid UTF-8 is replaced.
        case lines(@Sendable (String) async -> Void)
    }

    /// One step of stopping a program.
    public struct TeardownStep: Sendable, Equatable {
        /// The signal's number.
        public var signal: Int32
        /// Whether the whole process group gets the signal, or only the program.
        public var toGroup: Bool
        /// How long to wait for the program to end before the next step.
        public var wait: Duration

        public init(signal: Int32, toGroup: Bool = true, wait: Duration) {
            self.signal = signal
            self.toGroup = toGroup
            self.wait = wait
        }
    }

    /// How a program ended by itself.
    public enum Exit: Sendable, Hashable {
        /// It ended with a code.
        case code(Int32)
        /// A signal ended it.
        case signal(Int32)

        /// Whether the exit code is 0.
        public var isSuccess: Bool { self == .code(0) }
    }

    /// The result of a program that has ended.
    public struct Result: Sendable, Equatable {
        /// How it ended.
        public let exit: Exit
        /// The collected part of standard output.
        public let stdout: [UInt8]
        /// The collected part of standard error.
        public let stderr: [UInt8]
        /// Whether output was dropped because it exceeded `maxBytes`.
        public let isTruncated: Bool

        /// Standard output as text.
        public var stdoutText: String { String(decoding: stdout, as: UTF8.self) }
        /// Standard error as text.
        public var stderrText: String { String(decoding: stderr, as: UTF8.self) }
    }
}
