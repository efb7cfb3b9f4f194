import Glibc
import TestSupport
import Testing

@testable import LaunchServiceManager

@Suite("service manager")
struct ServiceManagerTests {
    @Test
    func `each message is one datagram with a line for each state`() throws {
        let folder = try TemporaryDirectory()
        let receiver = try #require(DatagramReceiver(folder.file("n")))
        let manager = try #require(ServiceManager(variables: ["NOTIFY_SOCKET": folder.file("n")]))
        try manager.send([.ready, .alive, .status("two\nlines")])
        try manager.send([.stopping])
        #expect(receiver.next() == "READY=1\nWATCHDOG=1\nSTATUS=two lines")
        #expect(receiver.next() == "STOPPING=1")
        #expect(receiver.next() == nil)
    }

    @Test
    func `a socket without a file is reached by its name`() throws {
        let name = "@launch-test-\(getpid())"
        let receiver = try #require(DatagramReceiver(name))
        try #require(ServiceManager(variables: ["NOTIFY_SOCKET": name])).send([.ready])
        #expect(receiver.next() == "READY=1")
    }

    @Test
    func `a manager that does not read delays nothing`() throws {
        let folder = try TemporaryDirectory()
        let receiver = try #require(DatagramReceiver(folder.file("n")))
        let manager = try #require(ServiceManager(variables: ["NOTIFY_SOCKET": folder.file("n")]))
        // More messages than the kernel keeps for a socket.
        for _ in 0..<5000 { try manager.send([.alive]) }
        #expect(receiver.next() == "WATCHDOG=1")
    }

    @Test(arguments: ["/nonexistent/socket", "/\(String(repeating: "x", count: 200))"])
    func `a socket that is gone is an error, which names it`(path: String) throws {
        let manager = try #require(ServiceManager(variables: ["NOTIFY_SOCKET": path]))
        let failure = #expect(throws: ServiceManager.Failure.self) { try manager.send([.ready]) }
        #expect(failure?.path == path)
    }

    @Test(arguments: [nil, "", "@", "relative", "/"])
    func `without the address of a socket there is no manager`(path: String?) {
        #expect(ServiceManager(variables: path.map { ["NOTIFY_SOCKET": $0] } ?? [:]) == nil)
    }

    @Test(arguments: [
        (["WATCHDOG_USEC": "600000000"], Duration.seconds(600)), ([:], nil), (["WATCHDOG_USEC": "0"], nil),
        (["WATCHDOG_USEC": "soon"], nil), (["WATCHDOG_USEC": "5", "WATCHDOG_PID": "77"], .microseconds(5)),
        (["WATCHDOG_USEC": "5", "WATCHDOG_PID": "78"], nil),
    ])
    func `the watchdog's limit is for this process only`(variables: [String: String], expected: Duration?) throws {
        let all = variables.merging(["NOTIFY_SOCKET": "/run/n"]) { $1 }
        #expect(try #require(ServiceManager(variables: all, process: 77)).watchdog == expected)
    }
}
