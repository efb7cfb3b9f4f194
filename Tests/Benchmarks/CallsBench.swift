import LaunchAWS
import LaunchHTTP
import LaunchHost

/// Control calls with 64 in flight: calls per second, and whether memory use is constant.
enum CallsBench {
    static func run(count: Int, url: String?) async throws {
        let server = try url.map { (said: [$0], leash: nil) } ?? BenchServer.start("serve-calls")
        let keys = AWSCredentials(accessKeyID: "AKIABENCH", secretAccessKey: Secret("bench"), sessionToken: Secret("t"))
        let client = try AWSClient(
            .ecr, endpoint: server.said.first ?? "", region: "us-east-1", credentials: FixedCredentials(keys),
            runtime: AWSRuntime(http: HTTPClient(configuration: .init(proxy: .direct)), userAgent: "launch/bench"))
        try await calls(min(1000, count), client)
        let before = Memory.now
        let began = ContinuousClock.now
        try await calls(count, client)
        let taken = seconds(ContinuousClock.now - began)
        report([
            "calls": Double(count), "seconds": taken, "per_second": Double(count) / taken,
            "rss_before_kb": Double(before), "rss_after_kb": Double(Memory.now), "peak_rss_kb": Double(Memory.peak),
        ])
        _ = server.leash
    }

    private static func calls(_ count: Int, _ client: AWSClient) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<64 {
                group.addTask {
                    for _ in stride(from: worker, to: count, by: 64) {
                        _ = try await client.json(
                            .read("DescribeRepositories"),
                            input: .object(["repositoryNames": .array([.string("stub")])]))
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}

/// Constant credentials.
struct FixedCredentials: CredentialsProvider {
    let fixed: AWSCredentials

    init(_ fixed: AWSCredentials) {
        self.fixed = fixed
    }

    func credentials() async throws(AWSError) -> AWSCredentials { fixed }
    func refresh(after expired: AWSCredentials) async throws(AWSError) -> AWSCredentials { fixed }
}
