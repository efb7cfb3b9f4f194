import Foundation
import LaunchHTTP
import LaunchHost
import LaunchSubprocess
import TestSupport
import Testing

@testable import LaunchAWS
@testable import LaunchAWSKit

/// The calls to STS against moto's server, an independent implementation, if it is installed.
struct MotoSTSTests {
    private static let moto = Tool.path("moto_server")

    @Test(.enabled(if: moto != nil, "moto_server is not on the PATH: STS is checked against the stub only"))
    func `STS of moto answers as the stub does`() async throws {
        let port = try #require(freePort())
        let moto = try #require(Self.moto)
        let server = Task {
            try await Subprocess.run(moto, ["-H", "127.0.0.1", "-p", "\(port)"], timeout: .seconds(600))
        }
        defer { server.cancel() }
        let url = "http://127.0.0.1:\(port)"
        let client = HTTPClient(configuration: .init(proxy: .direct))
        let isUp = await eventually {
            (try? await client.send(HTTPRequest(.get, "\(url)/moto-api/")))?.status == 200
        }
        try #require(isUp, "moto_server does not start")
        let home = try TemporaryDirectory()
        let token = try home.write("token", "planted-jwt")
        let runtime = AWSRuntime(http: client, userAgent: "test")
        let standard = ["HOME": home.path, "AWS_EC2_METADATA_DISABLED": "true"]
        let keys = ["AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "planted"]
        let web = ["AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/web", "AWS_WEB_IDENTITY_TOKEN_FILE": token]
        func environment(
            _ variables: [String: String], region: String = "us-east-1", role: String? = nil
        ) throws -> AWSEnvironment {
            try AWSEnvironment(
                .init(region: region, roleARN: role, endpointURL: url), variables: standard.merging(variables) { $1 },
                runtime: runtime)
        }
        let own = try await environment(keys).verify()
        #expect(
            own
                == Identity(
                    principal: "arn:aws:sts::123456789012:user/moto", account: "123456789012", region: "us-east-1"))
        let assumed = try await environment(keys, role: "arn:aws:iam::123456789012:role/launch").verify()
        #expect(assumed.principal.contains("assumed-role/launch/launch-"))
        let identity = try await environment(web).verify()
        #expect(identity.principal.contains("assumed-role/web/launch-"))
        let china = try await environment(keys, region: "cn-north-1").verify()
        #expect(china.principal.hasPrefix("arn:aws-cn:"))
        server.cancel()
        _ = try? await server.value
    }
}
