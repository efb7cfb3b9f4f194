internal import Crypto
internal import FoundationEssentials
internal import LaunchHost

/// A builder that only records that an image exists.
struct MockBuilder: Builder {
    let options: Options
    let images: MockImages

    var repository: String? { options.string("destination") }

    func key(for source: BuildSource, offline: Bool) async throws(BackendError) -> ContentKey {
        do throws(LaunchError) {
            let context = try await ContextDigest.of(folder: source.context)
            return ContentKey(hex: SHA256.hex("mock\n\(source.dockerfile)\n\(context)".utf8))
        } catch {
            throw BackendError(.invalid, error.message, hint: error.hint)
        }
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
