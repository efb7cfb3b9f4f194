import LaunchHost
import Testing

@testable import LaunchPluginKit

@Suite("trace parent")
struct TraceParentTests {
    private static let example = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    @Test
    func `a header is read and written`() throws {
        let parent = try #require(TraceParent(Self.example))
        #expect(parent.trace == "4bf92f3577b34da6a3ce929d0e0e4736" && parent.span == "00f067aa0ba902b7")
        #expect(parent.isSampled && parent.description == Self.example)
        let silent = try #require(TraceParent(Self.example.dropLast() + "0"))
        #expect(!silent.isSampled && silent.description.hasSuffix("-00"))
        // A later version may have more fields.
        #expect(TraceParent("cc" + Self.example.dropFirst(2) + "-what-the-future-brings")?.trace == parent.trace)
    }

    @Test(arguments: [
        "", "00", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
        " 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-" + String(repeating: "x", count: 512),
    ])
    func `a wrong header is none`(text: String) {
        #expect(TraceParent(text) == nil)
    }

    @Test
    func `the span of a run is the same for every program, and that of another run is another one`() throws {
        let parent = try #require(TraceParent(Self.example))
        let (one, two) = (try #require(RunID(rawValue: "abcd1234")), try #require(RunID(rawValue: "abcd1235")))
        #expect(parent.of(one) == parent.of(one) && parent.of(one).span != parent.of(two).span)
        #expect(parent.of(one).trace == parent.trace)
        #expect(TraceParent(parent.of(one).description) == parent.of(one))
        let begun = TraceParent.random(for: one)
        #expect(TraceParent(begun.description) == begun && begun.of(one) == begun)
        #expect(TraceParent.random(for: one).trace != begun.trace)
    }
}
