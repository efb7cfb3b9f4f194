import LaunchHost
import Testing

@testable import LaunchBatch

/// The calls that a job becomes.
@Suite struct RenderTests {
    private static func request(
        _ template: String, _ change: (inout ResolvedJob) -> Void = { _ in }
    ) throws -> BatchRequest {
        try BatchRequest(try BatchRender(BatchAccount.job(template, change)).request())
    }

    private static let usual = #"{"job_queue": "training", "resources": {"VCPU": 2, "MEMORY": 2048}}"#

    @Test func `the submitter's values come on top, and those of launch cannot be replaced`() throws {
        let request = try Self.request(
            #"{"job_queue": "q", "resources": {"VCPU": 1, "MEMORY": 4}, "command": ["a", "b"], "env": {"A": "1", "B": "1"}, "tags": {"team": "x"}}"#
        ) {
            $0.environment = ["B": "2", "LAUNCH_RUN_ID": "forged"]
            $0.arguments = ["c"]
            $0.runConfig = ["lr": .number(0.1)]
        }
        let overrides = try #require(request.job["containerOverrides"])
        #expect(overrides["command"]?.arrayValue?.compactMap(\.stringValue) == ["a", "b", "c"])
        let environment = Dictionary(
            uniqueKeysWithValues: (overrides["environment"]?.arrayValue ?? []).map {
                ($0["name"]?.stringValue ?? "", $0["value"]?.stringValue ?? "")
            })
        #expect(environment["A"] == "1" && environment["B"] == "2")
        #expect(environment["LAUNCH_RUN_ID"] == request.job["tags"]?["launch:run"]?.stringValue)
        #expect(environment["LAUNCH_RUN_CONFIG"] == #"{"lr":0.1}"#)
        #expect(request.job["tags"]?["team"]?.stringValue == "x")
    }

    @Test func `the entry point of a submitter replaces the command`() throws {
        let request = try Self.request(#"{"job_queue": "q", "command": ["a"]}"#) {
            $0.entryPoint = ["python", "t.py"]
            $0.arguments = ["-x"]
        }
        #expect(
            request.job["containerOverrides"]?["command"]?.arrayValue?.compactMap(\.stringValue) == [
                "python", "t.py", "-x",
            ])
    }

    @Test func `a run has a definition of its own, with its image and the queue's properties`() throws {
        let request = try Self.request(
            #"{"job_queue": "training", "resources": {"VCPU": 2, "MEMORY": 2048}, "container_properties": {"jobRoleArn": "r"}}"#
        )
        let id = try #require(request.job["tags"]?["launch:run"]?.stringValue)
        #expect(request.job["jobDefinition"]?.stringValue == "launch-run-\(id)")
        let definition = try #require(request.definition)
        #expect(definition["jobDefinitionName"]?.stringValue == "launch-run-\(id)")
        let properties = try #require(definition["containerProperties"])
        #expect(properties["image"]?.stringValue == "\(BatchAccount.image)@\(BatchAccount.digest)")
        #expect(properties["jobRoleArn"]?.stringValue == "r")
        #expect(properties["resourceRequirements"]?.arrayValue?.count == 2)
    }

    @Test func `the fingerprint covers the whole request`() throws {
        let id = RunID.random()
        let one = { (change: (inout ResolvedJob) -> Void) in
            try BatchRequest(try BatchRender(BatchAccount.job(Self.usual, id: id, change)).request()).fingerprint
        }
        let first = try one { _ in }
        #expect(try one { _ in } == first)
        #expect(try one { $0.environment = ["X": "1"] } != first)
    }

    @Test(arguments: ["", "ünïcode project!", String(repeating: "long ", count: 60), "---", "9 lives"])
    func `a name has letters, digits and hyphens only, and ends with the run's ID`(_ project: String) {
        let id = RunID.random()
        let name = BatchJobName(project: project, runID: id).description
        #expect(name.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9_-]{0,127}/) != nil)
        #expect(name.hasSuffix(id.rawValue))
    }

    @Test(arguments: [
        ("jobRoleArn", false), ("secrets.0.valueFrom", false), ("volumes.0.host.sourcePath", false),
        ("volumes.0.efsVolumeConfiguration.rootDirectory", false), ("volumes.0.name", false),
        ("mountPoints.0.sourceVolume", false), ("logConfiguration.options.awslogs-group", false),
        ("linuxParameters.devices.0.hostPath", false), ("repositoryCredentials.credentialsParameter", false),
        ("networkConfiguration.assignPublicIp", false), ("user", false), ("secrets.0.name", true),
    ])
    func `a submitter's value in container_properties stays in its part`(_ place: String, isText: Bool) {
        let steps = place.split(separator: ".").map { step -> FieldPath.Step in
            Int(step).map { .item($0) } ?? .member(String(step))
        }
        let use = BatchTemplate.valueUse(FieldPath([.member("container_properties")] + steps))
        #expect((use == .text) == isText, "\(place): \(use)")
        for value in isText ? [] : ["..", "../other", "a/b", "a:b", ""] {
            #expect(use.fault(in: value) != nil || (use == .path && value == "a:b"), "\(place): \(value)")
        }
        if place == "user" { #expect(use.fault(inWhole: "0") != nil) }
    }
}
