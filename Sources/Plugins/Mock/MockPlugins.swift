internal import FoundationEssentials
internal import Glibc
internal import LaunchCrypto
public import LaunchPluginKit

/// The mock in all four roles. It simulates each role, and fails on demand, without an engine or service.
public enum MockPlugins {
    /// The value of `type` for all four.
    public static let type = "mock"

    /// An environment with a configured identity.
    public static let environment = Plugin<any Environment>(
        type: type, summary: "Has a configured identity, for tests and demonstrations",
        fields: [
            Field("principal", .string, default: .string("mock-user"), help: "The user that it reports."),
            Field("account", .string, help: "The account that it reports."),
            Field("region", .string, help: "The region that it reports."),
            errorField,
        ],
        examples: ["type: mock\nprincipal: alice\nregion: nowhere-1"],
        make: { options, _ throws(BackendError) in MockEnvironment(options: options) })

    /// A registry with the configured images, and those that the mock builder has recorded.
    public static let registry = Plugin<any Registry>(
        type: type, summary: "Simulates a registry, for tests and demonstrations",
        fields: [
            Field("images", .list(.string), help: "The images that exist; without the list every image exists."),
            folderField, errorField,
        ],
        examples: ["type: mock", "type: mock\nimages: [\"busybox:1\"]"],
        make: { options, context throws(BackendError) in
            MockRegistry(options: options, images: MockImages(folder: folder(options, context)))
        })

    /// A builder that only records that an image exists.
    public static let builder = Plugin<any Builder>(
        type: type, summary: "Simulates builds, for tests and demonstrations",
        fields: [
            Field("takes", .duration, default: .integer(0), help: "How long each build takes."),
            Field("lines", .integer(0...1_000_000), default: .integer(1), help: "How many lines each build prints."),
            Field("destination", .string, help: "The repository of the images it builds."),
            folderField, errorField,
        ],
        examples: ["type: mock\ntakes: 2s"],
        make: { options, context throws(BackendError) in
            MockBuilder(options: options, images: MockImages(folder: folder(options, context)))
        })

    /// A runner whose runs depend only on files and the clock.
    public static let runner = RunnerPlugin(
        Plugin<any Runner>(
            type: type, summary: "Simulates runs, and fails on demand, for tests and demonstrations",
            capabilities: Capabilities(pace: MockRunner.pace, costs: .always),
            fields: [folderField], examples: ["type: mock"],
            make: { options, context throws(BackendError) in
                MockRunner(backend: MockBackend(folder: folder(options, context) + "/runs"), now: { Date() })
            }),
        template: MockTemplate.fields,
        defaultTemplate: """
            # A mock run does nothing for this long, then ends with this code.
            run_for: 1s
            exit_code: 0
            log_lines: 3
            """,
        instanceTypes: { [] })

    private static let folderField = Field(
        "folder", .string,
        help: "The folder of its state. Default: a folder of the user in the system's temporary folder.")
    private static let errorField = Field(
        "error", .choice(["transient", "denied", "invalid", "unavailable"]),
        help: "Makes every call fail with an error of this class.")

    private static func folder(_ options: Options, _ context: PluginContext) -> String {
        options.string("folder")
            ?? "\(context.variables["TMPDIR"] ?? "/tmp")/launch-mock-\(getuid())"
    }
}

/// Throws the error that the `error` option selects.
func failOnDemand(_ options: Options, _ what: String) throws(BackendError) {
    let category: BackendError.Category
    switch options.string("error") {
    case "transient": category = .transient
    case "denied": category = .denied
    case "invalid": category = .invalid
    case "unavailable": category = .unavailable
    default: return
    }
    throw BackendError(category, "The mock is configured to fail: \(what).")
}
