internal import FoundationEssentials
internal import LaunchCrypto
internal import LaunchPluginKit

/// A builder that only records that an image exists.
struct MockBuilder: Builder {
    let options: Options
    let images: MockImages

    var repository: String? { options.string("destination") }

    func key(for source: BuildSource, offline: Bool) async throws(BackendError) -> ContentKey {
        ContentKey(hex: SHA256.hex("mock\n\(source.dockerfile)\n\(source.digest)".utf8))
    }

    func build(
        _ source: BuildSource, key: ContentKey, to destination: ImageReference, registry: any Registry,
        progress: @escaping @Sendable (BuildProgress) -> Void
    ) async throws(BackendError) -> PinnedImage {
        try failOnDemand(options, "build")
        for number in 0..<(options.integer("lines") ?? 0) {
            progress(BuildProgress(.build, "mock step \(number + 1)"))
        }
        do {
            try await Task.sleep(for: options.duration("takes") ?? .zero)
        } catch {
            throw BackendError(.cancelled, "The build was cancelled.")
        }
        try images.add(key.tag)
        guard let image = try await registry.resolve(destination) else {
            throw BackendError(.internalFault, "The registry does not have what the mock built: \(destination).")
        }
        return image
    }
}
