internal import LaunchContainerEngine
internal import LaunchCrypto
internal import LaunchPluginKit

/// Gives the hosts of a rehearsal their credentials, through an endpoint in their network.
actor HostCredentials {
    /// The provider; nil if the job offers no credentials.
    private nonisolated let offering: (any CredentialsOffering)?
    private let role: AssumedRole?
    private let log: Logger
    private var server: CredentialsServer?

    init(_ plan: RehearsalPlan, _ tools: RehearsalTools) {
        offering = plan.offersCredentials ? tools.environment as? any CredentialsOffering : nil
        role = plan.role
        log = tools.log
    }

    /// True while the endpoint is open.
    var isOpen: Bool { server != nil }

    /// Creates the network. If the job offers credentials, also opens the endpoint in the network and sets the
    /// variables that point to it.
    nonisolated func equip(
        _ containers: inout HostContainers, known: RehearsalState.Endpoint?, _ context: RehearsalContext
    ) async throws(BackendError) {
        guard let offering else { return try await containers.makeNetwork(nil) }
        let words = offering.credentialsEndpoint
        var endpoint: RehearsalState.Endpoint
        if let known {
            try await containers.makeNetwork(.init(subnet: known.subnet, gateway: known.address))
            endpoint = known
        } else {
            let place = try await Self.freeGateway(among: words.gateways, &containers)
            endpoint = RehearsalState.Endpoint(
                address: place.address, subnet: place.subnet, port: 0,
                path: "/v2/credentials/\(try Self.unguessable())")
            try await context.send(.endpointChosen(endpoint))
        }
        if let open = try await open(endpoint) {
            endpoint = open
            try await context.send(.endpointChosen(open))
        }
        let isUsual = endpoint.port == 80 && endpoint.address == words.gateways.first?.address
        containers.credentials =
            isUsual
            ? [words.pathVariable: endpoint.path]
            : [words.urlVariable: "http://\(endpoint.address):\(endpoint.port)\(endpoint.path)"]
    }

    /// Listens at the address that the hosts have in their variables. Returns the endpoint with its port; nil if it is
    /// already open, or the environment offers no credentials.
    func open(_ endpoint: RehearsalState.Endpoint) throws(BackendError) -> RehearsalState.Endpoint? {
        guard server == nil, let offering else { return nil }
        let opened: CredentialsServer
        if endpoint.port != 0 {
            opened = try serve(endpoint, endpoint.port, offering)
        } else if let usual = try? serve(endpoint, 80, offering) {
            opened = usual
        } else {
            // Another program may use the usual port, or only the administrator may open it.
            opened = try serve(endpoint, 0, offering)
        }
        server = opened
        var open = endpoint
        open.port = opened.port
        return open
    }

    /// Closes the endpoint.
    func close() {
        server?.stop()
        server = nil
    }

    private func serve(
        _ place: RehearsalState.Endpoint, _ port: UInt16, _ offering: any CredentialsOffering
    ) throws(BackendError) -> CredentialsServer {
        try CredentialsServer(
            address: place.address, port: port, path: place.path, credentials: offering, role: role, log: log)
    }

    private static func unguessable() throws(BackendError) -> String {
        do {
            return Hex.encode(try SecureRandom.bytes(16))
        } catch {
            throw BackendError(.internalFault, error.description)
        }
    }

    /// The first address that no other job uses at the moment.
    private static func freeGateway(
        among gateways: [CredentialsEndpoint.Gateway], _ containers: inout HostContainers
    ) async throws(BackendError) -> CredentialsEndpoint.Gateway {
        for gateway in gateways {
            do {
                try await containers.makeNetwork(.init(subnet: gateway.subnet, gateway: gateway.address))
                return gateway
            } catch {
                guard error.category == .transient else { throw error }
            }
        }
        throw BackendError(
            .transient,
            "All \(gateways.count) addresses for credentials are in use by other jobs that get credentials.",
            hint: "Wait for one of them to end.", retryAfter: .seconds(5))
    }
}
