/// Why the engine did not carry out a call. The message is the engine's own, without its wrappers.
public struct EngineError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of failure. A struct, so that kinds can be added without breaking callers.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// The name of the code, for logs.
        public let description: String
        private init(_ description: String) { self.description = description }

        /// The container, image, network or path does not exist.
        public static let notFound = Code("not found")
        /// The name is taken, or the container is in the wrong state.
        public static let conflict = Code("conflict")
        /// No engine responds: not running, not installed, or no permission for its socket.
        public static let notReachable = Code("not reachable")
        /// The engine will never accept the request in this form.
        public static let invalid = Code("invalid")
        /// A registry or the engine requires other credentials.
        public static let denied = Code("denied")
        /// The engine failed. The message has the details.
        public static let server = Code("server")
        /// The connection broke, or a time limit ended it, before the response was complete.
        public static let interrupted = Code("interrupted")
        /// The calling task was cancelled.
        public static let cancelled = Code("cancelled")
        /// A required program (docker, podman, buildx) is missing or lacks a feature.
        public static let missingTool = Code("missing tool")
        /// A command exceeded its time limit.
        public static let timedOut = Code("timed out")
        /// A command of the engine failed. The message has its last lines.
        public static let commandFailed = Code("command failed")
        /// The engine's response is not understood.
        public static let protocolFault = Code("protocol")
    }

    /// The kind of failure.
    public var code: Code
    /// The problem, in one or more sentences without secrets.
    public var message: String
    /// The correction that the user can make.
    public var hint: String?

    public init(_ code: Code, _ message: String, hint: String? = nil) {
        self.code = code
        self.message = message
        self.hint = hint
    }

    /// The message and the hint.
    public var description: String { hint.map { "\(message) \($0)" } ?? message }
}

extension EngineError {
    /// An engine's message without layers that do not help a user, beginning with a capital letter.
    ///
    /// `failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process:
    /// exec: "/x": stat /x: no such file or directory: unknown` becomes `Exec: "/x": stat /x: no such file or directory`.
    static func cleaned(_ message: String) -> String {
        // An engine quotes the setting that it rejects, and the settings of an image may be long.
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
