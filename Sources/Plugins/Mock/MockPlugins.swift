internal import Crypto
internal import FoundationEssentials
internal import Glibc
public import LaunchHost

/// The mock in all four roles: pretends, and fails on demand, without any engine or service.
public enum MockPlugins {
    /// The type of all four.
    public static let type = "mock"

    /// An environment that is whoever it is told to be.
    public static let environment = Plugin<any Environment>(
        type: type, summary: "Pretends to be somebody, for tests and demonstrations",
        fields: [
            Field("principal", .string, default: .string("mock-user"), help: "Who it says it is."),
            Field("account", .string, help: "The account it says it is in."),
            Field("region", .string, help: "The region it says it is in."),
            errorField,
        ],
        examples: ["type: mock\nprincipal: somebody\nregion: nowhere-1"],
        make: { options, _ throws(BackendError) in MockEnvironment(options: options) })

    /// A registry that has the images that it is told to have, and those that the mock builder made.
    public static let registry = Plugin<any Registry>(
        type: type, summary: "Pretends to hold images, for tests and demonstrations",
        fields: [
            Field("images", .list(.string), help: "The images that it has; without the list it has any image."),
            folderField, errorField,
        ],
        examples: ["type: mock", "type: mock\nimages: [\"busybox:1\"]"],
        make: { options, context throws(BackendError) in
            MockRegistry(options: options, images: MockImages(folder: folder(options, context)))
        })

    /// A builder that makes nothing but a note.
    public static let builder = Plugin<any Builder>(
        type: type, summary: "Pretends to build images, for tests and demonstrations",
        fields: [
            Field("takes", .duration, default: .integer(0), help: "How long each build takes."),
            Field("lines", .integer(0...1_000_000), default: .integer(1), help: "How many lines each build says."),
            Field("destination", .string, help: "The repository of the images it builds."),
            folderField, errorField,
        ],
        examples: ["type: mock\ntakes: 2s"],
        make: { options, context throws(BackendError) in
            MockBuilder(options: options, images: MockImages(folder: folder(options, context)))
        })

    /// A runner whose runs are files and the clock.
    public static let runner = RunnerPlugin(
        Plugin<any Runner>(
            type: type, summary: "Pretends to run jobs, and fails on demand, for tests and demonstrations",
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
            """)

    private static let folderField = Field(
        "folder", .string,
        help: "Where it keeps what it pretends; a folder of the user's in the system's temporary folder by default.")
    private static let errorField = Field(
        "error", .choice(["transient", "denied", "invalid", "unavailable"]),
        help: "Makes every call fail with an error of that class.")

    private static func folder(_ options: Options, _ context: PluginContext) -> String {
        options.string("folder")
            ?? "\(context.variables["TMPDIR"] ?? "/tmp")/launch-mock-\(getuid())"
    }
}

/// Throws what the `error` option asks for.
func failOnDemand(_ options: Options, _ what: String) throws(BackendError) {
    let category: BackendError.Category
    switch options.string("error") {
    case "transient": category = .transient
    case "denied": category = .denied
    case "invalid": category = .invalid
    case "unavailable": category = .unavailable
    default: return
    }
    throw BackendError(category, "The mock was told that \(what) fails.")
}
