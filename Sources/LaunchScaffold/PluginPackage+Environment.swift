/// A new environment.
extension PluginPackage {
    var environmentPlugin: String {
        """
        public import LaunchPluginKit

        public enum \(module)Plugin {
            /// The declaration: decoding, help, completion and the reference come from it.
            public static let environment = Plugin<any Environment>(
                type: "\(name)",
                contract: \(contract),
                summary: "The credentials of \(module).",
                fields: [
                    Field("region", .string, example: "west", help: "The region."),
                    Field(
                        "token_file", .file, example: "/etc/launch/token",
                        help: "The file of the token. It is read at each use."),
                ],
                examples: ["type: \(name)"],
                make: { options, context throws(BackendError) in
                    // Calls no service.
                    \(backend)(region: options.string("region"), tokenFile: options.string("token_file"))
                })
        }

        """
    }

    var environment: String {
        """
        internal import LaunchPluginKit

        /// The credentials of \(module). The runner and the registry get it in `PluginContext.environment`.
        struct \(backend): Environment {
            let region: String?
            let tokenFile: String?

            /// Who the program is. Refreshes credentials itself, prints no secret, and allows concurrent calls.
            func verify() async throws(BackendError) -> Identity {
                throw unwritten()
            }
        }

        """
    }

    var environmentTests: String {
        """
        import LaunchConformance
        import LaunchPluginKit
        import Testing

        @testable import \(module)

        @Test func `the environment passes the conformance kit`() async throws {
            let report = await EnvironmentConformance(
                EnvironmentFixture(
                    plugin: \(declaration),
                    // The secrets of the test's credentials. The kit checks that none of them is printed.
                    secrets: [],
                    // Name the folders in which the environment keeps files, or say that it keeps none.
                    settings: KitSettings(
                        process: .own, without: [.folders: "The environment keeps no files."], progress: { print($0) }),
                    makeEnvironment: { try \(declaration).make(Options(), PluginContext()) })
            ).run()
            // Write isComplete here at the end: each rule is then checked, or skipped with a reason that the fixture gives.
            #expect(report.isConforming)
        }

        """
    }
}
