internal import LaunchPluginKit

/// What an image says about its processes: the member `config` of its configuration. Members that no step changes are
/// kept.
struct ImageSettings: Sendable, Hashable {
    private var members: [String: JSONValue]
    /// `NAME=value`, in order.
    private var variables: [String]
    var labels: [String: String]
    var workdir: String
    var user: String
    var entryPoint: [String]?
    var command: [String]?

    /// The settings of a base image.
    /// - Parameter config: the member `config`; nil if it is missing.
    init(_ config: JSONValue?) {
        members = config?.objectValue ?? [:]
        variables = Self.strings(members["Env"]) ?? []
        labels = (members["Labels"]?.objectValue ?? [:]).compactMapValues(\.stringValue)
        let folder = members["WorkingDir"]?.stringValue ?? ""
        workdir = folder.isEmpty ? "/" : folder
        user = members["User"]?.stringValue ?? ""
        entryPoint = Self.strings(members["Entrypoint"])
        command = Self.strings(members["Cmd"])
    }

    private static func strings(_ value: JSONValue?) -> [String]? {
        value?.arrayValue.map { $0.compactMap(\.stringValue) }
    }

    /// The variables by name.
    var environment: [String: String] {
        var values: [String: String] = [:]
        for text in variables {
            let name = text.prefix { $0 != "=" }
            values[String(name)] = String(text.dropFirst(name.count + 1))
        }
        return values
    }

    mutating func setEnvironment(_ name: String, _ value: String) {
        let text = "\(name)=\(value)"
        if let index = variables.firstIndex(where: { $0.hasPrefix("\(name)=") }) {
            variables[index] = text
        } else {
            variables.append(text)
        }
    }

    /// Puts a folder first in a variable that lists folders.
    /// - Parameter usual: the folders of an image without the variable.
    mutating func prepend(_ folder: String, to name: String, usual: String = "") {
        let present = environment[name] ?? usual
        setEnvironment(name, present.isEmpty ? folder : "\(folder):\(present)")
    }

    /// The words of an entry point or a command. The shell is that of the image.
    func list(_ words: AppendRecipe.Words) -> [String] {
        switch words {
        case .words(let list): list
        case .shell(let line): (Self.strings(members["Shell"]) ?? ["/bin/sh", "-c"]) + [line]
        }
    }

    /// The instructions that a build on this image would carry out first.
    var triggers: [String] { Self.strings(members["OnBuild"]) ?? [] }

    /// The member `config` of the new image.
    var document: JSONValue {
        var members = members
        members["Env"] = variables.isEmpty ? nil : .array(variables.map { .string($0) })
        members["Labels"] = labels.isEmpty ? nil : .object(labels.mapValues { .string($0) })
        members["WorkingDir"] = .string(workdir)
        members["User"] = user.isEmpty ? nil : .string(user)
        members["Entrypoint"] = entryPoint.map { .array($0.map { .string($0) }) }
        members["Cmd"] = command.map { .array($0.map { .string($0) }) }
        // The ID of the image that an old engine made this one from.
        members["Image"] = nil
        return .object(members)
    }
}
