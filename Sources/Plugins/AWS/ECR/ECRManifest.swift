internal import FoundationEssentials
internal import LaunchPluginKit

/// A manifest from ECR, with its digest.
struct ECRManifest: Sendable {
    let digest: Digest
    /// The images of an index; nil for a single image.
    let entries: [Entry]?

    struct Entry: Sendable {
        let digest: Digest
        let platform: String
    }

    /// All supported media types. Without them, ECR returns an index as if it were an image.
    static let acceptedTypes = [
        "application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json",
    ]

    /// Parses the text of a manifest; nil if it is not a manifest.
    init?(_ text: String, digest: Digest) {
        guard let root = try? JSONValue(parsing: text), root.objectValue != nil else { return nil }
        self.digest = digest
        entries = root["manifests"]?.arrayValue?.compactMap { entry in
            guard let digest = entry["digest"]?.stringValue.flatMap({ Digest(rawValue: $0) }),
                let os = entry["platform"]?["os"]?.stringValue,
                let architecture = entry["platform"]?["architecture"]?.stringValue,
                // A build's attestations have this platform name.
                os != "unknown"
            else { return nil }
            return Entry(digest: digest, platform: "\(os)/\(architecture)")
        }
    }
}
