internal import LaunchPluginKit

/// The start command of a training container, by the four rules of "How Amazon SageMaker runs your training image".
///
/// | given | like |
/// | --- | --- |
/// | nothing | `docker run IMAGE train` |
/// | `ContainerEntrypoint` | `docker run --entrypoint E IMAGE`, without `train` and without the image's `CMD` |
/// | `ContainerArguments` | `docker run IMAGE ARGUMENTS` |
/// | both | `docker run --entrypoint E IMAGE ARGUMENTS` |
struct StartCommand: Sendable, Hashable {
    /// Replaces the image's entry point; nil keeps it.
    let entryPoint: [String]?
    /// The words after the entry point, which replace the image's `CMD`.
    let arguments: [String]

    init(_ document: TrainingDocument) {
        func words(_ member: String) -> [String]? {
            let list = document.algorithm?[member]?.arrayValue?.compactMap(\.stringValue)
            return list.flatMap { $0.isEmpty ? nil : $0 }
        }
        entryPoint = words("ContainerEntrypoint")
        arguments = words("ContainerArguments") ?? (entryPoint == nil ? ["train"] : [])
    }

    /// The start command, for display.
    var summary: String {
        let words = arguments.joined(separator: " ")
        guard let entryPoint else { return "\(words), after the image's own entry point" }
        return ([entryPoint.joined(separator: " ")] + (words.isEmpty ? [] : [words])).joined(separator: " ")
    }
}
