internal import FoundationEssentials
internal import LaunchHost

/// A manifest as ECR gives it, and its digest.
struct ECRManifest: Sendable {
    let digest: Digest
    /// The images of an index; nil for an image of its own.
    let entries: [Entry]?

    struct Entry: Sendable {
        let digest: Digest
        let platform: String
    }

    /// All kinds that are understood; without them ECR answers an index as if it were an image.
    static let acceptedTypes = [
        "application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json",
    ]

    /// Reads the text of a manifest; nil for what is none.
    init?(_ text: String, digest: Digest) {
        guard let root = try? JSONValue(parsing: text), root.objectValue != nil else { return nil }
        self.digest = digest
        entries = root["manifests"]?.arrayValue?.compactMap { entry in
            guard let digest = entry["digest"]?.stringValue.flatMap({ Digest(rawValue: $0) }),
                let os = entry["platform"]?["os"]?.stringValue,
                let architecture = entry["platform"]?["architecture"]?.stringValue,
                // A build's attestations stand beside the images under this name.
                os != "unknown"
            else { return nil }
            return Entry(digest: digest, platform: "\(os)/\(architecture)")
        }
    }
}
