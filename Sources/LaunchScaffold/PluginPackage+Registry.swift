/// A new registry.
extension PluginPackage {
    var registryPlugin: String {
        """
        public import LaunchPluginKit

        public enum \(module)Plugin {
            /// The declaration: decoding, help, completion and the reference come from it.
            public static let registry = Plugin<any Registry>(
                type: "\(name)",
                contract: \(contract),
                summary: "Stores images in \(module).",
                fields: [
                    Field(
                        "uri", .string, required: true, example: "images.example.com/team/train",
                        help: "Host and repository of the images."),
                    Field(
                        "password_file", .file, example: "/etc/launch/registry-token",
                        help: "The file of the login's token."),
                ],
                examples: ["type: \(name)\\nuri: images.example.com/team/train"],
                make: { options, context throws(BackendError) in
                    // Calls no service.
                    do throws(ImageReference.Invalid) {
                        return \(backend)(repository: try ImageReference(parsing: options.string("uri") ?? ""))
                    } catch {
                        throw BackendError(.invalid, "\\"uri\\" is not the address of a repository: \\(error)")
                    }
                })
        }

        """
    }

    var registry: String {
        """
        internal import LaunchPluginKit

        /// Stores images in \(module).
        struct \(backend): Registry {
            let repository: ImageReference

            /// The image with its digest; nil only if the registry says that it does not have the image. An unreachable
            /// registry is an error.
            func resolve(_ reference: ImageReference) async throws(BackendError) -> PinnedImage? {
                throw unwritten()
            }

            /// Pure. The tag comes from the key, so two keys never share a tag.
            func destination(for key: ContentKey, repository: String?) throws(BackendError) -> ImageReference {
                throw unwritten()
            }

            /// Host and login for a push or a pull. The login is short-lived if the service supports that.
            func access() async throws(BackendError) -> RegistryAccess {
                throw unwritten()
            }
        }

        """
    }

    var registryTests: String {
        """
        import LaunchConformance
        import LaunchPluginKit
        import Testing

        @testable import \(module)

        @Test func `the registry passes the conformance kit`() async throws {
            let options = Options(["uri": .string("localhost:5000/team/train")])
            let report = await RegistryConformance(
                RegistryFixture(
                    plugin: \(declaration),
                    unknown: try ImageReference(parsing: "localhost:5000/team/train:there-is-none"),
                    // Name the folders in which the registry keeps files, or say that it keeps none.
                    settings: KitSettings(
                        process: .own, without: [.folders: "The registry keeps no files."], progress: { print($0) }),
                    makeRegistry: { try \(declaration).make(options, PluginContext()) },
                    // Pushes a small image without the registry under test, for example with 'docker push'. Nil: not checked.
                    push: nil)
            ).run()
            // Write isComplete here at the end: each rule is then checked, or skipped with a reason that the fixture gives.
            #expect(report.isConforming)
        }

        """
    }
}
