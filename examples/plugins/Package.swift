// swift-tools-version: 6.2
// A package of its own with one plugin. In a repository of yours, the first dependency is
// .package(url: "https://HOST/launch.git", .upToNextMinor(from: "0.4.0")).
import PackageDescription

let package = Package(
    name: "process-runner",
    dependencies: [.package(name: "launch", path: "../..")],
    targets: [
        .target(
            name: "ProcessRunner",
            dependencies: ["LaunchPluginKit", "LaunchSafeFiles"].map { .product(name: $0, package: "launch") },
            path: "ProcessRunner"),
        .target(
            name: "Helpers",
            dependencies: ["LaunchPluginKit", "LaunchHTTP", "LaunchSubprocess", "LaunchCrypto"].map {
                .product(name: $0, package: "launch")
            },
            path: "Helpers"),
        .executableTarget(
            name: "own-launch",
            dependencies: ["ProcessRunner"]
                + ["LaunchBuilders", "LaunchCommands", "LaunchLocalDocker", "LaunchPluginKit"].map {
                    .product(name: $0, package: "launch")
                },
            path: "OwnProgram"),
        .testTarget(
            name: "ProcessRunnerTests",
            dependencies: [
                "ProcessRunner", .product(name: "LaunchConformance", package: "launch"),
                .product(name: "LaunchPluginKit", package: "launch"),
            ],
            path: "ProcessRunnerTests"),
    ]
)
