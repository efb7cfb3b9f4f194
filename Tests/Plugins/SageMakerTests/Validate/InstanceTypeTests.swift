import LaunchHost
import Testing

@testable import LaunchSageMaker

/// Each type of `instance_types` may be the one that is sent.
struct InstanceTypeTests {
    let runner = SageMakerRunner(nil, options: SageMakerOptions(), model: .bundled, log: .silent)

    /// The findings, each with its severity, path and message.
    private func findings(
        _ types: [String], resources: [String: JSONValue], remove: [String] = []
    ) throws -> [String] {
        var config = TrainingWorld.template["ResourceConfig"]?.objectValue ?? [:]
        for name in remove { config[name] = nil }
        let job = try TrainingWorld.job(
            "run00001",
            [
                "ResourceConfig": .object(config.merging(resources) { $1 }),
                "instance_types": .array(types.map { .string($0) }),
            ])
        return runner.validate(try runner.render(job)).map { "\($0.severity) \($0.path): \($0.message)" }
    }

    @Test func `misspelt types are errors at their paths`() throws {
        #expect(
            try findings(["p3.2xlarge", "ml.m5.xlage", "ml.m5.2xlarge", "p3.2xlarge"], resources: [:]) == [
                "error instance_types[0]: \"p3.2xlarge\" is not an instance type SageMaker knows; did you mean \"ml.p3.2xlarge\"?",
                "error instance_types[1]: \"ml.m5.xlage\" is not an instance type SageMaker knows; did you mean \"ml.m5.xlarge\"?",
            ])
    }

    @Test func `the first type of the list has its path in the list`() throws {
        #expect(
            try findings(["ml.m5.xlage", "ml.m5.2xlarge"], resources: [:], remove: ["InstanceType"]) == [
                "error instance_types[0]: \"ml.m5.xlage\" is not an instance type SageMaker knows; did you mean \"ml.m5.xlarge\"?"
            ])
        #expect(
            try findings(["ml.m5.2xlarge"], resources: ["InstanceType": .string("ml.m5.xlage")]) == [
                "error ResourceConfig.InstanceType: \"ml.m5.xlage\" is not an instance type SageMaker knows; did you mean \"ml.m5.xlarge\"?"
            ])
    }

    @Test func `rules between fields apply to each type`() throws {
        let key = ["VolumeKmsKeyId": JSONValue.string("alias/volumes")]
        #expect(
            try findings(["ml.m5.xlarge", "ml.m5.2xlarge", "ml.g5.xlarge"], resources: key).first
                == "error instance_types[2]: on ml.g5.xlarge, ResourceConfig.VolumeKmsKeyId: "
                + "ml.g5.xlarge has local storage, for which no key can be chosen")
        #expect(try findings(["ml.m5.xlarge", "ml.m5.2xlarge"], resources: key).isEmpty)
        let without = try findings(
            ["ml.m5.xlarge"], resources: ["InstanceType": .string("ml.g5.xlarge")], remove: ["VolumeSizeInGB"])
        #expect(without.count == 1)
        #expect(
            without.first?.hasPrefix("error instance_types[0]: on ml.m5.xlarge, ResourceConfig.VolumeSizeInGB") == true)
    }

    @Test func `an error with all types is reported once`() throws {
        let all = try findings(["ml.m5.2xlarge", "ml.m5.4xlarge"], resources: ["InstanceCount": .string("x")])
        #expect(all.count == 1)
        #expect(all.first?.hasPrefix("error ResourceConfig.InstanceCount: ") == true)
    }

    @Test func `a volume that some types need is not reported as unused`() throws {
        let fixed: [String: JSONValue] = ["InstanceType": .string("ml.g5.xlarge")]
        #expect(try findings(["ml.g5.xlarge", "ml.g5.2xlarge"], resources: [:]).isEmpty)
        #expect(try findings(["ml.g5.2xlarge", "ml.m5.xlarge"], resources: fixed).isEmpty)
        #expect(
            try findings(["ml.g5.2xlarge"], resources: fixed) == [
                "warning ResourceConfig.VolumeSizeInGB: 10 GB will not be used: ml.g5.xlarge has fixed storage of its own"
            ])
    }
}
