internal import ContainerEngine
internal import LaunchHost

/// The network of one attempt's hosts, and where each is found in it.
///
/// Engines know a container by name only while it runs. A host is to be found until all have ended, so several have
/// addresses that are known before any begins, and every one is told all others'.
struct HostNetwork: Sendable {
    /// The network's name.
    let name: String
    /// Each host's address; empty where there is but one host, which nobody looks for.
    private(set) var addresses: [String: String] = [:]

    /// Lines for the `/etc/hosts` of one host: where the others are.
    func others(than host: String) -> [String] {
        addresses.filter { $0.key != host }.map { "\($0.key):\($0.value)" }.sorted()
    }

    /// Makes a network.
    /// - Parameters:
    ///   - spec: What it is made from. Where it names no addresses, they are such as the engine finds free.
    ///   - hosts: The names of all hosts.
    /// - Throws: `transient` where the addresses are taken or none are left, `invalid` where they are too few.
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
            // Only in a network whose addresses were asked for may a container ask for one of them. So the engine chooses
            // first, because it knows what is free, and is then asked for what it chose.
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
                // Somebody else may have been given them in between.
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
            return try await Uncancelled.run { () async throws(EngineError) in try await engine.createNetwork(spec) }
        } catch {
            let words = error.message.lowercased()
            // Docker's words, then podman's.
            guard ["overlap", "fully subnetted", "already used", "free subnet"].contains(where: words.contains) else {
                throw BackendError(error)
            }
            throw BackendError(
                .transient, "The engine has no addresses left for one network more. \(error.message)",
                hint: "Remove networks that nobody uses: docker network prune.")
        }
    }
}
