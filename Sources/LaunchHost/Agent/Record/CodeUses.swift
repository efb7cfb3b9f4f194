/// The code that the runs of a store use that have not ended.
///
/// A run of a folder names its code from the submit on. A run of a commit names it when its request is stored, less than
/// `CodeVersion.recordedFor` after the use was recorded beside the code.
package struct CodeUses: Sendable {
    /// The runs that use a version, by its digest.
    package private(set) var runs: [String: [RunID]] = [:]
    /// The runs whose code is not known, because their record is damaged or not shown to this user.
    package private(set) var unknown: [RunID] = []

    /// The number of runs that are read at a time.
    private static let page = 200

    /// Reads the runs that have not ended.
    package init(_ store: Store, _ backends: Backends) async throws {
        var filter = RunFilter(states: RunState.allCases.filter { !$0.isTerminal }, limit: Self.page)
        while case let page = try await store.runs(filter), let last = page.last {
            for run in page { add(run, backends) }
            filter.before = last.sequence
        }
    }

    private mutating func add(_ run: RunRecord, _ backends: Backends) {
        guard !run.isHidden, run.damage == nil else { return unknown.append(run.id) }
        if let digest = Self.digest(of: run, backends) { runs[digest, default: []].append(run.id) }
    }

    private static func digest(of run: RunRecord, _ backends: Backends) -> String? {
        guard run.spec.source.channel != nil else { return nil }
        if case .code(let code) = run.spec.source { return code.snapshot }
        guard let request = run.request, let runner = try? backends.runner(for: run.resource) as? any CodeCarrying
        else { return nil }
        return runner.codePlace(of: request)?.digest
    }
}
