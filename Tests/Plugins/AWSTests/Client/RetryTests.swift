import AWSStub
import LaunchAWS
import LaunchHTTP
import LaunchHost
import TestSupport
import Testing

/// Which calls are retried, how often, and after which waits.
@Suite struct RetryTests {
    static let passing: [(Reaction, AWSError.Kind)] =
        [
            "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException",
            "TooManyRequestsException", "ProvisionedThroughputExceededException", "TransactionInProgressException",
            "RequestLimitExceeded", "BandwidthLimitExceeded", "LimitExceededException", "RequestThrottled", "SlowDown",
            "PriorRequestNotComplete", "EC2ThrottledException",
        ].map { (.error($0), .throttle) }
        + ["RequestTimeout", "RequestTimeoutException"].map { (.error($0), .transient) }
        + [
            (.error("Whatever", status: 500), .internalFault), (.error("InternalFailure", status: 500), .internalFault),
            (.error("ServiceUnavailable", status: 503), .transient), (.error("X", status: 502), .transient),
            (.error("X", status: 503), .transient), (.error("X", status: 504), .transient),
            (.error("X", status: 429), .throttle), (.reset, .transient), (.lostAnswer, .transient),
            (.brokenOff, .transient),
        ]

    @Test(arguments: passing)
    func `temporary failures are retried`(
        _ reaction: Reaction, _ kind: AWSError.Kind
    ) async throws {
        let bench = try ClientBench()
        let client = try bench.client()
        bench.stub.script("sts", "GetCallerIdentity", [reaction, reaction])
        _ = try await client.query(.read("GetCallerIdentity"))
        #expect(bench.stub.requestCount == 3)
        // Half of 1 s, half of 2 s.
        #expect(bench.waits.all == [0.5, 1])

        bench.stub.always("sts", "GetCallerIdentity", reaction)
        let error = await failure { () throws(AWSError) in try await client.query(.read("GetCallerIdentity")) }
        #expect(error?.kind == kind)
        #expect(error?.message.contains("after 3 attempts") == true)
        #expect(bench.stub.requestCount == 6)
    }

    @Test(arguments: [
        ("AccessDeniedException", 400, AWSError.Kind.auth), ("UnrecognizedClientException", 400, .unauthenticated),
        ("InvalidClientTokenId", 403, .unauthenticated), ("SignatureDoesNotMatch", 403, .unauthenticated),
        ("ResourceLimitExceeded", 400, .quota), ("ServiceQuotaExceededException", 400, .quota),
        ("ResourceNotFound", 400, .notFound), ("NoSuchKey", 404, .notFound), ("ResourceInUse", 400, .conflict),
        ("RepositoryAlreadyExistsException", 400, .conflict), ("ValidationException", 400, .invalid),
        ("InvalidParameterException", 400, .invalid), ("CapacityError", 400, .capacity), ("Strange", 418, .invalid),
        ("NotImplemented", 501, .internalFault),
    ])
    func `other refusals are not retried`(_ code: String, _ status: Int, _ kind: AWSError.Kind) async throws {
        let bench = try ClientBench()
        let client = try bench.client()
        bench.stub.always("sts", "GetCallerIdentity", .error(code, status: status))
        let error = await failure { () throws(AWSError) in try await client.query(.read("GetCallerIdentity")) }
        #expect(error?.kind == kind)
        #expect(error?.code == code)
        #expect(bench.stub.requestCount == 1)
    }

    @Test func `the waits between attempts grow up to twenty seconds`() async throws {
        let bench = try ClientBench()
        let client = try bench.client(
            runtime: bench.runtime(random: 1, retry: RetryPolicy(mode: .standard, maxAttempts: 8)),
            limits: AWSLimits(total: nil))
        bench.stub.always("sts", "GetCallerIdentity", .throttled)
        _ = await failure { () throws(AWSError) in try await client.query(.read("GetCallerIdentity")) }
        #expect(bench.waits.all == [1, 2, 4, 8, 16, 20, 20])
    }

    private static let date = ("Date", "Mon, 23 Nov 2026 10:00:00 GMT")
    static let asked: [([(String, String)], Double)] = [
        ([("Retry-After", "7")], 7.0), ([("Retry-After", "0")], 0.5), ([("Retry-After", "3600")], 20),
        ([("x-amz-retry-after", "1500")], 1.5), ([("x-amz-retry-after", "1500"), ("Retry-After", "9")], 1.5),
        ([("Retry-After", "soon")], 0.5), ([("Retry-After", "Mon, 23 Nov 2026 10:00:07 GMT"), date], 7),
        ([("Retry-After", "Mon, 23 Nov 2026 09:00:00 GMT"), date], 0.5), ([("x-amz-retry-after", "-1")], 0.5),
        ([("x-amz-retry-after", "99999999999999999999")], 0.5),
    ]

    @Test(arguments: asked)
    func `the wait that the service requests is used`(_ headers: [(String, String)], _ wait: Double) async throws {
        let bench = try ClientBench()
        bench.stub.script(
            "sts", "GetCallerIdentity", [.error("ServiceUnavailable", status: 503, headers: headers)])
        _ = try await bench.client().query(.read("GetCallerIdentity"))
        #expect(bench.waits.all == [wait])
    }

