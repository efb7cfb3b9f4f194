import LaunchHost
@testable import LaunchAWS
@testable import LaunchAWSKit
@testable import LaunchLocalDocker
@testable import LaunchOCIRegistry

extension FuzzTarget {
    /// Names of images and of registries.
    static let images = [imageReference, registryName]

    private static let imageReference = FuzzTarget.text("image-reference", dictionary: "image", maxLength: 1024) {
        text in
        guard let reference = try? ImageReference(parsing: text) else { return }
        expect(reference.description == text, "a reference prints as it was written")
        expect((try? ImageReference(parsing: reference.description)) == reference, "a printed reference is the same")
    }

    private static let registryName = FuzzTarget.text("registry-name", dictionary: "image", maxLength: 1024) { text in
        if let host = try? RegistryHost(parsing: text) {
            expect((try? RegistryHost(parsing: host.name)) == host, "a printed host is the same")
            _ = host.isLoopback
        }
        if let location = try? RegistryLocation(parsing: text) {
            let made = try? location.destination("team/train")
            expect(made != nil, "a location has a place for an image")
            if let made { expect(location.holds(made), "an image of a location is in it: \(made)") }
        }
        if let host = ECRHost(text) {
            expect(ECRHost(host.description) == host, "a printed host is the same")
        }
        if let platform = ImagePlatform(parsing: text) {
            expect(platform.satisfies(platform), "a platform satisfies itself")
        }
    }
}
