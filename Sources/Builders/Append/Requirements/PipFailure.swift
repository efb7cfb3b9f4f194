internal import LaunchPluginKit
internal import LaunchSubprocess

/// Maps the output of a failed pip to one error, with pip's own words.
enum PipFailure {
    static func error(
        _ lines: String, file: String, for platform: WheelPlatform, image: String
    ) -> BackendError {
        let all = lines.split(whereSeparator: \.isNewline).map(String.init)
        let start = all.firstIndex { $0.hasPrefix("ERROR:") }
        // What follows the first error explains it.
        let said = (start.map { Array(all[$0...].prefix(8)) } ?? Array(all.suffix(3))).joined(separator: "\n")
        func failure(_ category: BackendError.Category, _ what: String, _ hint: String) -> BackendError {
            // The hint may follow on the same line.
            let end = said.isEmpty || said.hasSuffix(".") ? "" : "."
            return BackendError(category, "\(what)\(said.isEmpty ? "" : "\n\(said)")\(end)", hint: hint)
        }
        if lines.contains("Retrying (Retry(") || lines.contains("Temporary failure in name resolution") {
            return failure(
                .transient, "The packages of \(file) cannot be loaded: an index of packages does not answer.",
                "Check the network and the proxy of the agent, and its configuration of pip ('pip config list').")
        }
        if lines.contains("401 Error") || lines.contains("403 Error") || lines.contains("403 Client Error")
            || lines.contains("401 Client Error")
        {
            return failure(
                .denied, "An index of packages refuses the agent, which installs \(file).",
                "Give the agent's pip a login for the index, in its configuration or in ~/.netrc.")
        }
        if lines.contains("DO NOT MATCH THE HASHES") {
            return failure(
                .invalid, "A package has another content than \(file) says.",
                "Compare the package with its index. If it is right, write its hash into the file.")
        }
        if lines.contains("Hashes are required in --require-hashes mode")
            || lines.contains("must have their versions pinned")
        {
            return failure(
                .invalid, "Some packages of \(file) have a hash, so all need a version and a hash.",
                "Write every package, also those that others need, as name==version --hash=sha256:HEX; "
                    + "'pip-compile --generate-hashes' does it.")
        }
        if lines.contains("ResolutionImpossible") || lines.contains("conflicting dependencies") {
            return failure(
                .invalid, "The packages of \(file) contradict each other.",
                "Loosen one of the versions that pip names.")
        }
        if lines.contains("No matching distribution found") || lines.contains("launch: pip starts no programs") {
            return failure(
                .invalid,
                "\(file) needs a package for which pip finds no wheel for Python \(platform.python.text) on \(image).",
                "Check its name and version. \(RequirementsLine.wayOut)")
        }
        return failure(
            .invalid, "pip cannot install \(file).", "Correct the file, or the agent's configuration of pip.")
    }
}
