internal import FoundationEssentials
internal import LaunchAWS
internal import LaunchPluginKit

/// The log of one training job: the output of all its hosts, in CloudWatch Logs.
///
/// Every host writes a stream `<job>/algo-<n>-<epoch>` of the group `/aws/sagemaker/TrainingJobs`, and a new one after
/// each restart. One operation reads them all: `FilterLogEvents` with `<job>/` as the prefix. It merges the streams by
/// time, includes new streams as they appear, and costs the same for one host and for a thousand. No other permission
/// is needed.
///
/// An event's time does not show whether the event is new: lines of a slow host arrive after newer lines of other
/// hosts. The log is therefore read in passes. Each pass returns what was *ingested* between two moments (`LogPass`),
/// and each event belongs to exactly one pass, in every process. So no list of returned events is needed, and a cursor
/// is small: a pass and a position in it.
struct TrainingLogs: Sendable {
    /// The log group of all training jobs.
    static let group = "/aws/sagemaker/TrainingJobs"

    /// A client for CloudWatch Logs in the job's region.
    let client: AWSClient
    /// The name of the training job.
    let job: String
    /// The number of hosts. With more than one, each line names its host.
    var hosts = 1
    /// The account, for hints.
    var account: String?
    /// When the job was created: no line is older. Limits the search in the logs of other jobs.
    var since: Date?
    var clock = HostClock.system
    /// When the run ended; nil while it is live.
    let ended: @Sendable () async throws(BackendError) -> Date?

    /// The lines of all hosts after `cursor`, in the order of their times except for lines that arrive late.
    ///
    /// With `follow`, it waits for new lines, retries temporary errors, and ends when the run has ended and its last
    /// lines have arrived. Without `follow`, it ends after the lines that exist now. The stream throws `denied`,
    /// `expired`, `invalid` for a cursor of another log, the errors of `ended`, and `cancelled`; without `follow` also
    /// `throttled`, `transient` and `unavailable` after several attempts.
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
