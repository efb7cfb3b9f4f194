import Foundation
import LaunchConformance
import LaunchPluginKit
import TestSupport
import Testing
import WrongPlugins

/// Declarations, registries, builders and environments; `WrongRunnerTests` has the runners.
struct WrongPluginTests {
    @Test(arguments: WrongDeclaration.allCases)
    func `a wrong declaration is refused by the case for it`(wrong: WrongDeclaration) async throws {
        let folder = try TemporaryDirectory()
        let service = try SimService(folder: folder.path)
        var settings = KitSettings(process: .shared)
        settings.only = [wrong.rule]
        var fixture = try SimPlugin.fixture(nil as WrongRunner?, service, folder: folder.path, settings: settings)
        fixture.plugin = wrong.plugin
        let report = await RunnerConformance(fixture).run()
        #expect(report.brokenRules.map(\.name) == [wrong.rule], "\(report)")
        #expect(report.fixtureErrors.isEmpty, "\(report)")
    }

    @Test func `the right registry, builder and environment pass the whole kit`() async throws {
        let folder = try TemporaryDirectory()
        let reports = [
            await RegistryConformance(SimPlugin.fixture(nil as WrongRegistry?)).run(),
            await EnvironmentConformance(SimPlugin.fixture(nil as WrongEnvironment?)).run(),
            await BuilderConformance(try SimPlugin.fixture(nil as WrongBuilder?, folder: folder.path)).run(),
        ]
        for report in reports {
            #expect(report.isConforming)
            #expect(report.skipped == 0)
        }
    }

    @Test(arguments: WrongRegistry.allCases)
    func `a wrong registry is refused by the case for it`(wrong: WrongRegistry) async throws {
        let report = await RegistryConformance(SimPlugin.fixture(wrong)).run()
        #expect(report.brokenRules.map(\.name).contains(wrong.rule), "\(report)")
        #expect(report.fixtureErrors.isEmpty, "\(report)")
    }

    @Test(arguments: WrongEnvironment.allCases)
    func `a wrong environment is refused by the case for it`(wrong: WrongEnvironment) async throws {
        let report = await EnvironmentConformance(SimPlugin.fixture(wrong)).run()
        #expect(report.brokenRules.map(\.name).contains(wrong.rule), "\(report)")
        #expect(report.fixtureErrors.isEmpty, "\(report)")
    }

    @Test(arguments: WrongBuilder.allCases)
    func `a wrong builder is refused by the case for it`(wrong: WrongBuilder) async throws {
        let folder = try TemporaryDirectory()
        var fixture = try SimPlugin.fixture(wrong, folder: folder.path)
        fixture.settings.only = [wrong.rule]
        let report = await BuilderConformance(fixture).run()
        #expect(report.brokenRules.map(\.name).contains(wrong.rule), "\(report)")
        #expect(report.fixtureErrors.isEmpty, "\(report)")
    }

    @Test func `every rule of the kit has a wrong plugin that its case refuses`() {
        let refused = Set(WrongPlugin.all.map(\.rule))
        #expect(Rule.all.map(\.name).filter { !refused.contains($0) }.isEmpty)
    }
}
