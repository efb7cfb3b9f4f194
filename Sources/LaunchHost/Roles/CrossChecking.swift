/// A part that can tell, before anything is called, whether it goes together with the others.
public protocol CrossChecking: Sendable {
    /// Everything that does not fit, at once; paths are those of `launch-config.yaml`, `registry.uri`. Pure and offline.
    ///
    /// An error ends the command. A runner is asked when it is made, the other parts before the first runner is.
    func findings(with parts: Parts) -> [Finding]
}

/// The parts of one configuration, as a part sees them that is checked against the others.
public struct Parts: Sendable {
    /// The environment.
    public var environment: any Environment
    /// The registry.
    public var registry: any Registry
    /// The builder.
    public var builder: any Builder
    /// Where a key is written, as `launch-config.yaml:3`; nil for what is not in the file.
    public var place: @Sendable (FieldPath) -> String?

    /// Parts of a configuration.
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
