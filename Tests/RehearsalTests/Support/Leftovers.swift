import EngineTestSupport
import Foundation
import LaunchHost

/// The leftovers of a rehearsal: containers and networks in the engine, files in the home.
enum Leftovers {
    static func of(_ id: RunID, home: String) async throws -> [String] {
        let files = FileManager.default.enumerator(atPath: home)?.compactMap { $0 as? String } ?? []
        return try await EngineFixture.names(labelled: "launch.run=\(id)") + files.filter { $0.contains(id.rawValue) }
    }
}
