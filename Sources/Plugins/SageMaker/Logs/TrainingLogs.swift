internal import FoundationEssentials
internal import LaunchAWS
internal import LaunchPluginKit

/// The log of one training job: the output of all its hosts, in CloudWatch Logs.
///
/// Every host writes a stream `<job>/algo-<n>-<epoch>` of the group `/aws/sagemaker/TrainingJobs`, and a new one after
/// each restart. One operation reads them all: `FilterLogEvents` with `<job>/` as the prefix. It merges the streams by
/// time, includes new streams as they appear, and costs the same for one host and for a thousand.
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
    let ended: @Sendable () async throws(AWSError) -> Date?

    /// The log for a reader of CloudWatch.
    var log: CloudWatchLog {
        var log = CloudWatchLog(
            client: client, group: Self.group, streams: .prefix("\(job)/"), since: since,
            subject: "the training job \(job)", account: account, clock: clock, ended: ended)
        log.host = host
        return log
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
