internal import Foundation
internal import LaunchPluginKit
internal import CLaunchConformanceClock
internal import Glibc

/// Checks a runner against the contract of `Runner`. A plugin's test calls `run` once and expects a report without
/// failures.
public struct RunnerConformance: Sendable {
    let fixture: RunnerFixture

    public init(_ fixture: RunnerFixture) {
        self.fixture = fixture
    }

    static func subject(of fixture: RunnerFixture) -> String { "runner \(fixture.plugin.base.type)" }

    /// Runs all cases one after the other, and leaves nothing in the backend.
    /// - Parameters:
    ///   - test: the test function that calls this function, for a process of its own.
    ///   - file: its file.
    public func run(test: String = #function, file: String = #fileID) async -> Report {
        let test = TestPlace(function: test, file: file)
        return await runKit(
            Self.subject(of: fixture), .runner, fixture.settings, test: test, second: { try await answer($0) }
        ) { kit in
            if kit.isAlone { await warmUp(test, kit) }
            let before = try? await fixture.leftovers?()
            await Declarations(fixture.plugin, hasPath: fixture.hasPath).run(in: kit)
            for (rule, body) in Self.cases {
                let one = RunnerCase(fixture, test: test)
                await kit.check(rule, calls: one.calls, cleanUp: { try await one.cleanUp() }) { try await body(one) }
            }
            await kit.check(.leftoversAreNone) {
                try await leavesNothing(since: before, after: kit.report.brokenRules.first)
            }
        }
    }

    private typealias Body = @Sendable (RunnerCase) async throws -> Void

    private static let cases: [(Rule, Body)] = [
        (.renderIsPure, { try await $0.renderIsPure() }),
        (.renderIgnoresSurroundings, { try await $0.renderIgnoresSurroundings() }),
        (.validateIsPure, { try await $0.validateIsPure() }),
        (.validJob, { try await $0.validJobIsAccepted() }),
        (.findNothing, { try await $0.findNothing() }),
        (.preparing, { try await $0.preparing() }),
        (.submitOnce, { try await $0.submitOnce() }),
        (.submitConflict, { try await $0.submitConflict() }),
        (.submitLostAnswer, { try await $0.submitLostAnswer() }),
        (.submitSecondProcess, { try await $0.submitSecondProcess() }),
        (.submitTwoProcesses, { try await $0.submitTwoProcesses() }),
        (.submitUnreachable, { try await $0.submitRefused(.unreachable) }),
        (.submitThrottled, { try await $0.submitRefused(.throttled) }),
        (.submitNoAnswer, { try await $0.submitNoAnswer() }),
        (.submitSignals, { try await $0.submitSignals() }),
        (.findSecondProcess, { try await $0.findSecondProcess() }),
        (.findUnreachable, { try await $0.findUnreachable() }),
        (.observeSuccess, { try await $0.ends(.exit(0), as: .succeeded, exitCode: 0) }),
        (.observeFailure, { try await $0.ends(.exit(7), as: .failed, exitCode: 7) }),
        (.observeForward, { try await $0.phasesMoveForward() }),
        (.observeFinal, { try await $0.endIsFinal() }),
        (.observeTimes, { try await $0.timesAreFixed() }),
        (.observeMany, { try await $0.observeMany() }),
        (.observeReleased, { try await $0.observeReleased() }),
        (.observeUnreachable, { try await $0.observeUnreachable() }),
        (.observeThrottled, { try await $0.observeThrottled() }),
        (.observeNoAnswer, { try await $0.observeNoAnswer() }),
        (.observeLateLists, { try await $0.observeLateLists() }),
        (.observeRetried, { try await $0.observeRetried() }),
        (.handleIsStored, { try await $0.handleIsStored() }),
        (.stopAtOnce, { try await $0.stops(.silent, waitForRunning: false) }),
        (.stopSilent, { try await $0.stops(.silent, waitForRunning: true) }),
        (.stopFlooding, { try await $0.stops(.flood, waitForRunning: true) }),
        (.stopKills, { try await $0.stopKills() }),
        (.stopGrace, { try await $0.stopGrace() }),
        (.stopReturns, { try await $0.stopReturns() }),
        (.stopEnded, { try await $0.stopEnded() }),
        (.stopUnreachable, { try await $0.stopUnreachable() }),
        (.stopNoAnswer, { try await $0.stopNoAnswer() }),
        (.logsInOrder, { try await $0.logsInOrder() }),
        (.logsResume, { try await $0.logsResume() }),
        (.logsFollow, { try await $0.logsFollow() }),
        (.logsFollowResume, { try await $0.logsFollowResume() }),
        (.logsSlow, { try await $0.logsSlow() }),
        (.logsLastWords, { try await $0.logsLastWords() }),
        (.logsLongLine, { try await $0.logsLongLine() }),
        (.logsInvalidText, { try await $0.logsInvalidText() }),
        (.logsRetried, { try await $0.logsRetried() }),
        (.logsCancelled, { try await $0.logsCancelled() }),
        (.logsUnreachable, { try await $0.logsUnreachable() }),
        (.finishTwice, { try await $0.finishTwice() }),
        (.releaseFrees, { try await $0.releaseFrees() }),
        (.releaseUnreachable, { try await $0.releaseUnreachable() }),
        (.reachAnswers, { try await $0.reachAnswers() }),
        (.reachUnreachable, { try await $0.reachUnreachable() }),
        (.reachNoAnswer, { try await $0.reachNoAnswer() }),
    ]

