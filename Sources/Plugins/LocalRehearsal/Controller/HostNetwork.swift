internal import LaunchLocalContainers
internal import LaunchConcurrency
internal import LaunchContainerEngine
internal import LaunchPluginKit

/// The network of one attempt's hosts, with the address of each host.
///
/// Engines resolve a container's name only while it runs. Hosts must resolve until all have ended. So several hosts
/// get fixed addresses before they start, and each gets the addresses of all others.
struct HostNetwork: Sendable {
    let name: String
    /// Each host's address. Empty for a single host, because no other host needs it.
    private(set) var addresses: [String: String] = [:]

    /// The lines for the `/etc/hosts` of one host, with the addresses of the others.
    func others(than host: String) -> [String] {
        addresses.filter { $0.key != host }.map { "\($0.key):\($0.value)" }.sorted()
    }

    /// Creates a network.
    /// - Parameters:
    ///   - spec: the specification. Without addresses, the engine selects free ones.
    ///   - hosts: the names of all hosts.
    /// - Throws: `transient` if the addresses are in use or none are left, `invalid` if there are too few.
    static func make(
        _ spec: NetworkSpec, hosts: [String], on engine: EngineClient
    ) async throws(BackendError) -> HostNetwork {
        guard hosts.count > 1 else {
            try await create(spec, engine)
            return HostNetwork(name: spec.name)
        }
        if spec.addresses != nil { return try await make(spec, fixed: hosts, engine) }
        var tries = 0
        while true {
            // A container can request an address only in a network with a requested subnet. So the engine first
            // selects a free subnet, and the network is then created again with that subnet.
            let chosen = try await create(spec, engine)
            let known = try await engineCall { () async throws(EngineError) in try await engine.addresses(of: chosen) }
            guard let addresses = known.first(where: { Subnet($0.subnet) != nil }) else {
                return HostNetwork(name: spec.name)
            }
            try await engineCall { () async throws(EngineError) in try await engine.removeNetwork(chosen) }
            var asked = spec
            asked.addresses = addresses
            do {
                return try await make(asked, fixed: hosts, engine)
            } catch {
                // Another program may have taken the subnet meanwhile.
                tries += 1
                guard error.category == .transient, tries < 20 else { throw error }
                try? await Task.sleep(for: .milliseconds(Int.random(in: 10...200)))
            }
        }
    }

    private static func make(
        _ spec: NetworkSpec, fixed hosts: [String], _ engine: EngineClient
    ) async throws(BackendError) -> HostNetwork {
        guard let subnet = spec.addresses?.subnet,
            let found = Subnet(subnet)?.addresses(hosts.count, without: spec.addresses?.gateway)
        else {
            throw BackendError(
                .invalid, "The network \(spec.addresses?.subnet ?? "") has too few addresses for \(hosts.count) hosts.",
                hint: "Rehearse it with fewer hosts.")
        }
        try await create(spec, engine)
        return HostNetwork(name: spec.name, addresses: Dictionary(zip(hosts, found)) { first, _ in first })
    }

    @discardableResult
    private static func create(_ spec: NetworkSpec, _ engine: EngineClient) async throws(BackendError) -> String {
        do {
            return try await withUncancelledTask { () async throws(EngineError) in try await engine.createNetwork(spec)
            }
        } catch {
            guard error.says(.noFreeSubnet) else { throw BackendError(error) }
            throw BackendError(
                .transient, "The engine has no addresses left for another network. \(error.message)",
                hint: "Remove unused networks: docker network prune.")
        }
    }
}
