import LaunchHost
import Testing

@testable import LaunchAWS
@testable import LaunchAWSKit

struct SharedConfigTests {
    private func read(_ config: String, _ credentials: String = "") throws -> SharedConfig {
        try SharedConfig(
            config: config, configFile: "/h/.aws/config", credentials: credentials,
            credentialsFile: "/h/.aws/credentials")
    }

    @Test func `every value has its line`() throws {
        let config = try read(
            """
            # a comment
            [default]
            region = eu-west-1

            [profile train]
            Role_ARN: arn:aws:iam::123456789012:role/x
            s3 =
              max_concurrent_requests = 20
              ; a comment in between
              addressing_style = path
            [sso-session corp]
            sso_region = us-east-1
            [services local]
            sagemaker =
              endpoint_url = http://127.0.0.1:1
            """, "[train]\naws_access_key_id = AKID\n")
        #expect(config.profiles["default"]?["region"]?.place == "/h/.aws/config:3")
        let train = try #require(config.profiles["train"])
        #expect(train["role_arn"]?.text == "arn:aws:iam::123456789012:role/x")
        #expect(train["role_arn"]?.line == 6)
        #expect(train["s3"]?.nested["addressing_style"]?.text == "path")
        #expect(train["s3"]?.nested["addressing_style"]?.line == 10)
        #expect(train["aws_access_key_id"]?.place == "/h/.aws/credentials:2")
        #expect(config.ssoSessions["corp"]?.line == 11)
        #expect(config.services["local"]?["sagemaker"]?.nested["endpoint_url"]?.line == 15)
    }

    @Test
    func `sections of one name are joined, and the last value applies`() throws {
        let config = try read("[profile a]\nregion = r1\noutput = json\n[default]\n[profile a]\nregion = r2\n")
        #expect(config.profiles["a"]?["region"]?.text == "r2")
        #expect(config.profiles["a"]?["region"]?.line == 6)
        #expect(config.profiles["a"]?["output"]?.text == "json")
    }

    @Test
    func `the credentials file precedes the configuration file`() throws {
        let config = try read("[default]\naws_access_key_id = A\nregion = r\n", "[default]\naws_access_key_id = B\n")
        #expect(config.profiles["default"]?["aws_access_key_id"]?.text == "B")
        #expect(config.profiles["default"]?["region"]?.text == "r")
    }

    @Test
    func `a services section precedes the profile's own endpoint`() throws {
        let config = try read(
            """
            [profile a]
            services = local
            endpoint_url = http://general
            [services local]
            sts =
              endpoint_url = http://sts
            """)
        let endpoints = EndpointSettings(try ProfileSettings(config, variables: AWSVariables([:]), profile: "a"))
        #expect(endpoints.override(for: .sts)?.url == "http://sts")
        #expect(endpoints.override(for: .sts)?.source == "/h/.aws/config:6")
        #expect(endpoints.override(for: .s3)?.url == "http://general")
    }

    @Test(arguments: [
        ("region = x\n", 1, "before the first section"),
        ("[default]\nregion x secret\n", 2, "neither a section, nor 'key = value'"),
        ("[default]\n= x\n", 2, "neither a section, nor 'key = value'"),
        ("[default]\ns3 =\n  a = b\n  nothing\n", 4, "is not 'key = value'"),
    ])
    func `a malformed line is an error with its number`(_ text: String, _ line: Int, _ words: String) throws {
        let error = try #require(throws: AWSError.self) { _ = try read(text) }
        #expect(error.kind == .configuration)
        #expect(error.diagnostic?.line == line)
        #expect(error.message.hasPrefix("/h/.aws/config:\(line): "))
        #expect(error.message.contains(words))
        #expect(!error.description.contains("secret"), "the line may contain a key")
    }

    @Test func `no value is printed by a description or a dump`() throws {
        let config = try read(
            "[default]\naws_secret_access_key = planted-secret\n", "[x]\naws_session_token = planted-secret\n")
        var text = "\(config) \(String(reflecting: config))"
        dump(config, to: &text)
        #expect(!text.contains("planted-secret"))
    }
}
