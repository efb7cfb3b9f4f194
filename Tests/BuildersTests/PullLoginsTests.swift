import Foundation
import LaunchContainerEngine
import LaunchHost
import LaunchRegistryLogins
import Synchronization
import TestSupport
import Testing

/// The order of several known logins.
@Suite("logins for pulls") struct PullLoginsTests {
    private struct Cloud: PullLoginOffering {
        var error: BackendError.Category?
        func verify() async throws(BackendError) -> Identity { Identity(principal: "me") }
        func login(toPull image: ImageReference) async throws(BackendError) -> RegistryAccess.Login? {
            guard image.host == "cloud.example.com" else { return nil }
            if let error { throw BackendError(error, "the cloud gives no login") }
            return RegistryAccess.Login(username: "cloud", password: Secret("cloud-password"))
        }
    }

    private struct Configured: Registry {
        func resolve(_ reference: ImageReference) async throws(BackendError) -> PinnedImage? { nil }
        func destination(for key: ContentKey, repository: String?) throws(BackendError) -> ImageReference {
            ImageReference(host: "own.example.com", repository: "x", tag: key.tag)
        }
        func access() async throws(BackendError) -> RegistryAccess {
            .remote(
                host: "own.example.com", login: .init(username: "configured", password: Secret("configured-password")))
        }
    }

    private let folder: TemporaryDirectory

    init() throws {
        folder = try TemporaryDirectory()
        let entries = ["own.example.com", "cloud.example.com", "https://index.docker.io/v1/"].map { host in
            "\"\(host)\": {\"auth\": \"\(Data("docker:docker-password".utf8).base64EncodedString())\"}"
        }
        try folder.write("config.json", "{\"auths\": {\(entries.joined(separator: ","))}}")
    }

    private func user(of image: String, cloud: Cloud = Cloud(), registry: (any Registry)? = Configured()) async throws
        -> String?
    {
        let logins = PullLogins(
            PluginContext(environment: cloud, variables: ["DOCKER_CONFIG": folder.path]))
        return try await logins.login(toPull: ImageReference(parsing: image), registry: registry)?.username
    }

    @Test func `the configured login precedes the environment's, which precedes docker's`() async throws {
        #expect(try await user(of: "own.example.com/a") == "configured")
        #expect(try await user(of: "own.example.com/a", registry: nil) == "docker")
        #expect(try await user(of: "cloud.example.com/a") == "cloud")
        #expect(try await user(of: "team/private") == "docker")
        #expect(try await user(of: "other.example.com/a") == nil)
        #expect(try await user(of: "own.example.com:5000/a") == nil)
    }

    @Test func `docker's login is used if the environment does not have one; a temporary failure is an error`()
        async throws
    {
        for category in [BackendError.Category.denied, .configuration] {
            #expect(try await user(of: "cloud.example.com/a", cloud: Cloud(error: category)) == "docker")
        }
        for category in [BackendError.Category.throttled, .transient, .expired, .unavailable, .cancelled] {
            let error = await #expect(throws: BackendError.self) {
                _ = try await user(of: "cloud.example.com/a", cloud: Cloud(error: category))
            }
            #expect(error?.category == category)
        }
    }

    @Test func `docker's password is masked in output`() async throws {
        _ = try await user(of: "team/private")
        #expect(!SecretMask.shared.mask("it said docker-password").contains("docker-password"))
    }
}
