import LaunchHost
import Testing

@testable import LaunchBatch

/// Which process submits a run, from the revisions of its definition.
@Suite struct RunTicketsTests {
    private typealias Revision = RunTickets.Revision
    private static let own = RunTickets.Ticket(number: 4, owner: "me")

    private static func earlier(_ revisions: [Revision], than own: RunTickets.Ticket? = own) -> [Int] {
        RunTickets(revisions).earlier(than: own).map(\.number)
    }

    @Test func `tickets before the own one are those of others, in any order of the answer`() {
        let revisions = [
            Revision(3, owner: "c"), Revision(1, owner: "a"), Revision(2, owner: "b"), Revision(4), Revision(5),
        ]
        #expect(Self.earlier(revisions) == [1, 2, 3])
        #expect(Self.earlier(revisions, than: nil) == [1, 2, 3, 4, 5])
        #expect(Self.earlier([]) == [1, 2, 3], "a number without a revision is one that Batch does not show yet")
        #expect(Self.earlier([], than: nil).isEmpty)
        #expect(Self.earlier([], than: RunTickets.Ticket(number: 1, owner: "me")).isEmpty)
    }

    @Test func `a record is not a ticket, and neither is an own registration that was repeated`() {
        let revisions = [Revision(1, owner: "me"), Revision(2, job: "j"), Revision(3, isActive: false, owner: "b")]
        let tickets = RunTickets(revisions)
        #expect(tickets.earlier(than: Self.own).map(\.number) == [3])
        #expect(tickets.earlier(than: Self.own).map(\.isActive) == [false])
        #expect(tickets.job == "j")
    }

    @Test func `the job is that of the first record`() {
        #expect(RunTickets([Revision(5, job: "late"), Revision(2, job: "first")]).job == "first")
        #expect(RunTickets([Revision(1, owner: "a")]).job == nil)
    }

    @Test func `a revision is read from Batch's answer, and one without a number is left out`() throws {
        let value = try JSONValue(
            parsing: #"{"revision": 2, "status": "INACTIVE", "parameters": {"launch_job": "j", "launch_submit": "o"}}"#)
        #expect(Revision(value) == Revision(2, isActive: false, job: "j", owner: "o"))
        #expect(Revision(try JSONValue(parsing: #"{"revision": 1, "status": "ACTIVE"}"#)) == Revision(1))
        for text in [
            #"{}"#, #"{"revision": 0}"#, #"{"revision": "1"}"#, #"{"revision": 10001}"#,
            #"{"revision": 9223372036854775807}"#, #"{"revision": -9223372036854775808}"#, #"{"revision": 1e300}"#,
        ] {
            #expect(Revision(try JSONValue(parsing: text)) == nil)
        }
    }
}
