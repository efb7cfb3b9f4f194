import LaunchConsole
import LaunchHost
import TestSupport
import Testing

@testable import LaunchCommands

/// A number means the same in a queue's file, on the command line, in the store and in the request.
@Suite struct NumberTests {
    /// A number as typed, and as it is inside a list or mapping. By itself, a hyperparameter is sent as typed.
    private static let numbers = [
        ("1.0", "1.0"), ("1e3", "1000.0"), ("-0.0", "-0.0"), ("1.5e300", "1.5e+300"), ("0.1", "0.1"), ("3", "3"),
        ("-7", "-7"), ("9223372036854775807", "9223372036854775807"),
    ]

    private func desk(lr: String) async throws -> Desk {
        let desk = try await SageMakerCommandTests().desk(
            queue: SageMakerCommandTests.queue + "HyperParameters: {lr: \(lr), nested: [\(lr)]}\n")
        return desk
    }

    private func hyperparameters(_ desk: Desk, _ words: [String]) async throws -> JSONValue {
        let words = ["-q", "train", "--image", SageMakerCommandTests.image] + words
        let plan = await desk.run(words: ["plan", "--offline", "--json"] + words)
        #expect(plan.code == .ok, "\(plan.errors)")
        let planned = try #require(try plan.json()["request"]?["document"]?["HyperParameters"])
        // The stored run resolves to the same values.
        let id = await desk.run(words: ["submit"] + words).output
        let spec = try await desk.store().run(matching: String(id.dropLast())).spec
        let queue = try await desk.store().queue("train").definition
        for (name, value) in spec.overrides.runConfig {
            let kept = spec.overrides.numerals?[name] ?? value.stringValue ?? (try? JSON.canonical(value))
            #expect(planned[name]?.stringValue == kept)
        }
        #expect(queue.template["HyperParameters"]?["nested"]?.arrayValue?.first != nil)
        return planned
    }

    @Test(arguments: numbers)
    func `a number is the same in every output`(_ text: String, _ sent: String) async throws {
        let desk = try await desk(lr: text)
        let fromFile = try await hyperparameters(desk, [])
        #expect(fromFile["lr"]?.stringValue == text && fromFile["nested"]?.stringValue == "[\(sent)]")
        let set = try await hyperparameters(desk, ["--set", "HyperParameters.x=\(text)", "--param", "y=\(text)"])
        #expect(set["x"]?.stringValue == text && set["y"]?.stringValue == text)
        let merged = try await hyperparameters(desk, ["-R", #"{"HyperParameters": {"z": [\#(text), 1]}}"#])
        #expect(merged["z"]?.stringValue == "[\(sent),1]")
        // The whole plan as text has the number too.
        let plan = await desk.run(
            words: ["plan", "--offline", "-q", "train", "--image", SageMakerCommandTests.image])
        #expect(plan.output.contains("\"lr\" : \"\(text)\""))
        // A queue that is shown and edited keeps it.
        #expect(await desk.run("queue show train --template").output.contains(text))
    }

    @Test(arguments: ["9223372036854775808", "-9223372036854775809", "1e999"])
    func `a number that would change is refused`(_ text: String) async throws {
        let desk = try await desk(lr: "1")
        for words in [
            ["--set", "HyperParameters.x=\(text)"], ["--param", "x=\(text)"],
            ["-R", #"{"HyperParameters": {"z": \#(text)}}"#],
        ] {
            let words = ["plan", "--offline", "-q", "train", "--image", SageMakerCommandTests.image] + words
            let answer = await desk.run(words: words)
            #expect(answer.code == .usage || answer.code == .invalidData, "\(words)")
            #expect(answer.errors.contains("64") || answer.errors.contains("too large"), "\(answer.errors)")
        }
        let file = try desk.folder.write(
            "queue.yaml", SageMakerCommandTests.queue + "HyperParameters: {lr: \(text)}\n")
        let made = await desk.run("queue create big -r sagemaker --config \(file)")
        #expect(made.code == .invalidData && made.errors.contains("queue.yaml:7:23"), "\(made.errors)")
    }

    @Test func `a count with a fraction is an error, and quoted text stays text`() async throws {
        let desk = try await desk(lr: "1.0")
        let words = ["plan", "--offline", "-q", "train", "--image", SageMakerCommandTests.image]
        let count = await desk.run(words: words + ["--set", "ResourceConfig.InstanceCount=2.0"])
        #expect(count.code == .invalidData && count.output.contains("InstanceCount"), "\(count.output)\(count.errors)")
        let plan = try await hyperparameters(desk, ["--param", #"version="1.0""#, "--param", "tag=1.0.0"])
        #expect(plan["version"]?.stringValue == "1.0" && plan["tag"]?.stringValue == "1.0.0")
    }
}
