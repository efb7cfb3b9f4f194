import AWSStub
import Foundation
import LaunchAWS
import LaunchHTTP
import LaunchHost
import TestSupport
import Testing

/// The same calls against moto, another implementation of AWS, if it is installed.
@Suite(.timeLimit(.minutes(30))) struct MotoTests {
    static let program = MotoServer.program

    @Test(.enabled(if: program != nil, "moto_server is not installed: the stub's refusals are compared with nothing"))
    func `moto and the stub refuse the same calls with the same codes`() async throws {
        let http = HTTPClient(configuration: .init(proxy: .direct))
        let moto = try await MotoServer(try #require(Self.program), http)
        let bench = try ClientBench()
        let runtime = AWSRuntime(http: http, userAgent: "launch/1.2.3", retry: RetryPolicy(maxAttempts: 1))
        let keys = Fixed(AWSCredentials(accessKeyID: "AKIAMOTO", secretAccessKey: Secret("moto")))
        func refusals(_ url: String, _ credentials: any CredentialsProvider) async throws -> [String] {
            func client(_ service: AWSService) throws(AWSError) -> AWSClient {
                try AWSClient(
                    service, endpoint: url, region: "us-east-1", credentials: credentials, runtime: runtime)
            }
            let store = S3Store(region: "us-east-1", credentials: credentials, runtime: runtime, style: .path) {
                (_: String) throws(AWSError) in url
            }
            let repository = JSONValue.object(["repositoryName": .string("gone")])
            let errors = [
                await failure { () throws(AWSError) in
                    try await client(.iam).query(.read("GetRole"), ["RoleName": "gone"])
                },
                await failure { () throws(AWSError) in
                    try await client(.ecr).json(.read("DescribeImages"), input: repository)
                },
                await failure { () throws(AWSError) in try await store.head(bucket: "gone", key: "x") },
                await failure { () throws(AWSError) in try await store.get(bucket: "gone", key: "x") },
                await failure { () throws(AWSError) in try await store.region(of: "gone") },
            ]
            return errors.map { "\($0?.kind.description ?? "none") \($0?.code ?? "") \($0?.status ?? 0)" }
        }
        let expected = try await refusals(moto.url, keys)
        #expect(try await refusals(bench.stub.url, bench.provider) == expected)
        #expect(!expected.contains { $0.hasPrefix("none") }, "\(expected)")
    }

    @Test(.enabled(if: program != nil, "moto_server is not installed"))
    func `STS, ECR and S3 of moto answer the client's calls`() async throws {
        let http = HTTPClient(configuration: .init(proxy: .direct))
        let moto = try await MotoServer(try #require(Self.program), http)
        let keys = Fixed(AWSCredentials(accessKeyID: "AKIAMOTO", secretAccessKey: Secret("moto")))
        let runtime = AWSRuntime(http: http, userAgent: "launch/1.2.3")

        let sts = try AWSClient(.sts, endpoint: moto.url, region: "us-east-1", credentials: keys, runtime: runtime)
        let identity = try await sts.query(.read("GetCallerIdentity"))
        #expect(identity["GetCallerIdentityResult"]?.text("Account") == "123456789012")
        let assumed = try await sts.query(
            .read("AssumeRole"), ["RoleArn": "arn:aws:iam::123456789012:role/r", "RoleSessionName": "s"])
        #expect(assumed["AssumeRoleResult"]?["Credentials"]?.text("SessionToken")?.isEmpty == false)

        let ecr = try AWSClient(.ecr, endpoint: moto.url, region: "eu-west-1", credentials: keys, runtime: runtime)
        let name = JSONValue.object(["repositoryName": .string("team/model")])
        let made = try await ecr.json(.write("CreateRepository"), input: name)
        #expect(made["repository"]?["repositoryUri"]?.stringValue?.contains("eu-west-1") == true)
        let again = await failure { () throws(AWSError) in try await ecr.json(.write("CreateRepository"), input: name) }
        #expect(again?.kind == .conflict)
        let gone = await failure { () throws(AWSError) in
            try await ecr.json(.read("DescribeImages"), input: .object(["repositoryName": .string("gone")]))
        }
        #expect(gone?.code == "RepositoryNotFoundException")

        let url = moto.url
        let store = S3Store(region: "us-east-1", credentials: keys, runtime: runtime, style: .path) {
            (_: String) throws(AWSError) in url
        }
        // Our store does not create buckets.
        _ = try await runOffThePool(
            "python3",
            [
                "-c",
                """
                import sys, boto3
                boto3.client("s3", region_name="us-east-1", endpoint_url=sys.argv[1], aws_access_key_id="a",
                             aws_secret_access_key="b").create_bucket(Bucket="data")
                """, moto.url,
            ])
        let folder = try TemporaryDirectory()
        let bytes = S3TransferTests.content(21 << 20)
        let file = try folder.write("source", bytes)
        let etag = try await store.upload(file: file, bucket: "data", key: "a b/ü+1")
        #expect(etag.hasSuffix("-3\""))
        let object = try await store.download(bucket: "data", key: "a b/ü+1", to: folder.file("target"))
        #expect(object.size == Int64(bytes.count))
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.file("target"))) == Data(bytes))
        var keysFound: [String] = []
        for try await page in store.list(bucket: "data", prefix: "a b/") { keysFound += page.objects.map(\.key) }
        #expect(keysFound == ["a b/ü+1"])
        let read = try await http.send(
            HTTPRequest(.get, try await store.presign(.get, bucket: "data", key: "a b/ü+1").reveal()))
        #expect(read.body.count == bytes.count)
        try await store.delete(bucket: "data", key: "a b/ü+1")
        let missing = await failure { () throws(AWSError) in try await store.head(bucket: "data", key: "a b/ü+1") }
        #expect(missing?.kind == .notFound)
    }
}
