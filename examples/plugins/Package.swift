// swift-tools-version: 6.2
// A package of its own with one plugin. In a repository of yours, the first dependency is
// .package(url: "https://HOST/launch.git", from: "0.1.0").
import PackageDescription

let package = Package(
    name: "process-runner",
    dependencies: [.package(name: "launch", path: "../..")],
    targets: [
        .target(
            name: "ProcessRunner", dependencies: [.product(name: "LaunchPluginKit", package: "launch")],
            path: "ProcessRunner"),
        .target(
            name: "Helpers",
            dependencies: ["LaunchPluginKit", "LaunchHTTP", "LaunchSubprocess", "LaunchCrypto"].map {
                .product(name: $0, package: "launch")
            },
            path: "Helpers"),
        .testTarget(
            name: "ProcessRunnerTests",
            dependencies: [
                "ProcessRunner", .product(name: "LaunchConformance", package: "launch"),
                .product(name: "LaunchPluginKit", package: "launch"),
            ],
            path: "ProcessRunnerTests"),
    ]
)
