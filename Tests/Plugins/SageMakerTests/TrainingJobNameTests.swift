import LaunchHost
import Testing

@testable import LaunchSageMaker

struct TrainingJobNameTests {
    static let id = RunID(rawValue: "abc12345")

    @Test(arguments: [
        ("default", "default-abc12345"), ("my_project.v2", "my-project-v2-abc12345"), ("--", "abc12345"),
        ("Übung", "bung-abc12345"), ("", "abc12345"),
    ])
    func `invalid characters of the project are replaced, and the run ID is kept`(project: String, expected: String)
        throws
    {
        let id = try #require(Self.id)
        #expect(TrainingJobName(project: project, runID: id).description == expected)
    }

    @Test func `a name is at most as long as SageMaker accepts, and an attempt has its own`() throws {
        let longest = try #require(RunID(rawValue: String(repeating: "r", count: 32)))
        let project = String(repeating: "long-", count: 40)
        let names = (1...30).map { TrainingJobName(project: project, runID: longest, attempt: $0).description }
        #expect(Set(names).count == 30)
        for name in names {
            #expect(name.wholeMatch(of: /[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}/) != nil, "\(name)")
            #expect(name.utf8.count <= TrainingJobName.longest)
        }
    }
}
