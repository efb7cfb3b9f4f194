package import LaunchPluginKit

extension ContainerJob.Mount {
    /// Reads `source:target[:ro|rw][,z|Z]`. Text that does not fit stays in the target, where validation reports it.
    package init(text: String) {
        var parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        var readOnly = false
        var label: String?
        if parts.count > 2, let words = parts.last?.split(separator: ",", omittingEmptySubsequences: false),
            Set(words).count == words.count, words.allSatisfy({ ["ro", "rw", "z", "Z"].contains($0) }),
            !(words.contains("ro") && words.contains("rw")), !(words.contains("z") && words.contains("Z"))
        {
            readOnly = words.contains("ro")
            label = words.first { $0.lowercased() == "z" }.map(String.init)
            parts.removeLast()
        }
        self.init(
            source: parts[0], target: parts.dropFirst().joined(separator: ":"), readOnly: readOnly, label: label)
    }

    /// The notation of a template.
    var text: String {
        let words = (readOnly ? ["ro"] : []) + [label].compactMap { $0 }
        return "\(source):\(target)\(words.isEmpty ? "" : ":\(words.joined(separator: ","))")"
    }
}
