import Foundation
import LaunchHost
import TestSupport
import Testing

@testable import LaunchBuilders

struct AppendDockerfileTests {
    private static func plan(
        _ lines: String, on settings: String = "{}", arguments: [String: String] = [:]
    ) throws -> AppendPlan {
        let recipe = try AppendDockerfile.recipe(
            parsing: lines, file: "Dockerfile", buildArguments: arguments, platform: "linux/amd64")
        return try AppendPlan(
            recipe, on: ImageSettings(try JSONValue(parsing: settings)), buildArguments: arguments)
    }

    @Test(
        arguments: [
            ("FROM a\nRUN pip install x", "Dockerfile:2: RUN executes a command ('RUN pip install x')"),
            ("FROM a\nCOPY x /x\nHEALTHCHECK NONE", "Dockerfile:3: the builder 'append' does not know HEALTHCHECK."),
            ("FROM a\nFROM b", "Dockerfile:2: the builder 'append' has one stage, and this is a second FROM."),
            ("FROM a\nCOPY --from=b /x /x", "Dockerfile:2: COPY --from copies from another stage or image."),
            ("FROM a\nADD https://example.com/x /x", "Dockerfile:2: ADD downloads a file."),
            ("FROM a\nCOPY <<E /x\nb\nE", "Dockerfile:2: COPY has a here-document."),
            (
                "FROM a\nCOPY --chown=me x /x",
                "Dockerfile:2: --chown=me is not a number: names are in a file of the base image."
            ),
            ("FROM a\nCOPY --chmod=u+x x /x", "Dockerfile:2: --chmod=u+x is not an octal mode, such as 0755."),
            ("FROM a\nCOPY x", "Dockerfile:2: COPY needs a source and a target."),
            ("FROM scratch\nCOPY x /x", "Dockerfile:1: FROM scratch has no base image to append to."),
            (
                "FROM --platform=linux/arm64 a",
                "Dockerfile:1: FROM asks for the platform 'linux/arm64', and the builder's 'platform' is linux/amd64."
            ),
            ("ARG V=1\nFROM a\nENV =x", "Dockerfile:3: ENV has '=x' without a name or a '='."),
        ])
    func `an instruction that appending cannot do is refused with its position`(text: String, start: String) {
        let error = #expect(throws: LaunchError.self) { _ = try Self.plan(text) }
        #expect(error?.kind == .invalid)
        #expect(error?.message.hasPrefix(start) == true, "\(error?.message ?? "")")
    }

