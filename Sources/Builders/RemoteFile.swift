internal import FoundationEssentials

/// A file or repository that an `ADD` of a Dockerfile downloads.
struct RemoteFile: Sendable, Hashable {
    /// The address in the Dockerfile, without a password.
    var address: String
    /// The line of the instruction, from 1.
    var line: Int

    /// All downloads that are not pinned by `--checksum` or by a full commit ID.
    static func all(
        in instructions: [DockerfileInstruction], escape: Character, buildArguments: [String: String]
    ) -> [RemoteFile] {
        // A variable can contain an address only if an address is written somewhere.
        let hasAddress =
            buildArguments.values.contains { isAddress($0) }
            || instructions.contains {
                ["ARG", "ENV"].contains($0.name) && ($0.rest.contains("://") || $0.rest.contains("git@"))
            }
        var found: [RemoteFile] = []
        for instruction in instructions where instruction.name == "ADD" {
            guard !instruction.flags.contains(where: { $0.hasPrefix("--checksum=") }) else { continue }
            for source in sources(of: instruction.rest, escape: escape)
            where isAddress(source) ? !isCommit(source) : hasAddress && source.hasPrefix("$") {
                found.append(RemoteFile(address: shown(source), line: instruction.line))
            }
        }
        return found
    }

    /// All words but the last, which is the target in the image. The instruction may also be a JSON list.
    private static func sources(of rest: String, escape: Character) -> ArraySlice<String> {
        if rest.hasPrefix("["), let list = try? JSONDecoder().decode([String].self, from: Data(rest.utf8)) {
            return list.dropLast()
        }
        let words = ShellWords(escape: escape)
        return words.all(of: rest).map { words.unquoted($0) }.dropLast()
    }

    private static func isAddress(_ text: String) -> Bool {
        text.prefixMatch(of: /(?i)(?:https?|git|ssh|ftp):\/\/|[\w.-]+@[\w.-]+:/) != nil
    }

    /// A git repository at a full commit ID: `https://host/team/data.git#4d7a2146…`, optionally with a folder after it.
    private static func isCommit(_ text: String) -> Bool {
        text.contains(/#(?:[0-9a-f]{40}|[0-9a-f]{64})(?::|$)/)
            || text.contains(/[?&](?:checksum|commit)=(?:[0-9a-f]{40}|[0-9a-f]{64})(?:&|$)/)
    }

    private static func shown(_ text: String) -> String {
        String(text.replacing(/:\/\/[^\/\s@]*@/, with: "://***@").prefix(200))
    }
}
