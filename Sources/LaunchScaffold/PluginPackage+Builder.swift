/// A new builder.
extension PluginPackage {
    var builderPlugin: String {
        """
        public import LaunchPluginKit

        public enum \(module)Plugin {
            /// The declaration: decoding, help, completion and the reference come from it.
            public static let builder = Plugin<any Builder>(
                type: "\(name)",
                contract: \(contract),
                summary: "Builds images with \(module).",
                fields: [
                    Field(
                        "destination", .string, example: "images.example.com/team/train",
                        help: "The repository of built images."),
                    Field("build_args", .map(.string), help: "Build arguments."),
                ],
                examples: ["type: \(name)"],
                make: { options, context throws(BackendError) in
                    // Calls no service.
                    \(backend)(
                        repository: options.string("destination"), arguments: options.stringMap("build_args") ?? [:])
                })
        }

        """
    }

    var builder: String {
        """
        internal import LaunchPluginKit

        /// Builds images with \(module).
        struct \(backend): Builder {
            /// The repository of built images; nil: one for each project.
            let repository: String?
            let arguments: [String: String]

            /// Equal keys mean equal images: use `source.digest`, the Dockerfile's path, the build arguments, the platform and
            /// the digests of the base images. With `offline` no service is called.
            func key(for source: BuildSource, offline: Bool) async throws(BackendError) -> ContentKey {
                throw unwritten()
            }

            /// Builds, pushes to `destination` if the registry is remote, and pins the image. Cancelling the task ends the build
            /// and leaves nothing.
            func build(
                _ source: BuildSource, key: ContentKey, to destination: ImageReference, registry: any Registry,
                progress: @escaping @Sendable (BuildProgress) -> Void
            ) async throws(BackendError) -> PinnedImage {
                throw unwritten()
            }
        }

        """
    }

    var builderTests: String {
        """
        import Foundation
        import LaunchConformance
        import LaunchPluginKit
        import Testing

        @testable import \(module)

        @Test func `the builder passes the conformance kit`() async throws {
            let folder = FileManager.default.temporaryDirectory.appending(path: "\(name)-\\(UUID().uuidString)").path
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: folder) }
            let report = await BuilderConformance(
                BuilderFixture(
                    plugin: \(declaration), folder: folder,
                    // Name the folders in which the builder keeps files, or say that it keeps none.
                    settings: KitSettings(
                        process: .own, without: [.folders: "The builder keeps no files."], progress: { print($0) }),
                    // A builder with the variation, such as another build argument; nil if it has no such option.
                    makeBuilder: { variation in try \(declaration).make(Options(), PluginContext()) },
                    // The registry that receives the images.
                    makeRegistry: { throw unwritten("makeRegistry in the fixture") },
                    // Writes a source of this kind into the empty folder.
                    write: { source, folder in throw unwritten("write in the fixture") },
                    // All that a build can leave, such as containers and temporary files. Ask without the builder.
                    leftovers: { throw unwritten("leftovers in the fixture") })
            ).run()
            // Write isComplete here at the end: each rule is then checked, or skipped with a reason that the fixture gives.
            #expect(report.isConforming)
        }

        """
    }
}
