import Foundation
import Testing

/// The real import graph, against what `Package.swift` declares and the rule that arrows point down only.
@Suite("Module graph")
struct ModuleGraphTests {
    @Test("Each import is declared, and points down")
    func arrowsPointDown() throws {
        let graph = try ModuleGraph()
        #expect(graph.modules.count > 15)
        #expect(graph.faults() == [])
    }
}
