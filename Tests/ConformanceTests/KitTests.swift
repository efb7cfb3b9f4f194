import Foundation
import LaunchConformance
import LaunchPluginKit
import Synchronization
import TestSupport
import Testing
import WrongPlugins

/// What the kit itself does when a plugin hangs or a fixture fails.
struct KitTests {
    private let folder: TemporaryDirectory
    private let service: SimService

    init() throws {
        folder = try TemporaryDirectory()
        service = try SimService(folder: folder.path)
    }

    private func fixture(_ wrong: WrongRunner?, only: Set<String>, limit: Duration = .seconds(20)) throws
        -> RunnerFixture
    {
        var settings = KitSettings(process: .shared, limit: limit)
        settings.only = only
        return try SimPlugin.fixture(wrong, service, folder: folder.path, settings: settings)
    }

    @Test func `a call that never returns is named, and the kit ends`() async throws {
        let rules: Set = ["observe.succeeded", "observe.failed", "observe.final"]
        let report = await RunnerConformance(try fixture(.hangs, only: rules, limit: .seconds(1))).run()
        #expect(report.failures.first == "observe.succeeded: after 1.0 seconds 'observe' did not return", "\(report)")
        #expect(report.failures.count == 2, "\(report)")
        #expect(report.notChecked == ["observe.final"], "\(report)")
    }

    @Test func `an error of the fixture is not a failure of the plugin`() async throws {
        struct Fault: Error {}
        var fixture = try fixture(nil, only: ["validate.accepts", "release.frees"])
        fixture.makeRunner = { throw Fault() }
        let report = await RunnerConformance(fixture).run()
        #expect(report.failures.isEmpty, "\(report)")
        #expect(report.fixtureErrors.count == 2, "\(report)")
        #expect(!report.isConforming)
    }

    @Test func `each case is announced when it starts and when it ends`() async throws {
        let lines = Mutex<[String]>([])
        var fixture = try fixture(nil, only: ["render.pure", "reach.answers"])
        fixture.settings.progress = { line in lines.withLock { $0.append(line) } }
        _ = await RunnerConformance(fixture).run()
        let words = lines.withLock(\.self).map { $0.split(separator: " ").prefix(2).joined(separator: " ") }
        #expect(words == ["start render.pure", "ok render.pure", "start reach.answers", "ok reach.answers"])
    }

    @Test func `what a fixture does not offer is listed as not checked`() async throws {
        var fixture = try fixture(nil, only: ["submit.unreachable", "find.second-process", "release.leftovers"])
        fixture.wire = nil
        fixture.second = nil
        fixture.leftovers = nil
        let report = await RunnerConformance(fixture).run()
        #expect(report.notChecked == ["submit.unreachable", "find.second-process", "release.leftovers"])
        #expect("\(report)".contains("not checked, because the fixture has no wire"), "\(report)")
    }

    // MARK: settings

    @Test func `a misspelt name of a rule is an error of the fixture with the name that is near`() async throws {
        let report = await RunnerConformance(try fixture(nil, only: ["submit.onse", "render.pure"])).run()
        #expect(report.fixtureErrors.count == 1 && !report.isConforming, "\(report)")
        #expect("\(report)".contains("'submit.onse', but a runner has no such rule; did you mean 'submit.once'?"))
    }

    @Test func `a rule of another role is an error of the fixture too`() async throws {
        var fixture = SimPlugin.fixture(nil as WrongRegistry?)
        fixture.settings.only = ["submit.once"]
        let report = await RegistryConformance(fixture).run()
        #expect("\(report)".contains("'submit.once', but a registry has no such rule"), "\(report)")
        #expect(!report.isConforming)
    }

    @Test func `a report without a case that passed is not conforming`() async throws {
        #expect(!(await RunnerConformance(try fixture(nil, only: [])).run().isConforming))
        var skipping = try fixture(nil, only: ["submit.signals"])
        skipping.job = { _, _ in nil }
        let report = await RunnerConformance(skipping).run()
        #expect(report.skipped == 1 && !report.isConforming, "\(report)")
    }

    @Test func `what a fixture says it can never offer is skipped with its reason, and then a report can be complete`()
        async throws
    {
        var fixture = SimPlugin.fixture(nil as WrongRegistry?)
        fixture.wire = nil
        fixture.settings.without = [.folders: "It keeps no files.", .ownProcess: "The test is small."]
        let without = await RegistryConformance(fixture).run()
        #expect(without.notChecked == ["registry.unreachable"] && without.isConforming && !without.isComplete)
        #expect("\(without)".hasSuffix("say why in settings.without[.wire]"), "\(without)")
        fixture.settings.without[.wire] = "The registry is a file."
        let complete = await RegistryConformance(fixture).run()
        #expect(complete.isComplete, "\(complete)")
        #expect(complete.skips["registry.unreachable"] == "The registry is a file.")
        fixture.settings.only = ["registry.unknown"]
        #expect(await !RegistryConformance(fixture).run().isComplete)
    }

    @Test func `a reason for something that the fixture offers is an error of the fixture`() async throws {
        var fixture = SimPlugin.fixture(nil as WrongRegistry?)
        fixture.settings.without = [.wire: "There is none.", .leftovers: "There are none."]
        let report = await RegistryConformance(fixture).run()
        #expect(fixture.wire != nil && report.fixtureErrors.count == 2, "\(report)")
        #expect("\(report)".contains("settings.without[.wire] has no effect"), "\(report)")
    }

    @Test func `a reason for one fault does not cover the others`() async throws {
        var fixture = try fixture(nil, only: ["submit.throttled", "submit.unreachable"])
        fixture.wire = nil
        fixture.settings.without = [.fault(.throttled): "It has no limit of calls."]
        let report = await RunnerConformance(fixture).run()
        #expect(report.skips == ["submit.throttled": "It has no limit of calls."], "\(report)")
        #expect(report.notChecked == ["submit.unreachable"], "\(report)")
    }

