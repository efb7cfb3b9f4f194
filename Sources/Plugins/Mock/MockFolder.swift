internal import FoundationEssentials
internal import LaunchHost
internal import Ownership

/// Makes the folders that the mock keeps what it pretends in.
enum MockFolder {
    /// Makes a folder for its owner alone. Its default place has a name that anybody can guess, in a folder that everybody
    /// can write to, so what another user has put there is refused.
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
            throw BackendError(.internalFault, "The mock cannot make its folder \(folder): \(error).")
        }
    }
}
