import LaunchLocalDocker
import EngineTestSupport
import Foundation
import Glibc
import LaunchHost
import TestSupport
import Testing

@testable import LaunchLocalRehearsal

@Suite("Inputs of a container job", .enabled(if: EngineFixture.isWanted, "\(EngineFixture.skipReason)"))
struct InputsTests {
    private typealias Input = RehearsalPlan.Input

    private func data() throws -> TemporaryDirectory {
        let folder = try TemporaryDirectory()
        try folder.write("train/a.txt", "aaa\n")
        try folder.write("train/deep/b.txt", "bbb\n")
        try folder.write("train/c.txt", "ccc\n")
        return folder
    }

    @Test
    func `A job may change its copy of a folder, and the folder itself is never changed`() async throws {
        let data = try data()
        let stage = try Stage()
        let job = try await Stage.job(
            "cd /opt/ml/input/data/train && find . -type f | sort && cat a.txt && echo more >> a.txt && rm c.txt"
        ) { $0.inputs = [Input(name: "train", path: "/opt/ml/input/data/train", source: .folder(data.file("train")))] }
        let ended = try await stage.run(job)
        #expect(ended.log.map(\.text) == ["./a.txt", "./c.txt", "./deep/b.txt", "aaa"])
        #expect(ended.observation.phase == .succeeded)
        #expect(try String(contentsOfFile: data.file("train/a.txt"), encoding: .utf8) == "aaa\n")
        #expect(FileManager.default.fileExists(atPath: data.file("train/c.txt")))
    }

    @Test
    func `A read-only folder cannot be written, and its links keep their targets`() async throws {
        let data = try data()
        try data.write("other/x", "aaa\n")
        try FileManager.default.createSymbolicLink(
            atPath: data.file("other/away"), withDestinationPath: data.file("other/x"))
        let stage = try Stage()
        let job = try await Stage.job(
            "cd /opt/ml/input/data; cat train/a.txt other/away; touch train/n 2>&1; touch other/n 2>&1; exit 0"
        ) {
            $0.inputs = [
                Input(
                    name: "train", path: "/opt/ml/input/data/train", source: .folder(data.file("train")),
                    delivery: .readOnly),
                Input(
                    name: "other", path: "/opt/ml/input/data/other", source: .folder(data.file("other")),
                    delivery: .readOnly),
            ]
        }
        let ended = try await stage.run(job)
        #expect(ended.log.prefix(2).map(\.text) == ["aaa", "aaa"])
        #expect(ended.log.dropFirst(2).allSatisfy { $0.text.contains("Read-only file system") })
        #expect(ended.log.count == 4)
    }

    @Test(arguments: [false, true])
    func `A link that leads out of a channel's folder is an error that names it`(isFolder: Bool) async throws {
        let data = try data()
        try data.write("secret/key", "the secret\n")
        try FileManager.default.createSymbolicLink(
            atPath: data.file("train/out"),
            withDestinationPath: isFolder ? "../secret" : data.file("secret/key"))
        let job = try await Stage.job("cat /opt/ml/input/data/train/out*") {
            $0.inputs = [
                Input(name: "train", path: "/opt/ml/input/data/train", source: .folder(data.file("train")))
            ]
        }
        let ended = try await Stage().run(job)
        #expect(ended.observation.phase == .failed)
        let message = ended.observation.cause?.message ?? ""
        #expect(message.contains("train/out leads out of"), "\(message)")
        #expect(!ended.text.contains("the secret"))
    }

    @Test
    func `Shards are disjoint and complete, also for a group of hosts, and a seed determines the order`() async throws {
        let data = try TemporaryDirectory()
        for number in 0..<9 { try data.write("f\(number)", "\(number)") }
        let stage = try Stage()
        let job = try await Stage.job(
            "cd /d && ls | sort; ls /g 2>/dev/null | wc -l", hosts: ["algo-1", "algo-2", "algo-3"]
        ) {
            $0.inputs = [
                Input(name: "d", path: "/d", source: .folder(data.path), isSharded: true, shuffleSeed: 7),
                Input(name: "g", path: "/g", source: .folder(data.path), hosts: ["algo-1", "algo-3"], isSharded: true),
            ]
        }
        let ended = try await stage.run(job)
        let shards = ["algo-1", "algo-2", "algo-3"].map { host in ended.log.filter { $0.host == host }.map(\.text) }
        #expect(shards.map(\.count) == [4, 4, 4])
        #expect(Set(shards.flatMap { $0.filter { $0.hasPrefix("f") } }).count == 9)
        #expect(shards[0].prefix(3) != ["f0", "f3", "f6"])
        #expect(shards.map { $0.last ?? "" } == ["5", "0", "4"])
    }

