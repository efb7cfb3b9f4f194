internal import LaunchHost

/// Checks that the local folders that a rehearsal reads and writes do not overlap.
enum RehearsalFolderOverlap {
    /// The first overlap, as a sentence; nil if there is none.
    ///
    /// A rehearsal may delete files from the folder of checkpoints, so it must not contain the data of a channel. In
    /// the folder of results each job has its own subfolder, so that folder may contain data and checkpoints.
    static func clash(in options: RehearsalOptions) -> String? {
        for (option, place, mayHold) in [
            ("--checkpoints", options.checkpoints, false), ("--output", options.output, true),
        ] {
            guard let place else { continue }
            for (name, data) in options.channels.sorted(by: { $0.key < $1.key }) {
                guard let relation = relation(of: place, to: data), !(mayHold && relation == holds) else { continue }
                return
                    "\(option) \(place) \(relation) the data of --channel \(name)=\(data), which must stay unchanged; "
                    + "name another folder"
            }
        }
        guard let checkpoints = options.checkpoints, let output = options.output else { return nil }
        let (kept, results) = (real(checkpoints), real(output))
        guard kept == results || isBelow(results, kept) else { return nil }
        return
            "--output \(output) \(kept == results ? "is" : "lies in") the folder of --checkpoints \(checkpoints), where "
            + "results would count as checkpoints; name another folder"
    }

    private static func relation(of place: String, to data: String) -> String? {
        let (place, data) = (real(place), real(data))
        if place == data { return "is" }
        if isBelow(place, data) { return "lies in" }
        return isBelow(data, place) ? holds : nil
    }

    private static let holds = "holds"

    private static func isBelow(_ path: String, _ folder: String) -> Bool {
        path != folder && RealPath.isWithin(path, folder)
    }

    private static func real(_ path: String) -> String { RealPath.of(path) }
}
