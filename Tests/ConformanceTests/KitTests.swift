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

    @Test func `a failed case names the rule, the cost and the section`() async throws {
        let report = await RunnerConformance(try fixture(.reachesNever, only: ["reach.answers"])).run()
        let text = "\(report)"
        #expect(text.contains("rule: 'reach' succeeds if the backend answers"), "\(report)")
        #expect(text.contains("read: plugins.md#runner"), "\(report)")
    }
}
