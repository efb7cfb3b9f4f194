/// A part of the configuration that can check, before any call, whether it fits the other parts.
public protocol CrossChecking: Sendable {
    /// All conflicts at once; paths are those of `launch-config.yaml`, such as `registry.uri`. Pure and offline.
    ///
    /// An error ends the command. A runner is checked when it is created, the other parts before the first runner is
    /// created.
    func findings(with parts: Parts) -> [Finding]
}

/// The parts of one configuration, as a cross-check gets them.
public struct Parts: Sendable {
    public var environment: any Environment
    public var registry: any Registry
    public var builder: any Builder
    /// The place of a key, as `launch-config.yaml:3`; nil if the file does not contain the key.
    public var place: @Sendable (FieldPath) -> String?

    public init(
        environment: any Environment, registry: any Registry, builder: any Builder,
        place: @escaping @Sendable (FieldPath) -> String? = { _ in nil }
    ) {
        self.environment = environment
        self.registry = registry
        self.builder = builder
        self.place = place
    }
}
