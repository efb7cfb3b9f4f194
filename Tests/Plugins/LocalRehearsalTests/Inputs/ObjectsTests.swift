import AWSStub
import EngineTestSupport
import Foundation
import LaunchAWS
import LaunchHost
import TestSupport
import Testing

@Suite("Objects of a container job", .enabled(if: EngineFixture.isWanted, "\(EngineFixture.skipReason)"))
struct JobObjectsTests {
    private typealias Input = RehearsalPlan.Input

    private struct World {
        let stub: AWSStub
        let home: TemporaryDirectory
        let environment: any Environment

        init() throws {
            stub = try AWSStub()
            stub.s3.add(bucket: "data")
            let keys = stub.keys.permanent()
            home = try TemporaryDirectory()
            environment = try AWSEnvironment.plugin.make(
                Options(["region": .string("us-east-1"), "endpoint_url": .string(stub.url)]),
                PluginContext(variables: [
                    "HOME": home.path, "AWS_EC2_METADATA_DISABLED": "true", "no_proxy": "127.0.0.1",
                    "AWS_ACCESS_KEY_ID": keys.accessKeyID, "AWS_SECRET_ACCESS_KEY": keys.secretAccessKey.reveal(),
                ]))
        }

        func put(_ key: String, _ text: String) { stub.s3.add(Array(text.utf8), bucket: "data", key: key) }
        func text(_ key: String) -> String? {
            stub.s3.content(bucket: "data", key: key).map { String(decoding: $0, as: UTF8.self) }
        }
    }

