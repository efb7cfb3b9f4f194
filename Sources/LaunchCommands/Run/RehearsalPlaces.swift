internal import LaunchHost

/// The local folders that a rehearsal reads and writes, and whether one stands in another's way.
enum RehearsalPlaces {
    /// What is wrong with them, in sentences; nil where nothing is.
    ///
    /// The folder of checkpoints may lose files, so it must hold no data of a channel. Below the results' folder every job has
    /// one of its own, so that data and checkpoints may lie there.
    static func clash(in options: RehearsalOptions) -> String? {
        for (option, place, mayHold) in [
            ("--checkpoints", options.checkpoints, false), ("--output", options.output, true),
        ] {
            guard let place else { continue }
            for (name, data) in options.channels.sorted(by: { $0.key < $1.key }) {
                guard let relation = relation(of: place, to: data), !(mayHold && relation == holds) else { continue }
                return
                    "\(option) \(place) \(relation) the data of --channel \(name)=\(data), which is only to be read; "
                    + "name another folder"
            }
        }
        guard let checkpoints = options.checkpoints, let output = options.output else { return nil }
        let (kept, results) = (real(checkpoints), real(output))
        guard kept == results || isBelow(results, kept) else { return nil }
        return
            "--output \(output) \(kept == results ? "is" : "lies in") the folder of --checkpoints \(checkpoints), where "
            + "results would be taken for checkpoints; name another folder"
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
