internal import FoundationEssentials

/// One sweep over all training jobs of a watch with `ListTrainingJobs`: its position and its results.
struct TrainingSweep {
    let began: Date
    private let createdAfter: Double?
    private let nameContains: String?
    /// The token of the next page; nil before the first page and after the last.
    var token: String?
    var pages = 0
    /// The number of `observe` calls that continued the sweep, without the one that began it.
    var calls = 0
    var hasNews = false
    /// The names that its pages listed.
    var seen: Set<String> = []

    /// - Parameter created: When a job was created, in seconds since 1970; nil if unknown.
    init(of names: Set<String>, at time: Date, created: (String) -> Double?) {
        began = time
        let times = names.map(created)
        createdAfter = times.contains(nil) ? nil : times.compactMap(\.self).min().map { $0 - 2 }
        nameContains = Self.commonStart(of: names)
    }

    /// The parameters of the call for the next page.
    var query: TrainingService.ListQuery {
        TrainingService.ListQuery(createdAfter: createdAfter, nameContains: nameContains, token: token)
    }

    /// Whether the sweep is complete: after the last page, or when all `count` jobs were seen. It also ends after a
    /// number of pages that is far above what `count` jobs need, because a list may go back years.
    func isOver(of count: Int) -> Bool {
        token == nil || seen.count >= count || pages >= 2 * (count / 100 + 1) + 8
    }

    /// The common prefix of all names, which excludes pages with only other jobs; nil if it is shorter than 3
    /// characters.
    static func commonStart(of names: Set<String>) -> String? {
        guard let first = names.min(), let last = names.max() else { return nil }
        let common = zip(first, last).prefix { $0 == $1 }.map(\.0)
        return common.count >= 3 ? String(common.prefix(TrainingJobName.longest)) : nil
    }
}
