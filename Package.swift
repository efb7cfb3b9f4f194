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
        .library(name: "Conformance", targets: ["Conformance"]),
        // The plugins of this project, for a program of one's own that lists them beside others.
        .library(name: "Builders", targets: ["Builders"]),
        .library(name: "LocalDocker", targets: ["LocalDocker"]),
        .library(name: "AWS", targets: ["AWS"]),
        .library(name: "SageMaker", targets: ["SageMaker"]),
        .library(name: "Mock", targets: ["Mock"]),
    ],
    targets: [
        // System libraries: module maps only. No SwiftPM package dependencies, by rule.
        system("CCurl", pkgConfig: "libcurl", apt: "libcurl4-openssl-dev", brew: "curl"),
        system("CYAML", pkgConfig: "yaml-0.1", apt: "libyaml-dev", brew: "libyaml"),
        system("CSQLite", pkgConfig: "sqlite3", apt: "libsqlite3-dev", brew: "sqlite"),
        system("CCrypto", pkgConfig: "libcrypto", apt: "libssl-dev", brew: "openssl@3"),
        system("CXML", pkgConfig: "libxml-2.0", apt: "libxml2-dev", brew: "libxml2"),
        system("CPCRE2", pkgConfig: "libpcre2-8", apt: "libpcre2-dev", brew: "pcre2"),
        system("CMicroHTTPD", pkgConfig: "libmicrohttpd", apt: "libmicrohttpd-dev", brew: "libmicrohttpd"),
        system("CArchive", pkgConfig: "libarchive", apt: "libarchive-dev", brew: "libarchive"),
        .systemLibrary(name: "CLinux", path: "Sources/Support/System/CLinux"),

        // What everything stands on; none of these knows of launch.
        library("Suggestions", at: "Sources/Support/Suggestions"),
        library("LaunchConcurrency", at: "Sources/Support/Concurrency"),
        library("LaunchSafeFiles", at: "Sources/Support/SafeFiles"),
        library("Crypto", at: "Sources/Support/Crypto", uses: ["CCrypto"]),
        library("HTTP", at: "Sources/Support/HTTP", uses: ["CCurl", "LaunchConcurrency", "LaunchSafeFiles"]),
        library("Archive", at: "Sources/Support/Archive", uses: ["CArchive", "LaunchConcurrency"]),
        library("HTTPServing", at: "Sources/Support/HTTPServing", uses: ["CMicroHTTPD", "LaunchConcurrency"]),
        library("Patterns", at: "Sources/Support/Patterns", uses: ["CPCRE2"]),
        library("Ownership", at: "Sources/Support/Ownership"),
        library("Subprocess", at: "Sources/Support/Subprocess", uses: ["CLinux", "LaunchConcurrency", "Ownership"]),
        library(
            "SystemLibraries", at: "Sources/Support/SystemLibraries",
            uses: ["CArchive", "CCrypto", "CCurl", "CLinux", "CMicroHTTPD", "CPCRE2", "CSQLite", "CYAML"]),
        library("PrintableText", at: "Sources/Support/PrintableText"),
        library("Console", at: "Sources/Support/Console", uses: ["CLinux", "PrintableText", "Suggestions"]),

        // Container engines, docker and podman; and image registries.
        library(
            "ContainerEngine", at: "Sources/Support/ContainerEngine",
            uses: ["Crypto", "HTTP", "LaunchSafeFiles", "Ownership", "Subprocess"]),
        library("OCIRegistry", at: "Sources/Support/OCIRegistry", uses: ["Crypto", "HTTP", "LaunchConcurrency"]),

        // The host, chapter by chapter; it knows no cloud and no container engine. A plugin imports LaunchPluginKit.
        library("LaunchCore", at: "Sources/LaunchHost/Core", uses: ["CYAML", "PrintableText"]),
        library("LaunchFiles", at: "Sources/LaunchHost/Files", uses: ["CLinux", "LaunchCore"]),
        library(
            "LaunchPluginKit", at: "Sources/LaunchHost/PluginKit", uses: ["Crypto", "LaunchCore", "PrintableText"]),
        library(
            "LaunchConfiguration", at: "Sources/LaunchHost/Configuration", uses: ["LaunchPluginKit", "Suggestions"]),
        library(
            "LaunchStore", at: "Sources/LaunchHost/Store",
            uses: ["CLinux", "CSQLite", "LaunchConfiguration", "Ownership", "Suggestions"]),
        library(
            "SourceSnapshots", at: "Sources/LaunchHost/Snapshots",
            uses: [
                "CLinux", "Crypto", "LaunchConcurrency", "LaunchFiles", "LaunchSafeFiles", "LaunchStore", "Ownership",
                "Subprocess", "Suggestions",
            ]),
        library("LaunchRehearsal", at: "Sources/LaunchHost/Rehearsal", uses: ["LaunchPluginKit"]),
        library(
            "LaunchAgent", at: "Sources/LaunchHost/Agent",
            uses: ["LaunchConcurrency", "LaunchRehearsal", "Ownership", "SourceSnapshots", "Subprocess"]),
        library("LaunchHost", at: "Sources/LaunchHost/All", uses: ["LaunchAgent"]),

        // With which login an image is pulled.
        library("RegistryLogins", at: "Sources/RegistryLogins", uses: ["ContainerEngine", "LaunchPluginKit"]),

        // How source becomes an image.
        library(
            "Builders", at: "Sources/Builders",
            uses: [
                "ContainerEngine", "Crypto", "LaunchConcurrency", "LaunchFiles", "LaunchPluginKit", "OCIRegistry",
                "RegistryLogins",
            ]),

        // The plugins: each knows the host, none another.
        library(
            "LocalDocker", at: "Sources/Plugins/LocalDocker",
            uses: [
                "Archive", "ContainerEngine", "Crypto", "HTTPServing", "LaunchConcurrency", "LaunchFiles",
                "LaunchPluginKit", "LaunchSafeFiles", "OCIRegistry", "Ownership", "Patterns", "RegistryLogins",
                "Subprocess",
            ]),
        library("Mock", at: "Sources/Plugins/Mock", uses: ["Crypto", "LaunchPluginKit", "Ownership"]),
        library(
            "LaunchAWSCore", at: "Sources/Plugins/AWSCore",
            uses: [
                "CXML", "Crypto", "HTTP", "LaunchConcurrency", "LaunchCore", "LaunchSafeFiles", "Subprocess",
                "Suggestions",
            ]),
        library(
            "AWS", at: "Sources/Plugins/AWS", uses: ["HTTP", "LaunchAWSCore", "LaunchPluginKit", "OCIRegistry"]),
        // The one plugin that stands on another: it has AWS's credentials, signatures and errors from there.
        library(
            "SageMaker", at: "Sources/Plugins/SageMaker",
            uses: [
                "AWS", "Crypto", "LaunchConcurrency", "LaunchConfiguration", "LaunchPluginKit", "Patterns",
                "Suggestions",
            ]),

        // The command line: the commands over any catalog of plugins, and the program that lists this project's.
        library(
            "LaunchCommands", at: "Sources/LaunchCommands",
            uses: [
                "CLinux", "Console", "LaunchConcurrency", "LaunchHost", "Ownership", "Subprocess", "Suggestions",
                "SystemLibraries",
            ]),
        .executableTarget(
            name: "launch",
            dependencies: [
                "AWS", "Builders", "LaunchCommands", "LaunchHost", "LocalDocker", "Mock", "SageMaker",
            ],
            path: "Sources/launch", swiftSettings: settings),

        // The example of plugins.md: a plugin, and a program that lists it.
        library("ProcessRunner", at: "examples/plugins/ProcessRunner", uses: ["LaunchPluginKit"]),
        .executableTarget(
            name: "own-launch",
            dependencies: ["Builders", "LaunchCommands", "LaunchPluginKit", "LocalDocker", "Mock", "ProcessRunner"],
            path: "examples/plugins/OwnProgram", swiftSettings: settings),

        // The test kit that every plugin passes, and what tests share.
        library(
            "Conformance", at: "Tests/Conformance", uses: ["LaunchConfiguration", "LaunchPluginKit", "SourceSnapshots"]),
        library("TestSupport", at: "Tests/TestSupport", uses: ["Crypto", "HTTP"]),
        library(
            "EngineTestSupport", at: "Tests/EngineTestSupport",
            uses: ["ContainerEngine", "Crypto", "HTTP", "Subprocess", "TestSupport"]),

        library(
            "AWSStub", at: "Tests/AWSStub", uses: ["AWS", "Crypto", "HTTP", "LaunchHost", "Subprocess", "TestSupport"],
            resources: [.copy("Oracle/boto3_requests.py")]),

        // The folders of Tests mirror those of Sources.
        tests("SuggestionsTests", at: "Tests/Support/SuggestionsTests", uses: ["Suggestions"]),
        tests("ConcurrencyTests", at: "Tests/Support/ConcurrencyTests", uses: ["LaunchConcurrency", "TestSupport"]),
        tests("SafeFilesTests", at: "Tests/Support/SafeFilesTests", uses: ["LaunchSafeFiles", "TestSupport"]),
        tests("SystemLibrariesTests", at: "Tests/Support/SystemLibrariesTests", uses: ["SystemLibraries"]),
        tests("PrintableTextTests", at: "Tests/Support/PrintableTextTests", uses: ["PrintableText"]),
        tests("CryptoTests", at: "Tests/Support/CryptoTests", uses: ["Crypto", "TestSupport"]),
        tests("ArchiveTests", at: "Tests/Support/ArchiveTests", uses: ["Archive", "Subprocess", "TestSupport"]),
        tests("PatternsTests", at: "Tests/Support/PatternsTests", uses: ["Patterns"]),
        tests(
            "HTTPTests", at: "Tests/Support/HTTPTests",
            uses: ["HTTP", "LaunchConcurrency", "Subprocess", "TestSupport"]),
        tests("HTTPServingTests", at: "Tests/Support/HTTPServingTests", uses: ["HTTPServing", "TestSupport"]),
        tests("OwnershipTests", at: "Tests/Support/OwnershipTests", uses: ["Ownership", "TestSupport"]),
        tests("SubprocessTests", at: "Tests/Support/SubprocessTests", uses: ["Subprocess", "TestSupport"]),
        .executableTarget(
            name: "ConsoleSample", dependencies: ["Console"], path: "Tests/Support/ConsoleSample",
            swiftSettings: settings),
        tests("ConsoleTests", at: "Tests/Support/ConsoleTests", uses: ["Console", "ConsoleSample"]),
        tests(
            "LaunchHostTests", at: "Tests/LaunchHostTests", uses: ["LaunchHost", "Mock", "Subprocess", "TestSupport"]),
        tests(
            "MockTests", at: "Tests/Plugins/MockTests", uses: ["Conformance", "LaunchHost", "Mock", "TestSupport"]),
        tests(
            "ContainerEngineTests", at: "Tests/Support/ContainerEngineTests",
            uses: ["ContainerEngine", "Crypto", "EngineTestSupport", "Subprocess", "TestSupport"]),
        tests(
            "OCIRegistryTests", at: "Tests/Support/OCIRegistryTests",
            uses: ["Crypto", "HTTP", "LaunchConcurrency", "OCIRegistry", "TestSupport"]),
        tests(
            "BuildersTests", at: "Tests/BuildersTests",
            uses: [
                "Builders", "Conformance", "ContainerEngine", "LaunchHost", "LocalDocker", "RegistryLogins",
                "TestSupport",
            ]),
        tests(
            "LocalDockerTests", at: "Tests/Plugins/LocalDockerTests",
            uses: [
                "AWS", "AWSStub", "Archive", "Conformance", "ContainerEngine", "EngineTestSupport", "HTTPServing",
                "LaunchHost", "LocalDocker", "Patterns", "TestSupport",
            ]),
        tests(
            "LocalRegistryTests", at: "Tests/Plugins/LocalRegistryTests",
            uses: ["Conformance", "ContainerEngine", "LaunchHost", "LocalDocker", "TestSupport"]),
        tests(
            "EndToEndTests", at: "Tests/EndToEndTests",
            uses: [
                "AWS", "AWSStub", "ContainerEngine", "EngineTestSupport", "HTTP", "LaunchHost", "PrintableText",
                "Subprocess", "TestSupport", "launch",
            ],
            resources: [.copy("Toolkit/train.py")]),
        tests(
            "LaunchCommandsTests", at: "Tests/LaunchCommandsTests",
            uses: [
                "Console", "LaunchCommands", "LaunchHost", "Mock", "PrintableText", "Subprocess", "TestSupport",
                "launch",
            ]),
        tests(
            "DocumentationTests", at: "Tests/DocumentationTests",
            uses: ["Console", "LaunchCommands", "LaunchHost", "Subprocess", "TestSupport", "launch", "own-launch"]),
        tests(
            "AWSTests", at: "Tests/Plugins/AWSTests",
            uses: [
                "AWS", "AWSStub", "Conformance", "Crypto", "HTTP", "LaunchHost", "Mock", "OCIRegistry", "Subprocess",
                "TestSupport",
                "launch", "launch-bench",
            ],
            resources: [.copy("Signing/botocore_signatures.py"), .copy("Endpoints/botocore_endpoints.py")]),
        tests(
            "SageMakerTests", at: "Tests/Plugins/SageMakerTests",
            uses: [
                "AWS", "AWSStub", "Conformance", "HTTP", "LaunchHost", "Mock", "Patterns", "SageMaker", "Subprocess",
                "TestSupport",
            ],
            resources: [
                .copy("Stub/boto3_training_jobs.py"),
                .copy("Validate/Corpus"),
                .copy("Validate/botocore_parameters.py"),
            ]),
        tests(
            "RehearsalTests", at: "Tests/RehearsalTests",
            uses: [
                "AWS", "AWSStub", "Builders", "EngineTestSupport", "LaunchHost", "LocalDocker", "SageMaker",
                "Subprocess", "TestSupport",
            ]),

        // Fuzzing: the parsers of outside data with their properties, and a program that replays stored inputs.
        library(
            "FuzzTargets", at: "Tests/Fuzz/Targets",
            uses: [
                "AWS", "Builders", "Console", "ContainerEngine", "HTTP", "LaunchCommands", "LaunchHost", "LocalDocker",
                "OCIRegistry", "SageMaker",
            ]),
        .executableTarget(
            name: "launch-replay", dependencies: ["FuzzTargets"], path: "Tests/Fuzz/Replay", swiftSettings: settings),
        tests(
            "FuzzTests", at: "Tests/FuzzTests",
            uses: [
                "AWS", "Builders", "Console", "FuzzTargets", "LaunchCommands", "LaunchHost", "LocalDocker", "Mock",
                "SageMaker", "Subprocess", "TestSupport", "launch", "launch-replay",
            ]),

        // The program that scripts/benchmark runs. It is not a product, so it is never installed.
        .executableTarget(
            name: "launch-bench",
            dependencies: ["AWS", "AWSStub", "HTTP", "LaunchHost", "Mock", "SageMaker", "TestSupport"],
            path: "Tests/Benchmarks", exclude: ["boto3_client.py", "rehearsal.py"], swiftSettings: settings),
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
