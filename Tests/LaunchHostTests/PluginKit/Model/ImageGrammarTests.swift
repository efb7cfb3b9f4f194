import LaunchHost
import Testing

@testable import LaunchPluginKit

/// The scanners against the regular expressions that define them.
@Suite struct ImageGrammarTests {
    /// Texts of a few characters that are special in a grammar.
    private func texts(of alphabet: String, count: Int = 3000, longest: Int = 9) -> [String] {
        let characters = Array(alphabet)
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in
            let length = Int.random(in: 0...longest, using: &generator)
            return String((0..<length).compactMap { _ in characters.randomElement(using: &generator) })
        }
    }

    @Test func `parts of a repository's name`() {
        let form = /[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*/
        for text in texts(of: "az09.__--.Aé/") {
            #expect(ImageGrammar.isRepositoryPart(text[...]) == (text.wholeMatch(of: form) != nil), "\(text)")
        }
    }

    @Test func `tags of images`() {
        let form = /[A-Za-z0-9_][A-Za-z0-9._-]{0,127}/
        for text in texts(of: "aZ9_.-é:", longest: 5) + (126...131).map({ String(repeating: "a", count: $0) }) {
            #expect(ImageGrammar.isTag(text) == (text.wholeMatch(of: form) != nil), "\(text)")
        }
    }

    @Test func `hosts and ports`() {
        let label = /[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?/
        for text in texts(of: "aZ90..--:::[]fg") + texts(of: "a:5", longest: 8) {
            let name = text.replacing(/:[0-9]{1,5}$/, with: "")
            let isHost =
                name.wholeMatch(of: /\[[0-9a-fA-F:]+\]/) != nil
                || name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy {
                    $0.wholeMatch(of: label) != nil
                }
            #expect(ImageGrammar.isHost(text) == isHost, "\(text)")
            #expect(ImageGrammar.port(of: text) == text.wholeMatch(of: /.*:([0-9]{1,5})/)?.1, "\(text)")
        }
    }

    @Test func `capitals of every script are found`() {
        for text in ["a/B", "aÉ", "ß/Ω"] { #expect(text.firstCapital == text.first(where: \.isUppercase)) }
        #expect("a/b9é".firstCapital == nil)
        #expect("https://a".contains(bytes: "://") && ":::/:////".contains(bytes: "://"))
        #expect(!":/".contains(bytes: "://") && !"".contains(bytes: "://"))
    }
}
