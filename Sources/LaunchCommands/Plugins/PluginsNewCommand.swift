internal import FoundationEssentials
internal import LaunchConsole
internal import LaunchHost
internal import LaunchOwnership
internal import LaunchScaffold

/// `launch plugins new`
enum PluginsNewCommand {
    private struct Result: Encodable {
        var path: String
        var module: String
        var program: String
        var files: [String]
    }

    static func command(_ context: CommandContext.Factory, version: String) -> Command {
        Command(
            "new", summary: "Make a package with a new plugin, its tests and a program",
            discussion: """
                The package is a folder of its own, outside launch. Its functions throw an error until they are written, \
                and 'swift test' runs the conformance kit, which names each rule that does not hold. --launch is where \
                SwiftPM finds launch: a checkout on this machine, or the address of a git repository.
                """,
            examples: [
                Example("A runner for a batch system", "launch plugins new our-batch --role runner --launch ../launch"),
                Example(
                    "A registry, from a git repository",
                    "launch plugins new our-images --role registry --launch https://git.example.com/launch.git"),
            ],
            options: [
                Option(
                    "role", value: "ROLE", help: "The role of the plugin.",
                    values: .oneOf(PluginPackage.Role.allCases.map(\.rawValue))),
                Option("launch", value: "PATH|URL", help: "Where SwiftPM finds launch.", values: .directories),
                Option(
                    "output", "o", value: "DIR", help: "The new folder. Default: NAME in the current folder.",
                    values: .directories),
            ],
            arguments: [
                Argument("name", help: "The plugin's type: lower-case letters, digits and hyphens, such as our-batch.")
            ]
        ) { arguments, terminal in
            let context = context(arguments, terminal)
            let package = try package(arguments, context.catalog, version)
            let name = package.name
            let output = arguments.string("output") ?? name
            guard !hasControl(output) else { throw arguments.usageError("--output has a control character") }
            let folder = URL(filePath: output).standardizedFileURL.path
            try write(package, to: folder)
            let result = Result(
                path: folder, module: package.module, program: package.program, files: package.files.map(\.path))
            if context.wantsJSON {
                try context.printJSON(result)
                return .ok
            }
            try terminal.out(
                "\(folder): \(package.role.rawValue) \(name), \(Wording.count(result.files.count, "file"))")
            terminal.err(
                """
                next: cd \(folder.contains(/[^\w.\/-]/) ? Ownership.quoted(folder) : folder)
                      swift test                        # the conformance kit names what is to be written
                      swift run \(package.program) --help
                """)
            return .ok
        }
    }

    private static func package(
        _ arguments: ParsedArguments, _ catalog: PluginCatalog, _ version: String
    ) throws -> PluginPackage {
        let name = arguments.string("name") ?? ""
        guard let role = arguments.string("role").flatMap(PluginPackage.Role.init(rawValue:)) else {
            throw arguments.usageError("--role is missing: environment, registry, builder or runner")
        }
        guard let launch = arguments.string("launch"), !launch.isEmpty else {
            throw arguments.usageError(
                "--launch is missing: the path of a checkout of launch, or the address of its git repository")
        }
        if catalog.declarations.contains(where: { $0.role.rawValue == role.rawValue && $0.type == name }) {
            throw arguments.usageError("this program already has a \(role.rawValue) of type \"\(name)\"")
        }
        // It becomes a literal of a manifest, which SwiftPM runs.
        guard !hasControl(launch) else { throw arguments.usageError("--launch has a control character") }
        do {
            return try PluginPackage(
                name, role: role, origin: try origin(launch, arguments, version),
                contract: PluginCatalog.contracts.upperBound)
        } catch let error as PluginPackage.InvalidName {
            throw arguments.usageError("the name \(Wording.quoted(name)) \(error)")
        }
    }

    private static func hasControl(_ text: String) -> Bool {
        text.unicodeScalars.contains {
            [.control, .lineSeparator, .paragraphSeparator].contains($0.properties.generalCategory)
        }
    }

    private static func origin(
        _ text: String, _ arguments: ParsedArguments, _ version: String
    ) throws -> PluginPackage.Origin {
        if text.contains("://") || text.wholeMatch(of: /[\w.-]+@[\w.-]+:.+/) != nil {
            return .repository(text, from: version)
        }
        let path = URL(filePath: text).standardizedFileURL.path
        let manifest = try? String(contentsOfFile: "\(path)/Package.swift", encoding: .utf8)
        guard let manifest, manifest.contains(/name: "launch"/) else {
            throw arguments.usageError("\(path) is not a checkout of launch: it has no Package.swift of that name")
        }
        return .path(path)
    }

    /// Writes the package beside its place first, so that a failure leaves no half of it.
    private static func write(_ package: PluginPackage, to folder: String) throws(LaunchError) {
        let files = FileManager.default
        guard !files.fileExists(atPath: folder) else {
            throw LaunchError(
                .invalid, "\(folder) exists.", hint: "Remove it, or name another folder with --output.")
        }
        let parent = URL(filePath: folder).deletingLastPathComponent().path
        let draft = "\(parent)/.\(package.name)-\(UUID().uuidString.prefix(8))"
        do {
            for file in package.files {
                let path = "\(draft)/\(file.path)"
                try files.createDirectory(
                    atPath: URL(filePath: path).deletingLastPathComponent().path, withIntermediateDirectories: true)
                try Data(file.text.utf8).write(to: URL(filePath: path))
            }
            try files.moveItem(atPath: draft, toPath: folder)
        } catch {
            try? files.removeItem(atPath: draft)
            throw LaunchError(
                .unavailable, "The package cannot be written to \(folder): \(error)",
                hint: "Name a folder with --output that you may write to.")
        }
    }
}
