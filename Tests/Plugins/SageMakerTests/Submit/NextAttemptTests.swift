import LaunchHost
import Testing

@testable import LaunchSageMaker

struct NextAttemptTests {
    let runner: SageMakerRunner
    let id: RunID

    init() throws {
        runner = SageMakerRunner(nil, options: SageMakerOptions(), model: .bundled, log: .silent)
        id = try #require(RunID(rawValue: "run00001"))
    }

    private func request(_ more: [String: JSONValue] = [:], types: [String] = []) throws -> RunRequest {
        var more = more
        if !types.isEmpty { more["instance_types"] = .array(types.map { .string($0) }) }
        return try runner.render(try TrainingWorld.job("run00001", more))
    }

    private func end(_ code: Cause.Code = .capacity) -> Observation {
        Observation(runID: id, phase: .failed, cause: Cause(code, "x"), backendStatus: "Failed")
    }

    /// The types and names of all attempts, including the first.
    private func course(_ request: RunRequest, limit: Int?, most: Int = 20) -> [(type: String, name: String)] {
        var attempts: [(type: String, name: String)] = []
        var next: RunRequest? = request
        while let present = next, attempts.count < most {
            attempts.append(
                (
                    present.document["ResourceConfig"]?["InstanceType"]?.stringValue ?? "",
                    present.document["TrainingJobName"]?.stringValue ?? ""
                ))
            let number = attempts.count + 1
            next =
                number <= limit ?? .max
                ? runner.nextAttempt(number, after: present, end(), limit: limit)?.request : nil
        }
        return attempts
    }

    @Test func `each type is tried once, in order`() throws {
        let course = course(try request(types: ["ml.g5.xlarge", "ml.m5.xlarge", "ml.g4dn.xlarge"]), limit: nil)
        #expect(course.map(\.type) == ["ml.m5.xlarge", "ml.g5.xlarge", "ml.g4dn.xlarge"])
        #expect(course.map(\.name) == ["unit-run00001", "unit-run00001-r1", "unit-run00001-r2"])
    }

    @Test func `the limit is respected, and types repeat`() throws {
        let two = try request(types: ["ml.g5.xlarge"])
        #expect(
            course(two, limit: 5).map(\.type) == [
                "ml.m5.xlarge", "ml.g5.xlarge", "ml.m5.xlarge", "ml.g5.xlarge", "ml.m5.xlarge",
            ])
        #expect(course(two, limit: 1).count == 1)
        #expect(course(try request(), limit: 3).map(\.type) == Array(repeating: "ml.m5.xlarge", count: 3))
        #expect(course(try request(), limit: nil).count == 1)
    }

    @Test func `a given name keeps its maximum length`() throws {
        let long = String(repeating: "n", count: 63)
        let names = course(try request(["TrainingJobName": .string(long)], types: ["ml.g5.xlarge"]), limit: nil).map(
            \.name)
        #expect(names == [long, String(long.dropLast(3)) + "-r1"])
    }

    @Test(arguments: [Cause.Code.exit, .clientError, .backendFault, .interrupted, .timeLimit, .lost])
    func `only a lack of instances is tried again`(code: Cause.Code) throws {
        #expect(runner.nextAttempt(2, after: try request(types: ["ml.g5.xlarge"]), end(code), limit: 9) == nil)
    }

    @Test func `the next request differs and is deterministic`() throws {
        let first = try request(["Tags": .array([RunTags.tag("team", "vision")])], types: ["ml.g5.xlarge"])
        let next = try #require(runner.nextAttempt(2, after: first, end(), limit: nil))
        #expect(next == runner.nextAttempt(2, after: first, end(), limit: nil))
        #expect(next.summary == "on ml.g5.xlarge, as unit-run00001-r1")
        let value = { (key: String, request: RunRequest) in RunTags.value(key, in: request.document) }
        #expect(value(RunTags.attempt, first) == "1" && value(RunTags.attempt, next.request) == "2")
        #expect(value(RunTags.run, next.request) == id.rawValue && value("team", next.request) == "vision")
        #expect(value(RunTags.fingerprint, next.request) != value(RunTags.fingerprint, first))
        let keys = next.request.document["Tags"]?.arrayValue?.compactMap { $0["Key"]?.stringValue } ?? []
        #expect(Set(keys).count == keys.count)
        #expect(runner.validate(next.request).filter { $0.severity == .error }.isEmpty)
    }
}