    @Test
    func `A prefix is the beginning of keys, not a folder; objects are downloaded once for all rehearsals`()
        async throws
    {
        let world = try World()
        world.put("p/train/a", "A")
        world.put("p/train/deep/b", "B")
        world.put("p/train-01/c", "C")
        world.put("p/train/", "")
        world.put("p/other", "O")
        world.put("p/one.csv", "1,2")
        let stage = try Stage(environment: world.environment)
        let job = try await Stage.job(
            "cd /d; find . -type f | sort; cat /f/a; cat /one/one.csv; touch /f/x 2>&1; exit 0"
        ) {
            $0.inputs = [
                Input(name: "d", path: "/d", source: .objects("s3://data/p/train")),
                Input(name: "f", path: "/f", source: .objects("s3://data/p/train/"), delivery: .readOnly),
                Input(name: "one", path: "/one", source: .objects("s3://data/p/one.csv")),
            ]
        }
        let first = try await stage.run(job)
        #expect(
            first.log.map(\.text) == [
                "./train-01/c", "./train/a", "./train/deep/b", "A1,2touch: /f/x: Read-only file system",
            ])
        #expect(first.timeline.steps.map(\.status).contains(.downloading))
        let gets = world.stub.calls("s3", "GetObject").count
        #expect(gets == 4)
        _ = try await stage.run(job)
        #expect(world.stub.calls("s3", "GetObject").count == gets)
        world.put("p/train/a", "changed")
        let third = try await stage.run(job)
        #expect(third.text.contains("changed1,2"))
        #expect(world.stub.calls("s3", "GetObject").count == gets + 1)
    }

    @Test
    func `A manifest selects objects and is beside them; an augmented manifest gives records`() async throws {
        let world = try World()
        world.put("m/list", "[{\"prefix\": \"s3://data/in/\"}, \"x\", \"deep/y\"]")
        world.put("in/x", "X")
        world.put("in/deep/y", "Y")
        world.put("in/z", "Z")
        world.put(
            "m/lines",
            "{\"source-ref\": \"s3://data/in/x\", \"label\": 3}\n{\"source-ref\": \"s3://data/in/z\", \"label\": 4}\n")
        let job = try await Stage.job(
            "cd /d/list; find . -type f | sort; cat ../list-manifest; echo; cat /p/aug_0; echo"
        ) {
            $0.inputs = [
                Input(name: "list", path: "/d/list", source: .manifest("s3://data/m/list")),
                Input(
                    name: "aug", path: "/p/aug",
                    source: .augmentedManifest("s3://data/m/lines", attributes: ["source-ref", "label"]),
                    delivery: .pipe),
            ]
        }
        let ended = try await Stage(environment: world.environment).run(job)
        #expect(
            ended.log.map(\.text) == [
                "./deep/y", "./x", "[{\"prefix\": \"s3://data/in/\"}, \"x\", \"deep/y\"]", "X3Z4",
            ])
    }

    @Test
    func `Gzip is unpacked if the input requests it`() async throws {
        let data = try TemporaryDirectory()
        try data.write("in/a.txt", "packed\n")
        let zip = ChildProcess()
        zip.executableURL = URL(fileURLWithPath: "/bin/gzip")
        zip.arguments = [data.file("in/a.txt")]
        try zip.run()
        zip.waitUntilExit()
        let job = try await Stage.job("ls /d; cat /d/a.txt") {
            $0.inputs = [Input(name: "d", path: "/d", source: .folder(data.file("in")), isCompressed: true)]
        }
        #expect(try await Stage().run(job).log.map(\.text) == ["a.txt", "packed"])
        #expect(data.has("in/a.txt.gz") && !data.has("in/a.txt"))
    }

    @Test
    func `Checkpoints, deletions and results are copied to objects`() async throws {
        let world = try World()
        world.put("ck/old", "old")
        world.put("ck/keep", "keep")
        world.put("ckx/other", "no")
        let job = try await Stage.job(
            "cd /ck; ls; rm old; echo new > new; ln new best; ln keep first; echo w > /m/w; echo o > /o/o; ln /o/o /o/p"
        ) {
            $0.folders = [.init(path: "/m"), .init(path: "/o")]
            $0.synced = [.init(path: "/ck", place: "s3://data/ck")]
            $0.results = [
                .init(name: "model.tar.gz", path: "/m", destination: "s3://data/out/job/output"),
                .init(name: "plain", path: "/o", isPacked: false, destination: "s3://data/out/job/output/"),
            ]
        }
        let ended = try await Stage(environment: world.environment).run(job)
        #expect(ended.log.map(\.text) == ["keep", "old"])
        #expect(world.text("ck/old") == nil)
        #expect(world.text("ck/new") == "new\n")
        #expect(world.text("ck/keep") == "keep")
        #expect(world.text("ck/best") == "new\n" && world.text("ck/first") == "keep")
        #expect(world.text("out/job/output/plain/o") == "o\n" && world.text("out/job/output/plain/p") == "o\n")
        #expect(world.stub.s3.size(bucket: "data", key: "out/job/output/model.tar.gz") ?? 0 > 0)
        #expect(
            ended.outcome.outputs.map(\.path) == [
                "s3://data/out/job/output/model.tar.gz", "s3://data/out/job/output/plain",
            ])
        // An unchanged object is not sent again.
        #expect(world.stub.calls("s3", "PutObject").count == 6)
    }

    @Test
    func `The next pass repeats a failed deletion`() async throws {
        let world = try World()
        world.put("ck/old", "old")
        world.stub.script("s3", "DeleteObject", [.error("AccessDenied", status: 403)])
        let place = try TemporaryDirectory()
        try place.write("go/empty", "")
        let job = try await Stage.job("rm /ck/old; while [ ! -e /go/go ]; do sleep 0.1; done") {
            $0.synced = [.init(path: "/ck", place: "s3://data/ck")]
            $0.inputs = [.init(name: "go", path: "/go", source: .folder(place.file("go")), delivery: .readOnly)]
        }
        let ended = try await Stage(environment: world.environment).run(job) { _, _ in
            #expect(await eventually { world.stub.calls("s3", "DeleteObject").count > 0 })
            try place.write("go/go", "")
        }
        #expect(ended.observation.phase == .succeeded)
        #expect(world.text("ck/old") == nil)
    }

    @Test
    func `A missing bucket for results fails the job before it runs`() async throws {
        let world = try World()
        let job = try await Stage.job("echo w > /m/w") {
            $0.folders = [.init(path: "/m")]
            $0.results = [.init(name: "model.tar.gz", path: "/m", destination: "s3://no-such-bucket/out")]
        }
        let ended = try await Stage(environment: world.environment).run(job)
        #expect(ended.observation.phase == .failed)
        #expect(ended.timeline.hosts.isEmpty && ended.log.isEmpty)
        #expect(
            ended.observation.cause?.message.contains("s3://no-such-bucket/out, the destination of model.tar.gz")
                == true)
    }

    @Test
    func `A destination that can be written but not listed is accepted`() async throws {
        let world = try World()
        world.stub.always("s3", "ListObjectsV2", .error("AccessDenied", status: 403))
        let job = try await Stage.job("echo w > /m/w") {
            $0.folders = [.init(path: "/m")]
            $0.results = [.init(name: "model.tar.gz", path: "/m", destination: "s3://data/out")]
        }
        #expect(try await Stage(environment: world.environment).run(job).observation.phase == .succeeded)
    }

    @Test
    func `Results that cannot be copied to their destination fail the job and are kept with the run`() async throws {
        let world = try World()
        world.stub.always("s3", "PutObject", .error("NoSuchBucket", "It was deleted.", status: 404))
        let job = try await Stage.job("echo w > /m/w; echo o > /o/o") {
            $0.folders = [.init(path: "/m"), .init(path: "/o")]
            $0.results = [
                .init(name: "model.tar.gz", path: "/m", destination: "s3://data/out"),
                .init(name: "plain", path: "/o", isPacked: false, destination: "s3://data/out"),
            ]
        }
        let stage = try Stage(environment: world.environment)
        let ended = try await stage.run(job)
        #expect(ended.observation.phase == .failed)
        #expect(ended.observation.cause?.code == Cause.Code(rawValue: "results"))
        #expect(ended.observation.cause?.message.contains("It was deleted.") == true)
        let kept = "kept-\(ended.runID)/outputs"
        #expect(
            ended.outcome.outputs.map(\.path) == [
                stage.home.file("\(kept)/model.tar.gz"), stage.home.file("\(kept)/plain"),
            ])
        #expect(stage.home.has("\(kept)/model.tar.gz") && stage.home.text("\(kept)/plain/o") == "o\n")
        #expect(
            ended.outcome.warnings.contains { $0.contains("plain could not be copied to s3://data/out; it is kept as") }
        )
    }

    @Test
    func `An object whose key is also a folder stays unchanged, and hosts get the folder`() async throws {
        let world = try World()
        for key in ["ck/a", "ck/a/b", "ck/a/../../up", "ck/other"] { world.put(key, key) }
        let job = try await Stage.job(
            "cd /ck; find . -type f | sort; rm other; mkdir other; echo n > other/n; rm -r a; echo f > a"
        ) {
            $0.synced = [.init(path: "/ck", place: "s3://data/ck")]
        }
        let ended = try await Stage(environment: world.environment).run(job)
        #expect(ended.observation.phase == .succeeded, "\(ended.observation)")
        #expect(ended.log.map(\.text) == ["./a/b", "./other"])
        #expect(world.text("ck/a") == "f\n" && world.text("ck/a/b") == nil)
        #expect(world.text("ck/other/n") == "n\n" && world.text("ck/other") == nil)
        #expect(world.text("ck/a/../../up") == "ck/a/../../up")
        #expect(ended.outcome.warnings.contains { $0.contains("'a' is an object and the folder of others") })
        #expect(ended.outcome.warnings.contains { $0.contains("'a/../../up' has a key that cannot be a file path") })
    }

    @Test(arguments: ["/etc/passwd", "file:///proc/self/environ"])
    func `A manifest in objects cannot name a file of this machine`(reference: String) async throws {
        let world = try World()
        world.put("m/lines", "{\"source-ref\": \"\(reference)\"}\n")
        let job = try await Stage.job("cat /in/x_0") {
            $0.inputs = [
                Input(
                    name: "x", path: "/in/x",
                    source: .augmentedManifest("s3://data/m/lines", attributes: ["source-ref"]),
                    delivery: .pipe)
            ]
        }
        let ended = try await Stage(environment: world.environment).run(job)
        #expect(ended.observation.phase == .failed)
        let message = ended.observation.cause?.message ?? ""
        #expect(
            message.contains("Line 1 of the manifest s3://data/m/lines refers to the file \(reference)"), "\(message)")
        #expect(ended.text.isEmpty)
    }

    @Test
    func `Broken links are omitted from results in objects, with a warning`() async throws {
        let world = try World()
        let job = try await Stage.job("cd /m; echo w > w; ln -s none dang; ln -s w same; ln -s . round") {
            $0.folders = [.init(path: "/m")]
            $0.results = [.init(name: "model", path: "/m", isPacked: false, destination: "s3://data/out")]
        }
        let ended = try await Stage(environment: world.environment).run(job)
        #expect(ended.observation.phase == .succeeded, "\(ended.observation)")
        #expect(world.text("out/model/w") == "w\n" && world.text("out/model/same") == "w\n")
        #expect(
            ended.outcome.warnings == [
                "model: the link dang does not lead to a file in it and was left out.",
                "model: the link round does not lead to a file in it and was left out.",
            ])
    }
}
