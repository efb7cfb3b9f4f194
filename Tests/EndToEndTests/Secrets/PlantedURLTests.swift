import Foundation
import TestSupport
import Testing

/// A password in an address. To cover another address, add an entry to `all`.
struct PlantedAddress: Sendable, CustomTestStringConvertible {
    var name: String
    /// `PASSWORD` is the planted one.
    var variables: [String: String] = [:]
    var config = "environment: {type: local}\n"
    var commands: [[String]]
    /// Whether the user types it as an argument, which other users can read while the program runs.
    var isTyped = false

    var testDescription: String { name }

    private static let aws = "environment: {type: aws, region: us-east-1}\n"
    private static let keys = [
        "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "no-secret-of-anybody-here",
    ]

    static let all = [
        PlantedAddress(
            name: "git repository",
            commands: [
                ["plan", "-r", "local-docker", "--git", "https://user:PASSWORD@127.0.0.1:1/team/repo.git"],
                ["run", "-r", "local-docker", "--git", "https://PASSWORD@127.0.0.1:1/team/repo.git"],
                ["submit", "-q", "q", "--git", "https://user:PASSWORD@127.0.0.1:1/team/repo.git"],
                ["job", "create", "git", "https://user:PASSWORD@127.0.0.1:1/team/repo.git", "--name", "j"],
            ], isTyped: true),
        PlantedAddress(
            name: "image",
            commands: [
                ["plan", "-r", "local-docker", "--image", "user:PASSWORD@127.0.0.1:1/team/image:1"],
                ["submit", "-q", "q", "--image", "https://user:PASSWORD@127.0.0.1:1/team/image:1"],
            ], isTyped: true),
        PlantedAddress(
            name: "registry", config: "registry: {type: local, uri: \"user:PASSWORD@127.0.0.1:1/team\"}\n",
            commands: [["config", "check"], ["doctor"], ["plan", "-r", "local-docker", "--image", "x:1"]]),
        PlantedAddress(
            name: "registry with a scheme",
            config: "registry: {type: local, uri: \"https://user:PASSWORD@127.0.0.1:1/team\"}\n",
            commands: [["config", "check"], ["doctor"], ["plan", "-r", "local-docker", "--image", "x:1"]]),
        PlantedAddress(
            name: "engine", variables: ["DOCKER_HOST": "tcp://user:PASSWORD@127.0.0.1:1"],
            commands: [["doctor"], ["plan", "-r", "local-docker", "--image", "x:1"]]),
        PlantedAddress(
            name: "engine in the configuration",
            config: "runner: {type: local-docker, engine: \"tcp://user:PASSWORD@127.0.0.1:1\"}\n",
            commands: [["config", "check"], ["doctor"], ["plan", "-r", "local-docker", "--image", "x:1"]]),
        PlantedAddress(
            name: "AWS endpoint",
            variables: keys.merging(["AWS_ENDPOINT_URL": "http://user:PASSWORD@127.0.0.1:1"]) { $1 },
            config: aws, commands: [["config", "check"], ["doctor"], ["doctor", "--json"]]),
        PlantedAddress(
            name: "proxy that rejects requests",
            variables: keys.merging([
                "http_proxy": "http://user:PASSWORD@127.0.0.1:PORT", "AWS_ENDPOINT_URL": "http://aws.example",
            ]) { $1 },
            config: aws, commands: [["doctor"], ["doctor", "--json"]]),
        PlantedAddress(
            name: "unreachable proxy",
            variables: keys.merging([
                "https_proxy": "http://user:PASSWORD@127.0.0.1:1", "AWS_ENDPOINT_URL": "https://aws.example",
            ]) { $1 },
            config: aws, commands: [["doctor"], ["doctor", "--json"]]),
    ]
}

@Suite("Planted: passwords in addresses", .timeLimit(.minutes(30)))
struct PlantedURLTests {
    @Test(arguments: PlantedAddress.all)
    func `the password of a URL is in no output and no file`(_ address: PlantedAddress) async throws {
        let proxy = try TestServer { request in
            let sent = request.header("Proxy-Authorization") ?? ""
            return .text("you sent \(sent)", status: 407, headers: [("Proxy-Authenticate", "Basic realm=\"\(sent)\"")])
        }
        // Characters that an address can contain unencoded.
        let plant = Plant(place: address.name, value: "planted\(UUID().uuidString.replacing("-", with: ""))x")
        func filled(_ text: String) -> String {
            text.replacing("PASSWORD", with: plant.value).replacing("PORT", with: "\(proxy.port)")
        }
        let garden = try Garden(
            variables: ["DOCKER_HOST": "unix:///none.sock", "AWS_EC2_METADATA_DISABLED": "true"]
                .merging(address.variables.mapValues(filled)) { $1 },
            files: [".config/launch/launch-config.yaml": filled(address.config)], plants: [plant])
        try await garden.succeeding("queue", "create", "q", "--resource", "local-docker")
        func perform() async throws {
            for words in address.commands { try await garden.says(words.map(filled)) }
        }
        if address.isTyped { try await perform() } else { try await garden.witness.watching(perform) }
        garden.expectNothing()
    }

    /// A registry on this machine is used without TLS, so a proxy could read the login.
    @Test func `no proxy is used for this machine`() async throws {
        let proxy = try TestServer { _ in .text("", status: 502) }
        let registry = try TestServer { request in
            request.header("Authorization") == nil
                ? .text("", status: 401, headers: [("WWW-Authenticate", "Basic realm=\"r\"")])
                : .text("", status: 404, headers: [("Docker-Distribution-Api-Version", "registry/2.0")])
        }
        let plant = Plant.new("registry password")
        let garden = try Garden(
            variables: [
                "http_proxy": proxy.url, "all_proxy": proxy.url, "LOGIN": plant.value,
                "DOCKER_HOST": "unix:///none.sock",
            ],
            files: [
                ".config/launch/launch-config.yaml":
                    "registry: {type: local, uri: \"localhost:\(registry.port)\", username: u, password_env: LOGIN}\n"
            ], plants: [plant])
        try await garden.says(["plan", "-r", "local-docker", "--image", "localhost:\(registry.port)/x:1"])
        #expect(registry.requestCount > 1)
        #expect(proxy.requestCount == 0)
        garden.expectNothing()
    }

    /// A login comes from the configuration, never from a file that libcurl reads by default.
    @Test func `no netrc file is read`() async throws {
        let asked = try TestServer { request in
            request.header("Authorization") == nil
                ? .text("", status: 401, headers: [("WWW-Authenticate", "Basic realm=\"r\"")])
                : .text("the .netrc was read", status: 500)
        }
        let plant = Plant.new("a .netrc")
        let garden = try Garden(
            variables: ["DOCKER_HOST": "unix:///none.sock"],
            files: [
                ".netrc":
                    "machine 127.0.0.1 login u password \(plant.value)\ndefault login u password \(plant.value)\n",
                ".config/launch/launch-config.yaml": "registry: {type: local, uri: \"127.0.0.1:\(asked.port)\"}\n",
            ], plants: [plant])
        let answer = try await garden.says(["plan", "-r", "local-docker", "--image", "127.0.0.1:\(asked.port)/x:1"])
        #expect(answer.code == 77, "\(answer)")
        #expect(answer.errors.contains("requires a login, or another one than it got"), "\(answer)")
        garden.expectNothing()
    }
}
