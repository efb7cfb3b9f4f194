import LaunchConsole
import LaunchHost
import TestSupport
import Testing

@testable import LaunchCommands
@testable import launch

/// The form in which a value of the command line reaches the request.
@Suite struct TypedValueTests {
    private func plan(_ desk: Desk, _ words: [String]) async throws -> JSONValue {
        let answer = await desk.run(words: ["plan", "--offline", "--json", "--image", "busybox:1"] + words)
        #expect(answer.code == .ok, "\(answer.errors)")
        return try #require(try answer.json()["request"]?["document"])
    }

    @Test func `every item of an entry point is passed`() async throws {
        let desk = try Desk()
        let list = #"["python","train.py","--epochs",10,true]"#
        let document = try await plan(desk, ["-r", "local-docker", "-E", list])
        let words = document["entry_point"] ?? document["entrypoint"] ?? document["entryPoint"]
        #expect(words == ["python", "train.py", "--epochs", "10", "true"].json)
        let indented = try await plan(desk, ["-r", "local-docker", "-E", " \(list)"])
        #expect(indented == document)
        let quoted = try await plan(desk, ["-r", "local-docker", "-E", #"python3 -c "print(\"x\")""#])
        let split = quoted["entry_point"] ?? quoted["entrypoint"] ?? quoted["entryPoint"]
        #expect(split == ["python3", "-c", "print(\"x\")"].json)
    }

    @Test func `a number is sent as typed`() async throws {
        var desk = try Desk()
        desk.catalog = catalog
        let made = desk
        let config = #"{"half":0.5,"hex":31,"lr":1e-3,"one":1.0,"text":"1.10","version":1.10}"#
        func sent(_ words: [String]) async throws -> String {
            try JSON.canonical(try await plan(made, ["-r", "local-docker"] + words))
        }
        let expected = try JSON.canonical(JSONValue.string(config))
        let words = ["version=1.10", "one=1.0", "lr=1e-3", "half=0.5", "hex=0x1F", "text=\"1.10\""]
        #expect(try await sent(words.flatMap { ["--param", $0] }).contains(expected))
        let file = try desk.folder.write(
            "spec.yaml", "params: {version: 1.10, one: 2.0, lr: 1e-3, half: 0.5, hex: 0x1F, text: \"1.10\"}\n")
        #expect(try await sent(["--spec", file, "--param", "one=1.0"]).contains(expected))
        let replaced = try await sent(["--spec", file, "--param", "one=7"])
        #expect(replaced.contains(expected.replacing("1.0,", with: "7,")))
    }

    @Test(arguments: [
        (["-E", "python 'train.py"], "open quote"), (["-E", "[python, null]"], "item 1"), (["-E", "[python"], "list"),
        (["--param", "x=[1, 2"], "--param x"), (["--set", "env={a: 1"], "--set env"),
        (["--param", "x=9223372036854775808"], "64-bit"), (["--param", "x=0xFFFFFFFFFFFFFFFF"], "64-bit"),
        (["--param", #"p={"a": "{{b}}""#], "--param p"), (["--set", "env={{a: 1}"], "--set env"),
        (["-E", ""], "has no word"), (["-E", " "], "has no word"), (["-E", " []"], "has no word"),
    ])
    func `an invalid value is a usage error`(_ words: [String], _ says: String) async throws {
        let desk = try Desk()
        let answer = await desk.run(
            words: ["plan", "--offline", "--image", "busybox:1", "-r", "local-docker"] + words)
        #expect(answer.code == .usage && answer.errors.contains(says), "\(answer.errors)")
        #expect(answer.output == "")
    }
}

extension [String] {
    fileprivate var json: JSONValue { .array(map { .string($0) }) }
}
