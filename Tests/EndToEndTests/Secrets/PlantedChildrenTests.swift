import Foundation
import TestSupport
import Testing

/// A program that launch starts, changed to record its environment. To cover another program, add an entry to `all`.
struct WatchedChild: Sendable, CustomTestStringConvertible {
    var name: String
    /// Variables besides the planted ones. A value that begins with `HOME/` is a file below the home.
    var variables: [String: String]
    var files: [String: String] = [:]
    /// The command that starts it.
    var words: [String]

    var testDescription: String { name }

    private static let notes = "env >>HOME/seen\n"

    /// A sandboxed git and its children could not write the notes.
    private static let unconfined = "sandbox: off\n"

    static let all = [
        WatchedChild(
            name: "credential process", variables: ["AWS_EC2_METADATA_DISABLED": "true"],
            files: [
                ".config/launch/launch-config.yaml": "environment: {type: aws, region: us-east-1}\n",
                ".aws/config": "[default]\ncredential_process = sh HOME/child.sh\n", "child.sh": notes,
            ], words: ["doctor"]),
        WatchedChild(
            name: "editor", variables: ["EDITOR": "sh \"$HOME/child.sh\""], files: ["child.sh": notes],
            words: ["queue", "edit", "q"]),
        WatchedChild(
            name: "git at submit", variables: ["GIT_SSH_COMMAND": "sh -c '. \"$HOME/child.sh\"'"],
            files: ["child.sh": notes, ".config/launch/launch-config.yaml": unconfined],
            words: ["submit", "-q", "q", "--git", "ssh://git@127.0.0.1/team/repo.git"]),
        WatchedChild(
            name: "git at plan", variables: ["GIT_SSH_COMMAND": "sh -c '. \"$HOME/child.sh\"'"],
            files: ["child.sh": notes, ".config/launch/launch-config.yaml": unconfined],
            words: ["plan", "-r", "local-docker", "--git", "git@127.0.0.1:team/repo.git"]),
    ]
}

@Suite("Planted: the environment of children", .timeLimit(.minutes(30)))
struct PlantedChildrenTests {
    /// No child needs any of these: a registry's password, a cloud's keys, another program's token.
    private static let names = [
        "REGISTRY_PASSWORD", "AWS_SESSION_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN", "SOME_API_TOKEN", "NPM_CONFIG",
    ]

    @Test(arguments: WatchedChild.all)
    func `a child gets no planted secret`(_ child: WatchedChild) async throws {
        let plants = Self.names.map { Plant.new($0) }
        let variables = Dictionary(uniqueKeysWithValues: zip(Self.names, plants.map(\.value)))
        let garden = try Garden(
            variables: variables.merging(["DOCKER_HOST": "unix:///none.sock"]) { $1 }.merging(child.variables) { $1 },
            files: child.files, plants: plants)
        try await garden.succeeding("queue", "create", "q", "--resource", "local-docker")
        try await garden.witness.watching { _ = try await garden.says(child.words) }
        let seen = try String(contentsOfFile: garden.folder.file("seen"), encoding: .utf8)
        #expect(seen.contains("PATH=") && seen.contains("HOME=\(garden.folder.path)"), "the child was not started")
        garden.expectNothing()
    }
}
