public import LaunchPluginKit

/// Builder `noop`: builds nothing, for agents that run prebuilt images only.
public struct NoopBuilder: Builder {
    /// The declaration of `builder: {type: noop}`.
    public static let plugin = Plugin<any Builder>(
        type: "noop", summary: "Builds no images; only prebuilt ones can be run.",
        capabilities: Capabilities(builds: false),
        examples: ["builder:\n  type: noop\n"],
        hints: ConfigHints(keys: ClusterBuilder.hints),
        make: { _, _ in NoopBuilder() })

    /// Always nil.
    public var repository: String? { nil }

    /// Always throws, because this builder builds nothing.
    public func key(for source: BuildSource, offline: Bool) async throws(BackendError) -> ContentKey {
        throw Self.refusal
    }

    /// Always throws, because this builder builds nothing.
    public func build(
        _ source: BuildSource, key: ContentKey, to destination: ImageReference, registry: any Registry,
        progress: @escaping @Sendable (BuildProgress) -> Void
    ) async throws(BackendError) -> PinnedImage {
        throw Self.refusal
    }

    private static let refusal = BackendError(
        .invalid, "This agent builds no images (builder: noop).",
        hint: "Submit a prebuilt image with --image, or set builder: {type: docker}.")
}
