internal import LaunchPluginKit
internal import LaunchSuggestions
internal import Synchronization

/// Runs the cases of one plugin one after the other, and keeps the report.
final class Kit: Sendable {
    private struct State {
        var report: Report
        var hung = 0
        var leaks: [Rule: [String]] = [:]
        /// Cases after which leaks were looked for.
        var watched = 0
        /// The first rule whose case failed for a reason.
        var reasons: [String: Rule] = [:]
        /// The keys of `settings.without` that a case needed.
        var used: Set<Ability> = []
    }

    /// The result of one case, with what the report says about its cause.
    private struct Verdict {
        var outcome: Report.Outcome
        var culprit: Report.Culprit?
        /// Two cases with the same reason fail by the same cause.
        var reason: String?
        var follows: Rule?
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
        _ subject: String, _ role: CheckedRole, _ settings: KitSettings, isAlone: Bool,
        keep: @escaping @Sendable (Report) -> Void = { _ in }
    ) {
        self.settings = settings
        self.isAlone = isAlone
        self.keep = keep
        let names = role.rules.map(\.name)
        var report = Report(subject, role: role)
        if let only = settings.only {
            report.omitted = names.filter { !only.contains($0) }
            for name in only.subtracting(names).sorted() {
                report.add(.kitSettings, .fixtureError(Self.unknown(name, role, names)))
            }
        }
        state = Mutex(State(report: report))
    }

    private static func unknown(_ name: String, _ role: CheckedRole, _ names: [String]) -> String {
        let group = names.filter { $0.prefix { $0 != "." } == name.prefix { $0 != "." } }
        let near =
            if let nearest = Suggestion.nearest(to: name, in: names) {
                "did you mean '\(nearest)'?"
            } else {
                group.isEmpty ? "docs/conformance.md lists the rules" : "there are \(listed(group, most: 12))"
            }
        return "settings.only names '\(capped(name, to: 80))', but a \(role.rawValue) has no such rule; \(near)"
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
            return add(rule, Verdict(outcome: .notChecked("the plugin hung in two cases")), since: .now)
        }
        settings.progress?("start \(rule)")
        let begin = ContinuousClock.now
        let before = Footprint.current(settings, isAlone: isAlone)
        let result = await limited(to: settings.limit, body)
        if result == nil { state.withLock { $0.hung += 1 } }
        var verdict = self.verdict(on: result, rule, calls)
        if let cleanUp {
            let cleaned = await limited(to: settings.limit, cleanUp)
            let end = self.verdict(on: cleaned, rule, calls)
            if verdict.outcome == .passed, end.outcome != .passed {
                verdict = end
                verdict.outcome = end.outcome.afterwards
            }
        }
        // A failed case may leave what its clean-up could not remove, so the search for leaks skips it.
        if verdict.outcome == .passed, !Rule.declaration.contains(rule) {
            let hasLeaks = state.withLock { state in
                state.watched += 1
                return !state.leaks.isEmpty
            }
            await before.recordLeaks(
                settings, isAlone: isAlone, patience: hasLeaks ? .milliseconds(500) : .seconds(5)
            ) { rule, words in
                state.withLock { $0.leaks[rule, default: []].append(words) }
            } after: {
                "\(rule)"
            }
        }
        add(rule, verdict, since: begin)
    }

    /// Records what the cases left, and settings without an effect. Called once, at the end.
    func finish() {
        let (leaks, watched) = state.withLock { ($0.leaks, $0.watched) }
        for rule in Rule.leaks where settings.only?.contains(rule.name) ?? true {
            add(rule, verdict(on: rule, leaks[rule], watched), since: .now)
        }
        guard settings.only == nil else { return }
        let unused = Set(settings.without.keys).subtracting(state.withLock(\.used))
        for key in unused.map(\.key).sorted() {
            let text = "settings.without[\(key)] has no effect: the fixture offers it, or no rule needs it. Remove it."
            add(.kitSettings, Verdict(outcome: .fixtureError(text)), since: .now)
        }
    }

    private func verdict(on rule: Rule, _ found: [String]?, _ watched: Int) -> Verdict {
        if let found {
            let more = found.count > 3 ? "; and after \(found.count - 3) more cases" : ""
            return Verdict(outcome: .failed(found.prefix(3).joined(separator: "; ") + more))
        }
        if rule == .leakedFiles {
            if settings.folders.isEmpty {
                return without([.folders], "the fixture names no folders of the plugin")
            }
        } else if !isAlone {
            return without([.ownProcess], "the cases share a process with other tests")
        } else if !Footprint.isAvailable {
            return Verdict(outcome: .notChecked("this system has no /proc"))
        }
        return Verdict(outcome: watched > 0 ? .passed : .notChecked("no case passed that could leave something"))
    }

    private func add(_ rule: Rule, _ verdict: Verdict, since begin: ContinuousClock.Instant) {
        let seconds = (ContinuousClock.now - begin) / .seconds(1)
        let (report, follows) = state.withLock { state in
            var follows = verdict.follows
            if let reason = verdict.reason {
                follows = follows ?? state.reasons[reason]
                if follows == nil { state.reasons[reason] = rule }
            }
            state.report.add(rule, verdict.outcome, seconds: seconds, follows: follows, culprit: verdict.culprit)
            return (state.report, follows)
        }
        keep(report)
        let cause = follows.map { ", follows from \($0)" } ?? ""
        settings.progress?("\(verdict.outcome.word) \(rule) (\((seconds * 10).rounded() / 10) s\(cause))")
    }

    /// What cannot be checked: skipped if the fixture has a reason, otherwise not checked.
    private func without(_ needs: [Ability], _ why: String) -> Verdict {
        for need in needs {
            guard let reason = settings.without[need] else { continue }
            state.withLock { _ = $0.used.insert(need) }
            return Verdict(outcome: .skipped(capped(reason)))
        }
        let culprit = needs.last.map { Report.Culprit(member: $0.member, isOfFixture: true, without: $0.key) }
        return Verdict(outcome: .notChecked(why), culprit: culprit)
    }

    private func verdict(on result: Result<Void, any Error>?, _ rule: Rule, _ calls: CallRecorder) -> Verdict {
        let own = rule.member.map { Report.Culprit(member: $0, answers: true) }
        switch result {
        case nil: return Verdict(outcome: .failed("after \(settings.limit) \(calls.open)"), culprit: own)
        case .success: return Verdict(outcome: .passed)
        case .failure(let skip as Skip): return Verdict(outcome: .skipped(capped(skip.why)))
        case .failure(let missing as NotChecked):
            return without(missing.needs, missing.why)
        case .failure(let fault as FixtureFault):
            return Verdict(
                outcome: .fixtureError(capped(fault.description)),
                culprit: fault.member.map { Report.Culprit(member: $0, isOfFixture: true) },
                reason: "fixture \(fault.member ?? fault.description)")
        case .failure(let broken as Broken):
            return Verdict(outcome: .failed(capped(broken.description)), culprit: own, follows: broken.follows)
        case .failure(let error):
            let category = (error as? BackendError).map { " (\($0.category))" } ?? ""
            guard let call = calls.call(of: error) else {
                return Verdict(
                    outcome: .failed(capped("\(error)") + category),
                    culprit: rule.member.map { Report.Culprit(member: $0) }, reason: "\(error)")
            }
            // The texts of two errors of one function often differ in the run's ID.
            return Verdict(
                outcome: .failed("'\(call)' threw '\(capped("\(error)"))'\(category)"),
                culprit: Report.Culprit(member: call), reason: "'\(call)'\(category)")
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
