internal import Foundation
public import LaunchContainerEngine
internal import LaunchCrypto
internal import LaunchHTTP
internal import LaunchSubprocess
internal import TestSupport

/// The container engine that tests use, and a small image in it.
///
/// The image is made from the machine's busybox without a network. It stays in the engine, because another test run may
/// use it at the same time.
public enum EngineFixture {
    /// The image's name.
    public static let imageName = "launch-test-busybox:1"

    /// Whether tests may use an engine. False with `LAUNCH_TEST_NO_ENGINE=1`.
    public static var isWanted: Bool { ProcessInfo.processInfo.environment["LAUNCH_TEST_NO_ENGINE"] != "1" }

    /// Why tests with an engine are skipped.
    public static let skipReason = "LAUNCH_TEST_NO_ENGINE=1: tests that need a container engine are not run"

    private static let shared = Task { try await make() }

    /// The engine.
    /// - Throws: `EngineError` with everything that was tried, if no engine responds.
    public static func engine() async throws -> EngineClient { try await shared.value.client }

    /// The test image's ID, `sha256:…`.
    public static func imageID() async throws -> String { try await shared.value.image }

    private static func make() async throws -> (client: EngineClient, image: String) {
        let variables = ProcessInfo.processInfo.environment
        let client = try await EngineLocator(variables: variables).locate(EngineClient.connect(to:)).client
        if let image = try await client.image(imageName) { return (client, image.id) }
        try await importImage(to: client)
        guard let image = try await client.image(imageName) else { throw Missing("the imported image") }
        return (client, image.id)
    }

    /// A requirement of a fixture that is missing.
    public struct Missing: Error, CustomStringConvertible {
        /// One sentence.
        public let description: String
        init(_ what: String) { description = "A test needs \(what), and it is not there." }
    }

    /// The ID of a busybox image with symbolic links, by their paths, and a user.
    public static func image(links: [String: String], user: String = "root") async throws -> String {
        let client = try await engine()
        let facts = "\(links.sorted { $0.key < $1.key }) \(user)"
        let name = "launch-test-links:\(SHA256.hex(facts.utf8).prefix(12))"
        if let image = try await client.image(name) { return image.id }
        try await importImage(name, links: links, changes: ["USER \(user)"], to: client)
        guard let image = try await client.image(name) else { throw Missing("an image with links") }
        return image.id
    }

    private static func importImage(to client: EngineClient) async throws {
        try await importImage(imageName, to: client)
    }

    /// Imports busybox with additional programs (`path: script`) under a name, and applies lines of a Dockerfile.
    static func importImage(
        _ name: String, scripts: [String: String] = [:], links: [String: String] = [:], changes: [String] = [],
        to client: EngineClient
    ) async throws {
        guard let busybox = Subprocess.find("busybox") else {
            throw Missing("the program busybox (on Debian: apt-get install busybox-static)")
        }
        let folder = try TemporaryDirectory()
        let applets = try await Subprocess.run(busybox, ["--list"]).stdoutText.split(separator: "\n")
        try folder.write("root/etc/passwd", "root:x:0:0:root:/:/bin/sh\nrunner:x:1000:1000:runner:/:/bin/sh\n")
        try folder.write("root/etc/group", "root:x:0:\nrunner:x:1000:\n")
        try folder.write("root/bin/busybox", [UInt8](try Data(contentsOf: URL(fileURLWithPath: busybox))))
        let manager = FileManager.default
        try manager.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.file("root/bin/busybox"))
        for applet in applets where applet != "busybox" {
            try manager.createSymbolicLink(
                atPath: folder.file("root/bin/\(applet)"), withDestinationPath: "busybox")
        }
        for (path, script) in scripts {
            try folder.write("root/\(path)", script)
            try manager.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.file("root/\(path)"))
        }
        for (path, target) in links {
            let place = URL(fileURLWithPath: folder.file("root/\(path)"))
            try manager.createDirectory(at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
            try manager.createSymbolicLink(atPath: place.path, withDestinationPath: target)
        }
        try manager.createDirectory(atPath: folder.file("root/tmp"), withIntermediateDirectories: true)
        let tar = try await Subprocess.run(
            "tar", ["-c", "-f", folder.file("image.tar"), "--owner=0", "--group=0", "-C", folder.file("root"), "."])
        guard tar.exit.isSuccess else { throw Missing("a working tar (\(tar.stderrText))") }
        let parts = name.split(separator: ":")
        let words = changes.compactMap { $0.addingPercentEncoding(withAllowedCharacters: .alphanumerics) }
        let query = words.map { "&changes=\($0)" }.joined()
        let answer = try await raw(
            .post, "/images/create?fromSrc=-&repo=\(parts[0])&tag=\(parts[1])\(query)", of: client,
            body: .file(path: folder.file("image.tar")))
        guard answer.status == 200, !String(decoding: answer.body, as: UTF8.self).contains("errorDetail") else {
            throw Missing("an engine that imports an image (\(String(decoding: answer.body, as: UTF8.self)))")
        }
    }

    /// The engine's inspect document of a container, decoded independently of the code under test.
    public static func inspect<T: Decodable>(_ id: String, as type: T.Type) async throws -> T {
        let answer = try await raw(.get, "/containers/\(id)/json", of: try await engine())
        return try JSONDecoder().decode(type, from: answer.body)
    }

    /// The number of processes in a container.
    public static func processes(of id: String) async throws -> Int {
        struct Answer: Decodable { var Processes: [[String]] }
        let answer = try await raw(.get, "/containers/\(id)/top", of: try await engine())
        return try JSONDecoder().decode(Answer.self, from: answer.body).Processes.count
    }

    /// Pauses a container.
    public static func pause(_ id: String) async throws {
        let answer = try await raw(.post, "/containers/\(id)/pause", of: try await engine())
        guard answer.status == 204 else { throw Missing("an engine that pauses containers") }
    }

    /// Whether a network is internal; nil if it does not exist.
    public static func isInternal(network name: String) async throws -> Bool? {
        struct Network: Decodable { var Internal: Bool }
        let answer = try await raw(.get, "/networks/\(name)", of: try await engine())
        return answer.status == 404 ? nil : try JSONDecoder().decode(Network.self, from: answer.body).Internal
    }

    /// The names of all containers and networks that carry a label, `launch.run=…`.
    public static func names(labelled label: String) async throws -> [String] {
        struct Container: Decodable { var Names: [String] }
        struct Network: Decodable { var Name: String }
        let client = try await engine()
        let filter = "%7B%22label%22%3A%5B%22\(label.replacingOccurrences(of: "=", with: "%3D"))%22%5D%7D"
        let decoder = JSONDecoder()
        let containers = try decoder.decode(
            [Container].self, from: await raw(.get, "/containers/json?all=1&filters=\(filter)", of: client).body)
        let networks = try decoder.decode(
            [Network].self, from: await raw(.get, "/networks?filters=\(filter)", of: client).body)
        return containers.flatMap(\.Names) + networks.map(\.Name)
    }

    private static let http = HTTPClient()

    private static func raw(
        _ method: HTTPMethod, _ path: String, of client: EngineClient, body: HTTPBody = .none
    ) async throws -> HTTPResponse {
        switch client.address {
        case .unix(let socket):
            try await http.send(
                HTTPRequest(method, "http://engine/v\(client.api)\(path)", body: body, unixSocketPath: socket))
        case .tcp(let host, let port, _):
            try await http.send(HTTPRequest(method, "http://\(host):\(port)/v\(client.api)\(path)", body: body))
        }
    }
}
