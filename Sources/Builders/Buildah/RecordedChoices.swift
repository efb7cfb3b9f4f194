internal import FoundationEssentials
internal import LaunchPluginKit
internal import LaunchSafeFiles

/// Which builder the unfinished builds of the builder `auto` use: a small file for each content key.
struct RecordedChoices: Sendable {
    let state: PluginContext.StateFolder
    let clock: HostClock

    /// The choice for a build without a retry in this time is deleted, so that the files do not accumulate.
    static let lifetime: TimeInterval = 30 * 86_400

    /// The recorded choice; nil without one.
    func choice(for key: ContentKey) -> AutoBuilder.Choice? {
        guard let path = try? path(of: key), let data = FileManager.default.contents(atPath: path) else { return nil }
        return AutoBuilder.Choice(rawValue: String(decoding: data.prefix(32), as: UTF8.self))
    }

    /// Records a choice. A failure is only logged, because the build works without.
    func record(_ choice: AutoBuilder.Choice, for key: ContentKey, _ log: Logger) {
        do {
            let folder = try state.make()
            forgetOld(in: folder)
            try AtomicFile.replace("\(folder)/\(key.hex)", with: [UInt8](choice.rawValue.utf8))
        } catch {
            log.warning("the choice of a builder cannot be recorded", ["error": "\(error)"])
        }
    }

    /// Forgets the choice of a finished build.
    func forget(_ key: ContentKey) {
        if let path = try? path(of: key) { try? FileManager.default.removeItem(atPath: path) }
    }

    private func path(of key: ContentKey) throws(BackendError) -> String { "\(try state.path)/\(key.hex)" }

    private func forgetOld(in folder: String) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        where name.wholeMatch(of: /[0-9a-f]{64}/) != nil {
            let path = "\(folder)/\(name)"
            let changed = (try? FileManager.default.attributesOfItem(atPath: path))?[.modificationDate] as? Date
            if let changed, clock.now().timeIntervalSince(changed) > Self.lifetime {
                try? FileManager.default.removeItem(atPath: path)
            }
        }
    }
}
