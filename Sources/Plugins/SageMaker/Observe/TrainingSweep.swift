internal import FoundationEssentials

/// One look over all training jobs of a watch by `ListTrainingJobs`: where it stands, and what it has shown.
struct TrainingSweep {
    let began: Date
    private let createdAfter: Double?
    private let nameContains: String?
    /// Where the next page begins; nil before the first, and behind the last.
    var token: String?
    var pages = 0
    /// Calls of `observe` that it took so far, behind the one that began it.
    var calls = 0
    var hasNews = false
    /// The names that were on its pages.
    var seen: Set<String> = []

    /// - Parameter created: when a job was made, in seconds since 1970; nil where that is not known.
    init(of names: Set<String>, at time: Date, created: (String) -> Double?) {
        began = time
        let times = names.map(created)
        createdAfter = times.contains(nil) ? nil : times.compactMap(\.self).min().map { $0 - 2 }
        nameContains = Self.commonStart(of: names)
    }

    /// What the next page is asked for with.
    var query: TrainingService.ListQuery {
        TrainingService.ListQuery(createdAfter: createdAfter, nameContains: nameContains, token: token)
    }

    /// Whether nothing more is to be had of it: behind the last page, or when all `count` jobs were seen. A list may go back
    /// years, and so it ends also far behind the jobs that it should show.
    func isOver(of count: Int) -> Bool {
        token == nil || seen.count >= count || pages >= 2 * (count / 100 + 1) + 8
    }

    /// What all names begin with, which spares the pages that show only strangers; nil where that is next to nothing.
    static func commonStart(of names: Set<String>) -> String? {
        guard let first = names.min(), let last = names.max() else { return nil }
        let common = zip(first, last).prefix { $0 == $1 }.map(\.0)
        return common.count >= 3 ? String(common.prefix(TrainingJobName.longest)) : nil
    }
}
