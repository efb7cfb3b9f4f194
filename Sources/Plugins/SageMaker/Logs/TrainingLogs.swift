internal import AWS
internal import FoundationEssentials
internal import LaunchHost

/// The log of one training job: what all its hosts print, in CloudWatch Logs.
///
/// Every host writes a stream `<job>/algo-<n>-<epoch>` of the group `/aws/sagemaker/TrainingJobs`, and a new one after
/// each restart. One operation reads them all, `FilterLogEvents` with `<job>/` as the prefix: it merges by time, knows
/// streams as they appear, and costs the same for one host and for a thousand. No other permission is needed.
///
/// What is new cannot be told by time: a host whose lines arrive late has lines that are older than others that were
/// given already. Hence the log is given in passes over it, each of which gives what was *ingested* between two moments
/// (`LogPass`). Each event is of exactly one pass, in whichever process, so there is no list of what was given, and a
/// cursor is small: its pass, and the place in it.
struct TrainingLogs: Sendable {
    /// Where SageMaker writes.
    static let group = "/aws/sagemaker/TrainingJobs"

    /// Asks CloudWatch Logs in the job's region.
    let client: AWSClient
    /// The name of the training job.
    let job: String
    /// How many hosts it has; lines say which one printed them where there are several.
    var hosts = 1
    /// The account, for hints.
    var account: String?
    /// When the job was made: no line is older. Spares the service the search through years of other jobs' logs.
    var since: Date?
    var clock = HostClock.system
    /// When the run ended; nil while it has not.
    let ended: @Sendable () async throws(BackendError) -> Date?

    /// The lines after `cursor`, of all hosts, in the order of their times but for those that arrive late.
    ///
    /// With `follow` it waits for what is to come, whatever hinders it for a while, and ends when the run has ended and its
    /// last lines have arrived. Without, it ends after what there is now.
    /// The stream throws `denied`, `expired`, `invalid` for a cursor of something else, what `ended` throws, `cancelled`,
    /// and without `follow` also `throttled`, `transient` and `unavailable` after some attempts.
    func stream(from cursor: LogCursor?, follow: Bool) -> LogStream {
        LogStream {
            let reader = TrainingLogReader(self, from: cursor, follow: follow)
            return { () async throws(BackendError) in try await reader.next() }
        }
    }

    /// `algo-2` of a stream `job/algo-2-1700000000`; nil for a job with one host.
    func host(of stream: String) -> String? {
        guard hosts > 1 else { return nil }
        let name = stream.dropFirst(job.utf8.count + 1)
        let parts = name.split(separator: "-", omittingEmptySubsequences: false)
        let isStamped = parts.count > 2 && parts.last?.allSatisfy(\.isNumber) == true
        return isStamped ? parts.dropLast().joined(separator: "-") : String(name)
    }
}
