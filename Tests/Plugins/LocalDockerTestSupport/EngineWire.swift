internal import EngineTestSupport
internal import Foundation
package import LaunchConformance
internal import LaunchContainerEngine
package import LaunchHost
package import LaunchLocalDocker
internal import Synchronization

/// The way between a runner and the container engine, for the conformance kit: a proxy before the engine's socket.
package struct EngineWire: Sendable {
    package let wire: HTTPWire
    /// The address of the proxy, for `DOCKER_HOST`.
    package let host: String

    /// Makes the socket of the proxy in a folder.
    /// - Throws: an error if the engine has no unix socket.
    package init(in folder: String) async throws {
        guard case .unix(let socket) = try await EngineFixture.engine().address else {
            throw EngineFixtureFault(description: "the proxy needs an engine with a unix socket")
        }
        let path = "\(folder)/engine.sock"
        host = "unix://\(path)"
        // An engine has no limit of calls, and its lists are never late.
        wire = try HTTPWire(
            to: .unixSocket(socket), listeningOn: path, throttled: nil,
            isSubmit: { $0.method == "POST" && $0.target.contains("/containers/create") })
    }

    /// A runner whose calls go through the proxy, as in a program that has just started.
    package static func runner(host: String, home: String) -> LocalDockerRunner {
        var variables = ProcessInfo.processInfo.environment
        (variables["DOCKER_HOST"], variables["LAUNCH_HOME"]) = (host, home)
        return LocalDockerRunner(variables: variables)
    }
}

/// The runs of one test, and what they have left in the engine. Other tests use the same engine.
package final class RunObjects: Sendable {
    private let runs = Mutex<Set<RunID>>([])

    package init() {}

    package func note(_ id: RunID) { runs.withLock { _ = $0.insert(id) } }

    /// The containers and networks of the runs.
    package func left() async throws -> Set<String> {
        let engine = try await EngineFixture.engine()
        var found: Set<String> = []
        for id in runs.withLock(\.self) {
            let label = "launch.run=\(id)"
            found.formUnion(try await engine.containers(labels: [label]).map { "container \($0.id) of \(id)" })
            found.formUnion(try await engine.networks(labels: [label]).map { "network \($0) of \(id)" })
        }
        return found
    }
}
