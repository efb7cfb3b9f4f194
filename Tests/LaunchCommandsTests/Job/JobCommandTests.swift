import LaunchConsole
import LaunchHost
import TestSupport
import Testing

@testable import LaunchCommands

@Suite struct JobCommandTests {
    @Test func `an image's job is named after its repository and tag`() async throws {
        let desk = try Desk()
        let first = await desk.run("job create image localhost:5000/team/train:2024-06")
        #expect(first.code == .ok && first.output == "train:v1\n" && first.errors == "")
        #expect(await desk.run("job create image localhost:5000/team/train:2024-07 -a best").output == "train:v2\n")
        #expect(await desk.run("job create image busybox -n hello").output == "hello:v1\n")
        // The store itself defines the meaning of these tags.
        #expect(await desk.run("job create image hello:latest").output == "hello:v2\n")
        #expect(await desk.run("job create image hello:v9").output == "hello:v9\n")
        #expect(
            await desk.run("job list").output
                == """
                JOB\tVERSION\tPROJECT\tALIASES\tKIND\tSOURCE
                hello\tv9\tdefault\tlatest\timage\thello:v9
                train\tv2\tdefault\t2024-07, best, latest\timage\tlocalhost:5000/team/train:2024-07

                """)
        #expect(
            await desk.run("job list train").output
                == """
                JOB\tVERSION\tPROJECT\tALIASES\tKIND\tSOURCE
                train\tv2\tdefault\t2024-07, best, latest\timage\tlocalhost:5000/team/train:2024-07
                train\tv1\tdefault\t2024-06\timage\tlocalhost:5000/team/train:2024-06

                """)
        #expect(try await desk.run("job list --all --json").json().arrayValue?.count == 5)
        #expect(
            await desk.run("job show train:2024-06").output
                == """
                job      train
                version  v1, 2 versions
                aliases  2024-06
                project  default
                created  TIME
                image    localhost:5000/team/train:2024-06

                """)
    }

    @Test func `a tag that looks like a version never names another image`() async throws {
        let desk = try Desk()
        for tag in ["v2", "v3"] { _ = await desk.run("job create image repo/train:\(tag) -n t") }
        for tag in ["v2", "v3"] {
            let job = try await desk.store().job(JobReference(parsing: "t:\(tag)"))
            #expect(job.source == .image("repo/train:\(tag)"))
        }
        let shown = await desk.run("job show t:v3")
        #expect(shown.output.contains("version  v3, 2 versions\n"), "\(shown.output)")
        // Version 2 exists, so the new version cannot have the tag's number.
        let late = await desk.run("job create image other/train:v2 -n t")
        #expect(late.code == .ok && late.output == "t:v4\n")
        #expect(late.errors.contains("t:v2 does not name this image") && late.errors.contains("t:v4"))
        await #expect(try desk.store().job(JobReference(parsing: "t:v2")).source == .image("repo/train:v2"))
    }

    @Test(arguments: ["v0", "v02", "v99999999999"])
    func `a tag that becomes neither an alias nor a version is a warning`(tag: String) async throws {
        let desk = try Desk()
        let made = await desk.run("job create image repo/train:\(tag) -n t")
        #expect(made.code == .ok && made.output == "t:v1\n")
        #expect(
            made.errors.contains("the tag \(tag) does not become an alias") && made.errors.contains("t:v1"),
            "\(made.errors)")
        #expect(await desk.run("job create image repo/train:V2 -n t").errors == "")
    }

    @Test func `a folder is stored unchanged`() async throws {
        let desk = try Desk()
        let made = await desk.run("job create code \(Examples.iris) --alias first")
        #expect(made.code == .ok && made.output == "iris:v1\n")
        #expect(made.errors == "Reading \(Examples.iris)\n")
        let job = try await desk.store().job(JobReference(parsing: "iris:first"))
        guard case .code(let code) = job.source else {
            Issue.record("no code: \(job)")
            return
        }
        #expect(code.dockerfile == "Dockerfile" && code.origin == Examples.iris)
        let context = try await SourceStore(folder: desk.store().home.sources).context(of: code.snapshot)
        #expect(context.hasPrefix(desk.folder.path))
        let shown = await desk.run("job show iris").output
        #expect(shown.contains("\nfolder      \(Examples.iris)\nsnapshot    \(code.snapshot)\n"))
    }

    @Test func `W&B's Dockerfile takes precedence`() async throws {
        let desk = try Desk()
        try desk.folder.write("train/Dockerfile", "FROM a\n")
        try desk.folder.write("train/Dockerfile.wandb", "FROM b\n")
        try desk.folder.write("train/gpu.Dockerfile", "FROM c\n")
        func dockerfile(_ job: String) async throws -> String {
            try await desk.store().job(JobReference(parsing: job)).source.dockerfile
        }
        _ = await desk.run("job create code \(desk.folder.file("train"))")
        await #expect(try dockerfile("train") == "Dockerfile.wandb")
        _ = await desk.run("job create code \(desk.folder.file("train")) -D gpu.Dockerfile")
        await #expect(try dockerfile("train") == "gpu.Dockerfile")
        let none = await desk.run("job create code \(desk.folder.file("train")) -D cpu.Dockerfile")
        #expect(none.code == .invalidData)
        #expect(
            none.errors
                == "Reading DIR/train\nerror: the Dockerfile 'cpu.Dockerfile' does not exist in 'DIR/train'.\n"
                + "  hint: Write one, or name another with --dockerfile.\n")
    }

    @Test func `a folder without a Dockerfile is rejected`() async throws {
        let desk = try Desk()
        try desk.folder.write("train/train.py", "")
        let answer = await desk.run("job create code \(desk.folder.file("train"))")
        #expect(answer.code == .invalidData && answer.output == "")
        #expect(
            answer.errors
                == """
                error: 'DIR/train' has neither Dockerfile.wandb nor Dockerfile, so it cannot be built.
                  hint: 'launch init DIR' writes one; --dockerfile names another file in the folder. With builder: \
                {type: append, base_image: IMAGE}, none is needed.

                """)
        let missing = await desk.run("job create code \(desk.folder.file("none"))")
        #expect(missing.code == .invalidData)
        #expect(missing.errors == "error: the source folder 'DIR/none' does not exist.\n")
        #expect(await desk.run("job list").errors == "no jobs; make one with 'launch job create image URI'\n")
    }

    @Test func `invalid names are rejected`() async throws {
        let desk = try Desk()
        _ = await desk.run("job create image train:best")
        let image = await desk.run("job create image https://host/train")
        #expect(image.code == .invalidData)
        #expect(image.errors.contains("omit 'https://'"))
        #expect(await desk.run("job create image docker://train:1").errors.contains("omit 'docker://'"))
        let alias = await desk.run("job create image train:x -a latest")
        #expect(
            alias.code == .invalidData && alias.errors.hasPrefix("error: The alias 'latest' is assigned by the program")
        )
        let folder = await desk.run("job create code /")
        #expect(
            folder.code == .usage
                && folder.errors.hasPrefix("error: no name can be made from '/'; give one with --name\n"))
        for verb in ["show", "delete"] {
            let answer = await desk.run("job \(verb) trian")
            #expect(answer.code == .unavailable)
            #expect(
                answer.errors
                    == "error: The job 'trian' does not exist in 'DIR/home/launch.db'; did you mean 'train'?\n"
                    + "  hint: 'launch job list' shows the jobs.\n")
        }
        let version = await desk.run("job show train:bset")
        #expect(version.code == .unavailable)
        #expect(
            version.errors
                == "error: The job 'train' has no version 'bset'; did you mean 'best'?\n"
                + "  hint: 'launch job list train' shows the existing ones.\n")
    }

    @Test func `versions are deleted one by one or together`() async throws {
        let desk = try Desk()
        for tag in ["a", "b", "c"] { _ = await desk.run("job create image train:\(tag)") }
        #expect(await desk.run("job delete train:v3").errors == "1 version of the job 'train' deleted.\n")
        await #expect(try desk.store().job(JobReference(parsing: "train")).version == 2)
        let rest = await desk.run("job delete train --json")
        #expect(try rest.json() == .object(["job": .string("train"), "deletedVersions": .integer(2)]))
    }
}
