internal import LaunchPluginKit

extension Rule {
    /// Folders in the container.
    static let paths = [
        Rule("checkpoint-path", source: Source.guide("your-algorithms-training-algo-running-container")) { request in
            guard let given = request.document["CheckpointConfig"]?["LocalPath"].text, !given.isEmpty else { return [] }
            let path = "CheckpointConfig.LocalPath"
            let parts = given.split(separator: "/").filter { $0 != "." }
            guard given.first == "/", !parts.contains("..") else {
                return [.warning(path, "\(Shown.quoted(given)) is not a full path without '..'")]
            }
            if parts.isEmpty || parts == ["opt"] || parts == ["opt", "ml"] {
                return [.error(path, "\(Shown.quoted(given)) holds SageMaker's own folders", hint: useDefault)]
            }
            guard parts.starts(with: ["opt", "ml"]), parts[2] != "checkpoints" else { return [] }
            if ["input", "model", "output"].contains(parts[2]) {
                return [
                    .error(
                        path, "\(Shown.quoted(given)) is in a folder that SageMaker uses for the \(parts[2])",
                        hint: useDefault)
                ]
            }
            return [
                .warning(
                    path, "\(Shown.quoted(given)) is in /opt/ml, which SageMaker keeps for itself", hint: useDefault)
            ]
        }
    ]

    private static let useDefault = "Leave the key out for /opt/ml/checkpoints."
}
