import Foundation
import LaunchHost
import TestSupport
import Testing

/// Checks the schema with an independent implementation, Python's `jsonschema`, if it is installed.
@Suite struct JSONSchemaTests {
    /// Errors that the decoder finds and a schema cannot express.
    private static let beyondSchema: Set<String> = ["two blocks of one runner", "duplicate key", "a variable"]

    private static let good = [
        "", "max_jobs: -1\nqueues: [a, b]\n", "builder: {type: docker, timeout: 90, cache: {size: 8g}}\n",
        "builder: {type: docker, timeout: 1.5h, pull: null, build_args: {A: b}}\n", "builder: {}\nregistry:\n",
        "environment: {type: aws, region: us-east-1}\nrunner: {type: local-docker, network: none}\n",
        "registry: {type: local, uri: localhost:5000/x, username: u, password: p}\n",
    ]

    @Test func `the schema and the decoder accept the same documents`() throws {
        var documents: [(name: String, value: JSONValue, valid: Bool)] = []
        for text in Self.good {
            try documents.append((text, Fake.document(text).jsonValue, true))
            #expect(Fake.complaints(text) == [], "\(text)")
        }
        for declaration in Fake.catalog.declarations {
            for example in declaration.examples {
                let block = try Fake.document(example).jsonValue
                documents.append((example, .object([declaration.role.rawValue: block]), true))
            }
        }
        for wrong in WrongConfigurationTests.cases where !Self.beyondSchema.contains(wrong.name) {
            try documents.append((wrong.name, Fake.document(wrong.text).jsonValue, false))
        }
        guard let verdicts = try validate(documents.map(\.value)) else {
            print("Not checked: python3 with the module jsonschema is not installed.")
            return
        }
        try #require(verdicts.count == documents.count)
        for (document, verdict) in zip(documents, verdicts) {
            #expect(verdict == document.valid, "\(document.name)")
        }
    }

    @Test func `the schema has the descriptions that an editor shows`() throws {
        let schema = JSONSchema.launchConfig(Fake.catalog)
        #expect(schema["additionalProperties"] == .bool(false))
        let properties = try #require(schema["properties"]?.objectValue)
        #expect(
            properties.keys.sorted() == [
                "builder", "entity", "environment", "hook_urls", "hooks", "log_size_limit", "max_jobs", "queues",
                "registry", "runner",
                "runners", "sandbox", "source_size_limit", "store", "telemetry",
            ])
        #expect(properties["max_jobs"]?["default"] == .integer(1))
        #expect(properties["builder"]?["properties"]?["type"]?["enum"] == .array([.string("docker"), .string("noop")]))
        let docker = try #require(properties["builder"]?["allOf"]?.arrayValue?.first?["then"])
        #expect(docker["additionalProperties"] == .bool(false))
        #expect(docker["properties"]?["platform"]?["description"] == .string("What the image is built for."))
    }

    /// Whether each document is valid. Nil without a validator.
    private func validate(_ documents: [JSONValue]) throws -> [Bool]? {
        let program = """
            import json, sys
            try:
                from jsonschema import Draft202012Validator as V
            except ImportError:
                sys.exit(3)
            given = json.load(open(sys.argv[1]))
            V.check_schema(given["schema"])
            validator = V(given["schema"])
            print(json.dumps([validator.is_valid(one) for one in given["documents"]]))
            """
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("launch-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let input = folder.appendingPathComponent("in.json")
        let given = JSONValue.object(["schema": JSONSchema.launchConfig(Fake.catalog), "documents": .array(documents)])
        try JSON.canonicalData(given).write(to: input)
        let process = ChildProcess()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", program, input.path]
        let output = Pipe()
        process.setStreams(output: output)
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        if [3, 127].contains(process.terminationStatus) { return nil }
        try #require(process.terminationStatus == 0)
        return try JSONDecoder().decode([Bool].self, from: data)
    }
}
