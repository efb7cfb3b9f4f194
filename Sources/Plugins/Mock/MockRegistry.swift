internal import FoundationEssentials
internal import LaunchCrypto
internal import LaunchPluginKit

/// A registry with the configured images, and those that the mock builder has recorded.
struct MockRegistry: Registry {
    let options: Options
    let images: MockImages

    func resolve(_ reference: ImageReference) async throws(BackendError) -> PinnedImage? {
        try failOnDemand(options, "resolve")
        // A tag of a build exists only after the build. Any other image exists unless the list omits it.
        if let tag = reference.tag, tag.hasPrefix("launch-") {
            return images.has(tag) ? MockImages.pinned(reference) : nil
        }
        if let known = options.strings("images"), !known.contains(reference.description) { return nil }
        return MockImages.pinned(reference)
    }

    func destination(for key: ContentKey, repository: String?) throws(BackendError) -> ImageReference {
        ImageReference(host: "mock.invalid", repository: repository ?? "mock", tag: key.tag)
    }

    func access() async throws(BackendError) -> RegistryAccess { .engineStore }
}

/// The images that the mock builder has recorded, as empty files with the names of their tags.
struct MockImages: Sendable {
    let folder: String

    func has(_ tag: String) -> Bool {
        FileManager.default.fileExists(atPath: "\(folder)/images/\(tag)")
    }

    func add(_ tag: String) throws(BackendError) {
        try MockFolder.make("\(folder)/images")
        do {
            try Data().write(to: URL(filePath: "\(folder)/images/\(tag)"))
        } catch {
            throw BackendError(.internalFault, "The mock cannot record an image in \(folder): \(error).")
        }
    }

    /// The image of that name, with a digest computed from the name.
    static func pinned(_ reference: ImageReference) -> PinnedImage? {
        let named = "sha256:\(SHA256.hex(reference.description.utf8))"
        guard let digest = reference.digest ?? Digest(rawValue: named) else { return nil }
        return PinnedImage(
            reference: "\(reference.name)@\(digest)", digest: digest, name: reference.description,
            platform: "linux/amd64")
    }
}
