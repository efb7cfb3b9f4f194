internal import LaunchConcurrency
public import LaunchCore

/// A client of one service in one region: signed calls over shared connections, with retries if these are safe.
public final class AWSClient: Sendable {
    /// The service.
    public let service: AWSService
    /// The region that requests are signed for.
    public let region: String
    let address: ServiceAddress
    let credentials: (any CredentialsProvider)?
    let runtime: AWSRuntime
    let skew: ClockSkew
    private let chain: StepChain

    /// A client of `service` at the URL `endpoint`. Without credentials, only unsigned operations can be called.
    /// - Throws: `configuration` if `endpoint` is not a URL.
    public convenience init(
        _ service: AWSService, endpoint: String, region: String, credentials: (any CredentialsProvider)?,
        runtime: AWSRuntime, limits: AWSLimits = AWSLimits()
    ) throws(AWSError) {
        self.init(
            service, at: try ServiceAddress(endpoint), region: region, credentials: credentials, runtime: runtime,
            limits: limits)
    }

    init(
        _ service: AWSService, at address: ServiceAddress, region: String, credentials: (any CredentialsProvider)?,
        runtime: AWSRuntime, limits: AWSLimits
    ) {
        self.service = service
        self.region = region
        self.address = address
        self.credentials = credentials
        self.runtime = runtime
        skew = ClockSkew()
        let sending = SendStep(address: address, limits: limits, http: runtime.http, userAgent: runtime.userAgent)
        chain = StepChain(
            steps: [
                LogStep(service: service, region: region, log: runtime.log, clock: runtime.clock),
                RetryStep(
                    policy: runtime.retry, quota: RetryQuota(), limits: limits, runtime: runtime,
                    pace: runtime.retry.mode == .adaptive ? AdaptivePace(clock: runtime.clock) : nil),
                BodyStep(service: service),
                PermitStep(permits: AsyncSemaphore(permits: limits.concurrency)),
                CredentialsStep(
                    provider: credentials, host: address.host, skew: skew, clock: runtime.clock, log: runtime.log),
                SignStep(service: service, region: region, address: address, clock: runtime.clock, skew: skew),
                MeasureStep(service: service, clock: runtime.clock, record: runtime.record),
                ClassifyStep(service: service),
            ],
            send: { exchange throws(AWSError) in try await sending.send(exchange) })
    }

    /// Calls an operation of a service with the protocol JSON 1.0 or 1.1, and returns the document of the reply.
    /// - Parameter input: the members of the request, as the service's model names them.
    /// - Throws: the service's error, in its class; `internalFault` if the service has another protocol.
    public func json(
        _ operation: AWSOperation, input: JSONValue = .object([:])
    ) async throws(AWSError) -> JSONValue {
        guard case .json(let target, let version) = service.wire, let body = try? Bodies.json(input) else {
            throw unspeakable(operation)
        }
        var exchange = Exchange(operation: operation)
        exchange.headers = [
            ("Content-Type", "application/x-amz-json-\(version.rawValue)"),
            ("X-Amz-Target", "\(target).\(operation.name)"),
        ]
        exchange.payload = .bytes(body)
        guard case .json(let document) = try await send(exchange).document else { throw unspeakable(operation) }
        return document
    }

    /// Calls an operation of a service with the protocol REST-JSON, such as Batch, EKS and Lambda, and returns the
    /// document of the reply. Streams and bodies that are not JSON are not supported.
    /// - Throws: the service's error, in its class; `invalid`, before anything is sent, for a path with an empty value;
    ///   `internalFault` if the service has another protocol.
    public func rest(_ operation: AWSOperation, _ call: RESTCall) async throws(AWSError) -> JSONValue {
        guard service.wire == .restJSON else { throw unspeakable(operation) }
        var exchange = try call.exchange(operation)
        if let body = call.body {
            guard let bytes = try? Bodies.json(body) else { throw unspeakable(operation) }
            exchange.headers.append(("Content-Type", "application/json"))
            exchange.payload = .bytes(bytes)
        }
        guard case .json(let document) = try await send(exchange).document else { throw unspeakable(operation) }
        return document
    }

    /// Calls an operation of a service with form fields and XML replies, such as STS and IAM. Returns the root of the
    /// reply.
    public func query(
        _ operation: AWSOperation, _ fields: KeyValuePairs<String, String> = [:]
    ) async throws(AWSError) -> XMLElement {
        try await query(operation, fields.map { ($0.key, $0.value) })
    }

    /// Calls an operation of a service with form fields and XML replies, with a list of fields.
    public func query(
        _ operation: AWSOperation, _ fields: [(name: String, value: String)]
    ) async throws(AWSError) -> XMLElement {
        guard case .query(let version) = service.wire else { throw unspeakable(operation) }
        var exchange = Exchange(operation: operation)
        exchange.headers = [("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")]
        exchange.payload = .bytes(Bodies.form([("Action", operation.name), ("Version", version)] + fields))
        guard case .xml(let document) = try await send(exchange).document else { throw unspeakable(operation) }
        return document
    }

    /// Sends any request through all steps.
    func send(_ exchange: Exchange) async throws(AWSError) -> Answer {
        try await chain.run(exchange)
    }

    private func unspeakable(_ operation: AWSOperation) -> AWSError {
        AWSError(
            .internalFault, "\(service.name) cannot be called like this.", service: service.name,
            operation: operation.name)
    }
}
