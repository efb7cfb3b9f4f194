import LaunchHost
import Testing

@testable import LaunchBuilders

struct BuildahStorageTests {
    private func image(_ id: String, _ names: [String]?, _ created: Int) -> BuildahStorage.Image {
        BuildahStorage.Image(id: id, names: names, created: created)
    }

    @Test func `the latest images, steps of failed builds and bases of the latest build stay`() {
        let images = [
            image("1", ["localhost/launch-build:a"], 10), image("2", ["localhost/launch-build:b"], 30),
            image("3", ["localhost/launch-build:c", "example.com/x:v1"], 20),
            image("4", ["docker.io/library/python:3"], 1),
            image("5", ["docker.io/library/python:2"], 2), image("6", nil, 5), image("7", [], 6),
        ]
        let bases: Set = ["docker.io/library/python:3"]
        #expect(
            BuildahStorage.unneeded(images, bases: bases, kept: 1) == [
                "localhost/launch-build:c", "localhost/launch-build:a", "example.com/x:v1",
                "docker.io/library/python:2", "6",
            ])
        #expect(
            BuildahStorage.unneeded(images, bases: bases, kept: 9) == [
                "example.com/x:v1", "docker.io/library/python:2",
            ])
        #expect(BuildahStorage.unneeded(images, bases: bases, kept: 0).count == 8)
    }

    @Test(arguments: [
        ("python", "docker.io", "docker.io/library/python:latest", false),
        ("team/x:v1", "docker.io", "docker.io/team/x:v1", false),
        ("docker.io/library/python:3", "docker.io", "docker.io/library/python:3", false),
        ("localhost:5000/x", "localhost:5000", "localhost:5000/x:latest", false),
    ])
    func `a base image has its registry and a tag in its name`(
        text: String, host: String, name: String, isPinned: Bool
    ) throws {
        let base = BuildahBase(try ImageReference(parsing: text))
        #expect(base.host == host)
        #expect(base.name == name)
        #expect(base.isPinned == isPinned)
    }

    @Test func `a digest replaces the tag`() throws {
        let digest = "sha256:" + String(repeating: "a", count: 64)
        let base = BuildahBase(try ImageReference(parsing: "example.com/x:v1@\(digest)"))
        #expect(base.name == "example.com/x@\(digest)")
        #expect(base.isPinned)
    }

    @Test(arguments: [
        ("buildah version 1.28.2 (image-spec 1.1.0-rc2, runtime-spec 1.0.2-dev)", "1.28"),
        ("buildah version 1.33.7 (image-spec 1.1.0-rc5, runtime-spec 1.1.0)", "1.33"),
        ("podman version 4.3.1", nil), ("", nil),
    ])
    func `a version is parsed`(text: String, version: String?) {
        #expect(BuildahVersion(parsing: text)?.description == version)
    }
}
