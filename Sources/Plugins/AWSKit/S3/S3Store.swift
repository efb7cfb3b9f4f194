internal import Synchronization

/// Objects in S3. Small ones are transferred in one request, large ones in parts. No object is ever completely in
/// memory.
public final class S3Store: Sendable {
    /// The URL of S3 in a region.
    public typealias Endpoint = @Sendable (_ region: String) throws(AWSError) -> String

    /// Where an address has the bucket's name.
    public enum Style: Sendable {
        /// Before the host, if the name can be part of a host name.
        case virtualHost
        /// In the path, as S3 emulators require.
        case path
    }

    /// The sizes and the concurrency of large transfers.
    public struct Tuning: Sendable {
        /// The size of a part in bytes, unless an object needs larger ones; at least 5 MiB for uploads.
        public var partSize: Int64
        /// The number of concurrent parts.
        public var parallelism: Int

        public init(partSize: Int64 = 8 << 20, parallelism: Int = 4) {
            self.partSize = max(64 << 10, partSize)
            self.parallelism = max(1, parallelism)
        }
    }

    let tuning: Tuning
    let runtime: AWSRuntime
    let credentials: any CredentialsProvider
    private let home: String
    private let style: Style
    private let endpoint: Endpoint
    private let limits: AWSLimits

    private struct State {
        var clients: [String: AWSClient] = [:]
        /// The regions of buckets, as S3 reports them.
        var regions: [String: String] = [:]
    }
    private let state = Mutex(State())

    /// A store whose buckets are in `region` unless S3 reports another.
    public init(
        region: String, credentials: any CredentialsProvider, runtime: AWSRuntime, style: Style = .virtualHost,
        tuning: Tuning = Tuning(), limits: AWSLimits = .transfers, endpoint: @escaping Endpoint
    ) {
        home = region
        self.credentials = credentials
        self.runtime = runtime
        self.style = style
        self.tuning = tuning
        self.limits = limits
        self.endpoint = endpoint
    }

    /// Sends a request for a bucket. If the bucket is in another region, repeats it in the region that S3 reports.
    func send(_ exchange: Exchange, bucket: String, key: String? = nil) async throws(AWSError) -> Answer {
        let place = try place(of: bucket, key)
        var exchange = exchange
        exchange.path = place.path
        exchange.hostLabel = place.label
        do throws(AWSError) {
            return try await place.client.send(exchange)
        } catch {
            guard let region = error.trail.region, region != place.client.region,
                [301, 307, 400].contains(error.status)
            else { throw error }
            state.withLock { $0.regions[bucket] = region }
            return try await client(of: region).send(exchange)
        }
    }

    /// The region of a bucket. Lists one object, which needs `s3:ListBucket`.
    package func region(of bucket: String) async throws(AWSError) -> String {
        var pages = list(bucket: bucket, pageSize: 1).makeAsyncIterator()
        _ = try await pages.next(isolation: nil)
        return state.withLock { $0.regions[bucket] } ?? home
    }

    /// The client for an object, and the object's address.
    package func place(of bucket: String, _ key: String?) throws(AWSError) -> (
        client: AWSClient, label: String?, path: String
    ) {
        try S3Names.check(bucket: bucket, key: key)
        let client = try client(of: state.withLock { $0.regions[bucket] ?? home })
        let inHost = style == .virtualHost && S3Names.fitsHost(bucket, isSecure: client.address.isSecure)
        let path = key.map { URIEncoding.path($0) } ?? ""
        return inHost
            ? (client, bucket, "/" + path)
            : (client, nil, "/" + URIEncoding.component(bucket) + (key == nil ? "" : "/" + path))
    }

    private func client(of region: String) throws(AWSError) -> AWSClient {
        if let client = state.withLock({ $0.clients[region] }) { return client }
        let made = try AWSClient(
            .s3, endpoint: try endpoint(region), region: region, credentials: credentials, runtime: runtime,
            limits: limits)
        return state.withLock { state in
            // Two callers may have created one concurrently; all must use the same.
            let first = state.clients[region] ?? made
            state.clients[region] = first
            return first
        }
    }
}
