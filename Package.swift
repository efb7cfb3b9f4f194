// swift-tools-version: 6.2
import PackageDescription

// The rules every Swift target is compiled under; CONTRIBUTING.md says why each is on.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

func library(
    _ name: String, at path: String, uses: [Target.Dependency] = [], resources: [Resource]? = nil
) -> Target {
    .target(name: name, dependencies: uses, path: path, resources: resources, swiftSettings: settings)
}

func tests(_ name: String, at path: String, uses: [Target.Dependency], resources: [Resource]? = nil) -> Target {
    .testTarget(name: name, dependencies: uses, path: path, resources: resources, swiftSettings: settings)
}

func system(_ name: String, pkgConfig: String? = nil, apt: String, brew: String) -> Target {
    .systemLibrary(
        name: name, path: "Sources/Support/System/\(name)", pkgConfig: pkgConfig,
        providers: [.apt([apt]), .brew([brew])])
}

let package = Package(
    name: "launch",
    products: [
        .executable(name: "launch", targets: ["launch"]),
        // For plugin authors: the contract, the commands for a program that lists other plugins, and the test kit.
        .library(name: "LaunchPluginKit", targets: ["LaunchPluginKit"]),
        .library(name: "LaunchCommands", targets: ["LaunchCommands"]),
        .library(name: "LaunchConformance", targets: ["LaunchConformance"]),
        // What a plugin may need besides: an HTTP client, child processes, SHA-256, files that are replaced as a whole and
        // locks on files, semaphores.
        .library(name: "LaunchHTTP", targets: ["LaunchHTTP"]),
        .library(name: "LaunchSubprocess", targets: ["LaunchSubprocess"]),
        .library(name: "LaunchCrypto", targets: ["LaunchCrypto"]),
        .library(name: "LaunchSafeFiles", targets: ["LaunchSafeFiles"]),
        .library(name: "LaunchConcurrency", targets: ["LaunchConcurrency"]),
        // The plugins of this project, for a program of one's own that lists them beside others.
        .library(name: "LaunchBuilders", targets: ["LaunchBuilders"]),
        .library(name: "LaunchLocalDocker", targets: ["LaunchLocalDocker", "LaunchLocalContainers"]),
        // The client of AWS's services, and the environment that has the credentials, for plugins of further services.
        .library(name: "LaunchAWSKit", targets: ["LaunchAWSKit"]),
        .library(name: "LaunchAWS", targets: ["LaunchAWS"]),
        .library(name: "LaunchSageMaker", targets: ["LaunchSageMaker"]),
        .library(name: "LaunchSlurm", targets: ["LaunchSlurm"]),
        .library(name: "LaunchBatch", targets: ["LaunchBatch"]),
        .library(name: "LaunchMock", targets: ["LaunchMock"]),
    ],
    targets: [
        // System libraries: module maps only. No SwiftPM package dependencies, by rule.
        system("CLaunchCurl", pkgConfig: "libcurl", apt: "libcurl4-openssl-dev", brew: "curl"),
        system("CLaunchYAML", pkgConfig: "yaml-0.1", apt: "libyaml-dev", brew: "libyaml"),
        system("CLaunchSQLite", pkgConfig: "sqlite3", apt: "libsqlite3-dev", brew: "sqlite"),
        system("CLaunchPQ", pkgConfig: "libpq", apt: "libpq-dev", brew: "libpq"),
        system("CLaunchCrypto", pkgConfig: "libcrypto", apt: "libssl-dev", brew: "openssl@3"),
        system("CLaunchXML", pkgConfig: "libxml-2.0", apt: "libxml2-dev", brew: "libxml2"),
        system("CLaunchPCRE2", pkgConfig: "libpcre2-8", apt: "libpcre2-dev", brew: "pcre2"),
        system("CLaunchMicroHTTPD", pkgConfig: "libmicrohttpd", apt: "libmicrohttpd-dev", brew: "libmicrohttpd"),
        system("CLaunchArchive", pkgConfig: "libarchive", apt: "libarchive-dev", brew: "libarchive"),
        .systemLibrary(name: "CLaunchLinux", path: "Sources/Support/System/CLaunchLinux"),

        // What everything stands on; none of these knows of launch.
        library("LaunchSuggestions", at: "Sources/Support/Suggestions"),
        library("LaunchConcurrency", at: "Sources/Support/Concurrency"),
        library("LaunchSafeFiles", at: "Sources/Support/SafeFiles"),
        library("LaunchLines", at: "Sources/Support/Lines"),
        library("LaunchCrypto", at: "Sources/Support/Crypto", uses: ["CLaunchCrypto"]),
        library(
            "LaunchHTTP", at: "Sources/Support/HTTP", uses: ["CLaunchCurl", "LaunchConcurrency", "LaunchSafeFiles"]),
        library("LaunchArchive", at: "Sources/Support/Archive", uses: ["CLaunchArchive", "LaunchConcurrency"]),
        library(
            "LaunchHTTPServing", at: "Sources/Support/HTTPServing", uses: ["CLaunchMicroHTTPD", "LaunchConcurrency"]),
        library("LaunchPatterns", at: "Sources/Support/Patterns", uses: ["CLaunchPCRE2"]),
        library(
            "LaunchPostgreSQL", at: "Sources/Support/PostgreSQL",
            uses: ["CLaunchPQ", "LaunchConcurrency", "LaunchLines"]),
        library("LaunchOwnership", at: "Sources/Support/Ownership"),
        library("LaunchServiceManager", at: "Sources/Support/ServiceManager"),
        library("LaunchMetrics", at: "Sources/Support/Metrics"),
        library(
            "LaunchSubprocess", at: "Sources/Support/Subprocess",
            uses: ["CLaunchLinux", "LaunchConcurrency", "LaunchLines", "LaunchOwnership"]),
        library(
            "LaunchSystemLibraries", at: "Sources/Support/SystemLibraries",
            uses: [
                "CLaunchArchive", "CLaunchCrypto", "CLaunchCurl", "CLaunchLinux", "CLaunchMicroHTTPD", "CLaunchPCRE2",
                "CLaunchPQ", "CLaunchSQLite", "CLaunchYAML",
            ]),
        library("LaunchPrintableText", at: "Sources/Support/PrintableText"),
        library(
            "LaunchConsole", at: "Sources/Support/Console",
            uses: ["CLaunchLinux", "LaunchPrintableText", "LaunchSuggestions"]),

        // Container engines, docker and podman; and image registries.
        library(
            "LaunchContainerEngine", at: "Sources/Support/ContainerEngine",
            uses: [
                "LaunchCrypto", "LaunchHTTP", "LaunchLines", "LaunchSafeFiles", "LaunchOwnership", "LaunchSubprocess",
            ]),
        library(
            "LaunchOCIRegistry", at: "Sources/Support/OCIRegistry",
            uses: ["LaunchCrypto", "LaunchHTTP", "LaunchConcurrency"]),

        // The host, chapter by chapter; it knows no cloud and no container engine. A plugin imports LaunchPluginKit.
        library("LaunchCore", at: "Sources/LaunchHost/Core", uses: ["CLaunchYAML", "LaunchPrintableText"]),
        library("LaunchFiles", at: "Sources/LaunchHost/Files", uses: ["CLaunchLinux", "LaunchCore"]),
        library(
            "LaunchPluginKit", at: "Sources/LaunchHost/PluginKit",
            uses: [
                "LaunchCore", "LaunchCrypto", "LaunchHTTP", "LaunchLines", "LaunchOwnership", "LaunchPrintableText",
                "LaunchSubprocess",
            ]),
        library(
            "LaunchConfiguration", at: "Sources/LaunchHost/Configuration",
            uses: ["LaunchPluginKit", "LaunchPostgreSQL", "LaunchSuggestions"]),
        library(
            "LaunchBlobs", at: "Sources/LaunchHost/Blobs",
            uses: ["LaunchConcurrency", "LaunchCrypto", "LaunchFiles", "LaunchPluginKit"]),
        library(
            "LaunchStore", at: "Sources/LaunchHost/Store",
            uses: [
                "CLaunchLinux", "CLaunchSQLite", "LaunchBlobs", "LaunchConcurrency", "LaunchConfiguration",
                "LaunchCrypto", "LaunchOwnership",
                "LaunchPostgreSQL", "LaunchSuggestions",
            ]),
        library(
            "LaunchSnapshots", at: "Sources/LaunchHost/Snapshots",
            uses: [
                "CLaunchLinux", "LaunchBlobs", "LaunchCrypto", "LaunchConcurrency", "LaunchFiles", "LaunchSafeFiles",
                "LaunchStore", "LaunchOwnership",
                "LaunchSubprocess", "LaunchSuggestions",
            ]),
        library("LaunchRehearsal", at: "Sources/LaunchHost/Rehearsal", uses: ["LaunchPluginKit"]),
        library(
            "LaunchAgent", at: "Sources/LaunchHost/Agent",
            uses: [
                "LaunchBlobs", "LaunchConcurrency", "LaunchCrypto", "LaunchFiles", "LaunchHTTP", "LaunchMetrics",
                "LaunchOwnership",
                "LaunchRehearsal", "LaunchSnapshots", "LaunchSubprocess",
            ]),
        library("LaunchHost", at: "Sources/LaunchHost/All", uses: ["LaunchAgent"]),

        // With which login an image is pulled.
        library(
            "LaunchRegistryLogins", at: "Sources/RegistryLogins",
            uses: ["LaunchContainerEngine", "LaunchOCIRegistry", "LaunchPluginKit"]),

        // How source becomes an image.
        library(
            "LaunchBuilders", at: "Sources/Builders",
            uses: [
                "LaunchArchive", "LaunchConcurrency", "LaunchContainerEngine", "LaunchCrypto", "LaunchFiles",
                "LaunchOCIRegistry", "LaunchPluginKit", "LaunchRegistryLogins", "LaunchSafeFiles", "LaunchSubprocess",
            ]),

        // The plugins: each knows the host, none another. The two runners of local containers share a target below both.
        library(
            "LaunchLocalContainers", at: "Sources/Plugins/LocalContainers",
            uses: [
                "LaunchArchive", "LaunchContainerEngine", "LaunchCrypto", "LaunchFiles", "LaunchOwnership",
                "LaunchPatterns", "LaunchPluginKit", "LaunchRegistryLogins",
            ]),
        library(
            "LaunchLocalRehearsal", at: "Sources/Plugins/LocalRehearsal",
            uses: [
                "LaunchArchive", "LaunchConcurrency", "LaunchContainerEngine", "LaunchCrypto", "LaunchHTTPServing",
                "LaunchLocalContainers", "LaunchOwnership", "LaunchPluginKit", "LaunchSafeFiles", "LaunchSubprocess",
            ]),
        library(
            "LaunchLocalDocker", at: "Sources/Plugins/LocalDocker",
            uses: [
                "LaunchConcurrency", "LaunchContainerEngine", "LaunchLocalContainers", "LaunchLocalRehearsal",
                "LaunchOCIRegistry", "LaunchPluginKit", "LaunchRegistryLogins",
            ]),
        library(
            "LaunchSlurm", at: "Sources/Plugins/Slurm",
            uses: [
                "LaunchArchive", "LaunchConcurrency", "LaunchFiles", "LaunchOwnership",
                "LaunchPluginKit", "LaunchSafeFiles", "LaunchSubprocess",
            ]),
        library(
            "LaunchMock", at: "Sources/Plugins/Mock", uses: ["LaunchCrypto", "LaunchPluginKit", "LaunchOwnership"]),
        library(
            "LaunchAWSKit", at: "Sources/Plugins/AWSKit",
            uses: [
                "CLaunchXML", "LaunchCrypto", "LaunchHTTP", "LaunchConcurrency", "LaunchCore", "LaunchLines",
                "LaunchSafeFiles", "LaunchSubprocess",
                "LaunchSuggestions",
            ]),
        library(
            "LaunchAWS", at: "Sources/Plugins/AWS",
            uses: ["LaunchAWSKit", "LaunchConcurrency", "LaunchHTTP", "LaunchOCIRegistry", "LaunchPluginKit"]),
        // The plugins that stand on another: they have AWS's credentials, signatures and errors from there.
        library(
            "LaunchSageMaker", at: "Sources/Plugins/SageMaker",
            uses: [
                "LaunchAWS", "LaunchCrypto", "LaunchConfiguration", "LaunchPluginKit", "LaunchPatterns",
                "LaunchSuggestions",
            ]),
        library(
            "LaunchBatch", at: "Sources/Plugins/Batch",
            uses: ["LaunchAWS", "LaunchConcurrency", "LaunchCrypto", "LaunchPluginKit", "LaunchSuggestions"]),

        // The files of a new plugin's package, as text.
        library("LaunchScaffold", at: "Sources/LaunchScaffold"),

        // The command line: the commands over any catalog of plugins, and the program that lists this project's.
        library(
            "LaunchCommands", at: "Sources/LaunchCommands",
            uses: [
                "CLaunchLinux", "LaunchConsole", "LaunchConcurrency", "LaunchHost", "LaunchHTTPServing",
                "LaunchMetrics", "LaunchOwnership", "LaunchSafeFiles", "LaunchScaffold", "LaunchServiceManager",
                "LaunchSubprocess", "LaunchSuggestions",
                "LaunchSystemLibraries",
            ]),
        .executableTarget(
            name: "launch",
            dependencies: [
                "LaunchAWS", "LaunchBatch", "LaunchBuilders", "LaunchCommands", "LaunchHost", "LaunchLocalDocker",
                "LaunchMock", "LaunchSageMaker", "LaunchSlurm",
            ],
            path: "Sources/launch", swiftSettings: settings),

        // The example of plugins.md: a plugin, and a program that lists it.
        library(
            "ProcessRunner", at: "examples/plugins/ProcessRunner", uses: ["LaunchPluginKit", "LaunchSafeFiles"]),
        // The pieces of plugins.md that use the helpers.
        library(
            "PluginHelpers", at: "examples/plugins/Helpers",
            uses: ["LaunchCrypto", "LaunchHTTP", "LaunchPluginKit", "LaunchSubprocess"]),
        .executableTarget(
            name: "own-launch",
            dependencies: [
                "LaunchBuilders", "LaunchCommands", "LaunchPluginKit", "LaunchLocalDocker", "ProcessRunner",
            ],
            path: "examples/plugins/OwnProgram", swiftSettings: settings),

        // The test kit that every plugin passes, and what tests share.
        .target(name: "CLaunchConformanceClock", path: "Tests/ConformanceClock"),
        library(
            "LaunchConformance", at: "Tests/Conformance",
            uses: [
                "CLaunchConformanceClock", "LaunchConcurrency", "LaunchConfiguration", "LaunchPluginKit",
                "LaunchSnapshots", "LaunchSubprocess", "LaunchSuggestions", "TestSupport",
            ]),
        library(
            "WrongPlugins", at: "Tests/WrongPlugins", uses: ["LaunchConformance", "LaunchPluginKit"]),
        library("TestSupport", at: "Tests/TestSupport", uses: ["CLaunchLinux", "LaunchCrypto", "LaunchHTTP"]),
        library(
            "EngineTestSupport", at: "Tests/EngineTestSupport",
            uses: ["LaunchContainerEngine", "LaunchCrypto", "LaunchHTTP", "LaunchSubprocess", "TestSupport"]),

        library(
            "AWSStub", at: "Tests/AWSStub",
            uses: ["LaunchAWS", "LaunchCrypto", "LaunchHTTP", "LaunchHost", "LaunchSubprocess", "TestSupport"],
            resources: [.copy("Oracle/boto3_requests.py")]),

        tests(
            "ConformanceTests", at: "Tests/ConformanceTests",
            uses: [
                "LaunchConformance", "LaunchHTTP", "LaunchPluginKit", "LaunchSubprocess", "TestSupport", "WrongPlugins",
            ]),

        // The folders of Tests mirror those of Sources.
        tests("SuggestionsTests", at: "Tests/Support/SuggestionsTests", uses: ["LaunchSuggestions"]),
        tests("ConcurrencyTests", at: "Tests/Support/ConcurrencyTests", uses: ["LaunchConcurrency", "TestSupport"]),
        tests("LinesTests", at: "Tests/Support/LinesTests", uses: ["LaunchLines"]),
        tests("SafeFilesTests", at: "Tests/Support/SafeFilesTests", uses: ["LaunchSafeFiles", "TestSupport"]),
        tests("SystemLibrariesTests", at: "Tests/Support/SystemLibrariesTests", uses: ["LaunchSystemLibraries"]),
        tests("PrintableTextTests", at: "Tests/Support/PrintableTextTests", uses: ["LaunchPrintableText"]),
        tests("CryptoTests", at: "Tests/Support/CryptoTests", uses: ["LaunchCrypto", "TestSupport"]),
        tests(
            "ArchiveTests", at: "Tests/Support/ArchiveTests",
            uses: ["LaunchArchive", "LaunchSubprocess", "TestSupport"]),
        tests("PatternsTests", at: "Tests/Support/PatternsTests", uses: ["LaunchPatterns"]),
        tests(
            "PostgreSQLConnectionTests", at: "Tests/Support/PostgreSQLConnectionTests",
            uses: ["LaunchPostgreSQL", "LaunchSubprocess", "TestSupport"]),
        tests(
            "HTTPTests", at: "Tests/Support/HTTPTests",
            uses: ["LaunchHTTP", "LaunchConcurrency", "LaunchSubprocess", "TestSupport"]),
        tests("HTTPServingTests", at: "Tests/Support/HTTPServingTests", uses: ["LaunchHTTPServing", "TestSupport"]),
        tests("MetricsTests", at: "Tests/Support/MetricsTests", uses: ["LaunchMetrics"]),
        tests(
            "ServiceManagerTests", at: "Tests/Support/ServiceManagerTests",
            uses: ["LaunchServiceManager", "TestSupport"]),
        tests("OwnershipTests", at: "Tests/Support/OwnershipTests", uses: ["LaunchOwnership", "TestSupport"]),
        tests("SubprocessTests", at: "Tests/Support/SubprocessTests", uses: ["LaunchSubprocess", "TestSupport"]),
        .executableTarget(
            name: "ConsoleSample", dependencies: ["LaunchConsole"], path: "Tests/Support/ConsoleSample",
            swiftSettings: settings),
        tests(
            "ConsoleTests", at: "Tests/Support/ConsoleTests", uses: ["LaunchConsole", "ConsoleSample", "TestSupport"]),
        tests(
            "LaunchHostTests", at: "Tests/LaunchHostTests",
            uses: [
                "LaunchConcurrency", "LaunchHost", "LaunchHTTP", "LaunchMetrics", "LaunchMock", "LaunchSubprocess",
                "TestSupport",
            ]),
        // The SQL of the store on a real PostgreSQL server.
        tests(
            "PostgreSQLTests", at: "Tests/PostgreSQLTests", uses: ["LaunchPostgreSQL", "LaunchStore", "TestSupport"]),
        tests(
            "MockTests", at: "Tests/Plugins/MockTests",
            uses: ["LaunchConformance", "LaunchHost", "LaunchMock", "TestSupport"]),
        tests(
            "SlurmTests", at: "Tests/Plugins/SlurmTests",
            uses: [
                "LaunchConformance", "LaunchPluginKit", "LaunchSlurm", "LaunchSubprocess", "TestSupport", "launch",
            ]),
        tests(
            "ContainerEngineTests", at: "Tests/Support/ContainerEngineTests",
            uses: ["LaunchContainerEngine", "LaunchCrypto", "EngineTestSupport", "LaunchSubprocess", "TestSupport"]),
        tests(
            "OCIRegistryTests", at: "Tests/Support/OCIRegistryTests",
            uses: ["LaunchCrypto", "LaunchHTTP", "LaunchConcurrency", "LaunchOCIRegistry", "TestSupport"]),
        tests(
            "BuildersTests", at: "Tests/BuildersTests",
            uses: [
                "LaunchArchive", "LaunchBuilders", "LaunchConformance", "LaunchContainerEngine", "LaunchCrypto",
                "LaunchHost", "LaunchLocalDocker", "LaunchOCIRegistry", "LaunchRegistryLogins", "LaunchSubprocess",
                "TestSupport",
            ]),
        library(
            "LocalDockerTestSupport", at: "Tests/Plugins/LocalDockerTestSupport",
            uses: [
                "EngineTestSupport", "LaunchConformance", "LaunchContainerEngine", "LaunchHost",
                "LaunchLocalContainers", "LaunchLocalDocker",
            ]),
        tests(
            "LocalContainersTests", at: "Tests/Plugins/LocalContainersTests",
            uses: [
                "LaunchArchive", "LaunchContainerEngine", "LaunchHost", "LaunchLocalContainers", "LaunchPatterns",
                "TestSupport",
            ]),
        tests(
            "LocalRehearsalTests", at: "Tests/Plugins/LocalRehearsalTests",
            uses: [
                "AWSStub", "EngineTestSupport", "LaunchAWS", "LaunchArchive", "LaunchConformance",
                "LaunchContainerEngine", "LaunchHTTPServing", "LaunchHost", "LaunchLocalContainers",
                "LaunchLocalDocker", "LaunchLocalRehearsal", "LocalDockerTestSupport", "TestSupport",
            ]),
        tests(
            "LocalDockerTests", at: "Tests/Plugins/LocalDockerTests",
            uses: [
                "EngineTestSupport", "LaunchConformance", "LaunchContainerEngine", "LaunchHost", "LaunchLocalDocker",
                "LaunchLocalRehearsal", "LocalDockerTestSupport", "TestSupport",
            ]),
        tests(
            "LocalRegistryTests", at: "Tests/Plugins/LocalRegistryTests",
            uses: ["LaunchConformance", "LaunchContainerEngine", "LaunchHost", "LaunchLocalDocker", "TestSupport"]),
        tests(
            "EndToEndTests", at: "Tests/EndToEndTests",
            uses: [
                "LaunchAWS", "AWSStub", "LaunchContainerEngine", "EngineTestSupport", "LaunchHTTP", "LaunchHost",
                "LaunchPrintableText",
                "LaunchSubprocess", "TestSupport", "launch",
            ],
            resources: [.copy("Toolkit/train.py")]),
        tests(
            "LaunchCommandsTests", at: "Tests/LaunchCommandsTests",
            uses: [
                "LaunchConsole", "LaunchCommands", "LaunchHost", "LaunchHTTPServing", "LaunchMock",
                "LaunchPrintableText", "LaunchServiceManager", "LaunchSubprocess", "TestSupport",
                "launch",
            ]),
        tests(
            "DocumentationTests", at: "Tests/DocumentationTests",
            uses: [
                "LaunchConsole", "LaunchCommands", "LaunchHost", "LaunchMetrics", "LaunchScaffold", "LaunchSubprocess",
                "TestSupport", "launch", "own-launch",
            ]),
        tests(
            "AWSTests", at: "Tests/Plugins/AWSTests",
            uses: [
                "LaunchAWS", "AWSStub", "LaunchConformance", "LaunchCrypto", "LaunchHTTP", "LaunchHost", "LaunchMock",
                "LaunchOCIRegistry", "LaunchSubprocess",
                "TestSupport",
                "launch", "launch-bench",
            ],
            resources: [.copy("Signing/botocore_signatures.py"), .copy("Endpoints/botocore_endpoints.py")]),
        tests(
            "SageMakerTests", at: "Tests/Plugins/SageMakerTests",
            uses: [
                "LaunchAWS", "AWSStub", "LaunchConcurrency", "LaunchConformance", "LaunchHTTP", "LaunchHost",
                "LaunchMock", "LaunchPatterns",
                "LaunchSageMaker", "LaunchSubprocess",
                "TestSupport",
            ],
            resources: [
                .copy("Stub/boto3_training_jobs.py"),
                .copy("Validate/Corpus"),
                .copy("Validate/botocore_parameters.py"),
            ]),
        tests(
            "BatchTests", at: "Tests/Plugins/BatchTests",
            uses: [
                "LaunchAWS", "AWSStub", "LaunchBatch", "LaunchConformance", "LaunchHTTP", "LaunchHost",
                "LaunchSubprocess", "TestSupport",
            ]),
        tests(
            "RehearsalTests", at: "Tests/RehearsalTests",
            uses: [
                "LaunchAWS", "AWSStub", "LaunchBuilders", "EngineTestSupport", "LaunchHost", "LaunchLocalDocker",
                "LaunchSageMaker",
                "LaunchSubprocess", "TestSupport",
            ]),

        // Fuzzing: the parsers of outside data with their properties, and a program that replays stored inputs.
        library(
            "FuzzTargets", at: "Tests/Fuzz/Targets",
            uses: [
                "LaunchAWS", "LaunchBatch", "LaunchBuilders", "LaunchConsole", "LaunchContainerEngine", "LaunchHTTP",
                "LaunchCommands", "LaunchHost", "LaunchLocalDocker", "LaunchOCIRegistry", "LaunchSageMaker",
                "LaunchSlurm",
            ]),
        .executableTarget(
            name: "launch-replay", dependencies: ["FuzzTargets"], path: "Tests/Fuzz/Replay", swiftSettings: settings),
        tests(
            "FuzzTests", at: "Tests/FuzzTests",
            uses: [
                "LaunchAWS", "LaunchBuilders", "LaunchConsole", "FuzzTargets", "LaunchCommands", "LaunchHost",
                "LaunchLocalDocker", "LaunchMock",
                "LaunchSageMaker", "LaunchSubprocess", "TestSupport", "launch", "launch-replay",
            ]),

        // The program that scripts/benchmark runs. It is not a product, so it is never installed.
        .executableTarget(
            name: "launch-bench",
            dependencies: [
                "LaunchAWS", "AWSStub", "LaunchCrypto", "LaunchHTTP", "LaunchHost", "LaunchMock", "LaunchSageMaker",
                "TestSupport",
            ],
            path: "Tests/Benchmarks",
            exclude: [
                "boto3_client.py", "edits.py", "edits_sdk.py", "history.py", "queues.py", "rehearsal.py",
            ],
            swiftSettings: settings),
        // The program that scripts/soak runs.
        .executableTarget(
            name: "launch-soak",
            dependencies: ["AWSStub", "LaunchAWS", "LaunchConcurrency", "LaunchHost", "TestSupport"],
            path: "Tests/Soak",
            swiftSettings: settings),
    ]
)

