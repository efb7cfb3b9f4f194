/// Where a run stands. The order of the cases is the order of a run's life.
public enum RunState: String, Sendable, Codable, CaseIterable {
    /// In a queue, taken by nobody.
    case queued
    /// Taken by an agent; nothing is done yet.
    case claimed
    /// Its prebuilt image is being found.
    case preparing
    /// Its image is being built from source, or pushed.
    case building
    /// Its request is being handed to the backend.
    case submitting
    /// The backend has it; the container does not run yet.
    case starting
    /// The container runs.
    case running
    /// A stop was asked for and is under way.
    case stopping
    /// Ended with exit code 0.
    case succeeded
    /// Ended otherwise, or never started.
    case failed
    /// Ended because somebody, or a limit, stopped it.
    case stopped

    /// Whether a run in this state changes no more.
    public var isTerminal: Bool {
        switch self {
        case .succeeded, .failed, .stopped: true
        default: false
        }
    }

    /// Whether a run may go from this state to `next`: forward only, and never out of an end state. A stop may be
    /// overtaken by the natural end. A claim that is given up returns the run to its queue.
    public func mayBecome(_ next: RunState) -> Bool {
        if isTerminal { return false }
        if next == .queued { return [.claimed, .preparing, .building, .submitting].contains(self) }
        return next.rank >= rank
    }

    private var rank: Int {
        Self.allCases.firstIndex(of: self) ?? 0
    }
}

/// Why a run is in its state, as a code to act on and a sentence to read.
public struct Cause: Sendable, Hashable, Codable, CustomStringConvertible {
    /// A code that may grow; unknown ones survive a round trip.
    public struct Code: Sendable, Hashable, Codable, RawRepresentable {
        /// The text of the code.
        public let rawValue: String
        /// Any text is a code.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// The container ended by itself; `Cause.exitCode` says how.
        public static let exit = Code(rawValue: "exit")
        /// The kernel ended the container because it used more memory than it may.
        public static let outOfMemory = Code(rawValue: "out-of-memory")
        /// It ran longer than its time limit.
        public static let timeLimit = Code(rawValue: "time-limit")
        /// Somebody stopped it.
        public static let userStop = Code(rawValue: "user-stop")
        /// The job or its queue does not make a valid request.
        public static let invalidRequest = Code(rawValue: "invalid-request")
        /// The image is not in the registry, or may not be pulled.
        public static let image = Code(rawValue: "image")
        /// The image could not be built or pushed.
        public static let build = Code(rawValue: "build")
        /// The backend refused or failed to start the run.
        public static let submit = Code(rawValue: "submit")
        /// The backend, the engine or the registry cannot be reached.
        public static let unavailable = Code(rawValue: "unavailable")
        /// The backend has no instances of that kind at the moment.
        public static let capacity = Code(rawValue: "capacity")
        /// The account's quota is used up.
        public static let quota = Code(rawValue: "quota")
        /// The backend took the instance back.
        public static let interrupted = Code(rawValue: "interrupted")
        /// The backend does not know the run any more: somebody removed it.
        public static let lost = Code(rawValue: "lost")
        /// A fault of this program.
        public static let internalFault = Code(rawValue: "internal")
    }

    /// What to act on.
    public var code: Code
    /// What to read: one sentence.
    public var message: String
    /// The container's exit code, 0 to 255, where there is one.
    public var exitCode: Int?

    /// A cause from its parts.
    public init(_ code: Code, _ message: String, exitCode: Int? = nil) {
        self.code = code
        self.message = message
        self.exitCode = exitCode
    }

    /// The sentence.
    public var description: String { message }

    /// The cause of a stop on request.
    /// - Parameters:
    ///   - words: what happened, without its full stop.
    ///   - requester: who asked for it; nil where that is not known.
    static func stop(_ words: String, of requester: String?) -> Cause {
        Cause(.userStop, requester.map { "\(words), as \($0) asked." } ?? "\(words).")
    }
}
