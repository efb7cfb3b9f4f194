import Foundation
import Testing

/// The real import graph, against what `Package.swift` declares and the rule that arrows point down only.
@Suite("Module graph")
struct ModuleGraphTests {
    @Test
    func `Each import is declared, and points down`() throws {
        let graph = try ModuleGraph()
        #expect(graph.modules.count > 15)
        #expect(graph.faults() == [])
    }
}
