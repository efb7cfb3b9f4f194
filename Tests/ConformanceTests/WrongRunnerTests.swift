import Foundation
import LaunchConformance
import LaunchPluginKit
import TestSupport
import Testing
import WrongPlugins

struct WrongRunnerTests {
    @Test
    func `the right runner passes the whole kit`() async throws {
        let folder = try TemporaryDirectory()
        let service = try SimService(folder: folder.path)
        let settings = KitSettings(process: .own, limit: .seconds(300), folders: ["\(folder.path)/plugin"])
        let report = await RunnerConformance(
            try SimPlugin.fixture(nil, service, folder: folder.path, settings: settings)
        ).run()
        #expect(report.isComplete)
        #expect(report.skipped == 0)
    }

    @Test(arguments: WrongRunner.allCases.filter { !$0.needsOwnProcess })
    func `a wrong runner is refused by the case for it`(wrong: WrongRunner) async throws {
        let folder = try TemporaryDirectory()
        let service = try SimService(folder: folder.path)
        var settings = KitSettings(process: .shared, limit: .seconds(20), folders: ["\(folder.path)/plugin"])
        settings.only = [wrong.rule]
        // These two rules are about what other cases leave.
        if [.leavesFile, .leavesMachine].contains(wrong) { settings.only?.insert("release.frees") }
        let report = await RunnerConformance(
            try SimPlugin.fixture(wrong, service, folder: folder.path, settings: settings)
        ).run()
        expectRefused(report, wrong)
    }

    @Test(arguments: [WrongRunner.ignoresSignals, .blocksSignals])
    func `a runner whose jobs start with wrong signals breaks no other rule`(wrong: WrongRunner) async throws {
        let folder = try TemporaryDirectory()
        let service = try SimService(folder: folder.path)
        let settings = KitSettings(process: .shared, limit: .seconds(120), without: [.ownProcess: "The test is small."])
        let report = await RunnerConformance(
            try SimPlugin.fixture(wrong, service, folder: folder.path, settings: settings)
        ).run()
        #expect(report.brokenRules.map(\.name) == ["submit.signals"], "\(report)")
    }

    @Test func `a runner that ends the process is refused by the case for it`() async throws {
        try await refuseInOwnProcess(.crashes, only: ["observe.succeeded"])
    }

    @Test func `a runner that leaves a descriptor is refused by the case for it`() async throws {
        try await refuseInOwnProcess(.leavesDescriptor, only: ["release.frees"])
    }

    @Test func `a runner that leaves a socket is refused by the case for it`() async throws {
        try await refuseInOwnProcess(.leavesSocket, only: ["release.frees"])
    }

    @Test func `a runner that leaves a process is refused by the case for it`() async throws {
        try await refuseInOwnProcess(.leavesProcess, only: ["release.frees"])
    }

    private func refuseInOwnProcess(
        _ wrong: WrongRunner, only: Set<String>, test: String = #function
    ) async throws {
        let folder = try TemporaryDirectory()
        let service = try SimService(folder: folder.path)
        var settings = KitSettings(process: .own, limit: .seconds(60))
        settings.only = only.union([wrong.rule])
        let report = await RunnerConformance(
            try SimPlugin.fixture(wrong, service, folder: folder.path, settings: settings)
        ).run(test: test)
        expectRefused(report, wrong)
    }

    private func expectRefused(_ report: Report, _ wrong: WrongRunner) {
        // A second process has an empty report.
        if report.cases.isEmpty, ProcessInfo.processInfo.environment["LAUNCH_CONFORMANCE_ORDER"] != nil { return }
        #expect(report.brokenRules.map(\.name).contains(wrong.rule), "\(report)")
        #expect(report.fixtureErrors.isEmpty, "\(report)")
    }
}
