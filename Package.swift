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

func library(_ name: String, at path: String, uses: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: uses, path: path, swiftSettings: settings)
}

func tests(_ name: String, at path: String, uses: [Target.Dependency], resources: [Resource]? = nil) -> Target {
    .testTarget(name: name, dependencies: uses, path: path, resources: resources, swiftSettings: settings)
}

func system(_ name: String, pkgConfig: String? = nil, apt: String, brew: String) -> Target {
    .systemLibrary(
        name: name, path: "Sources/System/\(name)", pkgConfig: pkgConfig, providers: [.apt([apt]), .brew([brew])])
}

let package = Package(
    name: "launch",
    products: [],
    targets: [
        // System libraries: module maps only. No SwiftPM package dependencies, by rule.
        system("CCurl", pkgConfig: "libcurl", apt: "libcurl4-openssl-dev", brew: "curl"),
        system("CYAML", pkgConfig: "yaml-0.1", apt: "libyaml-dev", brew: "libyaml"),
        system("CSQLite", pkgConfig: "sqlite3", apt: "libsqlite3-dev", brew: "sqlite"),
        system("CCrypto", pkgConfig: "libcrypto", apt: "libssl-dev", brew: "openssl@3"),
        .systemLibrary(name: "CLinux", path: "Sources/System/CLinux"),

        // What everything stands on.
        library("Crypto", at: "Sources/Crypto", uses: ["CCrypto"]),
        library("HTTP", at: "Sources/HTTP", uses: ["CCurl"]),
        library("Subprocess", at: "Sources/Subprocess", uses: ["CLinux"]),

        // Container engines: docker and podman.
        library("ContainerEngine", at: "Sources/ContainerEngine", uses: ["HTTP", "Subprocess"]),

        // The host: it knows no cloud and no container engine.
        library("LaunchHost", at: "Sources/LaunchHost", uses: ["CSQLite", "CYAML"]),

        // The plugins.
        library(
            "LocalDocker", at: "Sources/Plugins/LocalDocker",
            uses: ["LaunchHost", "ContainerEngine", "Crypto", "Subprocess"]),

        // Tests stand in Tests where the source stands in Sources.
        library("TestSupport", at: "Tests/TestSupport"),
        tests("CryptoTests", at: "Tests/CryptoTests", uses: ["Crypto", "TestSupport"]),
        tests("HTTPTests", at: "Tests/HTTPTests", uses: ["HTTP", "Subprocess", "TestSupport"]),
        tests("SubprocessTests", at: "Tests/SubprocessTests", uses: ["Subprocess", "TestSupport"]),

        // The test kit that every plugin passes.
        library("Conformance", at: "Tests/Conformance", uses: ["LaunchHost"]),
        library(
            "EngineTestSupport", at: "Tests/EngineTestSupport",
            uses: ["ContainerEngine", "HTTP", "Subprocess", "TestSupport"]),
        tests(
            "ContainerEngineTests", at: "Tests/ContainerEngineTests",
            uses: ["ContainerEngine", "EngineTestSupport", "Subprocess", "TestSupport"]),
        tests(
            "LocalDockerTests", at: "Tests/Plugins/LocalDockerTests",
            uses: ["LocalDocker", "ContainerEngine", "Conformance", "EngineTestSupport", "LaunchHost", "TestSupport"]),
    ]
)
