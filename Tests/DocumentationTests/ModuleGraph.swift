import Foundation

/// The targets of `Package.swift` below `Sources`, and what their files import.
struct ModuleGraph {
    /// A target in the order of `Package.swift`.
    struct Module {
        let name: String
        /// `Sources/Support/HTTP`
        let folder: String
        /// The dependencies that `Package.swift` declares.
        let declared: Set<String>
        /// What the `import` lines of the files name, without the toolchain's modules.
        let imported: Set<String>
    }

    /// Targets of one level know nothing of each other, except as `sideways` says.
    struct Level {
        let title: String
        let modules: [String]
    }

    /// From the bottom up.
    static let levels = [
        Level(title: "base", modules: ["LaunchConcurrency", "LaunchLines", "LaunchSafeFiles"]),
        Level(
            title: "leaves",
            modules: [
                "LaunchSuggestions", "LaunchCrypto", "LaunchHTTP", "LaunchHTTPServing", "LaunchArchive",
                "LaunchPatterns", "LaunchPostgreSQL", "LaunchOwnership", "LaunchPrintableText", "LaunchScaffold",
                "LaunchServiceManager", "LaunchMetrics",
            ]),
        Level(
            title: "support",
            modules: ["LaunchSubprocess", "LaunchSystemLibraries", "LaunchConsole", "LaunchOCIRegistry"]),
        Level(title: "engine", modules: ["LaunchContainerEngine"]),
        Level(title: "core", modules: ["LaunchCore"]),
        Level(title: "contract", modules: ["LaunchFiles", "LaunchPluginKit"]),
        Level(title: "configuration", modules: ["LaunchBlobs", "LaunchConfiguration", "LaunchRehearsal"]),
        Level(title: "store", modules: ["LaunchStore"]),
        Level(title: "snapshots", modules: ["LaunchSnapshots"]),
        Level(title: "agent", modules: ["LaunchAgent"]),
        Level(title: "host", modules: ["LaunchHost"]),
        Level(title: "logins", modules: ["LaunchRegistryLogins"]),
        Level(title: "AWS", modules: ["LaunchAWSKit"]),
        Level(title: "local containers", modules: ["LaunchLocalContainers"]),
        Level(title: "local rehearsal", modules: ["LaunchLocalRehearsal"]),
        Level(
            title: "backends",
            modules: [
                "LaunchBuilders", "LaunchLocalDocker", "LaunchMock", "LaunchAWS", "LaunchSageMaker", "LaunchSlurm",
                "LaunchBatch",
            ]),
        Level(title: "commands", modules: ["LaunchCommands"]),
        Level(title: "program", modules: ["launch"]),
    ]

    /// SageMaker and Batch have AWS's credentials, signatures and errors from there.
    static let sideways: Set<[String]> = [["LaunchSageMaker", "LaunchAWS"], ["LaunchBatch", "LaunchAWS"]]

    /// The chapters of the host above the contract. A backend knows none of them.
    static let closedToBackends: Set = [
        "LaunchBlobs", "LaunchConfiguration", "LaunchRehearsal", "LaunchStore", "LaunchSnapshots", "LaunchAgent",
        "LaunchHost",
    ]
    /// SageMaker reads a file of prices with the decoder of configuration files.
    static let openToBackends: Set<[String]> = [["LaunchSageMaker", "LaunchConfiguration"]]

    let modules: [Module]

    /// Reads `Package.swift` and every Swift file of the targets.
    init() throws {
        let package = try Repository.text("Package.swift")
        let target = #/(?:library|\.executableTarget)\(\s*(?:name: )?"(\w+)",[^"]*"?[^)]*?\)/#
        var found: [Module] = []
        for match in package.matches(of: target) {
            let text = String(match.output.0), name = String(match.output.1)
            guard let folder = text.firstMatch(of: #/(?:at|path): "(Sources/[^"]+)"/#)?.output.1 else { continue }
            let list = text.firstMatch(of: #/(?:uses|dependencies): \[([^\]]*)\]/#)?.output.1 ?? ""
            let declared = Set(list.matches(of: #/"(\w+)"/#).map { String($0.output.1) })
            found.append(
                Module(
                    name: name, folder: String(folder), declared: declared,
                    imported: try Self.imports(in: String(folder))))
        }
        modules = found
    }

    private static func imports(in folder: String) throws -> Set<String> {
        var imports: Set<String> = []
        let root = Repository.root.appending(path: folder)
        for path in try FileManager.default.subpathsOfDirectory(atPath: root.path) where path.hasSuffix(".swift") {
            let text = try String(contentsOf: root.appending(path: path), encoding: .utf8)
            let pattern = #/(?m)^(?:@\w+ )*(?:public |package |internal |private )?import (?:\w+ )?(\w+)/#
            imports.formUnion(text.matches(of: pattern).map { String($0.output.1) })
        }
        return imports.subtracting(toolchain)
    }

    private static let toolchain: Set = [
        "Foundation", "FoundationEssentials", "Glibc", "Musl", "Darwin", "Dispatch", "Synchronization", "Testing",
    ]

    /// What is wrong with the arrows, one line each.
    func faults() -> [String] {
        var faults: [String] = []
        let level = Dictionary(
            uniqueKeysWithValues: Self.levels.enumerated().flatMap { index, level in
                level.modules.map { ($0, index) }
            })
        for module in modules {
            guard let own = level[module.name] else {
                faults.append("\(module.name) has no level; add it to ModuleGraph.levels")
                continue
            }
            for name in module.imported.sorted() {
                if !module.declared.contains(name) {
                    faults.append("\(module.name) imports \(name), which Package.swift does not declare for it")
                }
                guard let other = level[name] else { continue }  // a module map of a C library
                if other > own || (other == own && !Self.sideways.contains([module.name, name])) {
                    faults.append("\(module.name) imports \(name), which is not below it")
                }
            }
            if ["logins", "local containers", "local rehearsal", "backends"].contains(Self.levels[own].title) {
                for name in module.imported.intersection(Self.closedToBackends).sorted()
                where !Self.openToBackends.contains([module.name, name]) {
                    faults.append("\(module.name) imports \(name); a backend imports LaunchPluginKit")
                }
            }
            for name in module.declared.subtracting(module.imported).sorted() {
                faults.append("\(module.name) declares \(name) in Package.swift and imports it nowhere")
            }
        }
        for name in level.keys.sorted() where !modules.contains(where: { $0.name == name }) {
            faults.append("ModuleGraph.levels has \(name), which is not a target")
        }
        return faults
    }

    /// The page: each level with its targets and what these import, from the top down.
    var markdown: String {
        var text = """
            # Modules

            The import graph of `Sources`, drawn from the `import` lines by the tests, which fail on an arrow that points up, or
            sideways, or that `Package.swift` does not declare. Run `scripts/regenerate-docs` after a change.
            A target imports only targets of the levels below its own. SageMaker and Batch also import AWS.

            | level | target | folder | imports |
            | --- | --- | --- | --- |

            """
        for level in Self.levels.reversed() {
            for module in modules where level.modules.contains(module.name) {
                let imports = module.imported.sorted().map { "`\($0)`" }.joined(separator: ", ")
                text += "| \(level.title) | `\(module.name)` | `\(module.folder)/` | \(imports) |\n"
            }
        }
        return text
    }
}
