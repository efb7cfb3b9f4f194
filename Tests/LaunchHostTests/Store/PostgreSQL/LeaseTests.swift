import Testing

@testable import LaunchStore

/// The arithmetic of leases on times that a server tells.
@Suite struct LeaseTests {
    @Test(arguments: [Int64.min, -1, 0, 1_796_000_000_000, Int64.max - 1, Int64.max])
    func `a lease from any time ends later, or at the end of time`(now: Int64) {
        let end = LeasedOwners.end(ofLeaseFrom: now)
        #expect(end > now || end == .max)
        #expect(end == .max || end - now == LeasedOwners.lease)
    }
}
