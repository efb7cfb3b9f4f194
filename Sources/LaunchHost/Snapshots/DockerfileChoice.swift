internal import Glibc

/// Finds the Dockerfile of a folder if the user does not name one.
public enum DockerfileChoice {
    /// The names in order of precedence. W&B Launch uses the first one.
    public static let names = ["Dockerfile.wandb", "Dockerfile"]

    /// Whether the path is a folder that contains none of ``names``.
    public static func isMissing(in folder: String) -> Bool {
        guard let root = try? ContextScan.root(folder) else { return false }
        return !names.contains { access("\(root)/\($0)", F_OK) == 0 }
    }

    /// The first of ``names`` that exists in the folder.
    /// - Throws: `LaunchError` of kind `.invalid` if the path is not a folder or contains none of them.
    public static func find(in folder: String) throws(LaunchError) -> String {
        let root = try ContextScan.root(folder)
        for name in names where access("\(root)/\(name)", F_OK) == 0 { return name }
        throw LaunchError(
            .invalid,
            "'\(folder)' has neither \(names.joined(separator: " nor ")), so it cannot be built.",
            hint:
                "'launch init DIR' writes one; --dockerfile names another file in the folder. With "
                + "builder: {type: append, base_image: IMAGE}, none is needed.")
    }
}