    /// What the first calls of a program create and keep, such as a pool of connections, is not a leak.
    private func warmUp(_ test: TestPlace, _ kit: Kit) async {
        kit.settings.progress?("start \(Kit.firstRun)")
        let one = RunnerCase(fixture, test: test)
        _ = await limited(to: fixture.limit) {
            let (runner, request, handle) = try await one.submitted(.exit(0))
            // The kit's own way to start processes keeps a descriptor, too.
            _ = try? await one.second(.find(request), handle.runID)
            _ = try await one.end(of: handle, with: runner)
            _ = try await runner.read(handle, follow: false)
        }
        _ = await limited(to: fixture.limit) { try await one.cleanUp() }
    }

    /// - Parameter failed: the first case that failed, which may have left what is found.
    private func leavesNothing(since before: Set<String>?, after failed: Rule?) async throws {
        guard let leftovers = fixture.leftovers else {
            throw NotChecked(why: "the fixture has no 'leftovers'", needs: [.leftovers])
        }
        guard let before else {
            throw FixtureFault("'leftovers' threw an error before the first case", of: "leftovers")
        }
        // A backend needs a moment to remove what it has accepted to remove.
        let deadline = ContinuousClock.now + min(.seconds(30), fixture.limit / 2)
        while true {
            let left = try await asked("leftovers") { try await leftovers() }.subtracting(before)
            if left.isEmpty { return }
            guard ContinuousClock.now < deadline else {
                throw Broken("they left \(listed(left.sorted()))", follows: failed)
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    /// Makes one call in a process that was started for it.
    private func answer(_ call: SecondCall) async throws -> SecondAnswer {
        guard let second = fixture.second else { throw FixtureFault("the fixture has no second process") }
        var answer = SecondAnswer()
        switch call.kind {
        case .render(let job):
            let now = Date()
            for (name, value) in [("TZ", "Pacific/Kiritimati"), ("LANG", "tr_TR.UTF-8"), ("LC_ALL", "tr_TR.UTF-8")] {
                setenv(name, value, 1)
            }
            tzset()
            launch_conformance_shift_clock(86_400)
            answer.isLater = Date().timeIntervalSince(now) > 86_000
            answer.request = try await second.makeRunner(call.configuration).render(job)
        case .submit(let request):
            answer.handle = try await second.makeRunner(call.configuration).submit(request, as: call.runID)
        case .find(let request):
            answer.handle = try await second.makeRunner(call.configuration).find(request, as: call.runID)
        }
        return answer
    }
}
