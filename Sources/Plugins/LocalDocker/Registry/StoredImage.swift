internal import LaunchContainerEngine
internal import LaunchPluginKit

/// An image of the engine's store, with the name of the request.
struct StoredImage {
    let image: ImageInfo
    let reference: ImageReference

    /// The image under the digest of its registry, if it was pulled or pushed under that name. Otherwise under its
    /// ID, which only this engine knows.
    var pinned: PinnedImage? {
        let pinned = registryReference ?? image.id
        guard let text = pinned.firstIndex(of: "@").map({ String(pinned[pinned.index(after: $0)...]) }) ?? imageID,
            let digest = Digest(rawValue: text)
        else { return nil }
        return PinnedImage(
            reference: pinned == image.id ? text : pinned, digest: digest, name: reference.description,
            platform: image.platform)
    }

    /// podman omits the `sha256:` of an ID.
    private var imageID: String? { image.id.contains(":") ? image.id : "sha256:\(image.id)" }

    private var registryReference: String? {
        let wanted = Self.familiar(reference.name)
        let known = image.digests.filter { Self.familiar(String($0.prefix { $0 != "@" })) == wanted }.sorted()
        if let digest = reference.digest { return known.first { $0.hasSuffix("@\(digest)") } }
        return known.first
    }

    /// The name without the parts that docker omits and podman writes.
    private static func familiar(_ name: String) -> Substring {
        var name = name[...]
        for prefix in ["docker.io/", "library/"] where name.hasPrefix(prefix) { name = name.dropFirst(prefix.count) }
        return name
    }
}
