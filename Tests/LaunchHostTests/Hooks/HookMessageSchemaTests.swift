import Foundation
import Synchronization
import TestSupport
import Testing

import LaunchHost
@testable import LaunchAgent
@testable import LaunchConfiguration
@testable import LaunchStore

/// Real messages of every event, and docs/hook-message.schema.json.
@Suite("the schema of a hook's message") struct HookMessageSchemaTests {
    /// Checks a document against the parts of JSON Schema that the file uses. A member that the schema does not describe is
    /// an error here.
    private struct Checker {
        var errors: [String] = []
        /// The members of the schema that a document had.
        var seen: Set<String> = []

        private static let known: Set = [
            "$schema", "title", "description", "format", "type", "required", "properties", "const", "enum", "minimum",
            "maxItems", "items", "maxLength", "additionalProperties", "pattern",
        ]

        mutating func check(_ value: JSONValue, _ schema: JSONValue, at path: String = "") {
            func fail(_ words: String) { errors.append("\(path): \(words)") }
            for key in schema.objectValue?.keys ?? [:].keys where !Self.known.contains(key) { fail("unknown \(key)") }
            seen.insert(path)
            if let type = schema["type"]?.stringValue, !Self.is(value, type) { fail("is no \(type): \(value)") }
            if let const = schema["const"], const != value { fail("is not \(const)") }
            if let words = schema["enum"]?.arrayValue, !words.contains(value) { fail("is not allowed: \(value)") }
            if let least = schema["minimum"]?.doubleValue, (value.doubleValue ?? 0) < least { fail("is too small") }
            if let most = schema["maxLength"]?.integerValue, (value.stringValue?.count ?? 0) > most {
                fail("is too long")
            }
            if let most = schema["maxItems"]?.integerValue, (value.arrayValue?.count ?? 0) > most {
                fail("has too many")
            }
            if let pattern = schema["pattern"]?.stringValue, let regex = try? Regex(pattern),
                value.stringValue?.firstMatch(of: regex) == nil
            {
                fail("does not match")
            }
            if let items = schema["items"] {
                for item in value.arrayValue ?? [] { check(item, items, at: "\(path)[]") }
            }
            guard let members = value.objectValue else { return }
            for name in schema["required"]?.arrayValue ?? [] where members[name.stringValue ?? ""] == nil {
                fail("has no \(name)")
            }
            for (name, member) in members {
                if let property = schema["properties"]?[name] {
                    check(member, property, at: "\(path).\(name)")
                } else if let other = schema["additionalProperties"], other.objectValue != nil {
                    check(member, other, at: "\(path).*")
                } else {
                    fail("has the member \(name), which the schema does not describe")
                }
            }
        }

        private static func `is`(_ value: JSONValue, _ type: String) -> Bool {
            switch type {
            case "object": value.objectValue != nil
            case "array": value.arrayValue != nil
            case "string": value.stringValue != nil
            case "integer": value.integerValue != nil
            case "number": value.doubleValue != nil
            default: false
            }
        }

        /// The members that a schema describes.
        static func places(of schema: JSONValue, at path: String = "") -> Set<String> {
            var all: Set = [path]
            for (name, property) in schema["properties"]?.objectValue ?? [:] {
                all.formUnion(places(of: property, at: "\(path).\(name)"))
            }
            if let items = schema["items"] { all.formUnion(places(of: items, at: "\(path)[]")) }
            if let other = schema["additionalProperties"] { all.formUnion(places(of: other, at: "\(path).*")) }
            return all
        }
    }

    private func schema() throws -> JSONValue {
        let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let root = tests.deletingLastPathComponent().deletingLastPathComponent()
        let path = root.appending(path: "docs/hook-message.schema.json")
        return try JSONValue(parsing: String(contentsOf: path, encoding: .utf8))
    }

    @Test func `messages of every event have the form that the schema describes, and no other member`() async throws {
        let bench = try AgentBench()
        for name in ["q", "idle"] { try await bench.queue(name) }
        let messages = Mutex<[JSONValue]>([])
        let server = try TestServer { request in
            let message = try? JSONValue(parsing: request.text)
            messages.withLock { all in message.map { all.append($0) } }
            return TestAnswer(200)
        }
        let triggers = ["failed", "stopped", "succeeded", "waiting > 1s", "no-agent", "budget > 1 USD"]
        let hook = try HookTransport.Hook(
            HookSettings(
                name: "h", triggers: Set(triggers.compactMap(HookReader.trigger)),
                target: .url(Secret(unmasked: server.url))), variables: [:], document: nil)
        let feed = HookFeed([hook], store: bench.store, backends: bench.backends, log: .silent)
        let owner = try await bench.store.becomeOwner(kind: "hooks")
        await feed.pass(as: owner.id)
        try await bench.submit("idle")
        let stopped = try await bench.submit("q")
        _ = try await bench.store.requestStop(stopped)
        try await bench.submit(
            "q", ["cost": .number(2.5), "log_lines": .integer(30), "metrics": .object(["loss": .number(0.5)])])
        let failed = try await bench.submit("q", ["exit_code": .integer(7)])
        try await bench.run(bench.agent("q"))
        #expect(try await bench.store.run(failed).state == .failed)
        try await HookFeed.test(hook)
        let events: Set = ["failed", "stopped", "succeeded", "waiting", "no-agent", "budget", "test"]
        let haveCome = await eventually {
            await feed.pass(as: owner.id)
            return messages.withLock { Set($0.compactMap { $0["event"]?.stringValue }) } == events
        }
        let all = messages.withLock { $0 }
        #expect(haveCome, "\(all.compactMap { $0["event"]?.stringValue })")
        var checker = Checker()
        let schema = try schema()
        for message in all { checker.check(message, schema) }
        #expect(checker.errors == [])
        // No backend of the mock reports a fact.
        let unseen = Checker.places(of: schema).subtracting(checker.seen).filter { !$0.hasPrefix(".run.facts[]") }
        #expect(unseen == [], "a member of the schema is in no message")
        let spent = try #require(all.first { $0["event"]?.stringValue == "budget" })
        #expect(
            spent["text"]?.stringValue?.hasSuffix("have cost 2.50 USD, more than the budget of 1.00 USD.") == true)
        let priced = try #require(all.first { $0["event"]?.stringValue == "succeeded" })
        #expect(priced["run"]?["cost"]?["amount"]?.doubleValue == 2.5)
        #expect(priced["text"]?.stringValue?.hasSuffix("Cost: 2.50 USD.") == true)
    }
}
