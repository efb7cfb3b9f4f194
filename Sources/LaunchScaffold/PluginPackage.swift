/// A package with a new plugin: the plugin, a fixture for the conformance kit, and a program that lists the plugin beside
/// others.
///
/// The functions of the plugin throw an error until they are written, and the kit reports each of them.
public struct PluginPackage: Sendable {
    /// The role of the plugin.
    public enum Role: String, Sendable, CaseIterable {
        case environment, registry, builder, runner
    }

    /// Where SwiftPM finds the package `launch`.
    public enum Origin: Sendable, Hashable {
        /// The absolute path of a checkout.
        case path(String)
        /// The address of a git repository, and the lowest version.
        case repository(String, from: String)
    }

    /// A file of the package.
    public struct File: Sendable, Hashable {
        /// The path in the package.
        public var path: String
        /// The text, which ends with a line feed.
        public var text: String
    }

    /// Why a name cannot be used.
    public struct InvalidName: Error, Sendable, Hashable, CustomStringConvertible {
        public var description: String
    }

    /// The name of the package and the `type` of the plugin: `our-batch`.
    public let name: String
    /// The role of the plugin.
    public let role: Role
    /// Where SwiftPM finds the package `launch`.
    public let origin: Origin

    /// The number of the contract that the plugin is written for.
    public let contract: Int

    /// A package of this name.
    /// - Throws: `InvalidName` unless the name is 2 to 40 lower-case letters, digits and single hyphens, and begins with
    ///   a letter.
    public init(_ name: String, role: Role, origin: Origin, contract: Int) throws(InvalidName) {
        guard name.wholeMatch(of: /[a-z][a-z0-9]*(-[a-z0-9]+)*/) != nil, (2...40).contains(name.utf8.count) else {
            throw InvalidName(
                description:
                    "must be 2 to 40 lower-case letters, digits and single hyphens, and begin with a letter")
        }
        self.name = name
        self.role = role
        self.origin = origin
        self.contract = contract
    }

    /// The module of the plugin: `OurBatch`.
    public var module: String {
        name.split(separator: "-").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }

    /// The program of the package: `our-batch-launch`.
    public var program: String { "\(name)-launch" }

    /// The declaration of the plugin in code: `OurBatchPlugin.runner`.
    var declaration: String { "\(module)Plugin.\(role.rawValue)" }

    /// The type that implements the role: `OurBatchRunner`.
    var backend: String { "\(module)\(role.rawValue.prefix(1).uppercased())\(role.rawValue.dropFirst())" }

    /// All files of the package.
    public var files: [File] {
        [
            File(path: ".gitignore", text: ".build/\nPackage.resolved\n"),
            File(path: "Package.swift", text: manifest),
            File(path: "README.md", text: readme),
            File(path: "Sources/\(module)/Unwritten.swift", text: Self.unwritten),
            File(path: "Sources/\(module)/\(module)Plugin.swift", text: plugin),
            File(path: "Sources/\(module)/\(backend).swift", text: implementation),
            File(path: "Sources/\(program)/main.swift", text: main),
            File(path: "Tests/\(module)Tests/\(backend)Tests.swift", text: tests),
        ]
    }

    private var plugin: String {
        switch role {
        case .environment: environmentPlugin
        case .registry: registryPlugin
        case .builder: builderPlugin
        case .runner: runnerPlugin
        }
    }

    private var implementation: String {
        switch role {
        case .environment: environment
        case .registry: registry
        case .builder: builder
        case .runner: runner
        }
    }

    private var tests: String {
        switch role {
        case .environment: environmentTests
        case .registry: registryTests
        case .builder: builderTests
        case .runner: runnerTests
        }
    }
}
