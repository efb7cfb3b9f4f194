import AWSStub
import LaunchAWS
import LaunchHost
import TestSupport
import Testing

/// Calls with good and broken replies.
@Suite struct CallTests {
    @Test func `a JSON call is signed and answered`() async throws {
        let bench = try ClientBench()
        bench.stub.ecr.add(repository: "team/model")
        let answer = try await bench.client(.ecr).json(
            .read("DescribeRepositories"), input: .object(["repositoryNames": .array([.string("team/model")])]))
        #expect(answer["repositories"]?.arrayValue?.first?["repositoryName"]?.stringValue == "team/model")
        let call = try #require(bench.stub.calls.first)
        #expect(call.request.raw.header("User-Agent") == "launch/1.2.3")
        #expect(call.request.raw.header("Content-Type") == "application/x-amz-json-1.1")
        #expect(call.request.signer?.service == "ecr")
    }

    @Test func `a query call is signed and answered`() async throws {
        let bench = try ClientBench()
        let answer = try await bench.client().query(.read("GetCallerIdentity"))
        #expect(answer["GetCallerIdentityResult"]?.text("Account") == "123456789012")
        let role = "arn:aws:iam::123456789012:role/with space&more"
        let assumed = try await bench.client().query(
            .read("AssumeRole"), ["RoleArn": role, "RoleSessionName": "a+b=c"])
        #expect(assumed["AssumeRoleResult"]?["Credentials"]?.text("AccessKeyId")?.hasPrefix("ASIA") == true)
        #expect(bench.stub.calls.last?.request.form["RoleArn"] == role)
        #expect(bench.stub.calls.last?.request.form["RoleSessionName"] == "a+b=c")
    }

    @Test func `an unsigned call needs no credentials`() async throws {
        let bench = try ClientBench()
        bench.stub.sts.accept(webToken: "web")
        let client = try AWSClient(
            .sts, endpoint: bench.stub.url, region: "us-east-1", credentials: nil, runtime: bench.runtime())
        let fields: KeyValuePairs = [
            "RoleArn": "arn:aws:iam::1:role/r", "RoleSessionName": "s", "WebIdentityToken": "web",
        ]
        _ = try await client.query(.read("AssumeRoleWithWebIdentity", isSigned: false), fields)
        #expect(bench.stub.calls.first?.request.signer == nil)
        let refused = await failure { () throws(AWSError) in try await client.query(.read("GetCallerIdentity")) }
        #expect(refused?.kind == .configuration)
    }

    @Test(arguments: [
        ("html", Reaction.html(status: 200), AWSError.Kind.transient),
        ("html 503", .html(status: 503), .transient), ("html 500", .html(status: 500), .internalFault),
        ("html 403", .html(status: 403), .auth), ("html 404", .html(status: 404), .notFound),
        ("truncated", .truncated, .transient), ("broken off", .brokenOff, .transient), ("empty", .empty, .transient),
        ("a list", .answer(.text("[1]")), .transient), ("a text", .answer(.text("\"x\"")), .transient),
        ("empty 400", .answer(.text("", status: 400)), .invalid),
        ("empty 500", .answer(.text("", status: 500)), .internalFault),
        ("binary", .answer(TestAnswer([.bytes([0, 255, 254, 1])])), .transient),
        ("deep", .answer(.text(String(repeating: "{\"a\":", count: 5000))), .transient),
    ])
    func `each malformed answer is an error of its class`(_ name: String, _ reaction: Reaction, _ kind: AWSError.Kind)
        async throws
    {
        let bench = try ClientBench()
        bench.stub.always("ecr", "DescribeImages", reaction)
        let client = try bench.client(.ecr)
        let error = try #require(
            await failure { () throws(AWSError) in try await client.json(.read("DescribeImages")) })
        #expect(error.kind == kind, "\(error)")
        #expect(error.description.hasPrefix("ECR DescribeImages: "), "\(error)")
        // A changing operation may have taken effect, so it is not repeated.
        let before = bench.stub.requestCount
        let write = await failure { () throws(AWSError) in try await client.json(.write("DescribeImages")) }
        #expect(write?.kind == kind)
        #expect(bench.stub.requestCount == before + 1)
    }

    @Test
    func `an empty reply is accepted if the operation allows it`() async throws {
        let bench = try ClientBench()
        bench.stub.always("ecr", "StopIt", .empty)
        let answer = try await bench.client(.ecr).json(.write("StopIt", mayAnswerNothing: true))
        #expect(answer == .object([:]))
    }

    @Test
    func `errors name service, operation, code and request`() async throws {
        let bench = try ClientBench()
        let client = try bench.client(.ecr)
        let error = try #require(
            await failure { () throws(AWSError) in
                try await client.json(.read("DescribeImages"), input: .object(["repositoryName": .string("gone")]))
            })
        #expect(error.kind == .notFound)
        #expect(error.code == "RepositoryNotFoundException")
        #expect(error.status == 400)
        #expect(error.requestID == "stub-1")
        #expect(
            error.summary.hasPrefix("ECR DescribeImages: RepositoryNotFoundException: The repository with name 'gone'"))
        #expect(error.summary.hasSuffix("(request stub-1)"))
        #expect(error.backendError.category == .notFound)
    }

    @Test(arguments: [
        "", "host", "ftp://host", "https://", "https://user:pw@host", "https://h ost", "http:///x", "https://h?x",
    ])
    func `an endpoint that is not a URL is an error`(_ url: String) throws {
        let bench = try ClientBench()
        let error = #expect(throws: AWSError.self) {
            try AWSClient(.sts, endpoint: url, region: "x", credentials: nil, runtime: bench.runtime())
        }
        #expect(error?.kind == .configuration)
        #expect(error.map { !"\($0)".contains("pw") } ?? false)
    }

    @Test func `hundreds of calls share connections`() async throws {
        let bench = try ClientBench()
        let client = try bench.client()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<640 { group.addTask { _ = try await client.query(.read("GetCallerIdentity")) } }
            try await group.waitForAll()
        }
        #expect(bench.stub.requestCount == 640)
        #expect(bench.stub.connectionCount <= 64)
    }

    @Test func `the number of concurrent calls is limited`() async throws {
        let bench = try ClientBench()
        let gate = Gate()
        bench.stub.always("sts", "GetCallerIdentity", .waiting(gate))
        let client = try bench.client(limits: AWSLimits(concurrency: 3))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<12 { group.addTask { _ = try await client.query(.read("GetCallerIdentity")) } }
            #expect(await eventually { bench.stub.requestCount == 3 })
            gate.open()
            try await group.waitForAll()
        }
        #expect(bench.stub.requestCount == 12)
        #expect(bench.stub.connectionCount == 3)
    }
}
