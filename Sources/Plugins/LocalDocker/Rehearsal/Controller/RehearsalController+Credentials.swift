internal import ContainerEngine
internal import Crypto
internal import LaunchPluginKit

/// Credentials for the hosts.
extension RehearsalController {
    /// Creates the network. If the job offers credentials, also opens the endpoint in the network and sets the
    /// variables that point to it.
    func openEndpoint(_ containers: inout HostContainers) async throws(BackendError) {
        guard rehearsalPlan.offersCredentials, let offering = tools.environment as? any CredentialsOffering else {
            return try await containers.makeNetwork(nil)
        }
        let words = offering.credentialsEndpoint
        if state.endpoint == nil {
            let place = try await place(among: words.places, &containers)
            state.endpoint = RehearsalState.Endpoint(
                address: place.address, subnet: place.subnet, port: 0,
                path: "/v2/credentials/\(try Self.unguessable())")
            try keep()
        } else if let known = state.endpoint {
            try await containers.makeNetwork(.init(subnet: known.subnet, gateway: known.address))
        }
        try await reopenEndpoint()
        guard let open = state.endpoint else { return }
        let isUsual = open.port == 80 && open.address == words.places.first?.address
        containers.credentials =
            isUsual
            ? [words.pathVariable: open.path]
            : [words.urlVariable: "http://\(open.address):\(open.port)\(open.path)"]
    }

    /// Listens at the address that the hosts have in their variables.
    func reopenEndpoint() async throws(BackendError) {
        guard endpoint == nil, var place = state.endpoint,
            let offering = tools.environment as? any CredentialsOffering
        else { return }
        if place.port == 0 {
            // Another program may use the usual port, or only the administrator may open it.
            if let usual = try? serve(place, 80, offering) {
                endpoint = usual
            } else {
                endpoint = try serve(place, 0, offering)
            }
        } else {
            endpoint = try serve(place, place.port, offering)
        }
        place.port = endpoint?.port ?? 0
        state.endpoint = place
        try keep()
    }

    private static func unguessable() throws(BackendError) -> String {
        do {
            return Hex.encode(try SecureRandom.bytes(16))
        } catch {
            throw BackendError(.internalFault, error.description)
        }
    }

    private func serve(
        _ place: RehearsalState.Endpoint, _ port: UInt16, _ offering: any CredentialsOffering
    ) throws(BackendError) -> CredentialsServer {
        try CredentialsServer(
            address: place.address, port: port, path: place.path, credentials: offering, role: rehearsalPlan.role,
            log: tools.log)
    }

    /// The first address that no other job uses at the moment.
    private func place(
        among places: [CredentialsEndpoint.Place], _ containers: inout HostContainers
    ) async throws(BackendError) -> CredentialsEndpoint.Place {
        for place in places {
            do {
                try await containers.makeNetwork(.init(subnet: place.subnet, gateway: place.address))
                return place
            } catch {
                guard error.category == .transient else { throw error }
            }
        }
        throw BackendError(
            .transient,
            "All \(places.count) addresses for credentials are in use by other jobs that get credentials.",
            hint: "Wait for one of them to end.", retryAfter: .seconds(5))
    }
}
