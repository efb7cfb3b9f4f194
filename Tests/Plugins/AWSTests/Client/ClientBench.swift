import AWSStub
import Foundation
import LaunchAWS
import LaunchHTTP
import LaunchHost
import Synchronization

/// The parts of a client test: a stub, credentials, a clock without waits, and the log.
final class ClientBench: Sendable {
    let stub: AWSStub
    let provider: StubProvider
    let waits = Recorder<Double>()
    let log = Recorder<String>()
    let http = HTTPClient(configuration: .init(proxy: .direct))

    init(clockOffset: TimeInterval = 0) throws {
        stub = try AWSStub(clockOffset: clockOffset)
        provider = StubProvider(stub)
    }

    /// Waits end at once and are recorded, unless `sleep` is given.
    func runtime(
        random: Double = 0.5, retry: RetryPolicy = RetryPolicy(),
        sleep: (@Sendable (Duration) async throws -> Void)? = nil
    ) -> AWSRuntime {
        let waits = waits
        let log = log
        return AWSRuntime(
            http: http,
            clock: HostClock(
                now: { Date() },
                sleep: sleep ?? { duration in
                    waits.add(Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18)
                    try Task.checkCancellation()
                }),
            random: { random },
            log: Logger(level: .debug) { record in
                log.add(record.message + " " + record.fields.map { "\($0.name)=\($0.value)" }.joined(separator: " "))
            },
            userAgent: "launch/1.2.3", retry: retry)
    }

    func client(
        _ service: AWSService = .sts, runtime: AWSRuntime? = nil, limits: AWSLimits = AWSLimits()
    ) throws -> AWSClient {
        try AWSClient(
            service, endpoint: stub.url, region: "us-east-1", credentials: provider, runtime: runtime ?? self.runtime(),
            limits: limits)
    }

    func store(runtime: AWSRuntime? = nil, tuning: S3Store.Tuning = .init(), region: String = "us-east-1") -> S3Store {
        let url = stub.url
        return S3Store(
            region: region, credentials: provider, runtime: runtime ?? self.runtime(), style: .path, tuning: tuning
        ) { (_: String) throws(AWSError) in url }
    }
}

/// Credentials of the stub. Renews expired ones, and counts the renewals.
final class StubProvider: CredentialsProvider {
    private let stub: AWSStub
    private let current: Mutex<AWSCredentials>
    let refreshes = Recorder<String>()

    init(_ stub: AWSStub) {
        self.stub = stub
        current = Mutex(stub.keys.session())
    }

    func credentials() async throws(AWSError) -> AWSCredentials { current.withLock(\.self) }

    func refresh(after expired: AWSCredentials) async throws(AWSError) -> AWSCredentials {
        current.withLock { current in
            guard current == expired else { return current }
            refreshes.add("refresh")
            current = stub.keys.session()
            return current
        }
    }
}

/// A list for concurrent tasks.
final class Recorder<Element: Sendable>: Sendable {
    private let items = Mutex<[Element]>([])

    func add(_ item: Element) { items.withLock { $0.append(item) } }
    var all: [Element] { items.withLock(\.self) }
}

/// The error of a call.
func failure<Value>(of body: () async throws(AWSError) -> Value) async -> AWSError? {
    do throws(AWSError) {
        _ = try await body()
        return nil
    } catch {
        return error
    }
}
