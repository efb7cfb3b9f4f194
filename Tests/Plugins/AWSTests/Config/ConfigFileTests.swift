import Foundation
import LaunchHost
import TestSupport
import Testing

@testable import LaunchAWS
@testable import LaunchAWSKit

struct ConfigFileTests {
    private let folder: TemporaryDirectory

    init() throws {
        folder = try TemporaryDirectory()
    }

    private func settings(
        _ variables: [String: String] = [:], profile: String? = nil, region: String? = nil
    ) throws -> ProfileSettings {
        try ProfileSettings(
            variables: AWSVariables(["HOME": folder.path].merging(variables) { $1 }), profile: profile, region: region)
    }

    @Test func `files that do not exist are empty`() throws {
        let found = try settings()
        #expect(found.config.configFile == folder.file(".aws/config"))
        #expect(found.config.profiles.isEmpty)
        #expect(found.profile.value == "default")
        #expect(found.region == nil)
    }

    @Test
    func `variables set the paths of the files`() throws {
        try folder.write("my/config", "[default]\nregion = eu-west-1\n")
        try folder.write("keys", "[default]\naws_access_key_id = A\n")
        let found = try settings([
            "WHERE": folder.file("my"), "AWS_CONFIG_FILE": "${WHERE}/config", "AWS_SHARED_CREDENTIALS_FILE": "~/keys",
        ])
        #expect(found.region == Setting("eu-west-1", from: .file(folder.file("my/config"), line: 2)))
        #expect(found.section?["aws_access_key_id"]?.place == folder.file("keys") + ":2")
    }

    @Test func `a file that cannot be read is an error`() throws {
        // A directory in its place, because root can read files of any mode.
        try folder.write("config/inner", "")
        let error = try #require(throws: AWSError.self) { _ = try settings(["AWS_CONFIG_FILE": folder.file("config")]) }
        #expect(error.kind == .configuration)
        #expect(error.message.contains(folder.file("config") + ": The file cannot be read: this is a folder"))
    }

    @Test
    func `a file that is not UTF-8 is an error with its line`() throws {
        try folder.write(".aws/config", Array("[default]\nregion = ä\nx = ".utf8) + [0xff, 0x0a])
        let error = try #require(throws: AWSError.self) { _ = try settings() }
        #expect(error.diagnostic?.line == 3)
    }

    @Test
    func `the first setting of the profile applies`() throws {
        try folder.write(".aws/config", "[profile a]\n[profile b]\n[profile c]\n[default]\n")
        #expect(try settings(["AWS_PROFILE": "a", "AWS_DEFAULT_PROFILE": "b"], profile: "c").profile.value == "c")
        #expect(try settings(["AWS_PROFILE": "a", "AWS_DEFAULT_PROFILE": "b"]).profile.value == "a")
        #expect(try settings(["AWS_DEFAULT_PROFILE": "b"]).profile.value == "b")
        #expect(try settings(["AWS_PROFILE": ""]).profile.value == "default")
    }

    @Test
    func `the first setting of the region applies`() throws {
        try folder.write(".aws/config", "[default]\nregion = d\n")
        let variables = ["AWS_REGION": "a", "AWS_DEFAULT_REGION": "b"]
        #expect(try settings(variables, region: "c").region?.value == "c")
        #expect(try settings(variables).region?.value == "a")
        #expect(try settings(["AWS_DEFAULT_REGION": "b"]).region?.value == "b")
        #expect(try settings().region?.value == "d")
    }

    @Test
    func `a misspelt profile is an error with a suggestion`() throws {
        try folder.write(".aws/config", "[profile training]\n[default]\n")
        let error = try #require(throws: AWSError.self) { _ = try settings(["AWS_PROFILE": "trainnig"]) }
        #expect(error.kind == .configuration)
        #expect(error.message.contains("AWS_PROFILE"))
        #expect(error.message.contains("did you mean 'training'?"))
        #expect(error.backendError.category == .configuration)
    }

    @Test(
        arguments: [
            (["AWS_ENDPOINT_URL_STS": "http://a", "AWS_ENDPOINT_URL": "http://b"], nil, "http://a"),
            (["AWS_ENDPOINT_URL": "http://b"], nil, "http://b"),
            (["AWS_ENDPOINT_URL_STS": "http://a"], "http://c", "http://c"),
            ([:], nil, "http://profile"),
            (["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true", "AWS_ENDPOINT_URL": "http://b"], nil, nil),
        ] as [([String: String], String?, String?)])
    func `endpoint settings in order of precedence`(
        _ variables: [String: String], _ configured: String?, _ expected: String?
    ) throws {
        try folder.write(".aws/config", "[default]\nendpoint_url = http://profile\n")
        let endpoints = EndpointSettings(try settings(variables), configured: configured)
        #expect(endpoints.override(for: .sts)?.url == expected)
    }
}
