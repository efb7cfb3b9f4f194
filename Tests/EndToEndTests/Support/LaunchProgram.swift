import EngineTestSupport
import Foundation
import Testing

/// The built program, in the folder of the test bundle.
enum LaunchProgram {
    static var path: String {
        get throws {
            let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
            return URL(fileURLWithPath: tests).deletingLastPathComponent().appendingPathComponent("launch").path
        }
    }
}

extension Trait where Self == ConditionTrait {
    /// Only if tests may use a container engine.
    static var needsEngine: Self { .enabled(if: EngineFixture.isWanted, "\(EngineFixture.skipReason)") }
}
