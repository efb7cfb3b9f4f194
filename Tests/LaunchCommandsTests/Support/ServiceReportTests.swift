import LaunchServiceManager
import Testing

@testable import LaunchCommands

@Suite("service report")
struct ServiceReportTests {
    @Test
    func `the first report is of readiness, and each one of a healthy agent feeds the watchdog`() {
        var report = ServiceReport()
        #expect(report.next(silent: []).states == [.ready, .alive, .status("Serving.")])
        #expect(report.next(silent: []).states == [.alive, .status("Serving.")])
    }

    @Test
    func `while a part is silent the watchdog gets nothing, and the log one line`() {
        var report = ServiceReport()
        _ = report.next(silent: [])
        let (states, change) = report.next(silent: ["store", "b"])
        #expect(states == [.status("Waiting for an answer of: store, b.")])
        #expect(change == .silent("store, b"))
        #expect(report.next(silent: ["store", "b"]).change == nil)
        #expect(report.next(silent: ["b"]).change == .silent("b"))
        let (later, end) = report.next(silent: [])
        #expect(later.contains(.alive))
        #expect(end == .recovered)
        #expect(report.next(silent: []).change == nil)
    }
}
