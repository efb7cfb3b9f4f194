internal import LaunchOCIRegistry
internal import LaunchPluginKit

/// A base image in its registry, for the platform of the builder.
struct BaseImage: Sendable {
    /// The digest of the reference: of an image or of an index.
    var digest: Digest?
    /// The digest of the image for the platform.
    var manifest: String
    var client: RegistryClient
    var host: RegistryHost
    var repository: String
}

extension AppendBuilder {
    /// Looks up the base image.
    /// - Throws: `.invalid` with the place of its name if the registry does not have it, or not for the platform.
    func base(of recipe: AppendRecipe, registry: (any Registry)?) async throws(BackendError) -> BaseImage {
        let reference = recipe.base
        let client = try await connections.client(for: reference, registry: registry)
        let found: RemoteImage?
        do throws(OCIError) {
            found = try await client.image(
                reference.repository, reference.digest?.rawValue ?? reference.tag ?? "latest")
        } catch {
            var failure = BackendError(append: error)
            failure.message = "\(recipe.place): the base image \(reference) cannot be looked up. \(failure.message)"
            throw failure
        }
        guard let found else {
            throw BackendError(
                .invalid, "\(recipe.place): the base image \(reference) is not in its registry.",
                hint: "Check the name and the tag, or push the image first. An image of an engine's store alone is not "
                    + "enough for the builder 'append'.")
        }
        guard let image = found.image(for: settings.platform) else {
            let there = found.images.compactMap { $0.platform?.description }
            throw BackendError(
                .invalid,
                "\(recipe.place): the base image \(reference) is not for \(settings.platform); "
                    + (there.isEmpty ? "it names no platform." : "it is for \(there.joined(separator: ", "))."),
                hint: "Use a base image for \(settings.platform), or change the builder's 'platform'.")
        }
        return BaseImage(
            digest: Digest(rawValue: found.digest), manifest: image.digest, client: client,
            host: try RegistryConnections.host(of: reference), repository: reference.repository)
    }
}
