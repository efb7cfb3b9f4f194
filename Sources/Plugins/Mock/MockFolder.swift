internal import FoundationEssentials
internal import LaunchOwnership
internal import LaunchPluginKit

/// Creates the folders for the mock's state.
enum MockFolder {
    /// Creates a folder with access for its owner only. The default path is predictable and in a world-writable
    /// folder, so a folder of another user is refused.
    static func make(_ folder: String) throws(BackendError) {
        do throws(OwnershipProblem) {
            try Ownership.check(folder)
        } catch {
            throw BackendError(.denied, error.description, hint: error.remedy)
        }
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw BackendError(.internalFault, "The mock cannot create its folder \(folder): \(error).")
        }
    }
}
