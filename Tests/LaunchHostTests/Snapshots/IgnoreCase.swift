import Testing

/// A `.dockerignore` file, a tree, and the files that remain.
struct IgnoreCase: Sendable, CustomTestStringConvertible {
    /// The lines of the file.
    var rules: String
    /// The files of the tree.
    var files: [String]
    /// The files that remain.
    var kept: [String]
    /// Whether Docker's builder without BuildKit gives the same result. It does not apply exceptions with wildcards
    /// inside excluded folders.
    var classicAgrees: Bool

    init(_ rules: String, _ files: String, keeps kept: String, classicAgrees: Bool = true) {
        self.rules = rules
        self.files = files.split(separator: " ").map(String.init)
        self.kept = kept.split(separator: " ").map(String.init)
        self.classicAgrees = classicAgrees
    }

    var testDescription: String { rules.replacing("\n", with: " | ") }

    private static let tree = "a a.md b.txt d/a d/a.md d/e/a d/e/b.txt d/e/f/a.md x/y/z"

    /// Docker's documented examples, then edge cases.
    static let all: [IgnoreCase] = [
        IgnoreCase(
            "# comment\n*/temp*\n*/*/temp*\ntemp?",
            "temp tempa tempab d/temporary.txt d/temp/x d/e/temp.md d/e/f/temp.md keep",
            keeps: "temp tempab d/e/f/temp.md keep"),
        IgnoreCase("*.md\n!README.md", "README.md A.md d/B.md", keeps: "README.md d/B.md"),
        IgnoreCase(
            "*.md\n!README*.md\nREADME-secret.md", "README.md README-secret.md README-x.md o.md t",
            keeps: "README.md README-x.md t"),
        IgnoreCase(
            "*.md\nREADME-secret.md\n!README*.md", "README.md README-secret.md o.md",
            keeps: "README.md README-secret.md"),
        IgnoreCase("**/*.go", "a.go d/b.go d/e/c.go d/e/c.goo", keeps: "d/e/c.goo"),
        IgnoreCase("", tree, keeps: tree),
        IgnoreCase("*", tree, keeps: ""),
        IgnoreCase("**", tree, keeps: ""),
        IgnoreCase(".", tree, keeps: tree),
        IgnoreCase("/", tree, keeps: tree),
        IgnoreCase("/a", tree, keeps: "a.md b.txt d/a d/a.md d/e/a d/e/b.txt d/e/f/a.md x/y/z"),
        IgnoreCase("d/", tree, keeps: "a a.md b.txt x/y/z"),
        IgnoreCase("/d/e/", tree, keeps: "a a.md b.txt d/a d/a.md x/y/z"),
        IgnoreCase("./d//e/../e", tree, keeps: "a a.md b.txt d/a d/a.md x/y/z"),
        IgnoreCase("../a", tree, keeps: tree),
        IgnoreCase("/../a", tree, keeps: "a.md b.txt d/a d/a.md d/e/a d/e/b.txt d/e/f/a.md x/y/z"),
        IgnoreCase("  a  \n\n\t#b.txt", tree, keeps: "a.md b.txt d/a d/a.md d/e/a d/e/b.txt d/e/f/a.md x/y/z"),
        IgnoreCase("*\n!d/e/b.txt", tree, keeps: "d/e/b.txt"),
        IgnoreCase("*\n!d/e", tree, keeps: "d/e/a d/e/b.txt d/e/f/a.md"),
        IgnoreCase("d\n!d/e\nd/e/f", tree, keeps: "a a.md b.txt d/e/a d/e/b.txt x/y/z"),
        IgnoreCase("*\n!**/a.md", tree, keeps: "a.md d/a.md d/e/f/a.md", classicAgrees: false),
        IgnoreCase("*\n! d/a", tree, keeps: "d/a"),
        IgnoreCase("*\n!/d/a", tree, keeps: "d/a"),
        IgnoreCase("d/**", tree, keeps: "a a.md b.txt x/y/z"),
        IgnoreCase("d/**/a.md", tree, keeps: "a a.md b.txt d/a d/e/a d/e/b.txt x/y/z"),
        IgnoreCase("**/e/**", tree, keeps: "a a.md b.txt d/a d/a.md x/y/z"),
        IgnoreCase("**/a", tree, keeps: "a.md b.txt d/a.md d/e/b.txt d/e/f/a.md x/y/z"),
        IgnoreCase("**.md", tree, keeps: "a b.txt d/a d/e/a d/e/b.txt x/y/z"),
        IgnoreCase("**/**/**/a", tree, keeps: "a.md b.txt d/a.md d/e/b.txt d/e/f/a.md x/y/z"),
        IgnoreCase("?", tree, keeps: "a.md b.txt"),
        IgnoreCase("[a-b].*", tree, keeps: "a d/a d/a.md d/e/a d/e/b.txt d/e/f/a.md x/y/z"),
        IgnoreCase("[^a].*", tree, keeps: "a a.md d/a d/a.md d/e/a d/e/b.txt d/e/f/a.md x/y/z"),
        IgnoreCase("a+b\n(c)\n{d}\n$e\nf.", "a+b aab (c) c {d} $e f. fx", keeps: "aab c fx"),
        IgnoreCase("\\!x\n\\#y\n\\*z", "!x #y *z az", keeps: "az"),
        IgnoreCase("a/b\n!a", "a/b a/c", keeps: "a/c"),
        IgnoreCase("a\n!a/b\na/b/c", "a/b/c a/b/d a/e", keeps: "a/b/d"),
        IgnoreCase("é?\n日*", "éa ea 日本 本", keeps: "ea 本"),
    ]
}
