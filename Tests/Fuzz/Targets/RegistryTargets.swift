import FoundationEssentials

import LaunchHost
@testable import LaunchAWS
@testable import LaunchAWSKit
@testable import LaunchConfiguration
@testable import LaunchOCIRegistry
@testable import LaunchPluginKit

extension FuzzTarget {
    /// Responses of an image registry.
    static let registry = [challenge, manifest]

    private static let challenge = FuzzTarget.text("challenge", dictionary: "challenge") { text in
        for challenge in Challenge.parse(text) {
            expect(challenge.scheme == challenge.scheme.lowercased(), "a scheme is in lower case")
            expect(!challenge.scheme.isEmpty, "a challenge has a scheme")
        }
    }

    private static let manifest = FuzzTarget("manifest", dictionary: "json", maxLength: 8192) { bytes in
        if let manifest = try? JSONDecoder().decode(Manifest.self, from: Data(bytes)) {
            for entry in manifest.manifests ?? [] {
                guard let platform = entry.platform?.platform else { continue }
                expect(platform.satisfies(platform), "a platform satisfies itself")
            }
        }
        _ = try? JSONDecoder().decode(Manifest.PlatformFields.self, from: Data(bytes)).platform
        let digest = Digest(unchecked: "sha256:" + String(repeating: "0", count: 64))
        if let manifest = ECRManifest(String(decoding: bytes, as: UTF8.self), digest: digest) {
            expect(manifest.digest == digest, "the digest is the requested one")
        }
    }
}
