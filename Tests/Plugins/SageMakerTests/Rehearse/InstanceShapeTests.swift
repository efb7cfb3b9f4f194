import LaunchHost
import Testing

@testable import LaunchSageMaker

struct InstanceShapeTests {
    @Test(
        arguments: [
            ("ml.m5.large", 2, 8, 0), ("ml.m5.24xlarge", 96, 384, 0), ("ml.m4.10xlarge", 40, 160, 0),
            ("ml.c5.9xlarge", 36, 72, 0), ("ml.c4.xlarge", 4, 7.5, 0), ("ml.c4.8xlarge", 36, 60, 0),
            ("ml.c5n.xlarge", 4, 10.5, 0), ("ml.c5n.18xlarge", 72, 192, 0), ("ml.r5.2xlarge", 8, 64, 0),
            ("ml.t3.medium", 2, 4, 0), ("ml.m7i-flex.xlarge", 4, 16, 0), ("ml.r8i.96xlarge", 384, 3072, 0),
            ("ml.g4dn.xlarge", 4, 16, 1), ("ml.g4dn.12xlarge", 48, 192, 4), ("ml.g5.16xlarge", 64, 256, 1),
            ("ml.g5.48xlarge", 192, 768, 8), ("ml.g6e.24xlarge", 96, 768, 4), ("ml.g7e.12xlarge", 48, 512, 2),
            ("ml.p3.2xlarge", 8, 61, 1), ("ml.p4d.24xlarge", 96, 1152, 8), ("ml.p5.48xlarge", 192, 2048, 8),
            ("ml.trn1.32xlarge", 128, 512, 0),
        ] as [(String, Int, Double, Int)])
    func `has the processors, memory and GPUs that AWS publishes`(
        type: String, cpus: Int, memory: Double, gpus: Int
    ) throws {
        let shape = try #require(InstanceShape(type))
        #expect((shape.cpus, shape.memoryGiB, shape.gpus) == (cpus, memory, gpus))
    }

    @Test(arguments: ["m5.large", "ml.m5", "ml.zz.large", "ml.m5.huge", "ml.m5.0xlarge", "ml.m5.xlarge.x", ""])
    func `is not guessed for an unknown type`(type: String) {
        #expect(InstanceShape(type) == nil)
    }

    @Test func `is known for each training type, except those that AWS has not published`() throws {
        let shape = try #require(ServiceModel.bundled.shapes.first { $0.name == "TrainingInstanceType" })
        guard case .text(let text) = shape.kind else { throw BackendError(.invalid, "\(shape.kind)") }
        let types = text.words
        let unknown = types.filter { InstanceShape($0) == nil }
        #expect(types.count > 200)
        #expect(unknown.allSatisfy { $0.hasPrefix("ml.g7.") || $0.hasPrefix("ml.p6e-gb200.") }, "\(unknown)")
    }
}
