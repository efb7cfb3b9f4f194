public import LaunchCore
import LaunchSuggestions

/// Checks a region's name without any call.
public enum RegionName {
    /// The directions in region names. A name with another word is more likely misspelt than new.
    private static let directions: Set<Substring> = [
        "central", "east", "north", "northeast", "northwest", "south", "southeast", "southwest", "west",
    ]

    /// Nil for a known region; a warning for one that may be newer than this program; an error with a suggestion for
    /// a name that cannot be a region.
    public static func finding(about region: String, at path: FieldPath) -> Finding? {
        let known = Partition.all.flatMap(\.regions)
        if known.contains(region) { return nil }
        let found = Wording.quoted(region)
        let meant = Suggestion.question(about: region, in: known)
        let word = Partition.of(region: region)?.word(of: region)
        guard let word else {
            let hint = meant.isEmpty ? "Regions are named like us-east-1." : nil
            return Finding(.error, at: path, "the region \(found) does not exist\(meant)", hint: hint)
        }
        if !directions.contains(word), !meant.isEmpty {
            return Finding(.error, at: path, "the region \(found) does not exist\(meant)")
        }
        return Finding(
            .warning, at: path, "the region \(found) is not among those that this program knows\(meant)",
            hint: "It may be newer than \(Partition.source); it is used unchanged.")
    }
}