    // MARK: what follows, and what comes first

    /// A runner of which only some functions are written.
    private struct Unwritten: Runner {
        let base: any Runner
        let missing: Set<String>

        private func demand(_ function: String) throws(BackendError) {
            if missing.contains(function) { throw BackendError(.internalFault, "\(function) is not written yet.") }
        }

        func render(_ job: RunnableJob) throws(BackendError) -> RunRequest { try base.render(job) }
        func validate(_ request: RunRequest) -> [Finding] { base.validate(request) }
        func submit(_ request: RunRequest, as id: RunID) async throws(BackendError) -> RunHandle {
            try demand("submit")
            return try await base.submit(request, as: id)
        }
        func find(_ request: RunRequest, as id: RunID) async throws(BackendError) -> RunHandle? {
            try demand("find")
            return try await base.find(request, as: id)
        }
        func observe(_ handles: [RunHandle]) async throws(BackendError) -> [Observation] {
            try demand("observe")
            return try await base.observe(handles)
        }
        func logs(_ handle: RunHandle, from cursor: LogCursor?, follow: Bool) -> LogStream {
            base.logs(handle, from: cursor, follow: follow)
        }
        func stop(_ handle: RunHandle, grace: Duration?) async throws(BackendError) {
            try await base.stop(handle, grace: grace)
        }
        func finish(_ handle: RunHandle, of request: RunRequest, into folder: String) async throws(BackendError)
            -> Outcome
        {
            try await base.finish(handle, of: request, into: folder)
        }
        func release(_ handle: RunHandle) async throws(BackendError) {
            try demand("release")
            try await base.release(handle)
        }
        func reach() async throws(BackendError) { try await base.reach() }
    }

    private func report(without missing: Set<String>, only: Set<String>) async throws -> Report {
        var fixture = try fixture(nil, only: only)
        fixture.settings.folders = ["\(folder.path)/runs"]
        let makeRunner = fixture.makeRunner
        fixture.makeRunner = { Unwritten(base: try await makeRunner(), missing: missing) }
        return await RunnerConformance(fixture).run()
    }

    @Test func `the last line names the first member to write, in the order of writing`() async throws {
        let rules: Set = ["find.nothing", "submit.once", "observe.succeeded", "reach.answers"]
        for (missing, first) in [
            (["find", "submit", "observe"], "write first: 'submit' of the runner (submit.once)"),
            (["find", "observe"], "write first: 'find' of the runner (find.nothing)"),
            (["observe"], "write first: 'observe' of the runner (observe.succeeded)"),
            (["release"], "write first: 'release' of the runner (submit.once)"),
        ] {
            let report = try await report(without: Set(missing), only: rules)
            #expect("\(report)".split(separator: "\n").last.map { $0.trimmingPrefix("  ") } ?? "" == first, "\(report)")
        }
    }

    @Test func `a rule that is broken by a written member is mended, not written`() async throws {
        let report = await RunnerConformance(try fixture(.losesExitCode, only: ["observe.failed"])).run()
        #expect("\(report)".hasSuffix("mend first: 'observe' of the runner (observe.failed)"), "\(report)")
    }

    @Test func `a failure with the cause of an earlier one follows from it, in one line`() async throws {
        let rules: Set = ["submit.once", "stop.silent", "logs.order"]
        let report = try await report(without: ["submit"], only: rules)
        #expect(report.cases.map { $0.follows?.name } == [nil, "submit.once", "submit.once"], "\(report)")
        let text = "\(report)"
        #expect(text.contains("FAIL     stop.silent: follows from submit.once: 'submit' threw"), "\(report)")
        #expect(text.ranges(of: "why:  ").count == 1, "\(report)")
        #expect(text.contains("3 failed") && text.contains("2 follow from another"), "\(report)")
    }

    @Test func `after a missing release no case is searched for the files that it left`() async throws {
        let rules: Set = [
            "submit.once", "observe.succeeded", "observe.failed", "observe.final", "handle.stored", "leaks.files",
        ]
        let report = try await report(without: ["release"], only: rules)
        // The kit looks for leaks, which takes seconds if there are any, only after a case that passed.
        #expect(report.brokenRules.map(\.name).contains("submit.once"))
        #expect(report.notChecked == ["leaks.files"], "\(report)")
    }

    @Test func `long lists and texts are cut, and say how much is missing`() async throws {
        var fixture = try fixture(nil, only: ["find.nothing", "release.leftovers", "render.pure"])
        let calls = Mutex(0)
        fixture.leftovers = {
            let isFirst = calls.withLock { calls in
                calls += 1
                return calls == 1
            }
            return isFirst ? [] : Set((0..<500).map { "machine-\($0)" })
        }
        struct Fault: Error, CustomStringConvertible { let description = String(repeating: "long ", count: 1000) }
        fixture.count = { _ in throw Fault() }
        fixture.settings.only?.insert("prepare.starts-nothing")
        let report = await RunnerConformance(fixture).run()
        #expect("\(report)".contains(" and 496 more"), "\(report)")
        #expect("\(report)".contains(" more characters"), "\(report)")
        #expect("\(report)".split(separator: "\n").allSatisfy { $0.count < 1000 })
    }

    @Test func `a failed case names the rule, the cost and the section`() async throws {
        let report = await RunnerConformance(try fixture(.reachesNever, only: ["reach.answers"])).run()
        let text = "\(report)"
        #expect(text.contains("rule: 'reach' succeeds if the backend answers"), "\(report)")
        #expect(text.contains("read: plugins.md#runner"), "\(report)")
    }
}
