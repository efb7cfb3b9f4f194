import AWSStub
import EngineTestSupport
import Foundation
import LaunchAWS
import LaunchHost
import TestSupport
import Testing

@testable import LaunchLocalContainers

@Suite("Names that are not UTF-8", .enabled(if: EngineFixture.isWanted, "\(EngineFixture.skipReason)"))
struct NamesTests {
    private typealias Input = RehearsalPlan.Input
    /// `caf` and a byte that is not UTF-8; `é` as one character; `é` as two.
    private static let bytes: [[UInt8]] = [[0x63, 0x61, 0x66, 0xe9], [0xc3, 0xa9], [0x65, 0xcc, 0x81]]
    /// These names in a shell.
    private static let words = [#""$(printf 'caf\351')""#, #""$(printf '\303\251')""#, #""$(printf 'e\314\201')""#]
    private static let write = "for n in \(words.joined(separator: " ")); do printf %s \"$n\" > \"$n\"; done"
    /// Names and contents in hexadecimal.
    private static let show = "for n in *; do printf %s \"$n\" | od -An -tx1; od -An -tx1 < \"$n\"; done"
    private static let shown = [
        " 63 61 66 e9", " 63 61 66 e9", " 65 cc 81", " 65 cc 81", " c3 a9", " c3 a9",
    ]

    private static func names(in folder: String) -> Set<[UInt8]> { Set(Disk.names(in: folder).map(RawName.bytes)) }

    /// Creates a folder with files of these names.
    private static func fill(_ folder: String) throws {
        try Disk.makeFolders(folder)
        for name in bytes { try FileSink("\(folder)/\(RawName.text(name))", mode: 0o644).write(name[...]) }
    }

    @Test
    func `Checkpoints and models keep each name, also for the next job, packed or not`() async throws {
        let place = try TemporaryDirectory()
        let stage = try Stage()
        let job = try await Stage.job(
            "cd /ck; \(Self.show); mkdir -p /ck/d/x; \(Self.write); cd /ck/d/x; \(Self.write); cd /m; \(Self.write)"
        ) {
            $0.folders = [.init(path: "/m")]
            $0.synced = [.init(path: "/ck", place: place.file("ck"))]
            $0.results = [.init(name: "m.tar.gz", path: "/m"), .init(name: "m", path: "/m", isPacked: false)]
        }
        let first = try await stage.run(job)
        #expect(first.observation.phase == .succeeded, "\(first.observation)")
        #expect(Self.names(in: place.file("ck")) == Set(Self.bytes + [[0x64]]))
        #expect(Self.names(in: place.file("ck/d/x")) == Set(Self.bytes))
        let outputs = first.outcome.outputs
        #expect(Self.names(in: try #require(outputs.last?.path)) == Set(Self.bytes))
        #expect(try await PackedFile.list(try #require(outputs.first?.path)).count == 3)
        let removing = try await Stage.job("cd /ck/d/x; \(Self.show); rm *; cd ..; rmdir x; cd ..; rm \(Self.words[1])")
        {
            $0.synced = [.init(path: "/ck", place: place.file("ck"))]
        }
        let second = try await stage.run(removing)
        #expect(second.log.map(\.text) == Self.shown)
        #expect(Self.names(in: place.file("ck")) == [Self.bytes[0], Self.bytes[2]])
        #expect(second.outcome.warnings.isEmpty, "\(second.outcome.warnings)")
    }

    @Test(arguments: [Input.Delivery.copy, .readOnly])
    private func `A local folder's names reach a container unchanged`(delivery: Input.Delivery) async throws {
        let place = try TemporaryDirectory()
        try Self.fill(place.file("in"))
        let job = try await Stage.job("cd /in; \(Self.show)") {
            $0.inputs = [Input(name: "in", path: "/in", source: .folder(place.file("in")), delivery: delivery)]
        }
        #expect(try await Stage().run(job).log.map(\.text) == Self.shown)
    }

    @Test
    func `If the input stands for objects, a name that no object can have is refused before the job starts`()
        async throws
    {
        let place = try TemporaryDirectory()
        try Self.fill(place.file("in"))
        let job = try await Stage.job("cd /in; \(Self.show)") {
            $0.inputs = [Input(name: "in", path: "/in", source: .folder(place.file("in")), needsFiles: true)]
        }
        let ended = try await Stage().run(job)
        #expect(ended.observation.phase == .failed && ended.log.isEmpty)
        #expect(ended.observation.cause?.message.contains("'caf\\xe9'") == true, "\(ended.observation)")
    }

    @Test
    func `Keys that differ in the encoding of a letter are two files; a name that cannot be a key is left out`()
        async throws
    {
        let stub = try AWSStub()
        stub.s3.add(bucket: "data")
        let keys = stub.keys.permanent()
        let home = try TemporaryDirectory()
        let environment = try AWSEnvironment.plugin.make(
            Options(["region": .string("us-east-1"), "endpoint_url": .string(stub.url)]),
            PluginContext(variables: [
                "HOME": home.path, "AWS_EC2_METADATA_DISABLED": "true", "no_proxy": "127.0.0.1",
                "AWS_ACCESS_KEY_ID": keys.accessKeyID, "AWS_SECRET_ACCESS_KEY": keys.secretAccessKey.reveal(),
            ]))
        stub.s3.add(Self.bytes[1], bucket: "data", key: "in/\u{e9}")
        stub.s3.add(Self.bytes[2], bucket: "data", key: "in/e\u{301}")
        stub.s3.add([0x78], bucket: "data", key: "ck/e\u{301}")
        let job = try await Stage.job("cd /in; \(Self.show); cd /ck; \(Self.write); cp * /m") {
            $0.folders = [.init(path: "/m")]
            $0.inputs = [Input(name: "in", path: "/in", source: .objects("s3://data/in/"), needsFiles: true)]
            $0.synced = [.init(path: "/ck", place: "s3://data/ck")]
            $0.results = [.init(name: "m", path: "/m", isPacked: false, destination: "s3://data/out")]
        }
        let stage = try Stage(environment: environment)
        defer { extendLifetime(stage) }
        let ended = try await stage.run(job)
        #expect(ended.log.map(\.text) == Array(Self.shown.dropFirst(2)))
        // The run keeps the whole model.
        #expect(ended.observation.phase == .failed)
        #expect(ended.observation.cause?.message.contains("'caf\\xe9'") == true, "\(ended.observation)")
        let kept = try #require(ended.outcome.outputs.first?.path)
        #expect(Self.names(in: kept) == Set(Self.bytes))
        #expect(ended.outcome.warnings.contains { $0.contains("/ck: caf\\xe9 was not kept") }, "\(ended.outcome)")
        #expect(stub.s3.content(bucket: "data", key: "ck/\u{e9}") == Self.bytes[1])
        #expect(stub.s3.content(bucket: "data", key: "ck/e\u{301}") == Self.bytes[2])
    }

    @Test(arguments: [1, 2])
    func `Lines of an augmented manifest stay whole, shuffled and in shards, with any text`(hosts: Int) async throws {
        let place = try TemporaryDirectory()
        let lines = (0..<20).map { "{\"x\": \"<\($0)\u{2028}\", \"y\": \"\u{85}\($0)>\", \"z\": \($0)}" }
        try place.write("lines", lines.joined(separator: "\n") + "\r\n\n")
        let names = (1...hosts).map { "algo-\($0)" }
        let job = try await Stage.job("cat /p/aug_0; echo", hosts: names) {
            $0.inputs = [
                Input(
                    name: "aug", path: "/p/aug",
                    source: .augmentedManifest(place.file("lines"), attributes: ["x", "y"]), delivery: .pipe,
                    isSharded: true, shuffleSeed: 3)
            ]
        }
        let ended = try await Stage().run(job)
        #expect(ended.observation.phase == .succeeded, "\(ended.observation)")
        let parts = ended.log.flatMap { $0.text.split(separator: ">") }.map { $0 + ">" }
        let whole = (0..<20).map { "<\($0)\u{2028}\u{85}\($0)>" }
        #expect(Set(parts.map(String.init)) == Set(whole) && parts.count == 20, "\(parts)")
        #expect(parts.map(String.init) != whole)
        if hosts == 2 {
            let counts = Dictionary(grouping: ended.log) { $0.host }.values.map { lines in
                lines.reduce(0) { $0 + $1.text.count { $0 == ">" } }
            }
            #expect(counts == [10, 10])
        }
    }
}
