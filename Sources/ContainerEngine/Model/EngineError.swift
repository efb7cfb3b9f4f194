/// Why the engine did not do what it was asked, in its own words with the wrapping taken off.
public struct EngineError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of failure, made so that kinds can be added without breaking callers.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// The name of the code, for logs.
        public let description: String
        private init(_ description: String) { self.description = description }

        /// The container, image, network or path does not exist.
        public static let notFound = Code("not found")
        /// The name is taken, or the container is not in a state for it.
        public static let conflict = Code("conflict")
        /// No engine answers: not running, not installed, or no permission for its socket.
        public static let notReachable = Code("not reachable")
        /// The request can never be accepted as it is.
        public static let invalid = Code("invalid")
        /// A registry or the engine wants other credentials.
        public static let denied = Code("denied")
        /// The engine failed; its message says how.
        public static let server = Code("server")
        /// The connection or a time limit ended before the answer was whole.
        public static let interrupted = Code("interrupted")
        /// The calling task was cancelled.
        public static let cancelled = Code("cancelled")
        /// A needed program (docker, podman, buildx) is missing or cannot do what is asked.
        public static let missingTool = Code("missing tool")
        /// The time limit of a command passed.
        public static let timedOut = Code("timed out")
        /// A command of the engine ended with an error; the message holds its last words.
        public static let commandFailed = Code("command failed")
        /// The engine answered what this program does not understand.
        public static let protocolFault = Code("protocol")
    }

    /// What kind of failure it is.
    public var code: Code
    /// What happened: one or more sentences without secrets.
    public var message: String
    /// What the user can do about it.
    public var hint: String?

    /// An error from its parts.
    public init(_ code: Code, _ message: String, hint: String? = nil) {
        self.code = code
        self.message = message
        self.hint = hint
    }

    /// The message, and the hint behind it.
    public var description: String { hint.map { "\(message) \($0)" } ?? message }
}

extension EngineError {
    /// An engine's message without the layers that say nothing to a user, beginning with a capital letter.
    ///
    /// `failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process:
    /// exec: "/x": stat /x: no such file or directory: unknown` becomes `Exec: "/x": stat /x: no such file or directory`.
    static func cleaned(_ message: String) -> String {
        // An engine quotes the setting that it refuses, and an image's settings have no limit.
        var text = message.prefix(4_096).split(separator: "\n").joined(separator: " ")
        let wrappers = [
            "Error response from daemon: ", "failed to create task for container: ", "failed to create shim task: ",
            "failed to create shim: ", "OCI runtime create failed: ", "runc create failed: ", "runc: ", "crun: ",
            "container_linux.go:", "starting container process caused: ", "unable to start container process: ",
            "error during container init: ",
        ]
        while let wrapper = wrappers.first(where: { text.hasPrefix($0) }) {
            text.removeFirst(wrapper.count)
            if wrapper.hasSuffix(".go:"), let space = text.firstIndex(of: " ") {
                text = String(text[text.index(after: space)...])
            }
        }
        for tail in [": unknown", ": OCI runtime error"] where text.hasSuffix(tail) {
            text.removeLast(tail.count)
        }
        while text.last == "." || text.last == " " { text.removeLast() }
        guard let first = text.first else { return "The engine gave no reason" }
        return first.uppercased() + text.dropFirst()
    }
}
