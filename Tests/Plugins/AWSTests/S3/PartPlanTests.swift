import Testing
@testable import LaunchAWS
@testable import LaunchAWSKit

@Suite struct PartPlanTests {
    @Test(arguments: [0, 1, 5 << 20, 100 << 30, 5 << 40, 40 << 40] as [Int64])
    func `parts cover the object within the bounds`(_ total: Int64) throws {
        let plan = try PartPlan.upload(total, partSize: 8 << 20)
        #expect(plan.count <= 10_000)
        #expect(plan.partSize >= 5 << 20)
        #expect(plan.partSize <= 5 << 30)
        guard plan.count > 0 else {
            #expect(total == 0)
            return
        }
        #expect(plan.range(0).lowerBound == 0)
        #expect(plan.range(plan.count - 1).upperBound == total)
        if plan.count > 1 { #expect(plan.range(0).upperBound == plan.range(1).lowerBound) }
    }

    @Test func `an object over the size limit is an error`() {
        #expect(throws: AWSError.self) { try PartPlan.upload(.max, partSize: 8 << 20) }
    }
}
