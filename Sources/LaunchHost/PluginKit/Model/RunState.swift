/// The state of a run. The cases are in the order of a run's life.
package enum RunState: String, Sendable, Codable, CaseIterable {
    /// Waits in a queue; no agent has claimed it.
    case queued
    /// Claimed by an agent; no stage has begun.
    case claimed
    /// The program looks for its prebuilt image.
    case preparing
    /// Its image is built from source, or pushed.
    case building
    /// Its request is sent to the backend.
    case submitting
    /// The backend has accepted it; the container does not run yet.
    case starting
    /// The container runs.
    case running
    /// A stop was requested and is under way.
    case stopping
    /// Ended with exit code 0.
    case succeeded
    /// Ended in another way, or never started.
    case failed
    /// Stopped by a user or by a limit.
    case stopped

    /// Whether the state is final.
    package var isTerminal: Bool {
        switch self {
        case .succeeded, .failed, .stopped: true
        default: false
        }
    }

    /// Whether a run may change from this state to `next`: forward only, and never out of an end state. A run may end
    /// by itself during a stop. An owner that gives up its claim returns the run to its queue.
    package func mayBecome(_ next: RunState) -> Bool {
        if isTerminal { return false }
        if next == .queued { return [.claimed, .preparing, .building, .submitting].contains(self) }
        return next.rank >= rank
    }

    private var rank: Int {
        Self.allCases.firstIndex(of: self) ?? 0
    }
}

/// Why a run is in its state: a code for programs and a sentence for people.
public struct Cause: Sendable, Hashable, Codable, CustomStringConvertible {
    /// A code. The set may grow; unknown codes are kept when they are read and written.
    public struct Code: Sendable, Hashable, Codable, RawRepresentable {
        public let rawValue: String
        /// Accepts any text.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// The container ended by itself; `Cause.exitCode` is its exit code.
        public static let exit = Code(rawValue: "exit")
        /// The kernel killed the container because it used more memory than its limit.
        public static let outOfMemory = Code(rawValue: "out-of-memory")
        /// The run exceeded its time limit.
        public static let timeLimit = Code(rawValue: "time-limit")
        /// A user stopped the run.
        public static let userStop = Code(rawValue: "user-stop")
        /// The job and its queue do not result in a valid request.
        public static let invalidRequest = Code(rawValue: "invalid-request")
        /// The image is not in the registry, or must not be pulled.
        public static let image = Code(rawValue: "image")
        /// The image could not be built or pushed.
        public static let build = Code(rawValue: "build")
        /// The backend refused or failed to start the run.
        public static let submit = Code(rawValue: "submit")
        /// The backend, the engine or the registry cannot be reached.
        public static let unavailable = Code(rawValue: "unavailable")
        /// The backend has no instances of this type at the moment.
        public static let capacity = Code(rawValue: "capacity")
        /// The account's quota is used up.
        public static let quota = Code(rawValue: "quota")
        /// The backend reclaimed the instance.
        public static let interrupted = Code(rawValue: "interrupted")
        /// The backend does not know the run: it was removed there.
        public static let lost = Code(rawValue: "lost")
        /// A fault of this program.
        public static let internalFault = Code(rawValue: "internal")
    }

    /// The code, for programs.
    public var code: Code
    /// One sentence, for people.
    public var message: String
    /// The exit code of the container, 0 to 255, if there is one.
    public var exitCode: Int?

    public init(_ code: Code, _ message: String, exitCode: Int? = nil) {
        self.code = code
        self.message = message
        self.exitCode = exitCode
    }

    public var description: String { message }

    /// The cause of a stop on request.
    /// - Parameters:
    ///   - words: what happened, without the final full stop.
    ///   - requester: the user who requested the stop; nil if it is not known.
    package static func stop(_ words: String, of requester: String?) -> Cause {
        Cause(.userStop, requester.map { "\(words), as \($0) asked." } ?? "\(words).")
    }
}
