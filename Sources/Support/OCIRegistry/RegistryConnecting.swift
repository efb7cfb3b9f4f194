/// A part of a program that knows how to reach registries: address, authorities and login.
package protocol RegistryConnecting: Sendable {
    /// The client of a registry; nil for a registry that the part does not know.
    func client(of host: RegistryHost) throws(OCIError) -> RegistryClient?

    /// Whether images are kept in a registry, and not in the store of a container engine.
    var keepsImagesRemotely: Bool { get }
}
