/// How programs on this machine reach a registry, as far as its configuration says more than its name.
package struct RegistryTransport: Sendable, Hashable {
    /// The PEM file of the authorities that sign its certificate; nil for the system's.
    package var caFile: String?
    /// Whether plain http is used.
    package var isPlain: Bool

    package init(caFile: String? = nil, isPlain: Bool = false) {
        self.caFile = caFile
        self.isPlain = isPlain
    }
}

/// A registry that can be reached without a container engine, or that can say that it cannot.
package protocol TransportDescribing: Registry {
    /// How the registry is reached; nil if images stay in the store of a container engine.
    var transport: RegistryTransport? { get }
}
