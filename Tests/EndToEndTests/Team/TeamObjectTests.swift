import AWSStub
import Foundation
import Glibc
import LaunchAWS
import LaunchHost
import TestSupport
import Testing

/// Sources of a team in a bucket: the program on two machines, PostgreSQL, and the scripted AWS.
@Suite(
    "sources of a team in a bucket", .enabled(if: PostgresServer.isInstalled, "\(PostgresServer.skipReason)"),
    .timeLimit(.minutes(30)))
struct TeamObjectTests {
    private struct Team {
        let database: PostgresDatabase
        let stub: AWSStub
        let owner: TeamMachine
        let laptop: TeamMachine
        let agent: TeamMachine

        init(bucket: String = "bucket") async throws {
            database = try PostgresDatabase(on: PostgresServer.shared.get())
            owner = try await TeamMachine.makeStore(in: database)
            try await owner.succeeding("queue", "create", "q", "--resource", "mock")
            stub = try AWSStub()
            stub.s3.add(bucket: "bucket")
            let keys = stub.keys.session()
            let setting = [
                "AWS_EC2_METADATA_DISABLED": "true", "AWS_ENDPOINT_URL": stub.url,
                "AWS_ACCESS_KEY_ID": keys.accessKeyID, "AWS_SECRET_ACCESS_KEY": keys.secretAccessKey.reveal(),
                "AWS_SESSION_TOKEN": try #require(keys.sessionToken).reveal(),
            ]
            let config = """
                environment: {type: aws, region: us-east-1}
                registry: {type: mock, folder: DIR/mock}
                builder: {type: mock, folder: DIR/mock}
                """
            let machine = { [database] (user: String) throws in
                try TeamMachine(
                    database, "\(database.name)_\(user)", store: "blobs: s3://\(bucket)/team", config: config,
                    setting: setting)
            }
            laptop = try machine("ada")
            agent = try machine("gpu")
            try laptop.folder.write("source/Dockerfile", "FROM scratch\nCOPY . /app\n")
            for index in 0..<40 { try laptop.folder.write("source/f\(index).py", "print('hello \(index)')\n") }
        }

        func submit(_ machine: TeamMachine? = nil) async throws -> Answer {
            let laptop = machine ?? laptop
            return try await laptop.launch(
                "submit", "-q", "q", "--source", self.laptop.folder.file("source"), "--set", "run_for=0s")
        }

        /// The objects, without their folder.
        func objects() throws -> [String] {
            try database.run("SELECT 'team/' || author || '/' || name FROM launch.objects ORDER BY id")
        }

        func puts() -> Int { stub.calls("s3", "PutObject").count }
    }

