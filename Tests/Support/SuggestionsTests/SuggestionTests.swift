import LaunchSuggestions
import Testing

@Suite struct SuggestionTests {
    @Test(arguments: [
        ("", "", 0), ("a", "", 1), ("", "abc", 3), ("queue", "queue", 0), ("quue", "queue", 1), ("qeuue", "queue", 1),
        ("kitten", "sitting", 3), ("destinaton", "destination", 1), ("ca", "abc", 3),
    ])
    func `distance`(first: String, second: String, expected: Int) {
        #expect(Suggestion.distance(first, second) == expected)
        #expect(Suggestion.distance(second, first) == expected)
    }

    @Test(arguments: [
        ("quue", "queue"), ("QUEUE", "queue"), ("cretae", "create"), ("destinaton", "destination"), ("jbo", "job"),
    ])
    func `near words are suggested`(word: String, expected: String) {
        #expect(Suggestion.nearest(to: word, in: ["agent", "create", "destination", "job", "queue"]) == expected)
    }

    @Test(arguments: ["", "x", "zebra", "que-de-nada", String(repeating: "queue", count: 1000)])
    func `far words are not`(word: String) {
        #expect(Suggestion.nearest(to: word, in: ["job", "queue", "q"]) == nil)
        #expect(Suggestion.question(about: word, in: ["job", "queue", "q"]) == "")
    }

    @Test func `the nearest wins and then the first`() {
        #expect(Suggestion.nearest(to: "status", in: ["statuses", "statu"]) == "statu")
        #expect(Suggestion.nearest(to: "lost", in: ["last", "list"]) == "last")
    }

    @Test func `question ends a message`() {
        #expect(
            "unknown key 'quue'" + Suggestion.question(about: "quue", in: ["queue"])
                == "unknown key 'quue'; did you mean 'queue'?")
    }
}
