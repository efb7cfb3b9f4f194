extension Subprocess {
    /// What variables the program sees.
    public enum Environment: Sendable {
        /// Those of this process, without some, with others set. They may hold secrets: see `allowed(_:setting:)`.
        case inherited(setting: [String: String] = [:], removing: Set<String> = [])
        /// These and no others.
        case exact([String: String])
    }

    /// What the program reads on standard input.
    public enum Input: Sendable {
        /// Nothing: /dev/null.
        case none
        /// Bytes; it is no error when the program does not read them all.
        case bytes([UInt8])
        /// A file.
        case file(String)
        /// An open descriptor, which stays open here.
        case descriptor(Int32)
    }

    /// What becomes of standard output or standard error.
    public enum Output: Sendable {
        /// It goes to /dev/null.
        case discard
        /// The first `maxBytes` are kept, the rest is read and dropped, and the result says so.
        case collect(maxBytes: Int = 1 << 20)
        /// Each line, without its end, as soon as it is whole; lines over 64 KiB come in pieces. While the callback runs
        /// nothing more is read, so a slow one holds the program back. What is no UTF-8 is replaced.
        case lines(@Sendable (String) async -> Void)
    }

    /// One step of ending a program.
    public struct TeardownStep: Sendable, Equatable {
        /// The signal's number.
        public var signal: Int32
        /// Whether the whole process group gets it, or the program only.
        public var toGroup: Bool
        /// How long to wait for the program to end before the next step.
        public var wait: Duration

        /// Makes a step.
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

        /// Whether it is code 0.
        public var isSuccess: Bool { self == .code(0) }
    }

    /// What is left of a program that has ended.
    public struct Result: Sendable, Equatable {
        /// How it ended.
        public let exit: Exit
        /// What was collected of standard output.
        public let stdout: [UInt8]
        /// What was collected of standard error.
        public let stderr: [UInt8]
        /// Whether output was dropped because it passed `maxBytes`.
        public let isTruncated: Bool

        /// Standard output as text.
        public var stdoutText: String { String(decoding: stdout, as: UTF8.self) }
        /// Standard error as text.
        public var stderrText: String { String(decoding: stderr, as: UTF8.self) }
    }
}
