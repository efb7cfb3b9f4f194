import Foundation
import Testing

/// The types that the author of a plugin sees: those of `LaunchPluginKit`, and of `LaunchCore`, which it exports.
@Suite
struct PublicSurfaceTests {
    /// A new type raises the number only if a plugin outside this package needs it. Otherwise it is `package`.
    static let most = 81

    @Test
    func `a plugin author sees no more public types than agreed`() throws {
        let types = try ["Core", "PluginKit"].flatMap { try Self.types(below: "Sources/LaunchHost/\($0)") }
        #expect(types.contains("Runner") && types.contains("JSONValue"))
        #expect(types.count == Set(types).count)
        #expect(
            types.count <= Self.most,
            "\(types.count) public types: \(types.sorted().joined(separator: ", "))")
    }

    @Test
    func `a type in a comment, a nested type and a type of the package do not count`() throws {
        let text = """
            // public struct A {}
            public final class B {
                public struct C {}
            }
            package struct D {}
            @frozen public indirect enum E {}
            public protocol F {}
            public extension String {}
            """
        #expect(Self.types(in: text) == ["B", "E", "F"])
    }

    private static func types(below folder: String) throws -> [String] {
        let root = Repository.root.appending(path: folder)
        return try FileManager.default.subpathsOfDirectory(atPath: root.path).filter { $0.hasSuffix(".swift") }
            .flatMap { types(in: try String(contentsOf: root.appending(path: $0), encoding: .utf8)) }
    }

    private static func types(in text: String) -> [String] {
        SwiftCode.lines(text).compactMap { line in
            let pattern =
                #/^(?:@\w+ )*public (?:final |indirect )*(?:struct|enum|class|actor|protocol|typealias) (\w+)/#
            return line.firstMatch(of: pattern).map { String($0.output.1) }
        }
    }
}
