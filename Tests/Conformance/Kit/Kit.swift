internal import LaunchPluginKit
internal import Synchronization

/// Runs the cases of one plugin one after the other, and keeps the report.
final class Kit: Sendable {
    private struct State {
        var report: Report
        var hung = 0
        var leaks: [Rule: [String]] = [:]
    }

    /// The run before the cases, in progress lines.
    static let firstRun = "first-run"

    let settings: KitSettings
    /// Whether this process belongs to the kit alone.
    let isAlone: Bool
    private let state: Mutex<State>
    /// Called with the report after each case.
    private let keep: @Sendable (Report) -> Void

    init(
        _ subject: String, _ settings: KitSettings, isAlone: Bool, keep: @escaping @Sendable (Report) -> Void = { _ in }
    ) {
        self.settings = settings
        self.isAlone = isAlone
        self.keep = keep
        state = Mutex(State(report: Report(subject)))
    }

    var report: Report { state.withLock(\.report) }

    /// Runs one case and records its result. `cleanUp` runs after each end of the case, also after a hang.
    func check(
        _ rule: Rule, calls: CallRecorder = CallRecorder(), cleanUp: (@Sendable () async throws -> Void)? = nil,
        _ body: @escaping @Sendable () async throws -> Void
    ) async {
        guard settings.only?.contains(rule.name) ?? true else { return }
        // Each hang leaves threads and perhaps runs, and costs the whole limit.
        guard state.withLock({ $0.hung < 2 }) else {
            return add(rule, .notChecked("the plugin hung in two cases"), since: .now)
        }
        settings.progress?("start \(rule)")
        let begin = ContinuousClock.now
        let before = Footprint.current(settings, isAlone: isAlone)
        let result = await limited(to: settings.limit, body)
        if result == nil { state.withLock { $0.hung += 1 } }
        var outcome = self.outcome(of: result, calls)
        if let cleanUp {
            let cleaned = await limited(to: settings.limit, cleanUp)
            let end = self.outcome(of: cleaned, calls)
            if outcome == .passed, end != .passed { outcome = end.afterwards }
        }
        await before.recordLeaks(settings, isAlone: isAlone) { rule, words in
            state.withLock { $0.leaks[rule, default: []].append(words) }
        } after: {
            "\(rule)"
        }
        add(rule, outcome, since: begin)
    }

    /// Records what the cases left. Called once, at the end.
    func finishLeaks() {
        let leaks = state.withLock(\.leaks)
        for rule in Rule.leaks where settings.only?.contains(rule.name) ?? true {
            if let found = leaks[rule] {
                add(rule, .failed(found.prefix(5).joined(separator: "; ")), since: .now)
            } else if rule == .leakedFiles, settings.folders.isEmpty {
                add(rule, .notChecked("the fixture names no folders of the plugin"), since: .now)
            } else if rule != .leakedFiles, !isAlone {
                add(rule, .notChecked("the cases share a process with other tests"), since: .now)
            } else if rule != .leakedFiles, !Footprint.isAvailable {
                add(rule, .notChecked("this system has no /proc"), since: .now)
            } else {
                add(rule, .passed, since: .now)
            }
        }
    }

    private func add(_ rule: Rule, _ outcome: Report.Outcome, since begin: ContinuousClock.Instant) {
        let seconds = (ContinuousClock.now - begin) / .seconds(1)
        let report = state.withLock { state in
            state.report.add(rule, outcome, seconds: seconds)
            return state.report
        }
        keep(report)
        settings.progress?("\(outcome.word) \(rule) (\((seconds * 10).rounded() / 10) s)")
    }

    private func outcome(of result: Result<Void, any Error>?, _ calls: CallRecorder) -> Report.Outcome {
        switch result {
        case nil: return .failed("after \(settings.limit) \(calls.open)")
        case .success: return .passed
        case .failure(let skip as Skip): return .skipped(skip.why)
        case .failure(let missing as NotChecked): return .notChecked(missing.why)
        case .failure(let fault as FixtureFault): return .fixtureError(fault.description)
        case .failure(let broken as Broken): return .failed(broken.description)
        case .failure(let error):
            let category = (error as? BackendError).map { " (\($0.category))" } ?? ""
            guard let call = calls.call(of: error) else { return .failed("\(error)\(category)") }
            return .failed("'\(call)' threw '\(error)'\(category)")
        }
    }
}

extension Report.Outcome {
    /// The word of a progress line.
    var word: String {
        switch self {
        case .passed: "ok"
        case .failed: "FAIL"
        case .skipped: "skip"
        case .notChecked: "not-checked"
        case .fixtureError: "FIXTURE"
        }
    }

    /// The same outcome, of the clean-up of a case that passed.
    fileprivate var afterwards: Report.Outcome {
        switch self {
        case .failed(let why): .failed("while the case cleaned up: \(why)")
        default: self
        }
    }
}
