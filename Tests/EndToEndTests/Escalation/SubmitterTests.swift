import Foundation
import LaunchHost
import TestSupport
import Testing

/// A submitter and locked queues: every option and file that `plan`, `submit` and `run` accept.
@Suite("A submitter cannot get more than a locked queue allows", .timeLimit(.minutes(30)))
struct SubmitterTests {
    private func refuse(_ attempts: [SubmitterAttempt]) async throws {
        let queues = try await LockedQueues.make()
        for (number, attempt) in attempts.enumerated() {
            var words = attempt.words
            if let spec = attempt.spec {
                let text = queues.words([spec])[0]
                words = ["--spec", try queues.account.folder.write("spec-\(number).yaml", text)]
            }
            for command in ["plan", "submit", "run"] {
                let answer = try await queues.account.launch(
                    [command] + queues.words(words), setting: attempt.setting)
                let says = queues.words([attempt.says])[0]
                #expect(answer.code == attempt.code, "\(command) \(attempt.testDescription): \(answer)")
                #expect(answer.errors.contains(says), "\(command) \(attempt.testDescription): \(answer)")
                #expect(answer.output.isEmpty, "\(command) \(attempt.testDescription): \(answer)")
            }
        }
        try await queues.expectNothing()
    }

    @Test func `a locked queue denies changes of the template`() async throws {
        try await refuse(SubmitterAttempt.overrides)
    }
    @Test func `a locked queue denies rehearsals`() async throws { try await refuse(SubmitterAttempt.rehearsals) }
    @Test func `a locked queue denies names and priorities`() async throws { try await refuse(SubmitterAttempt.names) }
    @Test func `a locked queue denies other sources`() async throws { try await refuse(SubmitterAttempt.sources) }
    @Test func `a locked queue denies values that change a path or a name`() async throws {
        try await refuse(SubmitterAttempt.values)
    }
    @Test func `a queue of Slurm denies what runs outside of the container, and what is charged`() async throws {
        try await refuse(SubmitterAttempt.slurm)
    }
    @Test func `a queue of Batch denies other roles, queues, sizes and places`() async throws {
        try await refuse(SubmitterAttempt.batch)
    }
    @Test func `a locked queue denies the same in a spec file`() async throws {
        try await refuse(SubmitterAttempt.specs)
    }

    @Test
    func `allowed values are accepted, and the author is the account, whatever the variables contain`()
        async throws
    {
        let queues = try await LockedQueues.make()
        let account = queues.account
        for words in [
            ["--image", "\(Account.host)/train:v1"], ["--source", account.folder.file("allowed/mine")],
            ["--git", "https://github.com/team/train.git", "--git-version", LockedQueues.commit],
        ] {
            let answer = try await account.launch(
                ["submit", "-q", "locked"] + words,
                setting: ["USER": "root-of-all", "LOGNAME": "root-of-all", "USERNAME": "root-of-all"])
            #expect(answer.code == 0, "\(words): \(answer)")
        }
        let runs = try await Store(home: LaunchHome(path: account.folder.file("home"))).runs()
        #expect(
            runs.count == 3 && runs.allSatisfy { $0.author == SystemUser.name && $0.spec.author == SystemUser.name })
        #expect(runs.allSatisfy { $0.spec.entity == SystemUser.name })
    }
}
