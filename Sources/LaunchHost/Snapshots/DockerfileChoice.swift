internal import Glibc

/// Finds the Dockerfile of a folder if the user does not name one.
public enum DockerfileChoice {
    /// The names in order of precedence. W&B Launch uses the first one.
    public static let names = ["Dockerfile.wandb", "Dockerfile"]

    /// The first of ``names`` that exists in the folder.
    /// - Throws: `LaunchError` of kind `.invalid` if the path is not a folder or contains none of them.
    public static func find(in folder: String) throws(LaunchError) -> String {
        let root = try ContextScan.root(folder)
        for name in names where access("\(root)/\(name)", F_OK) == 0 { return name }
        throw LaunchError(
            .invalid,
            "'\(folder)' has neither \(names.joined(separator: " nor ")), so it cannot be built.",
            hint:
                "Write a Dockerfile that begins FROM a base image and ends with the ENTRYPOINT to train with, or name "
                + "another file in the folder with --dockerfile.")
    }
}
