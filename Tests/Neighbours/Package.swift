// swift-tools-version: 6.2
// A plugin in a package that also depends on packages with well-known names of targets. scripts/test builds a copy.
import PackageDescription

func launch(_ product: String) -> Target.Dependency { .product(name: product, package: "launch") }

let package = Package(
    name: "neighbours",
    dependencies: [
        .package(name: "launch", path: "../.."),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.0.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0"),
    ],
    targets: [
        .executableTarget(
            name: "Neighbours",
            dependencies: [
                launch("LaunchPluginKit"), launch("LaunchCrypto"), launch("LaunchHTTP"), launch("LaunchSubprocess"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Subprocess", package: "swift-subprocess"),
            ])
    ]
)
