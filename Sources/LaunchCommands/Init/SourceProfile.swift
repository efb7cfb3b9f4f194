internal import FoundationEssentials
internal import LaunchHost

/// What the files of a folder with training code say about how to run it.
struct SourceProfile: Hashable {
    /// A file that names the Python packages of the code.
    enum Packages: String, CaseIterable {
        case requirements = "requirements.txt"
        /// The packages of the run that a W&B job was made of.
        case frozen = "requirements.frozen.txt"
        case project = "pyproject.toml"
    }

    /// The program and its arguments.
    var command: [String]
    /// Where the command is from, as a phrase.
    var origin: String
    /// Nil if the folder names no packages.
    var packages: Packages?

    /// The scripts that are taken if a folder has several, in this order.
    static let usualScripts = ["train.py", "main.py", "run.py", "train.sh"]
    static let jobFile = "wandb-job.json"
    private static let jobFileLimit = 1 << 20

    /// Reads the folder. Its files are data: none is executed, and no link is followed out of it.
    /// - Parameter command: replaces what the folder says.
    /// - Throws: `LaunchError` if the folder cannot be read, or does not say which script to run.
    init(of folder: String, command: [String]?) throws(LaunchError) {
        let root = try SourceRoot(folder)
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        } catch {
            throw LaunchError(.invalid, "The folder '\(folder)' cannot be read: \(error)")
        }
        packages = Packages.allCases.first { names.contains($0.rawValue) }
        if let command {
            (self.command, origin) = (command, "--entry-point")
        } else if let found = try Self.jobCommand(root) {
            (self.command, origin) = (found, Self.jobFile)
        } else {
            let script = try Self.script(among: names, folder)
            self.command = [script.hasSuffix(".sh") ? "sh" : "python3", script]
            origin = "the name of the script"
        }
    }

    /// The entry point of a W&B job that was downloaded to the folder.
    private static func jobCommand(_ root: SourceRoot) throws(LaunchError) -> [String]? {
        guard let bytes = try root.content(of: jobFile, limit: jobFileLimit) else { return nil }
        let path = "\(root.path)/\(jobFile)"
        let job: JSONValue
        do {
            job = try JSONValue(parsing: String(decoding: bytes, as: UTF8.self))
        } catch {
            throw LaunchError(
                .invalid, "'\(path)' is not JSON: \(error)",
                hint: "Download the job again, or name the script with --entry-point.")
        }
        guard let entry = job["source"]?["entrypoint"] else { return nil }
        let words = entry.arrayValue?.compactMap(\.stringValue) ?? []
        guard !words.isEmpty, words.count == entry.arrayValue?.count else {
            throw LaunchError(
                .invalid, "'\(path)': source.entrypoint is not a list of words.",
                hint: "Name the script: launch init DIR --entry-point 'python3 train.py'.")
        }
        return words
    }

    private static func script(among names: [String], _ folder: String) throws(LaunchError) -> String {
        if let usual = usualScripts.first(where: names.contains) { return usual }
        let others = names.filter { name in
            name.hasSuffix(".py") && !["setup.py", "conftest.py", "__init__.py"].contains(name)
                && !name.hasPrefix("test_")
        }
        if others.count == 1, let only = others.first { return only }
        let hint = "Name it: launch init DIR --entry-point 'python3 FILE'."
        guard !others.isEmpty else {
            let usual = usualScripts.joined(separator: ", ")
            throw LaunchError(
                .invalid, "'\(folder)' has no script to run: none of \(usual), and no other .py file.", hint: hint)
        }
        let shown = others.prefix(5).joined(separator: ", ") + (others.count > 5 ? ", …" : "")
        throw LaunchError(
            .invalid, "'\(folder)' has \(others.count) scripts, and none has a usual name: \(shown).", hint: hint)
    }
}
