/// The keys of W&B's builder for clusters, which no builder here has.
enum ClusterBuilder {
    /// The hint for each key.
    static let hints = Dictionary(
        uniqueKeysWithValues: [
            "build-context-store", "build_context_store", "build-job-name", "secret-name", "secret-key", "kaniko-image",
            "kaniko-config",
        ].map {
            ($0, "remove it: it is for W&B's kaniko builder, and images are built by docker, podman or buildah here")
        })
}
