internal import LaunchConsole
internal import LaunchHost

/// Reports each new state of runs on standard error until they have ended, and why a run waits.
struct RunNews: Sendable {
    let store: Store
    let terminal: Terminal
    /// Whether a run that is in progress at the first look is reported. A follower of its log sees that it runs.
    var reportsRunning = true

    /// Waits until all runs have ended.
    /// - Parameters:
    ///   - deadline: When to give up; nil waits without limit.
    ///   - ended: called once for each run, when it has ended.
    /// - Returns: the ended runs, in the order of `ids`.
    /// - Throws: `LaunchError` of kind `.tryAgain` at the deadline; `StoreError`; `CancellationError`.
    func ends(
        of ids: [RunID], before deadline: ContinuousClock.Instant? = nil, ended: (RunRecord) -> Void = { _ in }
    ) async throws -> [RunRecord] {
        let looks = try await Looks(store)
        var rings = looks.stream.makeAsyncIterator()
        var reported: [RunID: String] = [:]
        var records: [RunID: RunRecord] = [:]
        var isFirst = true
        while true {
            for id in ids where records[id] == nil {
                let run = try await store.run(id)
                if run.state.isTerminal {
                    records[id] = run
                    ended(run)
                } else {
                    try await report(run, &reported[id], isQuiet: isFirst && run.state == .running && !reportsRunning)
                }
            }
            isFirst = false
            let waiting = ids.filter { records[$0] == nil }
            if waiting.isEmpty { return ids.compactMap { records[$0] } }
            if let deadline, ContinuousClock.now >= deadline {
                throw LaunchError(
                    .tryAgain,
                    "The time limit was reached before the end of \(Wording.count(waiting.count, "run")): "
                        + "\(waiting.map(\.rawValue).joined(separator: ", ")).",
                    hint: "The runs continue; 'launch stop RUN' stops one.")
            }
            guard await rings.next() != nil else { throw CancellationError() }
        }
    }

    /// Reports a run that has not ended, unless the report says nothing new. Numbers and times do not count as new: a run
    /// that is tried every few minutes is reported once for each reason.
    private func report(_ run: RunRecord, _ reported: inout String?, isQuiet: Bool) async throws {
        let reason = try await store.waitReason(of: run)
        let key = run.state.rawValue + (reason?.filter { !$0.isNumber } ?? "")
        guard key != reported else { return }
        reported = key
        guard !isQuiet else { return }
        let words = reason.map { ": \(lines: $0)" as Styled } ?? ""
        terminal.about(run.id).err("run \(run.id) is \(Styled(run.state.rawValue, run.state.style))" + words)
    }
}