    @Test func `the settings are those that docker would write`() throws {
        let plan = try Self.plan(
            """
            ARG TAG=3.12
            FROM python:$TAG
            ARG TAG
            ARG FLAVOUR=plain
            ENV A=1 B="two words" PATH=/opt/bin:$PATH
            ENV C $A-$FLAVOUR and more
            LABEL team=vision version=$TAG
            WORKDIR /srv
            WORKDIR app
            USER 1000:1000
            ENTRYPOINT ["python3", "train.py"]
            """,
            on:
                #"{"Env":["PATH=/bin","X=1"],"Cmd":["bash"],"Labels":{"team":"none","kept":"yes"},"ExposedPorts":{"80/tcp":{}}}"#,
            arguments: ["FLAVOUR": "sweet"])
        #expect(
            plan.settings.document
                == (try JSONValue(
                    parsing: #"""
                        {"Env":["PATH=/opt/bin:/bin","X=1","A=1","B=two words","C=1-sweet and more"],
                        "Labels":{"team":"vision","version":"3.12","kept":"yes"},"ExposedPorts":{"80/tcp":{}},
                        "WorkingDir":"/srv/app","User":"1000:1000","Entrypoint":["python3","train.py"]}
                        """#)))
    }

    @Test(
        arguments: [
            (#"CMD ["a"]"#, nil, ["a"]), ("CMD a b", nil, ["/bin/sh", "-c", "a b"]),
            ("ENTRYPOINT a", ["/bin/sh", "-c", "a"], nil), ("CMD [\"a\"]\nENTRYPOINT [\"b\"]", ["b"], ["a"]),
            ("LABEL a=b", ["base"], ["of", "base"]),
        ] as [(String, [String]?, [String]?)])
    func `entry point and command replace those of the base image as docker does`(
        lines: String, entryPoint: [String]?, command: [String]?
    ) throws {
        let hasEntry = entryPoint == ["base"]
        let plan = try Self.plan(
            "FROM a\n\(lines)",
            on: hasEntry ? #"{"Entrypoint":["base"],"Cmd":["of","base"]}"# : #"{"Cmd":["of","base"]}"#)
        #expect(plan.settings.entryPoint == entryPoint)
        #expect(plan.settings.command == command)
    }

    /// The paths of the layer for files of a source.
    private static func paths(_ lines: String, _ files: [String]) throws -> [String] {
        let folder = try TemporaryDirectory()
        for file in files { try folder.write(file, "content of \(file)") }
        let recipe = try AppendDockerfile.recipe(
            parsing: "FROM a\n\(lines)", file: "Dockerfile", buildArguments: [:], platform: "linux/amd64")
        let plan = try AppendPlan(recipe, on: ImageSettings(nil), buildArguments: [:])
        return try LayerTree(plan, recipe, SourceListing(of: folder.path)).sorted.map(\.path)
    }

    @Test(
        arguments: [
            ("COPY . /app", ["app/a.py", "app/b.txt", "app/lib", "app/lib/c.py"]),
            ("COPY lib /app", ["app/c.py"]), ("COPY lib/ /app/x/", ["app/x/c.py"]),
            ("COPY a.py /app/", ["app/a.py"]), ("COPY a.py /app/main.py", ["app/main.py"]),
            ("WORKDIR /srv\nCOPY a.py .", ["srv/a.py"]), ("WORKDIR /srv\nCOPY a.py /srv", ["srv/a.py"]),
            ("COPY *.py /app/", ["app/a.py"]), ("COPY a.py b.txt /app/", ["app/a.py", "app/b.txt"]),
            ("COPY [\"a.py\", \"/app/\"]", ["app/a.py"]), ("ADD --chown=5 b.txt /b.txt", ["b.txt"]),
        ])
    func `a copy has the paths that docker would make`(lines: String, paths: [String]) throws {
        #expect(try Self.paths(lines, ["a.py", "b.txt", "lib/c.py"]) == paths)
    }

    @Test(
        arguments: [
            ("COPY none /app/", "Dockerfile:2: 'none' is not in the source."),
            ("COPY ../x /app/", "Dockerfile:2: '../x' leads out of the source folder."),
            ("COPY a.py b.txt /app", "Dockerfile:2: several sources need a folder as their target"),
            ("COPY a.py /app", "Dockerfile:2: it is not known whether '/app' is a folder of the base image"),
            ("COPY a.py /bin/", "The layer cannot have 'a.py' of the source: '/bin/a.py' is below '/bin'"),
            ("COPY a.py /proc/", "The layer cannot have 'a.py' of the source: '/proc/a.py' is in a folder"),
            ("COPY .wh.x /app/", "The layer cannot have '.wh.x' of the source: '.wh.x' in '/app/.wh.x' is a name"),
            ("COPY a.py /app/x.d\nCOPY b.txt /app/x.d/", "The layer would have '/app/x.d/b.txt' below '/app/x.d'"),
        ])
    func `a copy that would damage the image, or has two meanings, is refused`(lines: String, start: String) {
        let error = #expect(throws: BackendError.self) { _ = try Self.paths(lines, ["a.py", "b.txt", ".wh.x"]) }
        #expect(error?.category == .invalid)
        #expect(error?.message.hasPrefix(start) == true, "\(error?.message ?? "")")
    }

    @Test func `names that are equal as text and differ in their bytes are two files`() throws {
        let paths = try Self.paths("COPY . /app", ["\u{e9}", "e\u{301}"])
        #expect(paths.map { Array($0.utf8) } == [Array("app/e\u{301}".utf8), Array("app/\u{e9}".utf8)])
    }

    @Test func `an archive that ADD would unpack is refused`() throws {
        let folder = try TemporaryDirectory()
        try Data([0x1F, 0x8B, 0x08, 0x00]).write(to: URL(fileURLWithPath: folder.file("data.tgz")))
        let recipe = try AppendDockerfile.recipe(
            parsing: "FROM a\nADD data.tgz /data/", file: "Dockerfile", buildArguments: [:], platform: "linux/amd64")
        let plan = try AppendPlan(recipe, on: ImageSettings(nil), buildArguments: [:])
        let error = #expect(throws: BackendError.self) {
            _ = try LayerTree(plan, recipe, SourceListing(of: folder.path))
        }
        #expect(error?.message == "Dockerfile:2: ADD unpacks the archive 'data.tgz'.")
    }

    @Test(
        arguments: [
            (["workdir": "/app"], "builder.workdir is given without builder.base_image."),
            (["base_image": "UPPER"], "builder.base_image:"),
            (["base_image": "a", "workdir": "app"], "builder.workdir is 'app'; expected an absolute path"),
            (["base_image": "a", "workdir": "/"], "builder.workdir is '/'; expected an absolute path"),
            (["base_image": "a", "workdir": "/lib/x"], "builder.workdir: '/lib/x' is below '/lib'"),
            (["destination": "x:v1"], "The builder's 'destination' is 'x:v1', which has a tag or a digest."),
        ])
    func `a wrong option is rejected with its key`(values: [String: String], start: String) {
        let error = #expect(throws: BackendError.self) {
            _ = try AppendBuilder.plugin.make(Options(values.mapValues { .string($0) }), PluginContext())
        }
        #expect(error?.category == .invalid)
        #expect(error?.message.hasPrefix(start) == true, "\(error?.message ?? "")")
    }
}