    @Test func `a folder that is submitted on one machine is built on the other, and sent once`() async throws {
        let team = try await Team()
        let first = try await team.submit()
        #expect(first.code == 0, "\(first)")
        let sent = team.puts()
        #expect(sent > 1)
        #expect(try team.objects().count == sent)
        for key in try team.objects() { #expect(team.stub.s3.content(bucket: "bucket", key: key) != nil, "\(key)") }
        let answer = try await team.agent.succeeding("agent", "--drain")
        let facts = try await team.laptop.facts(of: first.word)
        #expect(facts.state == "succeeded", "\(facts.cause?.message ?? "-") \(answer.errors)")
        #expect(facts.imageDecision?.hasPrefix("source; built as") == true)

        let second = try await team.submit()
        #expect(second.code == 0 && team.puts() == sent, "\(second)")
        try team.laptop.folder.write("source/f7.py", "changed\n")
        #expect(try await team.submit().code == 0)
        // The list of files changes too; it may be in the same piece.
        #expect((1...2).contains(team.puts() - sent))
    }

    @Test func `uploads that are cut, and answers that are lost, are repeated`() async throws {
        let team = try await Team()
        team.stub.script("s3", "PutObject", [.reset, .lostAnswer, .unavailable, .brokenOff])
        team.stub.script("s3", "HeadObject", [.reset, .internalFailure])
        let answer = try await team.submit()
        #expect(answer.code == 0, "\(answer)")
        team.stub.script("s3", "GetObject", [.reset, .brokenOff, .unavailable])
        let agent = try await team.agent.succeeding("agent", "--drain")
        #expect(try await team.laptop.facts(of: answer.word).state == "succeeded", "\(agent.errors)")
    }

    @Test func `an upload that ends half done is not used, and the next submit sends the rest`() async throws {
        let team = try await Team()
        let whole = 1
        team.stub.script("s3", "PutObject", Array(repeating: .proceed, count: whole))
        team.stub.always("s3", "PutObject", .error("AccessDenied", "no", status: 403))
        let refused = try await team.submit()
        #expect(refused.code == 77 && refused.messages == 1, "\(refused)")
        #expect(refused.errors.contains("s3://bucket/team") || refused.errors.contains("PutObject"), "\(refused)")
        #expect(try team.database.run("SELECT count(*) FROM launch.sources") == ["0"])
        #expect(try await team.laptop.succeeding("list", "--json").json([RunFacts].self).isEmpty)

        team.stub.always("s3", "PutObject", nil)
        let before = team.puts()
        let answer = try await team.submit()
        #expect(answer.code == 0, "\(answer)")
        #expect(team.puts() - before == (try team.objects().count) - whole)
        try await team.agent.succeeding("agent", "--drain")
        #expect(try await team.laptop.facts(of: answer.word).state == "succeeded")
    }

    @Test func `a bucket that does not exist is named by the submit`() async throws {
        let team = try await Team(bucket: "other")
        let answer = try await team.submit()
        #expect(answer.code == 69 && answer.messages == 1, "\(answer)")
        #expect(answer.errors.contains("other"), "\(answer)")
    }

    @Test func `an object that is missing, or has other bytes, fails the run with a sentence, and is sent again`()
        async throws
    {
        let team = try await Team()
        for (words, spoil) in [
            (
                "has other bytes",
                { (key: String, size: Int) in
                    team.stub.s3.add(Array(repeating: 7, count: size), bucket: "bucket", key: key)
                }
            ),
            ("bytes; the piece has", { key, _ in team.stub.s3.add([7], bucket: "bucket", key: key) }),
            ("does not exist any longer", { key, _ in team.stub.s3.remove(bucket: "bucket", key: key) }),
        ] as [(String, (String, Int) -> Void)] {
            let id = try await team.submit().word
            for key in try team.objects() {
                spoil(key, try #require(team.stub.s3.size(bucket: "bucket", key: key), "\(key)"))
            }
            let agent = try await team.agent.launch("agent", "--drain")
            let facts = try await team.laptop.facts(of: id)
            let cause = facts.cause?.message ?? "-"
            #expect(facts.state == "failed" && cause.contains(words), "\(cause) \(agent)")
            #expect(cause.contains("Submit the source again."), "\(cause)")
            try team.database.run("DELETE FROM launch.objects WHERE removed_at IS NOT NULL")
            try team.database.run(
                "DELETE FROM launch.objects o WHERE NOT EXISTS (SELECT 1 FROM launch.source_objects WHERE object = o.id)"
            )
        }
        let id = try await team.submit().word
        try await team.agent.succeeding("agent", "--drain")
        #expect(try await team.laptop.facts(of: id).state == "succeeded")
    }

    @Test func `a bucket that an agent cannot read keeps no other run waiting`() async throws {
        let team = try await Team()
        let id = try await team.submit().word
        for operation in ["HeadObject", "GetObject", "ListObjectsV2"] {
            team.stub.always("s3", operation, .error("AccessDenied", "no", status: 403))
        }
        let agent = try await team.agent.launch("agent", "--drain")
        let facts = try await team.laptop.facts(of: id)
        #expect(facts.state == "failed", "\(facts) \(agent)")
        #expect(facts.cause?.message.contains("s3") == true, "\(facts.cause?.message ?? "-")")
    }

    @Test func `a slow bucket delays a submit and does not fail it`() async throws {
        let team = try await Team()
        let gate = Gate()
        team.stub.script("s3", "PutObject", [.waiting(gate), .waiting(gate)])
        let submit = try team.laptop.start(
            ["submit", "-q", "q", "--source", team.laptop.folder.file("source"), "--set", "run_for=0s"])
        #expect(await eventually { team.puts() >= 3 })
        #expect(!submit.hasEnded)
        #expect(try team.database.run("SELECT count(*) FROM launch.sources") == ["0"])
        gate.open()
        let answer = try await submit.end()
        #expect(answer.code == 0, "\(answer)")
    }

    @Test func `the owner of the store counts and removes old objects, and an agent does it by itself`() async throws {
        let team = try await Team()
        #expect(try await team.submit().code == 0)
        try await team.agent.succeeding("agent", "--drain")
        let count = try team.objects().count
        let age = [
            "UPDATE launch.objects SET used_at = used_at - 90000000",
            "UPDATE launch.sources SET used_at = used_at - 90000000",
        ]
        try team.database.run(age.joined(separator: "; "))
        struct View: Decodable {
            var sources: Int
            var pieces: Int
            var objects: Int
        }
        let prune = ["store", "prune", "--older-than", "1d", "--json", "--dry-run"]
        let plan = try await team.owner.succeeding(prune)
        let view = try plan.json(View.self)
        #expect(view.sources == 1 && view.objects == count && view.pieces == 0, "\(plan)")
        #expect(plan.errors.contains("1 unused source with"), "\(plan)")
        #expect(try team.objects().count == count)

        team.stub.always("s3", "DeleteObject", .error("AccessDenied", "no", status: 403))
        let poor = try team.agent.start(["agent"])
        try await poor.hasSaid("unused sources could not be removed")
        #expect(poor.errors.contains("right to delete objects"), "\(poor.errors)")
        try await poor.signal(SIGTERM)
        #expect(try await poor.end().code == 0)
        team.stub.always("s3", "DeleteObject", nil)
        let agent = try team.agent.start(["agent"])
        try await agent.hasSaid("unused sources were removed")
        try await agent.signal(SIGTERM)
        #expect(try await agent.end().code == 0)
        #expect(try team.objects().isEmpty)
        #expect(team.stub.calls("s3", "DeleteObject").count { $0.outcome == "answered" } == count)
        let policy = try await team.agent.succeeding("iam-policy")
        for word in ["s3:DeleteObject", "arn:aws:s3:::bucket/team/*", "s3:ListBucket"] {
            #expect(policy.output.contains(word), "\(policy)")
        }
    }
}
