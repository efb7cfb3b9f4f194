import Testing

@testable import LaunchAWS
@testable import LaunchAWSKit

/// Endpoints from settings, and refused settings.
@Suite struct EndpointTests {
    @Test(arguments: [
        ("http://127.0.0.1:5000", "http://127.0.0.1:5000", "127.0.0.1:5000"),
        ("http://127.0.0.1:5000/", "http://127.0.0.1:5000", "127.0.0.1:5000"),
        ("HTTPS://Example.COM:443/base//", "https://example.com/base", "example.com"),
        ("http://example.com:80", "http://example.com", "example.com"),
        ("http://example.com:443", "http://example.com:443", "example.com:443"),
        ("https://[::1]:8443/a%20b", "https://[::1]:8443/a%20b", "[::1]:8443"),
        ("http://[::1]", "http://[::1]", "[::1]"),
        ("http://[fd00:ec2::23]/v1", "http://[fd00:ec2::23]/v1", "[fd00:ec2::23]"),
    ])
    func `an override is normalized`(_ text: String, _ url: String, _ host: String) throws {
        let endpoint = try Endpoint.resolve(service: .sagemaker, region: "eu-west-1", override: text)
        #expect(endpoint.url == url)
        #expect(endpoint.host == host)
        #expect(endpoint.signingRegion == "eu-west-1")
        #expect(endpoint.signingName == "sagemaker")
        #expect(endpoint.isOverride)
    }

    @Test(arguments: [
        "", "localhost:5000", "ftp://host", "https://", "https:///path", "not a url", "https://host?x=1",
        "https://host#f", "https://ho st", "http://host:99999999999999999999", "http://host:0",
        "http://host:65536", "http://host:port", "http://host:",
    ])
    func `an invalid override is an error that names its origin`(_ text: String) {
        let error = #expect(throws: EndpointError.self) {
            try Endpoint.resolve(service: .s3, region: "eu-west-1", override: text, from: "AWS_ENDPOINT_URL")
        }
        #expect(error?.description.contains("AWS_ENDPOINT_URL") == true)
    }

    @Test(arguments: ["https://me:planted@host", "me:planted@host", "https://me:planted@host:port"], [false, true])
    func `a password in an override is not in the message`(_ text: String, _ fips: Bool) {
        let error = #expect(throws: EndpointError.self) {
            try Endpoint.resolve(service: .s3, region: "eu-west-1", fips: fips, override: text)
        }
        #expect(error?.description.contains("user name or password") == true)
        #expect(error?.description.contains("planted") == false)
    }

    @Test
    func `an override cannot be combined with FIPS or dual-stack endpoints`() {
        for (fips, dualStack) in [(true, false), (false, true), (true, true)] {
            #expect(throws: EndpointError.self) {
                try Endpoint.resolve(
                    service: .s3, region: "eu-west-1", fips: fips, dualStack: dualStack, override: "https://host")
            }
        }
    }

    @Test(arguments: ["", "evil.example.com/", "us-east-1@x", "us east", "US-EAST-1", "-a", "a-", "é", "a\nb"])
    func `a region must fit into a host name`(_ region: String) {
        #expect(throws: EndpointError.self) { try Endpoint.resolve(service: .sts, region: region) }
    }

    @Test
    func `unusual region names belong to the partition aws`() throws {
        #expect(try Endpoint.resolve(service: .sts, region: "local").url == "https://sts.local.amazonaws.com")
    }

    @Test func `with an override, the bucket is in the path`() throws {
        let endpoint = try Endpoint.resolve(service: .s3, region: "eu-west-1", override: "http://127.0.0.1:9000/s3")
        #expect(try endpoint.bucket("my-bucket").url == "http://127.0.0.1:9000/s3/my-bucket")
        #expect(try endpoint.bucket("my bucket").basePath == "/s3/my%20bucket")
    }

    @Test(arguments: ["", "a/b", "arn:aws:s3:eu-west-1:123456789012:accesspoint/x", "data--use1-az4--x-s3"])
    func `a name that is not a bucket is refused`(_ name: String) throws {
        let endpoint = try Endpoint.resolve(service: .s3, region: "eu-west-1")
        #expect(throws: EndpointError.self) { try endpoint.bucket(name) }
    }

    @Test func `endpoint settings have AWS's order of precedence`() throws {
        var settings = EndpointSettings(variables: [
            "AWS_ENDPOINT_URL": "http://all", "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS": "http://logs",
            "AWS_ENDPOINT_URL_S3": "", "AWS_USE_FIPS_ENDPOINT": "True", "AWS_USE_DUALSTACK_ENDPOINT": "no",
        ])
        #expect(settings.fips && !settings.dualStack && !settings.ignoresConfigured)
        settings.profile = .init(url: "http://profile", source: "config:3")
        settings.profileServices["sagemaker"] = .init(url: "http://section", source: "config:9")
        #expect(settings.override(for: .logs)?.source == "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS")
        #expect(settings.override(for: .s3)?.url == "http://all")
        settings.environment = nil
        #expect(settings.override(for: .sagemaker)?.url == "http://section")
        #expect(settings.override(for: .s3)?.source == "config:3")
        let error = #expect(throws: EndpointError.self) {
            try Endpoint.resolve(service: .s3, region: "us-east-1", settings: settings)
        }
        #expect(error?.description.contains("config:3") == true)
        settings.ignoresConfigured = true
        #expect(try Endpoint.resolve(service: .s3, region: "us-east-1", settings: settings).host.hasPrefix("s3-fips."))
        settings.own = .init(url: "http://own", source: "launch-config.yaml:4")
        #expect(settings.override(for: .iam)?.url == "http://own")
    }
}
