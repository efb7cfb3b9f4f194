import LaunchAWS
import LaunchHost
import Testing

@testable import LaunchSageMaker

/// The tags that launch adds must never cause the rejection of a request.
struct RunTagsTests {
    static let names: [(name: String, tag: String)] = [
        ("train_1.2:a/b=c+d-e@f", "train_1.2:a/b=c+d-e@f"),
        ("Übung für alle", "Übung für alle"),
        ("cafe\u{301}", "cafe"),
        ("हिन्दी", "हनद"),
        ("ภาษาไทย ที่", "ภาษาไทย ท"),
        ("한국어 日本語 中文", "한국어 日本語 中文"),
        ("עִבְרִית العَرَبِيَّة", "עברית العربية"),
        ("run 1\u{FE0F}\u{20E3}", "run 1"),
        ("²½Ⅷ", "²½Ⅷ"),
        ("\u{301}", "_"),
        ("👩‍💻 & 🇮🇳", "_ _ _"),
        ("a\tb\r\nc#d", "a_b_c_d"),
        ("", ""),
    ]

    @Test(arguments: names.indices)
    func `a name in any script becomes a tag that the model accepts`(index: Int) throws {
        let (name, expected) = Self.names[index]
        let tag = TagText.clean(name)
        #expect(tag == expected)
        let shape = try #require(ServiceModel.bundled.shapes.first { $0.name == "TagValue" })
        guard case .text(let rules) = shape.kind, let pattern = rules.pattern else {
            Issue.record("the model has no pattern for values of tags")
            return
        }
        #expect(pattern.matches(tag))
        #expect(!expected.isEmpty == !name.isEmpty)
    }

    @Test func `a name of any length is accepted`() {
        #expect(TagText.clean(String(repeating: "कि", count: 300)) == String(repeating: "क", count: 256))
    }

    @Test func `a run with a name in Hindi is valid`() throws {
        let runner = SageMakerRunner(nil, options: SageMakerOptions(), model: .bundled, log: .silent)
        var job = try TrainingWorld.job()
        job.job.runName = "हिन्दी"
        job.job.project = "cafe\u{301}"
        job.job.author = "1\u{FE0F}\u{20E3}"
        #expect(runner.validate(try runner.render(job)).filter { $0.severity == .error } == [])
    }
}
