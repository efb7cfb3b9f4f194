internal import LaunchHost

/// The text that makes a folder with training code usable: a Dockerfile, or keys of a configuration.
struct SourceSetup {
    enum Way: String, CaseIterable {
        case dockerfile, append, channel
    }

    /// The folder of the image that has the code.
    private static let workdir = "/app"

    var profile: SourceProfile
    var base: ImageReference

    /// A Dockerfile. The packages have a layer of their own, so that a change of the code does not install them again.
    var dockerfile: String {
        var lines = ["# Made by 'launch init'; change it as you need.", "FROM \(base)", "WORKDIR \(Self.workdir)"]
        switch profile.packages {
        case .requirements?, .frozen?:
            let file = profile.packages?.rawValue ?? ""
            lines += ["COPY \(file) ./", "RUN pip install --no-cache-dir -r \(file)", "COPY . ."]
        case .project?: lines += ["COPY . .", "RUN pip install --no-cache-dir ."]
        case nil: lines += ["COPY . ."]
        }
        // Without it, Python's output arrives in blocks, and the log of a run that crashes lacks its end.
        lines += ["ENV PYTHONUNBUFFERED=1", "ENTRYPOINT \(Self.list(profile.command))"]
        return lines.joined(separator: "\n") + "\n"
    }

    /// The key `builder` of `launch-config.yaml`, for images without a Dockerfile.
    var appendKeys: String {
        let keys = """
            builder:
              type: append
              base_image: \(base)
              workdir: \(Self.workdir)
              entrypoint: \(Self.list(profile.command))

            """
        // The builder finds a requirements.txt itself.
        guard profile.packages == .frozen, let file = profile.packages?.rawValue else { return keys }
        return keys + "  requirements: \(file)\n"
    }

    /// The keys of a queue whose runs read their code as input, beside an image.
    var channelKeys: String {
        profile.packages == .requirements ? "code: channel\ncode_requirements: true\n" : "code: channel\n"
    }

    func text(_ way: Way) -> String {
        switch way {
        case .dockerfile: dockerfile
        case .append: appendKeys
        case .channel: channelKeys
        }
    }

    /// What the text does not do about the code's packages; nil if nothing is left to do.
    func lack(_ way: Way) -> String? {
        guard let packages = profile.packages else { return nil }
        switch way {
        case .dockerfile: return nil
        case .append where packages != .project: return nil
        case .append: return "\(packages.rawValue) is not installed: \(base) must have its packages"
        case .channel where packages == .requirements: return nil
        case .channel: return "\(packages.rawValue) is not installed: the image of the run must have its packages"
        }
    }

    /// A list of words that both JSON and YAML read as such.
    private static func list(_ words: [String]) -> String {
        // A text without a JSON form does not exist.
        "[" + words.map { (try? JSON.canonical($0)) ?? "" }.joined(separator: ", ") + "]"
    }
}
