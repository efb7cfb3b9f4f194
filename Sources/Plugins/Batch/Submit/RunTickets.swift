internal import LaunchPluginKit

/// What the revisions of a run's job definition say about its submits. Pure, so every process decides the same.
///
/// Batch accepts any number of jobs of one name, but it gives each revision of a definition a number of its own. Each
/// process that wants to submit the run registers a revision, its ticket, and submits with exactly this revision. Only
/// the process with the lowest usable ticket submits. It then records the job in a further revision. A process that
/// takes over deregisters the tickets before its own, so that Batch refuses the submit of a process that was only slow.
struct RunTickets: Sendable, Hashable {
    /// One revision of the run's definition.
    struct Revision: Sendable, Hashable {
        var number: Int
        /// Whether Batch accepts jobs with it.
        var isActive: Bool
        /// The job that a process has recorded; nil for a ticket.
        var job: String?
        /// The call of `submit` that has registered it.
        var owner: String?

        init(_ number: Int, isActive: Bool = true, job: String? = nil, owner: String? = nil) {
            (self.number, self.isActive, self.job, self.owner) = (number, isActive, job, owner)
        }

        /// A revision as `DescribeJobDefinitions` reports it.
        init?(_ value: JSONValue) {
            guard let number = RunTickets.number(value["revision"]) else { return nil }
            let parameters = value["parameters"]
            self.init(
                number, isActive: value["status"]?.stringValue == "ACTIVE",
                job: parameters?[RunTickets.jobParameter]?.stringValue,
                owner: parameters?[RunTickets.ownerParameter]?.stringValue)
        }
    }

    /// A ticket of this process.
    struct Ticket: Sendable, Hashable {
        var number: Int
        var owner: String
    }

    /// The parameters of a revision that carry its facts. No command refers to them.
    static let (jobParameter, ownerParameter) = ("launch_job", "launch_submit")

    /// The highest number of a revision. Each call of `submit` registers a few. Every number below a revision is
    /// examined, so an answer with a huge number must not be accepted.
    static let highest = 10_000

    /// The number of a revision in an answer; nil if it is not from 1 to `highest`.
    static func number(_ value: JSONValue?) -> Int? {
        value?.integerValue.flatMap { Int(exactly: $0) }.flatMap { (1...highest).contains($0) ? $0 : nil }
    }

    /// The definition of a run. Its revisions are numbered for this run alone.
    static func name(of runID: RunID) -> String { "launch-run-\(runID)" }

    /// The revisions that Batch has shown.
    let revisions: [Revision]

    init(_ revisions: [Revision]) {
        self.revisions = revisions.sorted { $0.number < $1.number }
    }

    /// The run's job, if a process has recorded it: that of the first record.
    var job: String? { revisions.lazy.compactMap(\.job).first }

    /// The tickets with which another process may have submitted the job. A revision that Batch does not show yet, but
    /// that must exist because of its number, counts as one.
    /// - Parameter own: the ticket of this process; nil for a process that does not want to submit.
    func earlier(than own: Ticket?) -> [Revision] {
        let shown = Dictionary(revisions.map { ($0.number, $0) }) { first, _ in first }
        let last = own.map { $0.number - 1 } ?? revisions.last?.number ?? 0
        guard last > 0 else { return [] }
        return (1...last).compactMap { number in
            let revision = shown[number] ?? Revision(number)
            // A registration that was repeated after a lost answer leaves an unused ticket.
            return revision.job != nil || own != nil && revision.owner == own?.owner ? nil : revision
        }
    }
}
