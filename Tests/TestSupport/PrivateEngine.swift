import Foundation

/// A container engine that reaches a registry under an ECR host name, without changes to the machine. It runs in a
/// private mount namespace with a copy of `/etc`, in which the name resolves to loopback and the authority is trusted.
public final class PrivateEngine: Sendable {
    /// Why it cannot run here; nil if it can.
    public static let obstacle: String? = {
        if geteuid() != 0 { return "not root: a mount namespace and port 443 are root's" }
        for tool in ["dockerd", "unshare", "nsenter"] where Tool.path(tool) == nil { return "\(tool) is not installed" }
        if !TestDocker.isWanted || !RegistryServer.isWanted {
            return "LAUNCH_TEST_NO_ENGINE=1 or LAUNCH_TEST_NO_REGISTRY=1"
        }
        // Root in a container may lack this privilege.
        if (try? Tool.run("unshare", ["--mount", "true"])) == nil { return "no mount namespace can be made here" }
        return nil
    }()

    /// The engine did not start.
    public struct CannotStart: Error, CustomStringConvertible {
        /// The end of its log.
        public let description: String
    }

    /// The value for `DOCKER_HOST`.
    public let dockerHost: String
    private let folder: TemporaryDirectory
    private let leash = Pipe()
    private let processID: Int32

    /// Starts an engine in which `host` resolves to `address`. It and the other programs of the namespace trust `caFile` for
    /// it; without a file, they trust only the system's authorities.
    public init(host: String, at address: String, caFile: String?) async throws {
        folder = try TemporaryDirectory()
        dockerHost = "unix://" + folder.file("s")
        // The shell stops the engine when the pipe is closed, even if the tests crash.
        let script = """
            set -e
            cd "$0"; mkdir etc; cp -a /etc/. etc/
            if [ -n "$3" ]; then mkdir -p "etc/docker/certs.d/$1"; cp "$3" "etc/docker/certs.d/$1/ca.crt"; fi
            echo "$2 $1" >>etc/hosts
            mount --bind "$0/etc" /etc
            dockerd --data-root "$0/data" --exec-root "$0/exec" -H "unix://$0/s" --pidfile "$0/pid" --iptables=false \
            --bridge=none </dev/null >"$0/log" 2>&1 &
            read _ || true
            kill $!; wait $! || true
            """
        let process = ChildProcess()
        process.executableURL = URL(fileURLWithPath: try requirePath("unshare"))
        process.arguments = [
            "--mount", "--propagation", "private", "bash", "-c", script, folder.path, host, address, caFile ?? "",
        ]
        process.environment = ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "", "HOME": folder.path]
        process.setStreams(input: leash, output: FileHandle.nullDevice, errors: FileHandle.nullDevice)
        try process.run()
        processID = process.processIdentifier
        let up = await eventually { (try? self.run("docker", ["version"])) != nil }
        guard up else {
            let log = (try? String(contentsOfFile: folder.file("log"), encoding: .utf8)) ?? ""
            throw CannotStart(description: "dockerd does not come up: \(log.suffix(2000))")
        }
    }

    deinit {
        try? leash.fileHandleForWriting.close()
        // The folder can be removed only after the engine has ended.
        for _ in 0..<200 where FileManager.default.fileExists(atPath: folder.file("pid")) { usleep(50_000) }
    }

    /// Runs a program in the engine's mount namespace.
    @discardableResult
    public func run(
        _ program: String, _ arguments: [String], environment: [String: String] = [:]
    ) throws -> String {
        try Tool.run(
            "nsenter", ["--target", "\(processID)", "--mount", "--wd=/", program] + arguments,
            environment: environment.merging(["DOCKER_HOST": dockerHost, "no_proxy": "*", "NO_PROXY": "*"]) { $1 })
    }
}

private func requirePath(_ name: String) throws -> String {
    guard let path = Tool.path(name) else { throw PrivateEngine.CannotStart(description: "\(name) is not installed") }
    return path
}