// The program that libFuzzer drives. It links only with -sanitize=fuzzer, so only scripts/fuzz asks for it.
if Context.environment["LAUNCH_FUZZ"] != nil {
    package.targets += [
        .systemLibrary(name: "CFuzzer", path: "Tests/Fuzz/CFuzzer"),
        .executableTarget(
            name: "launch-fuzz", dependencies: ["CFuzzer", "FuzzTargets"], path: "Tests/Fuzz/Program",
            swiftSettings: settings),
    ]
}

// LAUNCH_ONLY_TESTS=LaunchHostTests,BuildersTests compiles no other tests, which saves most of a build while working.
if let only = Context.environment["LAUNCH_ONLY_TESTS"] {
    let names = Set(only.split(separator: ",").map(String.init))
    package.targets.removeAll { $0.type == .test && !names.contains($0.name) }
}

// Each target depends on everything below it, also where the list above has only what it imports. SwiftPM compiles a
// target again only if the module file of a direct dependency has changed, and that file stays the same if it only
// exports or stores a type whose layout has changed. The program would then read memory by the old layout.
let below = Dictionary(uniqueKeysWithValues: package.targets.map { ($0.name, $0.dependencies) })
for target in package.targets {
    var found: [String: Target.Dependency] = [:]
    var open = target.dependencies
    while let next = open.popLast() {
        guard case .byNameItem(let name, _) = next, found[name] == nil else { continue }
        found[name] = next
        open += below[name] ?? []
    }
    target.dependencies = found.sorted { $0.key < $1.key }.map(\.value)
}
