import AWSStub
import Foundation
import LaunchHost
import Testing

@testable import LaunchSageMaker

/// Logs of any size are read with the memory of a few pages.
@Suite(.timeLimit(.minutes(30))) struct HugeLogTests {
    private static var residentKilobytes: Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") } ?? ""
        return Int(line.filter(\.isNumber)) ?? 0
    }

    /// In a process of its own: the memory of the tests that run beside it counts otherwise.
    @Test func `memory does not grow with the log`() async throws {
        await #expect(processExitsWith: .success) { try await HugeLogTests.readHugeLog() }
    }

    static func readHugeLog() async throws {
        let megabytes = 120
        let bench = try LogsBench(keepsCalls: false)
        let filling = String(repeating: "loss 0.1234 ", count: 330)
        for host in 1...2 {
            bench.stub.logs.add(stream: "job-1/algo-\(host)-1", count: megabytes / 2 * 250) { number in
                StubLogEvent("\(host) \(number) \(filling)", time: LogsBench.at(Double(number)))
            }
        }
        bench.set(1_000_000)
        bench.end(at: 900_000)
        var (lines, bytes) = (0, 0)
        var early = 0
        var next = [0, 0]
        let began = ContinuousClock.now
        for try await batch in bench.logs(hosts: 2).stream(from: nil, follow: false) {
            for line in batch {
                lines += 1
                bytes += line.text.utf8.count
                let host = line.host == "algo-1" ? 0 : 1
                if line.text.hasPrefix("\(host + 1) \(next[host]) ") { next[host] += 1 }
            }
            if early == 0, bytes > megabytes << 18 { early = residentKilobytes }
        }
        let taken = (ContinuousClock.now - began) / .seconds(1)
        let grown = residentKilobytes - early
        print(
            "A log of \(bytes >> 20) MiB: \(Int(Double(bytes >> 20) / taken)) MiB/s with the stub in the same process; "
                + "memory grew by \(grown) kB after the first quarter, to \(residentKilobytes) kB.")
        #expect(lines == megabytes * 250)
        #expect(next == [megabytes * 125, megabytes * 125])
        #expect(grown < 32_768)
    }
}
