import Foundation
import TestSupport

/// A folder with a Dockerfile on the test image. The label marks the leftovers of a build, even of a failed one.
struct Source {
    let folder: String
    private let world: World

    /// Makes it in the world's folder. `run` is an additional line of the Dockerfile.
    init(in world: World, run: String = "") throws {
        self.world = world
        folder = world.folder.file("source")
        try world.folder.write(
            "source/Dockerfile",
            "FROM \(World.image)\nLABEL e2e=\(world.project)\nCOPY text /text\n\(run)\nCMD [\"cat\", \"/text\"]\n")
        try world.folder.write("source/text", "first\n")
        try world.folder.write("source/.dockerignore", "ignored\n")
        try world.folder.write("source/ignored", "one\n")
    }

    var words: [String] { ["-q", "q", "--source", folder] }
}