    @Test
    func `One pipe per epoch, each read once; a reader may stop early; other inputs are beside it`() async throws {
        let data = try data()
        let stage = try Stage()
        let job = try await Stage.job(
            """
            cd /opt/ml/input/data
            echo "0:$(cat train_0 | tr '\\n' ,)"; echo "1:$(cat train_1 | tr '\\n' ,)"; ls train_0 2>&1 | grep -c 'No such'
            echo "2:$(head -c 4 train_2 | tr '\\n' ,)"; until [ -e train_3 ]; do sleep 0.1; done; echo "3:$(cat train_3 | tr '\\n' ,)"
            cat val/a.txt; until [ -e train_4 ] && [ ! -e train_3 ]; do sleep 0.1; done; ls; touch x 2>&1 | grep -c Read-only
            """
        ) {
            $0.inputs = [
                Input(
                    name: "train", path: "/opt/ml/input/data/train", source: .folder(data.file("train")),
                    delivery: .pipe),
                Input(name: "val", path: "/opt/ml/input/data/val", source: .folder(data.file("train"))),
            ]
        }
        let ended = try await stage.run(job)
        #expect(
            ended.log.map(\.text) == [
                "0:aaa,ccc,bbb,", "1:aaa,ccc,bbb,", "1", "2:aaa,", "3:aaa,ccc,bbb,", "aaa", "train_4", "val", "1",
            ])
        #expect(ended.timeline.notes.contains { $0.contains("val is read-only") })
    }

    @Test
    func `RecordIO frames each file, and shuffling differs from epoch to epoch`() async throws {
        let data = try TemporaryDirectory()
        for number in 0..<8 { try data.write("f\(number)", "\(number)") }
        let stage = try Stage()
        let job = try await Stage.job(
            "for e in 0 1; do cat /d/t_$e | hexdump -v -e '12/1 \"%02x\" \"\\n\"'; done"
        ) {
            $0.inputs = [
                Input(
                    name: "t", path: "/d/t", source: .folder(data.path), delivery: .pipe, shuffleSeed: 3,
                    isRecordIO: true)
            ]
        }
        let lines = try await stage.run(job).log.map(\.text)
        #expect(lines.count == 16)
        let record = { (number: Int) in "0a23d7ce01000000\(30 + number)000000" }
        #expect(Set(lines) == Set((0..<8).map(record)))
        #expect(Set(lines.prefix(8)).count == 8)
        #expect(Array(lines.prefix(8)) != Array(lines.suffix(8)))
    }

    @Test
    func `Files are 0644 and folders 0755 with each delivery, and the user's own are only read`() async throws {
        let data = try TemporaryDirectory()
        try data.write("in/secret", "s\n")
        try data.write("in/deep/er/run", "r\n")
        try data.write("pipe/x", "x\n")
        let files = FileManager.default
        // A folder with a link cannot be mounted directly, with any modes.
        try files.createSymbolicLink(atPath: data.file("in/same"), withDestinationPath: "secret")
        for (name, mode) in [("in/deep/er/run", 0o755), ("in/secret", 0o600), ("in/deep", 0o700), ("in", 0o700)] {
            try files.setAttributes([.posixPermissions: mode], ofItemAtPath: data.file(name))
        }
        var before = stat()
        #expect(stat(data.file("in/secret"), &before) == 0)
        let job = try await Stage.job(
            """
            for d in /d/file /d/fast /p/beside; do
                cd $d; echo $(stat -c '%a' . secret deep deep/er deep/er/run) $(cat secret same deep/er/run)
            done
            """
        ) {
            $0.inputs = [
                Input(name: "file", path: "/d/file", source: .folder(data.file("in"))),
                Input(name: "fast", path: "/d/fast", source: .folder(data.file("in")), delivery: .readOnly),
                Input(name: "pipe", path: "/p/pipe", source: .folder(data.file("pipe")), delivery: .pipe),
                Input(name: "beside", path: "/p/beside", source: .folder(data.file("in"))),
            ]
        }
        let log = try await Stage().run(job).log.map(\.text)
        #expect(log == Array(repeating: "755 644 755 755 644 s s r", count: 3))
        var after = stat()
        #expect(stat(data.file("in/secret"), &after) == 0)
        #expect(after.st_nlink == 1 && after.st_mode == before.st_mode)
        #expect(after.st_ctim.tv_sec == before.st_ctim.tv_sec && after.st_ctim.tv_nsec == before.st_ctim.tv_nsec)
    }

    @Test
    func `Names that do not fit the plain header, and times, arrive unchanged`() async throws {
        let data = try TemporaryDirectory()
        let long = String(repeating: "long-", count: 30) + "näme"
        try data.write("in/\(long)", "x")
        try data.write("in/run", "#!/bin/sh\necho ran\n")
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o755, .modificationDate: Date(timeIntervalSince1970: 1_500_000_000)],
            ofItemAtPath: data.file("in/run"))
        let job = try await Stage.job("cd /in; find . -name 'long*' -exec echo {} +; sh run; stat -c %Y run") {
            $0.inputs = [Input(name: "in", path: "/in", source: .folder(data.file("in")))]
        }
        #expect(try await Stage().run(job).log.map(\.text) == ["./" + long, "ran", "1500000000"])
    }

    @Test
    func `Inaccessible objects and missing files are reported before anything is created`() async throws {
        let stage = try Stage()
        let away = try await Stage.job("true") {
            $0.inputs = [Input(name: "t", path: "/t", source: .objects("s3://b/p"))]
        }
        let runner = stage.runner()
        await #expect(throws: BackendError.self) {
            let id = RunID.random()
            _ = try await runner.submit(try runner.request(for: away, as: id), as: id)
        }
        let gone = try await Stage.job("true") {
            $0.inputs = [Input(name: "t", path: "/t", source: .folder("/no/such"))]
        }
        let ended = try await stage.run(gone)
        #expect(ended.observation.cause?.message.contains("/no/such cannot be read") == true)
        #expect(ended.observation.phase == .failed)
    }
}
