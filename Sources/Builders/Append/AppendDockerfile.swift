internal import FoundationEssentials
internal import LaunchPluginKit

/// Reads a Dockerfile as a recipe, and refuses instructions that only an engine can carry out.
enum AppendDockerfile {
    private static let wayOut =
        "Set builder: {type: docker} for this source, or put what the step does into the base image."

    /// - Throws: `.invalid` with file and line.
    static func recipe(
        parsing text: String, file: String, buildArguments: [String: String], platform: String
    ) throws(LaunchError) -> AppendRecipe {
        let lines = try DockerfileLines(text, file: file)
        // In the order of the file, so that the error is about the first instruction that does not fit.
        var isAfterFrom = false
        for instruction in lines.instructions {
            if let (why, hint) = refusal(of: instruction, isAfterFrom: isAfterFrom, platform: platform) {
                throw DockerfileLines.error(
                    why, file: file, line: instruction.line, sourceLine: instruction.sourceLine, hint: hint)
            }
            if instruction.name == "FROM" { isAfterFrom = true }
        }
        let dockerfile = try Dockerfile(
            parsing: text, file: file, buildArguments: buildArguments, platform: platform)
        guard let base = dockerfile.bases.first else {
            throw DockerfileLines.error(
                "FROM scratch has no base image to append to", file: file, line: 1, hint: wayOut)
        }
        var variables = DockerfileVariables(given: buildArguments, platform: platform, escape: lines.escape)
        var recipe = AppendRecipe(
            base: base.reference, place: "\(file):\(base.line)", escape: lines.escape, steps: [], file: file, text: text
        )
        for instruction in lines.instructions where instruction.name != "FROM" {
            do throws(DockerfileVariables.Failure) {
                if isBeforeFrom(instruction, lines.instructions) {
                    try variables.declare(instruction.rest)
                } else {
                    let action = try action(of: instruction, escape: lines.escape)
                    recipe.steps.append(AppendRecipe.Step(action, line: instruction.line))
                }
            } catch {
                throw DockerfileLines.error(
                    error.why, file: file, line: instruction.line, sourceLine: instruction.sourceLine, hint: error.hint)
            }
        }
        recipe.globals = variables.values
        return recipe
    }

    private static func isBeforeFrom(
        _ instruction: DockerfileInstruction, _ all: [DockerfileInstruction]
    ) -> Bool {
        guard let from = all.first(where: { $0.name == "FROM" }) else { return true }
        return instruction.line < from.line
    }

    /// Why an instruction cannot be carried out by appending; nil if it can.
    private static func refusal(
        of instruction: DockerfileInstruction, isAfterFrom: Bool, platform: String
    ) -> (why: String, hint: String)? {
        switch instruction.name {
        case "FROM" where isAfterFrom: return ("the builder 'append' has one stage, and this is a second FROM", wayOut)
        case "FROM":
            for flag in instruction.flags where flag.hasPrefix("--platform=") {
                let value = flag.dropFirst("--platform=".count)
                guard [platform, "$TARGETPLATFORM", "${TARGETPLATFORM}"].contains(String(value)) else {
                    return (
                        "FROM asks for the platform '\(value)', and the builder's 'platform' is \(platform)",
                        "Remove the flag, or change the builder's 'platform'."
                    )
                }
            }
            return nil
        case "ARG", "ENV", "WORKDIR", "LABEL", "USER", "ENTRYPOINT", "CMD": return nil
        case "COPY", "ADD": return refusal(ofCopy: instruction)
        case "RUN":
            return (
                "RUN executes a command ('\(trimmed(instruction.sourceLine).prefix(120))'), and the builder 'append' runs nothing",
                wayOut
            )
        default:
            return ("the builder 'append' does not know \(instruction.name)", wayOut)
        }
    }

