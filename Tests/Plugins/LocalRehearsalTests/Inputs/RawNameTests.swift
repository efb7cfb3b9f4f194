import LaunchHost
import Testing

@testable import LaunchLocalRehearsal

@Suite("File names as bytes")
struct RawNameTests {
    @Test
    func `Every byte survives a round trip, and text is unchanged`() {
        let all = (1...255).map { UInt8($0) }
        #expect(RawName.bytes(RawName.text(all)) == all)
        #expect(RawName.text("plain/a b.txt".utf8) == "plain/a b.txt")
        for name in ["é", "e\u{301}", "日本", "🚀", "\u{10F7E9}", "a\u{10F780}b"] {
            #expect(RawName.bytes(RawName.text(name.utf8)) == Array(name.utf8), "\(name)")
            #expect(RawName.utf8(RawName.text(name.utf8)).map { Array($0.utf8) } == Array(name.utf8))
            #expect(RawName.text(of: RawName.text(name.utf8)) == RawName.text(name.utf8))
        }
    }

    @Test
    func `Two encodings of a letter are two names, and an accent does not combine with a slash`() {
        #expect("\u{e9}" == "e\u{301}")
        #expect(RawName.text("\u{e9}".utf8) != RawName.text("e\u{301}".utf8))
        #expect(RawName.text("a/\u{301}b".utf8).split(separator: "/").count == 2)
        #expect(RawName.text("ab".utf8) < RawName.text("é".utf8))
    }

    @Test
    func `For display, bytes that are not UTF-8 are hexadecimal`() {
        #expect(RawName.shown(RawName.text([0x63, 0xe9])) == "c\\xe9")
        #expect(RawName.shown("/home/é/" + RawName.text("é".utf8)) == "/home/é/é")
        #expect(RawName.utf8(RawName.text([0x63, 0xe9])) == nil)
        #expect(RawName.utf8("plain 🚀") == "plain 🚀")
    }

    @Test(arguments: [
        ("s3://b/tr/train", ["/a.csv", "/deep/b"], ["a.csv", "deep/b"]),
        ("s3://b/tr/train", [".csv", "/a.csv", "_old/b.csv"], ["train.csv", "train/a.csv", "train_old/b.csv"]),
        ("s3://b/tr/train/", ["a.csv", "deep/b"], ["a.csv", "deep/b"]),
        ("s3://b/tr/one.csv", [""], ["one.csv"]), ("s3://b/tr/train", ["", "/a"], ["train", "train/a"]),
        ("s3://b", ["/a", "/b/c"], ["a", "b/c"]), ("s3://b/t", ["rain"], ["train"]),
        ("s3://b/x/", ["/double"], ["double"]), ("s3://b/x/e", ["\u{301}"], ["e\u{301}"]),
    ])
    func `A prefix that is a folder of all objects is removed from paths; one that is the beginning of names is kept`(
        prefix: String, rests: [String], paths: [String]
    ) {
        let found = InputResolver.paths(rests.map { prefix + $0 }, under: prefix)
        #expect(found.map { RawName.bytes($0) } == paths.map { Array($0.utf8) }, "\(found)")
    }
}
