import Foundation
import TestSupport

/// Programs that come first on the `PATH` and write down the environment and the arguments that they get, before
/// they become the real ones. So no child is too short-lived to be seen.
struct Spies {
    let folder: TemporaryDirectory

    init(on names: [String]) throws {
        folder = try TemporaryDirectory()
        for name in names {
            guard let path = Tool.path(name) else { continue }
            let spy = try folder.write(
                "bin/\(name)",
                "#!/bin/sh\n{ env; echo \"$0 $*\"; } >>'\(folder.file("\(name).seen"))'\nexec \(path) \"$@\"\n")
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: spy)
        }
    }

    var path: String { "\(folder.file("bin")):\(ProcessInfo.processInfo.environment["PATH"] ?? "")" }

    /// Whether that program was started.
    func saw(_ name: String) -> Bool { FileManager.default.fileExists(atPath: folder.file("\(name).seen")) }
}
