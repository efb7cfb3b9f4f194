internal import Foundation
public import LaunchConformance
public import LaunchPluginKit

/// The plugin of the service, correct or wrong at one place.
public enum SimPlugin {
    /// The declaration. Its type is the name of the fault, so that each wrong plugin is a subject of its own.
    public static func plugin(_ wrong: WrongRunner?) -> RunnerPlugin {
        RunnerPlugin(
            Plugin<any Runner>(
                type: type(wrong), summary: "Runs jobs in a folder, for the tests of the conformance kit.",
                fields: [], examples: ["type: \(type(wrong))"],
                make: { _, _ throws(BackendError) in throw BackendError(.configuration, "It is for tests only.") }),
            template: [Field("behaviour", .string, example: "exit 0", help: "What the job does.")],
            defaultTemplate: "behaviour: exit 0\n", protectedPaths: [FieldPath([.member("behaviour")])])
    }

    private static func type(_ wrong: WrongRunner?) -> String {
        guard let wrong else { return "right" }
        return wrong.rawValue.reduce(into: "") { $0 += $1.isUppercase ? "-\($1.lowercased())" : "\($1)" }
    }

    /// A fixture for the plugin.
    public static func fixture(
        _ wrong: WrongRunner?, _ service: SimService, folder: String, settings: KitSettings
    ) throws -> RunnerFixture {
        let type = type(wrong)
        let clock = BackendClock(tolerance: 2, rate: service.rate, now: { service.now })
        return RunnerFixture(
            plugin: plugin(wrong), folder: folder, settings: settings, wire: SimWire(service),
            second: SecondProcess(
                configuration: try service.configuration,
                makeRunner: { text in
                    SimRunner(client: SimClient(service: try SimService(configuration: text)), type: type, wrong: wrong)
                }),
            clock: clock, leftovers: { try service.machines() },
            makeRunner: { SimRunner(client: SimClient(service: service), type: type, wrong: wrong) },
            job: { behaviour, id in job(behaviour, id, type) }, count: { try service.count($0) })
    }

    private static func words(_ behaviour: RunnerFixture.Behaviour) -> String {
        switch behaviour {
        case .exit(let code): "exit \(code)"
        case .lines(let count): "lines \(count)"
        case .silent: "silent"
        case .stubborn: "stubborn"
        case .flood: "flood"
        case .longLine(let size): "long \(size)"
        case .invalidText: "text"
        case .runs(let seconds): "runs \(seconds)"
        case .slowLines(let count): "slow \(count)"
        case .lastWords(let count): "last \(count)"
        case .orderly(let seconds): "orderly \(seconds)"
        case .retried(let count): "retried \(count)"
        case .signals: "signals"
        }
    }

    private static func job(_ behaviour: RunnerFixture.Behaviour, _ id: RunID, _ type: String) -> RunnableJob? {
        guard let digest = Digest(rawValue: "sha256:" + String(repeating: "0", count: 64)) else { return nil }
        let job = ResolvedJob(
            runID: id, runName: id.rawValue, project: "kit", entity: "me", author: "me", resource: type,
            source: .image("sim.invalid/none"), template: .object(["behaviour": .string(words(behaviour))]))
        return RunnableJob(
            job: job, image: PinnedImage(reference: "sim.invalid/none@\(digest)", digest: digest, name: "none"))
    }
}
