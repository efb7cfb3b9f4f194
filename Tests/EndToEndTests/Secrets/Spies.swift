import Foundation
import TestSupport

/// Programs at the front of the `PATH` that record their environment and arguments, and then run the real ones. So even
/// short-lived children are recorded.
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
