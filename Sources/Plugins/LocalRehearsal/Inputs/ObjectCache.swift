internal import LaunchLocalContainers
internal import FoundationEssentials
internal import Glibc
internal import LaunchCrypto
internal import LaunchPluginKit

/// Downloaded objects by URI and version, for this rehearsal and later ones.
struct ObjectCache: Sendable {
    /// How long an unused object is kept, in seconds.
    private static let life = 14 * 86_400

    let folder: String
    let limits: TransferLimits

    /// The limit on what one input may download.
    func budget(_ what: String) -> WriteBudget {
        WriteBudget(
            what, limit: limits.downloadBytes, key: TransferLimits.downloadKey, folder: folder,
            reserve: limits.reserve)
    }

    /// The object's content as a file, which must not be changed.
    func file(
        _ object: StoredObject, from store: any ObjectStore, budget: WriteBudget,
        progress: @escaping @Sendable (Int64) -> Void
    ) async throws(BackendError) -> String {
        let known = path(object)
        if access(known, R_OK) == 0 {
            // The time of the last use decides when the file is removed.
            utimes(known, nil)
            progress(object.size)
            return known
        }
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw BackendError(.internalFault, "The folder \(folder) cannot be created: \(FileFault.words(error))")
        }
        let partial = "\(folder)/partial-\(UInt64.random(in: .min ... .max))"
        defer { unlink(partial) }
        try budget.announce(object.size)
        let got = try await Download(budget, progress).run(object.uri, from: store, to: partial)
        let place = path(got)
        chmod(partial, 0o644)
        guard rename(partial, place) == 0 else { throw FileFault.error("write", place) }
        return place
    }

    /// Removes objects unused for two weeks, and partial downloads that are a day old.
    func sweep() {
        let now = time(nil)
        for name in Disk.names(in: folder) {
            var status = stat()
            guard stat("\(folder)/\(name)", &status) == 0 else { continue }
            let age = now - status.st_mtim.tv_sec
            if age > Self.life || (name.hasPrefix("partial-") && age > 86_400) { unlink("\(folder)/\(name)") }
        }
    }

    private func path(_ object: StoredObject) -> String {
        "\(folder)/\(SHA256.hex(Array("\(object.uri)\n\(object.version)".utf8)))"
    }
}