    private static func refusal(ofCopy instruction: DockerfileInstruction) -> (why: String, hint: String)? {
        let name = instruction.name
        for flag in instruction.flags {
            let option = String(flag.prefix { $0 != "=" })
            switch option {
            case "--link", "--chown", "--chmod": continue
            case "--from": return ("\(name) --from copies from another stage or image", wayOut)
            default: return ("the builder 'append' does not know \(name) \(option)", wayOut)
            }
        }
        if instruction.rest.contains("<<") { return ("\(name) has a here-document", wayOut) }
        if name == "ADD",
            instruction.rest.contains(/(?i)(?:https?|git|ssh|ftp):\/\/|[\w.-]+@[\w.-]+:/)
        {
            return ("ADD downloads a file", wayOut)
        }
        return nil
    }

    private static func action(
        of instruction: DockerfileInstruction, escape: Character
    ) throws(DockerfileVariables.Failure) -> AppendRecipe.Action {
        let rest = instruction.rest
        guard !rest.isEmpty || ["CMD", "ENTRYPOINT"].contains(instruction.name) else {
            throw .init(why: "\(instruction.name) has no value")
        }
        switch instruction.name {
        case "ARG": return .argument(rest)
        case "ENV": return .environment(try pairs(instruction, escape))
        case "LABEL": return .labels(try pairs(instruction, escape))
        case "WORKDIR": return .workdir(rest)
        case "USER": return .user(rest)
        case "ENTRYPOINT": return .entryPoint(words(rest))
        case "CMD": return .command(words(rest))
        default: return .copy(try copy(instruction, escape))
        }
    }

    /// `["a", "b"]` is a list; everything else is a line for the shell.
    private static func words(_ rest: String) -> AppendRecipe.Words {
        if rest.hasPrefix("["), let list = try? JSONDecoder().decode([String].self, from: Data(rest.utf8)) {
            return .words(list)
        }
        return .shell(rest)
    }

    /// `NAME=value` several times, or `NAME value` once.
    private static func pairs(
        _ instruction: DockerfileInstruction, _ escape: Character
    ) throws(DockerfileVariables.Failure) -> [(String, String)] {
        let shell = ShellWords(escape: escape)
        let words = shell.all(of: instruction.rest)
        guard let first = words.first else { return [] }
        guard first.contains("=") else {
            guard let (name, value) = shell.first(of: instruction.rest[...]), !trimmed(value).isEmpty else {
                throw .init(why: "\(instruction.name) needs a name and a value")
            }
            return [(name, trimmed(value))]
        }
        var pairs: [(String, String)] = []
        for word in words {
            guard let equals = word.firstIndex(of: "="), equals > word.startIndex else {
                throw .init(why: "\(instruction.name) has '\(word)' without a name or a '='")
            }
            pairs.append((String(word[..<equals]), String(word[word.index(after: equals)...])))
        }
        return pairs
    }

    private static func copy(
        _ instruction: DockerfileInstruction, _ escape: Character
    ) throws(DockerfileVariables.Failure) -> AppendRecipe.Copy {
        var paths: [String]
        if instruction.rest.hasPrefix("["),
            let list = try? JSONDecoder().decode([String].self, from: Data(instruction.rest.utf8))
        {
            paths = list
        } else {
            paths = ShellWords(escape: escape).all(of: instruction.rest)
        }
        guard paths.count >= 2, let target = paths.popLast() else {
            throw .init(why: "\(instruction.name) needs a source and a target")
        }
        var copy = AppendRecipe.Copy(sources: paths, target: target, isAdd: instruction.name == "ADD")
        for flag in instruction.flags {
            let value = flag.drop { $0 != "=" }.dropFirst()
            if flag.hasPrefix("--chown") {
                guard let match = value.wholeMatch(of: /([0-9]{1,9})(?::([0-9]{1,9}))?/),
                    let user = UInt32(match.output.1)
                else {
                    throw .init(
                        why: "--chown=\(value) is not a number: names are in a file of the base image",
                        hint: "Write --chown=UID:GID with numbers.")
                }
                copy.user = user
                copy.group = match.output.2.flatMap { UInt32($0) } ?? user
            } else if flag.hasPrefix("--chmod") {
                guard value.wholeMatch(of: /0?[0-7]{3,4}/) != nil, let mode = UInt16(value, radix: 8) else {
                    throw .init(why: "--chmod=\(value) is not an octal mode, such as 0755")
                }
                copy.mode = mode
            }
        }
        return copy
    }
}
