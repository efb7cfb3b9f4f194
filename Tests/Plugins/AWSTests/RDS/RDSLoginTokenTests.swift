import Foundation
import LaunchAWS
import LaunchCore
import LaunchHTTP
import LaunchPluginKit
import TestSupport
import Testing

@testable import LaunchAWSKit

@Suite struct RDSLoginTokenTests {
    /// 2026-11-30 00:15:30 UTC.
    private let time = Date(timeIntervalSince1970: 1_795_997_730)

    private func token(_ host: String, _ port: Int, _ user: String, _ region: String, session: String? = nil) -> String
    {
        let credentials = AWSCredentials(
            accessKeyID: "AKIDEXAMPLE", secretAccessKey: Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
            sessionToken: session.map { Secret($0) })
        return RDSLoginToken.make(
            host: host, port: port, user: user, region: region, credentials: credentials, at: time
        )
        .reveal()
    }

    /// Computed by `generate_db_auth_token` of botocore 1.43.11, with these keys and this time.
    @Test func `a token is the one of botocore`() {
        #expect(
            token("launch.abcdef123456.eu-central-1.rds.amazonaws.com", 5432, "launch_agent", "eu-central-1")
                == "launch.abcdef123456.eu-central-1.rds.amazonaws.com:5432/?Action=connect&DBUser=launch_agent"
                + "&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20261130%2Feu-central-1%2Frds-db"
                + "%2Faws4_request&X-Amz-Date=20261130T001530Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host"
                + "&X-Amz-Signature=d6d39ecb490f0b0ccc0aa5b6405de4ec77cb0f8cc9ab023d42f11b1f623fdf84")
        #expect(
            token(
                "db.cluster-x.us-east-1.rds.amazonaws.com", 6432, "jürgen+ml/agent one", "us-east-1",
                session: "IQoJb3JpZ2luX2VjEXAMPLE//+token==")
                == "db.cluster-x.us-east-1.rds.amazonaws.com:6432/?Action=connect"
                + "&DBUser=j%C3%BCrgen%2Bml%2Fagent%20one&X-Amz-Algorithm=AWS4-HMAC-SHA256"
                + "&X-Amz-Credential=AKIDEXAMPLE%2F20261130%2Fus-east-1%2Frds-db%2Faws4_request"
                + "&X-Amz-Date=20261130T001530Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host"
                + "&X-Amz-Security-Token=IQoJb3JpZ2luX2VjEXAMPLE%2F%2F%2Btoken%3D%3D"
                + "&X-Amz-Signature=4b94464f8e2dc3c1f8de54ced4c6562bcd6b0679708f6bee948202b71005ef68")
    }

    @Test(arguments: [
        ("launch.abc.eu-central-1.rds.amazonaws.com", "eu-central-1"),
        ("C.CLUSTER-ABC.US-EAST-1.RDS.AMAZONAWS.COM", "us-east-1"),
        ("l.abc.cn-north-1.rds.amazonaws.com.cn", "cn-north-1"),
        ("db.example", nil), ("rds.amazonaws.com", nil), ("us-east-1.rds.amazonaws.com", nil), ("", nil), ("rds", nil),
    ])
    func `the region of a server is in its name`(host: String, region: String?) {
        #expect(RDSLoginToken.region(ofHost: host) == region)
    }

    @Test(.enabled(if: MotoServer.program != nil, "moto_server is not installed"))
    func `a password comes from Secrets Manager, as text or in RDS's JSON`() async throws {
        let moto = try await MotoServer(
            try #require(MotoServer.program), HTTPClient(configuration: .init(proxy: .direct)))
        let variables = [
            "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_REGION": "eu-west-1", "HOME": "/nonexistent",
        ]
        let environment = try AWSEnvironment.plugin.make(
            Options(["endpoint_url": .string(moto.url)]), PluginContext(variables: variables))
        let aws = try #require(environment as? AWSEnvironment)
        let service = AWSService("secretsmanager", name: "Secrets Manager", wire: .json(target: "secretsmanager"))
        let expected = ["correct horse": "correct horse", #"{"username":"a","password":"p w"}"#: "p w", "{}": nil]
        for (index, (text, password)) in expected.enumerated() {
            let made = try await aws.client(service, region: "us-west-2").json(
                .write("CreateSecret"),
                input: .object([
                    "Name": .string("s\(index)"), "SecretString": .string(text),
                    "ClientRequestToken": .string("\(UUID())"),
                ]))
            let name = try #require(made["ARN"]?.stringValue)
            // In the region of the ARN, not of the environment.
            let found = try? await aws.databasePassword(in: "aws-secretsmanager", named: name)
            #expect(found?.reveal() == password, "\(text)")
        }
        let absent = await #expect(throws: BackendError.self) {
            _ = try await aws.databasePassword(
                in: "aws-secretsmanager", named: "arn:aws:secretsmanager:us-west-2:123456789012:secret:absent-AbCdEf")
        }
        #expect(absent?.category == .notFound)
        let token = try await aws.databasePassword(
            by: "rds-iam", for: DatabaseLogin(host: "l.x.us-east-2.rds.amazonaws.com", port: 5432, user: "u"))
        #expect(token.reveal().hasPrefix("l.x.us-east-2.rds.amazonaws.com:5432/?Action=connect&DBUser=u&"))
        #expect(token.reveal().contains("%2Fus-east-2%2Frds-db%2F"))
        #expect("\(token)".contains("Action") == false)
    }
}