    @Test func `retries end when the quota is spent`() async throws {
        let bench = try ClientBench()
        let client = try bench.client()
        bench.stub.always("sts", "GetCallerIdentity", .throttled)
        // 500 tokens are 100 retries: 50 calls with three attempts.
        for _ in 0..<50 {
            _ = await failure { () throws(AWSError) in try await client.query(.read("GetCallerIdentity")) }
        }
        #expect(bench.stub.requestCount == 150)
        _ = await failure { () throws(AWSError) in try await client.query(.read("GetCallerIdentity")) }
        #expect(bench.stub.requestCount == 151)
        // Five successful calls return the cost of one retry.
        bench.stub.always("sts", "GetCallerIdentity", nil)
        for _ in 0..<5 { _ = try await client.query(.read("GetCallerIdentity")) }
        bench.stub.always("sts", "GetCallerIdentity", .throttled)
        _ = await failure { () throws(AWSError) in try await client.query(.read("GetCallerIdentity")) }
        #expect(bench.stub.requestCount == 158)
    }

    @Test func `a retry that succeeds is refunded`() async throws {
        let bench = try ClientBench()
        let client = try bench.client()
        for _ in 0..<150 {
            bench.stub.script("sts", "GetCallerIdentity", [.throttled])
            _ = try await client.query(.read("GetCallerIdentity"))
        }
        #expect(bench.stub.requestCount == 300)
    }

    @Test
    func `a call that may have taken effect is not repeated`() async throws {
        let bench = try ClientBench()
        let client = try bench.client(.ecr)
        bench.stub.script("ecr", "CreateRepository", [.lostAnswer])
        let input = JSONValue.object(["repositoryName": .string("made")])
        let error = await failure { () throws(AWSError) in
            try await client.json(.write("CreateRepository"), input: input)
        }
        #expect(error?.kind == .transient)
        #expect(error?.mayHaveTakenEffect == true)
        #expect(bench.stub.requestCount == 1)
        #expect(bench.stub.ecr.repositories == ["123456789012/made"])
    }

    /// HTTP libraries may replace a used connection and send the request again.
    @Test(arguments: [Reaction.lostAnswer, .reset])
    func `a call that may have taken effect is not repeated on a used connection`(_ reaction: Reaction) async throws {
        let bench = try ClientBench()
        let client = try bench.client(.ecr)
        _ = try await client.json(.read("DescribeRepositories"))
        bench.stub.script("ecr", "CreateRepository", [reaction])
        let error = await failure { () throws(AWSError) in
            try await client.json(.write("CreateRepository"), input: .object(["repositoryName": .string("made")]))
        }
        #expect(error?.kind == .transient)
        #expect(bench.stub.calls("ecr", "CreateRepository").count == 1)
    }

    @Test
    func `a refused call is retried, even if it changes something`() async throws {
        let bench = try ClientBench()
        let client = try bench.client(.ecr)
        bench.stub.script("ecr", "CreateRepository", [.throttled])
        _ = try await client.json(.write("CreateRepository"), input: .object(["repositoryName": .string("made")]))
        #expect(bench.stub.requestCount == 2)
    }

    @Test
    func `a request that was not sent is retried, even if it changes something`() async throws {
        let bench = try ClientBench()
        let port = try #require(freePort())
        let client = try AWSClient(
            .ecr, endpoint: "http://127.0.0.1:\(port)", region: "us-east-1", credentials: bench.provider,
            runtime: bench.runtime())
        let error = await failure { () throws(AWSError) in try await client.json(.write("CreateRepository")) }
        #expect(error?.kind == .unavailable)
        #expect(error?.mayHaveTakenEffect == false)
        #expect(bench.waits.all == [0.5, 1])
    }

    @Test
    func `attempts and calls end at their time limits`() async throws {
        let bench = try ClientBench()
        let gate = Gate()
        defer { gate.open() }
        bench.stub.always("sts", "GetCallerIdentity", .waiting(gate))
        let client = try bench.client(limits: AWSLimits(attempt: .milliseconds(50), total: .seconds(60)))
        let error = await failure { () throws(AWSError) in try await client.query(.read("GetCallerIdentity")) }
        #expect(error?.kind == .transient)
        #expect(bench.waits.all == [0.5, 1])
        // A wait beyond the total limit is not started.
        let hasty = try bench.client(limits: AWSLimits(attempt: .milliseconds(50), total: .milliseconds(300)))
        let early = await failure { () throws(AWSError) in try await hasty.query(.read("GetCallerIdentity")) }
        #expect(early?.kind == .transient)
        #expect(bench.waits.all.count == 2)
    }

    @Test
    func `retry settings have AWS's names and values`() throws {
        #expect(try RetryPolicy(variables: [:]).maxAttempts == 3)
        #expect(try RetryPolicy(variables: ["AWS_RETRY_MODE": "legacy"]).maxAttempts == 5)
        #expect(try RetryPolicy(variables: ["AWS_MAX_ATTEMPTS": "7"], profile: ["max_attempts": "2"]).maxAttempts == 7)
        #expect(try RetryPolicy(variables: [:], profile: ["retry_mode": "Adaptive"]).mode == .adaptive)
        for wrong in [["AWS_RETRY_MODE": "fast"], ["AWS_MAX_ATTEMPTS": "0"], ["AWS_MAX_ATTEMPTS": "many"]] {
            let error = #expect(throws: AWSError.self) { try RetryPolicy(variables: wrong) }
            #expect(error?.kind == .configuration)
        }
    }

    @Test func `adaptive calls slow down after throttling`() async throws {
        let bench = try ClientBench()
        let client = try bench.client(runtime: bench.runtime(retry: RetryPolicy(mode: .adaptive)))
        _ = try await client.query(.read("GetCallerIdentity"))
        #expect(bench.waits.all.isEmpty)
        bench.stub.script("sts", "GetCallerIdentity", [.throttled])
        for _ in 0..<3 { _ = try await client.query(.read("GetCallerIdentity")) }
        #expect(bench.waits.all.count >= 2)
        #expect(bench.waits.all.allSatisfy { $0 <= 2 })
    }
}
