internal import FoundationEssentials
internal import LaunchOCIRegistry
package import LaunchPluginKit

/// The packages that a source needs, and the wheels that fit its image.
struct SourcePackages: Sendable {
    let requirements: RequirementsFile
    let platform: WheelPlatform

    var key: ContentKey { RequirementsLayer.key(of: requirements, for: platform) }
}

extension AppendBuilder {
    /// The packages of a source; nil if it names none.
    /// - Throws: `.invalid` if a line cannot be installed, or if the Python of the base image is unknown.
    func packages(
        of recipe: AppendRecipe, on settings: ImageSettings, in context: String
    ) throws(BackendError) -> SourcePackages? {
        guard let option = recipe.requirements, let requirements = try option.requirements(in: context),
            !requirements.isEmpty
        else { return nil }
        let python = try TargetPython.of(option, settings, base: recipe.base)
        return SourcePackages(requirements: requirements, platform: WheelPlatform(python, self.settings.platform))
    }

    /// What a build would do for the packages of a source, as a clause; nil without packages. Changes nothing.
    func packagesPlan(for source: BuildSource) async throws(BackendError) -> String? {
        let recipe = try recipe(of: source)
        guard let option = recipe.requirements, try option.requirements(in: source.context)?.isEmpty == false else {
            return nil
        }
        let base = try await base(of: recipe, registry: nil)
        let documents = try await documents(of: base, recipe)
        guard let config = try? JSONValue(parsing: String(decoding: documents.config, as: UTF8.self)),
            let packages = try packages(of: recipe, on: ImageSettings(config["config"]), in: source.context),
            let registry = connections.later.registry
        else { return nil }
        let words = "the packages of \(packages.requirements.path) for Python \(packages.platform.python.text)"
        let destination = try registry.destination(
            for: packages.key, repository: repository(for: source.project))
        let layer = RequirementsLayer(
            key: packages.key, client: try await connections.client(for: destination, registry: registry),
            repository: destination.repository)
        do throws(OCIError) {
            if let found = try await layer.find() {
                return "\(words) are in the registry, as a layer of \(AppendWork.size(found.size))"
            }
        } catch {
            throw BackendError(append: error)
        }
        return "\(words) get a new layer, made with pip"
    }

    /// The documents of a base image.
    func documents(of base: BaseImage, _ recipe: AppendRecipe) async throws(BackendError) -> ImageDocuments {
        do throws(OCIError) {
            if let found = try await base.client.documents(base.repository, base.manifest) { return found }
        } catch {
            throw BackendError(append: error)
        }
        throw BackendError(.malformed, "The registry of \(recipe.base) does not have its manifest \(base.manifest).")
    }
}

extension AppendBuilder: BuilderChecking, BuilderChoosing {
    /// What installs packages here.
    package func check() async throws(BackendError) -> String {
        guard let option = settings.plain?.recipe.requirements else { return "append" }
        do throws(BackendError) {
            let pip = try await PipProgram.find(for: option.python, variables)
            return "append, and pip \(pip.version) of \(pip.python) for \(option.file)"
        } catch {
            guard error.category == .unavailable else { throw error }
            return "append, without pip: a source with a \(option.file) cannot be built here"
        }
    }

    package func choice(for source: BuildSource) async throws(BackendError) -> String {
        "with append" + (try await packagesPlan(for: source).map { "; \($0)" } ?? "")
    }
}
