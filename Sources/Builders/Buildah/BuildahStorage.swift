internal import FoundationEssentials
internal import LaunchConcurrency
internal import LaunchPluginKit
internal import LaunchSafeFiles

/// The images and working containers of buildah's storage: what stays there after a build.
///
/// Builds of several processes share the storage, each with a shared lock of one file. Only a process that gets the
/// exclusive lock removes something, so a build never loses a layer that it uses. The kernel releases the lock of a
/// killed process, and the next build removes what it left.
struct BuildahStorage: Sendable {
    let setup: BuildahSetup
    /// The number of images that are kept as a cache.
    let kept: Int
    let clock: HostClock

    /// The prefix of the names of built images.
    static let prefix = "localhost/launch-build:"

    private var lockFile: String { "\(setup.folder)/\(setup.driver.rawValue).lock" }

    /// Runs a build, which uses the storage until its end.
    func using<T: Sendable>(_ body: () async throws -> T) async throws -> T {
        // Removing layers takes a while on a slow disk, and a build needs the storage in any case.
        guard
            let lock = try await FileLock.file(
                lockFile, isShared: true, within: .seconds(3600), pause: { [clock] in try await clock.sleep($0) })
        else {
            throw BackendError(.transient, "Another process has removed layers in \(setup.folder) for an hour.")
        }
        defer { extendLifetime(lock) }
        return try await body()
    }

    /// Removes what no later build needs, unless another build uses the storage: then the last build removes it.
    /// - Parameter bases: the names of the base images of the latest build, which stay.
    func tidy(bases: Set<String>) async {
        guard let lock = try? FileLock.file(lockFile) else { return }
        defer { extendLifetime(lock) }
        _ = try? await BuildahSession.with(setup, logins: []) { session in
            // Containers of builds that failed, were cancelled or killed.
            _ = try? await session.text(of: ["rm", "--all"])
            guard let list = try? await session.text(of: ["images", "--json"]),
                let images = try? JSONDecoder().decode([Image].self, from: Data(list.utf8))
            else { return }
            for name in Self.unneeded(images, bases: bases, kept: kept) {
                // An image that still has descendants only loses its name.
                _ = try? await session.text(of: ["rmi", name])
            }
        }
    }

    /// An image that is not a step below another one, as buildah lists it.
    struct Image: Decodable, Hashable {
        var id: String
        /// Nil for the last step of a build that failed.
        var names: [String]?
        /// Seconds since 1970.
        var created: Int
    }

    /// The names of the images to remove, and the IDs of those without a name. The latest built images stay, the latest
    /// last steps of failed builds, and the base images of the latest build. Their layers and steps are the cache.
    static func unneeded(_ images: [Image], bases: Set<String>, kept: Int) -> [String] {
        let latest = images.sorted { ($0.created, $0.id) > ($1.created, $1.id) }
        let built = latest.flatMap { $0.names ?? [] }.filter { $0.hasPrefix(prefix) }
        let others = latest.flatMap { $0.names ?? [] }.filter { !$0.hasPrefix(prefix) }
        let steps = latest.filter { ($0.names ?? []).isEmpty }.map(\.id)
        return built.dropFirst(kept) + others.filter { kept == 0 || !bases.contains($0) } + steps.dropFirst(kept)
    }
}
