internal import Glibc

/// Which Dockerfile of a folder is meant where nobody names one.
public enum DockerfileChoice {
    /// The names that are looked for, in order. The first one is W&B's.
    public static let names = ["Dockerfile.wandb", "Dockerfile"]

    /// The first of ``names`` that the folder has.
    /// - Throws: `LaunchError` of kind `.invalid` where it is no folder, or has none of them.
    public static func find(in folder: String) throws(LaunchError) -> String {
        let root = try ContextScan.root(folder)
        for name in names where access("\(root)/\(name)", F_OK) == 0 { return name }
        throw LaunchError(
            .invalid,
            "'\(folder)' has neither \(names.joined(separator: " nor ")), so that nothing says how to build it.",
            hint:
                "Write a Dockerfile that begins FROM a base image and ends with the ENTRYPOINT to train with, or name "
                + "another file in the folder with --dockerfile.")
    }
}
