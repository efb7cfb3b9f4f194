import LaunchHost
import Testing

@testable import LaunchSageMaker

struct ContainerEnvironmentTests {
    let runner = SageMakerRunner(nil, options: SageMakerOptions(), model: .bundled, log: .silent)

    private func request(
        parameters: Int, characters: Int, variables: [String: JSONValue] = [:]
    ) throws -> RunRequest {
        var job = try TrainingWorld.job("run00001", ["Environment": .object(variables)])
        for number in 0..<parameters {
            job.job.runConfig["p\(number)"] = .string(String(repeating: "x", count: characters))
        }
        return try runner.render(job)
    }

    private func variables(_ request: RunRequest) -> [String: JSONValue] {
        request.document["Environment"]?.objectValue ?? [:]
    }

    private func many(_ count: Int) -> [String: JSONValue] {
        Dictionary(uniqueKeysWithValues: (0..<count).map { ("V\($0)", .string("x")) })
    }

    @Test func `the copy of the configuration is split into variables`() throws {
        let short = try request(parameters: 1, characters: 10)
        #expect(variables(short)["LAUNCH_RUN_CONFIG"] == .string(#"{"p0":"xxxxxxxxxx"}"#))
        let long = try request(parameters: 1, characters: 1000)
        #expect(variables(long).keys.filter { $0.hasPrefix("LAUNCH_RUN_CONFIG") }.count == 2)
        #expect(runner.validate(long).isEmpty)
    }

    @Test func `a copy that does not fit is omitted, with a warning`() throws {
        let request = try request(parameters: 25, characters: 2400)
        #expect(Set(variables(request).keys) == ["LAUNCH_RUN_ID", "LAUNCH_RUN_NAME", "LAUNCH_PROJECT", "LAUNCH_QUEUE"])
        #expect(request.document["HyperParameters"]?.objectValue?.count == 25)
        let findings = runner.validate(request)
        #expect(findings.map(\.severity) == [.warning] && findings.first?.path.description == "HyperParameters")
        #expect(findings.first?.message.hasPrefix("LAUNCH_RUN_CONFIG, their copy in Environment, is left out") == true)
        #expect(findings.first?.hint?.contains("HyperParameters") == true)
    }

    @Test(arguments: [(95, true), (96, false)])
    func `the last variable that SageMaker accepts may be the copy`(others: Int, fits: Bool) throws {
        let request = try request(parameters: 1, characters: 1, variables: many(others))
        #expect(variables(request).count == 100)
        #expect((variables(request)["LAUNCH_RUN_CONFIG"] != nil) == fits)
        #expect(runner.validate(request).isEmpty == fits)
        #expect(runner.validate(request).allSatisfy { $0.severity == .warning })
    }

    @Test func `a user's variable of that name is only replaced by a copy`() throws {
        let own = ["LAUNCH_RUN_CONFIG": JSONValue.string("mine")]
        #expect(
            variables(try request(parameters: 0, characters: 0, variables: own))["LAUNCH_RUN_CONFIG"] == .string("mine")
        )
        let copied = try request(parameters: 1, characters: 1, variables: own)
        #expect(variables(copied)["LAUNCH_RUN_CONFIG"] == .string(#"{"p0":"x"}"#))
    }
}
