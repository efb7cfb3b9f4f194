internal import FoundationEssentials
internal import LaunchContainerEngine
internal import LaunchOCIRegistry
internal import LaunchPluginKit
internal import LaunchSubprocess
internal import Synchronization

/// Makes the layer of packages, or finds it in the registry.
struct RequirementsWork: Sendable {
    let requirements: RequirementsFile
    let platform: WheelPlatform
    let layer: RequirementsLayer
    let target: BlobTarget
    let format: ImageFormat
    let builder: AppendBuilder
    let tell: @Sendable (BuildProgress) -> Void

    func run() async throws(BackendError) -> AppendedImage.Layer {
        do throws(OCIError) {
            if let found = try await layer.find() {
                tell(
                    BuildProgress(
                        .build,
                        "the layer of \(requirements.path) is in the registry already: "
                            + AppendWork.size(found.size)))
                return found
            }
        } catch {
            throw BackendError(append: error)
        }
        let pip = try await PipProgram.find(for: platform.python, builder.variables)
        tell(
            BuildProgress(
                .build,
                "installing \(requirements.path) for Python \(platform.python.text) on \(builder.settings.platform) with pip "
                    + pip.version))
        return try await push(try await packed(with: pip))
    }

    private func packed(with pip: PipProgram) async throws(BackendError) -> LayerFile {
        let folder: PrivateFolder
        do throws(EngineError) {
            folder = try PrivateFolder(in: builder.spoolFolder, prefix: "launch-requirements-")
        } catch {
            throw BackendError(build: error)
        }
        let result: Result<LayerFile, BackendError>
        do throws(BackendError) {
            result = .success(try await packed(with: pip, in: folder.path))
        } catch {
            result = .failure(error)
        }
        extendLifetime(folder)
        return try result.get()
    }

    private func packed(with pip: PipProgram, in folder: String) async throws(BackendError) -> LayerFile {
        let (work, site) = ("\(folder)/work", "\(folder)/site")
        try write(to: work)
        do {
            try FileManager.default.createDirectory(atPath: site, withIntermediateDirectories: true)
        } catch {
            throw BackendError(.unavailable, "The folder \(site) cannot be made: \(error).")
        }
        let output = BuildOutput(tell)
        let exit: Subprocess.Exit
        do throws(SubprocessError) {
            exit = try await pip.install(
                requirements.path, in: folder, work: work, to: site, for: platform, isConfined: builder.isConfined
            ) { output.take($0) }
        } catch {
            throw BackendError(error, whileRunning: pip.python)
        }
        guard exit.isSuccess else {
            throw PipFailure.error(
                output.lastLines.replacing("\(folder)/", with: ""), file: requirements.path, for: platform,
                image: builder.settings.platform.description)
        }
        let packages = try InstalledPackages(of: site)
        try DiskReserve.standard.check(writing: packages.bytes, to: builder.spoolFolder)
        tell(
            BuildProgress(
                .build,
                "packing the packages: \(packages.nodes.count) files and folders, "
                    + AppendWork.size(packages.bytes)))
        return try await LayerFile.make(of: packages.nodes, in: packages.root, spool: builder.spoolFolder)
    }

    /// Writes the files that pip reads.
    private func write(to work: String) throws(BackendError) {
        for copy in requirements.copies {
            let file = URL(fileURLWithPath: "\(work)/\(copy.path)")
            do {
                try FileManager.default.createDirectory(
                    at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data((copy.lines.joined(separator: "\n") + "\n").utf8).write(to: file)
            } catch {
                throw BackendError(.unavailable, "The file \(file.path) cannot be written: \(error).")
            }
        }
    }

    private func push(_ file: LayerFile) async throws(BackendError) -> AppendedImage.Layer {
        let made = file.facts
        let image = try layer.image(of: made, for: builder.settings.platform, in: format)
        try await target.send([
            .own(file, "the layer of \(requirements.path)"),
            .own(BlobBytes(image.config), "the configuration of the layer"),
        ])
        do throws(OCIError) {
            try await target.client.putManifest(
                image.manifest, mediaType: format.manifest, to: target.repository, layer.tag)
        } catch {
            // The tag is immutable, and another process has pushed it. The blob of this build is there too.
            guard error.code == .refused else { throw BackendError(append: error) }
            tell(BuildProgress(.push, "the tag \(layer.tag) exists already, and is immutable"))
        }
        return made
    }
}
