import Foundation
public import LaunchHTTP

/// moto's server. It runs as long as this value exists.
public final class MotoServer: Sendable {
    /// The server did not start.
    public struct CannotStart: Error {}

    /// The path of the program; nil if it is not installed.
    public static let program = Tool.path("moto_server")

    /// The endpoint of all its services.
    public let url: String
    private let leash: Pipe

    /// Starts the server on a free port.
    public init(_ program: String, _ http: HTTPClient) async throws {
        guard let port = freePort() else { throw CannotStart() }
        url = "http://127.0.0.1:\(port)"
        let process = ChildProcess()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        // The shell kills it when the pipe is closed, so it cannot outlive the tests, even if they crash.
        process.arguments = [
            "-c", "\"$0\" -H 127.0.0.1 -p \"$1\" >/dev/null 2>&1 </dev/null & read _; kill -9 $!", program,
            String(port),
        ]
        leash = Pipe()
        process.setStreams(input: leash, output: FileHandle.nullDevice, errors: FileHandle.nullDevice)
        try process.run()
        let health = HTTPRequest(.get, "\(url)/moto-api/", timeout: .seconds(5))
        let up = await eventually { (try? await http.send(health))?.status == 200 }
        guard up else { throw CannotStart() }
    }

    deinit {
        try? leash.fileHandleForWriting.close()
    }
}
