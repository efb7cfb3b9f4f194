internal import LaunchConsole
internal import LaunchHost

extension ParsedArguments {
    /// The words of an option with a command: words as in a shell, or a JSON list.
    /// - Returns: nil without the option.
    /// - Throws: `UsageError` if the text is neither, or has no word.
    func words(_ option: String) throws -> [String]? {
        guard let text = string(option) else { return nil }
        let label = label(option)
        let words: [String]
        if TypedText.isList(text) {
            do throws(TypedText.Fault) { words = try TypedText.words(ofList: text) } catch {
                throw usageError("\(label) \(error.message); \(error.hint)")
            }
        } else {
            do throws(CommandWords.Fault) { words = try CommandWords.split(text) } catch {
                throw usageError("\(label) \(error.description): \(Wording.quoted(text))")
            }
        }
        guard !words.isEmpty else {
            throw usageError("\(label) has no word: \(Wording.quoted(text)); name a program, or leave the option out")
        }
        return words
    }
}
