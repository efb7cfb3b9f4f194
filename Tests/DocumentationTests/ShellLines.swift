/// The simple commands of a shell text, each as its words. It knows what the pages use: quotes, comments, backslashes,
/// pipes, lists, redirections, documents (`<<'END'`) and `$(…)`, whose commands are included.
struct ShellLines {
    private(set) var commands: [[String]] = []
    private var words: [String] = []
    private var word: String?
    /// Whether the next word is the file of a redirection, or the mark of a document.
    private var redirection: Redirection?
    private var document: String?

    private enum Redirection { case file, document }

    init(_ text: String) {
        var rest = text[...]
        while let character = rest.popFirst() { read(character, &rest) }
        endCommand()
    }

    private mutating func read(_ character: Character, _ rest: inout Substring) {
        switch character {
        case "\\":
            if let next = rest.popFirst(), next != "\n" { word = (word ?? "") + String(next) }
        case "'":
            word = (word ?? "") + rest.prefix { $0 != "'" }
            rest = rest.drop { $0 != "'" }.dropFirst()
        case "\"":
            word = word ?? ""
            while let inner = rest.popFirst(), inner != "\"" {
                if inner == "\\" { word? += String(rest.popFirst() ?? "\\") } else { readQuoted(inner, &rest) }
            }
        case "$" where rest.first == "(": readQuoted(character, &rest)
        case "#" where word == nil: rest = rest.drop { $0 != "\n" }
        case " ", "\t": endWord()
        case "|", "&", ";": endCommand()
        case "\n":
            endCommand()
            if let mark = document {
                document = nil
                while !rest.isEmpty {
                    let line = rest.prefix { $0 != "\n" }
                    rest = rest.dropFirst(line.count + 1)
                    if line == mark { break }
                }
            }
        case "<", ">":
            if word?.allSatisfy(\.isNumber) == true { word = nil }
            endWord()
            let isDocument = character == "<" && rest.first == "<"
            if rest.first == character || rest.first == "&" { rest.removeFirst() }
            redirection = isDocument ? .document : .file
        default: word = (word ?? "") + String(character)
        }
    }

    /// A character between double quotes, or the start of `$(…)`.
    private mutating func readQuoted(_ character: Character, _ rest: inout Substring) {
        guard character == "$", rest.first == "(" else {
            word = (word ?? "") + String(character)
            return
        }
        rest.removeFirst()
        var depth = 1
        let inner = rest.prefix { character in
            if character == "(" { depth += 1 }
            if character == ")" { depth -= 1 }
            return depth > 0
        }
        rest = rest.dropFirst(inner.count + 1)
        commands += ShellLines(String(inner)).commands
        word = (word ?? "") + "$(…)"
    }

    private mutating func endWord() {
        guard let ended = word else { return }
        word = nil
        switch redirection {
        case .file: break
        case .document: document = ended
        case nil: words.append(ended)
        }
        redirection = nil
    }

    private mutating func endCommand() {
        endWord()
        if !words.isEmpty { commands.append(words) }
        words = []
    }
}

/// A simple command, without the variables and words before its program.
struct PageCommand {
    let program: String
    let arguments: [String]

    /// Nil for assignments only.
    init?(_ words: [String]) {
        var rest = words[...]
        func dropAssignments() { rest = rest.drop { $0.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_]*=[^\0]*/) != nil } }
        dropAssignments()
        if rest.first == "sudo" {
            rest = rest.dropFirst()
            if rest.first == "-u" { rest = rest.dropFirst(2) }
        }
        if rest.first == "runuser", let end = rest.firstIndex(of: "--") { rest = rest[(end + 1)...] }
        if rest.first == "env" {
            rest = rest.dropFirst()
            dropAssignments()
        }
        // The alias that docs/install.md defines.
        guard let first = rest.first else { return nil }
        program = first == "service-launch" ? "launch" : first
        arguments = Array(rest.dropFirst())
    }

    /// The command of `launch` that this one runs, itself or in a pod.
    var ofLaunch: [String]? {
        if program == "launch" || program == "./launch" { return arguments }
        guard program == "kubectl", let end = arguments.firstIndex(of: "--"),
            arguments.dropFirst(end + 1).first == "launch"
        else { return nil }
        return Array(arguments.dropFirst(end + 2))
    }
}
