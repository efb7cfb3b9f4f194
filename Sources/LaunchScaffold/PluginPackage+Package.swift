/// The files that are the same for all roles.
extension PluginPackage {
    var manifest: String {
        let dependency =
            switch origin {
            case .path(let path): ".package(name: \"launch\", path: \(Self.literal(path)))"
            case .repository(let address, let version):
                ".package(url: \(Self.literal(address)), from: \(Self.literal(version)))"
            }
        return """
            // swift-tools-version: 6.2
            import PackageDescription

            func launch(_ product: String) -> Target.Dependency { .product(name: product, package: "launch") }

            let package = Package(
                name: "\(name)",
                products: [.library(name: "\(module)", targets: ["\(module)"])],
                dependencies: [\(dependency)],
                targets: [
                    .target(name: "\(module)", dependencies: [launch("LaunchPluginKit")]),
                    .executableTarget(
                        name: "\(program)",
                        dependencies: [
                            "\(module)", launch("LaunchBuilders"), launch("LaunchCommands"), launch("LaunchLocalDocker"),
                            launch("LaunchPluginKit"),
                        ]),
                    .testTarget(
                        name: "\(module)Tests",
                        dependencies: ["\(module)", launch("LaunchConformance"), launch("LaunchPluginKit")]),
                ]
            )

            """
    }

    /// Text as a Swift literal.
    private static func literal(_ text: String) -> String {
        let quoted = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        return "\"\(quoted)\""
    }

    var readme: String {
        """
        # \(name)

        The \(role.rawValue) `\(name)` for `launch`.

        | file | what it is |
        | --- | --- |
        | `Sources/\(module)/\(module)Plugin.swift` | the declaration: the keys of the configuration, examples, help |
        | `Sources/\(module)/\(backend).swift` | the functions that the host calls |
        | `Sources/\(program)/main.swift` | a program that lists the plugin beside others |
        | `Tests/\(module)Tests/` | the conformance kit with a fixture |

        1. Write the functions. Each says what it must guarantee; `plugins.md` of `launch` has the whole contract.
        2. `swift test` runs the conformance kit. It names each rule that does not hold, and why it matters; its last line
           says what to write first. Delete `Unwritten.swift` when no function uses it.
        3. `swift run \(program) plugins describe \(name) --role \(role.rawValue)` shows the declaration as users see it.
        4. `swift build -c release` makes the program. `\(program) completion bash` prints its completion script.

        """
    }

    var main: String {
        var roles = [
            "environments": ["LocalEnvironment.plugin"], "registries": ["LocalRegistry.plugin"],
            "builders": ["DockerBuilder.plugin", "NoopBuilder.plugin"], "runners": ["LocalDockerRunner.plugin"],
        ]
        roles[role == .registry ? "registries" : "\(role.rawValue)s", default: []].append(declaration)
        func list(_ key: String) -> String { "\(key): [\((roles[key] ?? []).joined(separator: ", "))]" }
        return """
            // A launch program with the project's local plugins and \(name).
            internal import LaunchBuilders
            internal import LaunchCommands
            internal import LaunchLocalDocker
            internal import LaunchPluginKit
            internal import \(module)

            let catalog = PluginCatalog(
                \(list("environments")),
                \(list("registries")),
                \(list("builders")),
                \(list("runners")))
            await LaunchProgram.main(catalog: catalog, version: "0.1.0", name: "\(program)")

            """
    }

    static let unwritten = """
        internal import LaunchPluginKit

        /// The error of a function that is not written yet.
        func unwritten(_ function: String = #function) -> BackendError {
            BackendError(.internalFault, "\\(function) is not written yet.", hint: "Write it; plugins.md has the contract.")
        }

        """
}
