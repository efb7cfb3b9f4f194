public import FoundationEssentials
public import LaunchCore

/// What a reader reads: the streams of a log group, as a log of one part or of several.
///
/// A part is what one operation reads at once, merged by time: the hosts of one job, or one attempt. A backend that
/// tries a job again makes a part of each attempt, and the reader reads part after part. It asks for a part when the
/// part before it has ended and is read.
///
/// An event's time does not show whether the event is new: lines of a slow host arrive after newer lines of other
/// hosts. A part is therefore read in passes. Each pass returns what was *ingested* between two moments (`LogPass`),
/// and each event belongs to exactly one pass, in every process. So no list of returned events is needed, and a cursor
/// is small: a part, a pass, and a position in it. The reader needs the permission `logs:FilterLogEvents` only.
public struct CloudWatchLog: Sendable {
    /// Which streams of the group belong to a part.
    public enum Streams: Sendable, Hashable {
        /// All streams whose names begin with this text, also those that appear later.
        case prefix(String)
        /// These streams, 1 to 100. While one of them does not exist, CloudWatch returns nothing of the others.
        case names([String])

        func contains(_ stream: String) -> Bool {
            switch self {
            case .prefix(let prefix): stream.hasPrefix(prefix)
            case .names(let names): names.contains(stream)
            }
        }
    }

    /// Streams that begin and end together.
    public struct Part: Sendable, Hashable {
        /// The ID in cursors: the same in every process, without spaces. Empty for a log of one part.
        public var id: String
        /// The streams.
        public var streams: Streams
        /// No event is much older; limits the search. Nil searches all events of the streams.
        public var since: Date?

        public init(id: String = "", _ streams: Streams, since: Date? = nil) {
            self.id = id
            self.streams = streams
            self.since = since
        }
    }

    /// Which part the reader asks for.
    public enum Position: Sendable, Hashable {
        case first
        /// The part with this ID: a cursor names it.
        case at(String)
        case after(String)
    }

    /// Whether there is a part at a position.
    public enum Next: Sendable, Hashable {
        case part(Part)
        /// There is none yet. A reader that follows asks again.
        case notYet
        /// There will be none.
        case none
    }

    /// A client for CloudWatch Logs in the region of the group.
    public var client: AWSClient
    /// The name of the log group.
    public var group: String
    /// What writes the log, for messages: "the training job train-1".
    public var subject: String
    /// The account, for hints; nil if it is unknown.
    public var account: String?
    /// The host that writes a stream, as readers see it; nil if a name would say nothing.
    public var host: @Sendable (_ stream: String) -> String? = { _ in nil }
    /// The clock, which also sleeps.
    public var clock: HostClock
    /// The part at a position. Called again after a temporary error if the reader follows.
    public var part: @Sendable (Position) async throws(AWSError) -> Next
    /// When a part ended; nil while it is live.
    public var ended: @Sendable (Part) async throws(AWSError) -> Date?

    public init(
        client: AWSClient, group: String, subject: String, account: String? = nil, clock: HostClock = .system,
        part: @escaping @Sendable (Position) async throws(AWSError) -> Next,
        ended: @escaping @Sendable (Part) async throws(AWSError) -> Date?
    ) {
        self.client = client
        self.group = group
        self.subject = subject
        self.account = account
        self.clock = clock
        self.part = part
        self.ended = ended
    }

    /// A log of one part.
    public init(
        client: AWSClient, group: String, streams: Streams, since: Date? = nil, subject: String,
        account: String? = nil, clock: HostClock = .system,
        ended: @escaping @Sendable () async throws(AWSError) -> Date?
    ) {
        let only = Part(streams, since: since)
        self.init(
            client: client, group: group, subject: subject, account: account, clock: clock,
            part: { position in
                switch position {
                case .first, .at: .part(only)
                case .after: .none
                }
            }, ended: { _ throws(AWSError) in try await ended() })
    }

    /// A line of the log.
    public struct Line: Sendable, Hashable {
        /// The text without the line break.
        public var text: String
        /// When the program printed it.
        public var time: Date
        /// The name of its stream.
        public var stream: String
        /// True if the next value continues this line: lines over 64 KiB are split.
        public var continues: Bool
        /// The position after this line.
        public var cursor: String
    }
}
