import Foundation
import TestSupport
import Testing

import LaunchHost
@testable import LaunchAgent
@testable import LaunchCore
@testable import LaunchSnapshots
@testable import LaunchStore

@Suite("depth") struct DepthTests {
    private static func nested(_ depth: Int, list: Bool) -> String {
        String(repeating: list ? "[" : "{\"a\":", count: depth) + "1"
            + String(repeating: list ? "]" : "}", count: depth)
    }

    private static func value(_ depth: Int) -> JSONValue {
        (0..<depth).reduce(.integer(1)) { value, _ in .object(["a": value]) }
    }

    @Test(arguments: [true, false])
    func `a document within the limit can be read and written`(_ list: Bool) throws {
        let text = Self.nested(JSONValue.depthLimit - 1, list: list)
        #expect(try JSON.canonical(try JSONValue(parsing: text)) == text)
    }

    @Test(arguments: [260, 512, 513, 5_000, 200_000])
    func `a deeper document is rejected, whatever its depth`(_ depth: Int) {
        for list in [true, false] {
            #expect(throws: DecodingError.self) { try JSONValue(parsing: Self.nested(depth, list: list)) }
        }
    }

    @Test(arguments: [260, 600, 4_000])
    func `a deeper value is not written, and the error does not repeat it`(_ depth: Int) throws {
        let error = #expect(throws: EncodingError.self) { try JSON.canonical(Self.value(depth)) }
        let words = "\(try #require(error))"
        #expect(words.contains("nest more than 256 deep") && words.utf8.count < 1_000)
        let stored = #expect(throws: StoreError.self) { try SQLValue.json(Self.value(depth)) }
        #expect(stored?.code == .invalid)
    }

    @Test(arguments: [65, 510, 2_000, 4_000, 100_000])
    func `a path has at most 64 steps; a longer one is not a path`(_ depth: Int) throws {
        #expect(FieldPath(parsing: Array(repeating: "a", count: 64).joined(separator: "."))?.steps.count == 64)
        let names = Array(repeating: "a", count: depth).joined(separator: ".")
        let items = "a" + String(repeating: "[0]", count: depth)
        for text in [names, items] {
            #expect(FieldPath(parsing: text) == nil)
            #expect(FieldPath.isTooDeep(text))
            let error = #expect(throws: DecodingError.self) {
                try JSON.decode([FieldPath].self, from: Data("[\"\(text)\"]".utf8))
            }
            #expect("\(try #require(error))".utf8.count < 1_000)
        }
    }

    /// The deepest value that a submitter can make: a path of the maximum length that ends in a document of the maximum
    /// depth.
    @Test
    func `a path and a document of the maximum depth together can be read and written`() throws {
        let yaml = Self.nested(TreeBuilder.depthLimit, list: false)
        let inner = try Document(text: yaml, name: "value", kind: .invalid).jsonValue
        let path = try #require(FieldPath(parsing: Array(repeating: "b", count: 64).joined(separator: ".")))
        var template = JSONValue.object([:])
        try template.set(inner, at: path.steps[...])
        let job = try JSON.canonical(["template": ["more": template]])
        #expect(try JSONValue(parsing: job)["template"]?["more"] == template)
    }

    @Test
    func `a template that repeats a long value many times is rejected without using memory for it`() throws {
        let long = String(repeating: "x", count: 1 << 20)
        let texts = (0..<2_000).map { JSONValue.string("\($0) {{v}}{{v}}{{v}}") }
        let stage = ResolveStage(
            queue: .init(
                template: .object(["list": .array(texts)]), variables: [TemplateVariable(name: "v", type: .string)],
                allowOverrides: [FieldPath()]),
            plugin: try #require(AgentBench.catalog.runner("mock")))
        let spec = LaunchSpec(
            source: .image("a"), project: "p", entity: "e", author: "a", resource: "mock",
            overrides: Overrides(variables: ["v": .string(long)]))
        let error = #expect(throws: LaunchError.self) { try stage.job(spec, as: .random()) }
        #expect(error?.diagnostics.contains { $0.message.contains("expands to more than 8 MiB") } == true)
        #expect(error?.diagnostics.count == 1)
    }
}
