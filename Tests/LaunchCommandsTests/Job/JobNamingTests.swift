import LaunchHost
import Testing

@Suite struct JobNamingTests {
    @Test(arguments: [
        ("team/train", "train"), ("train", "train"), ("/a/b c/", "b-c"), ("git@host:team/Train.git", "Train"),
        ("git@host:train.git", "train"), ("https://example.com/x/y.git/", "y"), ("/a/.hidden", "hidden"),
        ("/a/übung 1", "bung-1"), ("/a/x--y", "x--y"),
        (String(repeating: "a", count: 80), String(repeating: "a", count: 64)),
    ])
    func `a name comes from the last part`(text: String, name: String) {
        #expect(JobNaming.name(from: text) == name)
    }

    @Test(arguments: ["", "/", "///", "ü", "..", "--"])
    func `an empty last part gives no name`(text: String) {
        #expect(JobNaming.name(from: text) == nil)
    }

    @Test(arguments: [("v3", 3), ("v0", nil), ("v03", nil), ("v1.2", nil), ("best", nil), ("v99999999999", nil)])
    func `a tag may name a version`(tag: String, version: Int?) {
        #expect(JobNaming.version(ofTag: tag) == version)
    }

    @Test func `tags that the store sets are not aliases`() {
        #expect(JobNaming.alias(ofTag: "best") == "best")
        #expect(JobNaming.alias(ofTag: "latest") == nil)
        #expect(JobNaming.alias(ofTag: "v12") == nil)
    }
}
