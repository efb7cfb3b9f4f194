import AWSStub
import Foundation
import LaunchAWS
import LaunchHTTP
import LaunchHost
import Synchronization
import TestSupport
import Testing

/// Expired sessions and wrong clocks are repaired; cancellation takes effect at once; secrets are never logged.
@Suite struct RepairTests {
    @Test
    func `an expiry during use is repaired without an error`() async throws {
        let bench = try ClientBench()
        let client = try bench.client()
        _ = try await client.query(.read("GetCallerIdentity"))
        bench.stub.keys.end(try await bench.provider.credentials())
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<64 { group.addTask { _ = try await client.query(.read("GetCallerIdentity")) } }
            try await group.waitForAll()
        }
        #expect(bench.provider.refreshes.all.count == 1)
        // It does not count as an attempt and causes no wait.
        #expect(bench.waits.all.isEmpty)
    }

    @Test
    func `an expiry is repaired even for a changing operation`() async throws {
        let bench = try ClientBench()
        bench.stub.keys.end(try await bench.provider.credentials())
        _ = try await bench.client(.ecr).json(
            .write("CreateRepository"), input: .object(["repositoryName": .string("made")]))
        #expect(bench.stub.ecr.repositories.count == 1)
    }

    @Test
    func `credentials that stay expired are an error`() async throws {
        let bench = try ClientBench()
        bench.stub.always("sts", "GetCallerIdentity", .expired)
        let client = try bench.client()
        let error = await failure { () throws(AWSError) in try await client.query(.read("GetCallerIdentity")) }
        #expect(error?.kind == .expired)
        #expect(bench.stub.requestCount == 2)
    }

    @Test(arguments: [3600, -34_560_000] as [Double]) func `a wrong clock is corrected once`(_ offset: Double)
        async throws
    {
        let bench = try ClientBench(clockOffset: offset)
        let client = try bench.client()
        _ = try await client.query(.read("GetCallerIdentity"))
        #expect(bench.stub.requestCount == 2)
        _ = try await client.query(.read("GetCallerIdentity"))
        #expect(bench.stub.requestCount == 3)
        #expect(bench.log.all.contains { $0.contains("clock of this machine is off") })
    }

    @Test func `calls at the same time correct a wrong clock, each for itself`() async throws {
        let form = DateFormatter()
        form.locale = Locale(identifier: "en_US_POSIX")
        form.timeZone = .gmt
        form.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        let ahead = form.string(from: Date().addingTimeInterval(3600))
        let gate = Gate()
        let arrived = Mutex(0)
        let server = try TestServer { _ in
            let number = arrived.withLock { count in
                count += 1
                return count
            }
            guard number <= 2 else { return .text("<GetCallerIdentityResponse/>") }
            // Both are signed before one of them learns.
            if number == 2 { gate.open() }
            gate.pass(within: 60)
            let refusal = "<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code></Error></ErrorResponse>"
            return .text(refusal, status: 403, headers: [("Date", ahead)])
        }
        let http = HTTPClient(configuration: .init(proxy: .direct))
        let keys = Fixed(AWSCredentials(accessKeyID: "AKIA", secretAccessKey: Secret("key")))
        let client = try AWSClient(
            .sts, endpoint: server.url, region: "us-east-1", credentials: keys,
            runtime: AWSRuntime(http: http, userAgent: "launch/1"))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<2 { group.addTask { _ = try await client.query(.read("GetCallerIdentity")) } }
            try await group.waitForAll()
        }
        #expect(arrived.withLock { $0 } == 4)
    }

    @Test
    func `a wrong key does not change the clock`() async throws {
        let bench = try ClientBench()
        var keys = try await bench.provider.credentials()
        keys.secretAccessKey = Secret("another")
        let client = try AWSClient(
            .sts, endpoint: bench.stub.url, region: "us-east-1", credentials: Fixed(keys), runtime: bench.runtime())
        let error = await failure { () throws(AWSError) in try await client.query(.read("GetCallerIdentity")) }
        #expect(error?.kind == .unauthenticated)
        #expect(bench.stub.requestCount == 1)
    }

    @Test(.timeLimit(.minutes(30))) func `a cancellation ends the wait for the next attempt at once`() async throws {
        let bench = try ClientBench()
        let asleep = Names()
        let client = try bench.client(
            runtime: bench.runtime { _ in
                asleep.add("asleep")
                try await Task.sleep(for: .seconds(3600))
            })
        bench.stub.always("sts", "GetCallerIdentity", .throttled)
        let task = Task { await failure { () throws(AWSError) in try await client.query(.read("GetCallerIdentity")) } }
        #expect(await eventually { !asleep.all.isEmpty })
        task.cancel()
        #expect(await task.value?.kind == .cancelled)
        #expect(bench.stub.requestCount == 1)
    }

    @Test(.timeLimit(.minutes(30))) func `a cancellation ends active calls and waiting calls`() async throws {
        let bench = try ClientBench()
        let gate = Gate()
        defer { gate.open() }
        bench.stub.always("sts", "GetCallerIdentity", .waiting(gate))
        let client = try bench.client(limits: AWSLimits(concurrency: 1))
        let tasks = (0..<5).map { _ in
            Task { await failure { () throws(AWSError) in try await client.query(.read("GetCallerIdentity")) } }
        }
        #expect(await eventually { bench.stub.requestCount == 1 })
        for task in tasks { task.cancel() }
        for task in tasks { #expect(await task.value?.kind == .cancelled) }
        // The permit is free again.
        bench.stub.always("sts", "GetCallerIdentity", nil)
        _ = try await client.query(.read("GetCallerIdentity"))
    }

    @Test func `the log of a repair contains no secret`() async throws {
        let bench = try ClientBench()
        bench.stub.sts.accept(webToken: "web-token-that-is-secret")
        let client = try bench.client()
        let ecr = try bench.client(.ecr)
        bench.stub.script("sts", "AssumeRole", [.throttled, .expired, .html(status: 502)])
        let role: KeyValuePairs = ["RoleArn": "arn:aws:iam::1:role/r", "RoleSessionName": "s"]
        let assumed = try await client.query(.read("AssumeRole"), role)
        bench.stub.ecr.login(password: "registry-password-that-is-secret")
        _ = try await ecr.json(.read("GetAuthorizationToken"))
        var errors: [String] = []
        for code in ["AccessDenied", "SignatureDoesNotMatch", "ValidationError"] {
            bench.stub.script("sts", "AssumeRoleWithWebIdentity", [.error(code)])
            let error = await failure { () throws(AWSError) in
                try await client.query(
                    .read("AssumeRoleWithWebIdentity"),
                    [
                        "RoleArn": "arn:aws:iam::1:role/r", "RoleSessionName": "s",
                        "WebIdentityToken": "web-token-that-is-secret",
                    ])
            }
            errors.append(String(reflecting: error))
        }
        let credentials = try #require(assumed["AssumeRoleResult"]?["Credentials"])
        let secrets =
            bench.stub.keys.secrets + ["that-is-secret", "Signature=", "QVdTO"]
            + [credentials.text("SecretAccessKey"), credentials.text("SessionToken")].compactMap(\.self)
        let text = (bench.log.all + errors).joined(separator: "\n")
        #expect(bench.log.all.count >= 8)
        for secret in secrets { #expect(!text.contains(secret)) }
    }
}

/// Constant credentials.
struct Fixed: CredentialsProvider {
    let fixed: AWSCredentials
    init(_ fixed: AWSCredentials) { self.fixed = fixed }
    func credentials() async throws(AWSError) -> AWSCredentials { fixed }
    func refresh(after expired: AWSCredentials) async throws(AWSError) -> AWSCredentials { fixed }
}
