import Foundation
import TestSupport
import Testing

import LaunchHost
@testable import LaunchAgent
@testable import LaunchStore

@Suite("tries of a delivery") struct HookScheduleTests {
    private let now = Timestamp(milliseconds: 1_000_000)

    @Test func `an accepted message is delivered after any number of tries`() {
        for tries in [1, 2, HookSchedule.mostTries, 1_000] {
            #expect(HookSchedule.end(of: tries, .accepted, at: now) == .delivered)
        }
    }

    @Test func `a failed one is tried again with a growing wait, and then given up`() {
        var waits: [Int64] = []
        for tries in 1..<HookSchedule.mostTries {
            guard case .again(let at, "down") = HookSchedule.end(of: tries, .failed("down"), at: now, random: 0.5)
            else {
                Issue.record("\(tries)")
                continue
            }
            waits.append(at.milliseconds - now.milliseconds)
        }
        #expect(waits.first == 5_000 && waits.last == 3_600_000 && waits == waits.sorted())
        // Most of a day, so that a weekend's outage of a server may lose messages and a night's does not.
        #expect((12 * 3_600_000...24 * 3_600_000).contains(waits.reduce(0, +)))
        #expect(HookSchedule.end(of: HookSchedule.mostTries, .failed("down"), at: now) == .givenUp(error: "down"))
    }
}
