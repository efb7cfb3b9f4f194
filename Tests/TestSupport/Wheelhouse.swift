import Foundation

/// A folder with packages for pip: wheels, and a source distribution whose setup script leaves a file.
public struct Wheelhouse: Sendable {
    /// The folder.
    public let folder: TemporaryDirectory

    /// Whether this machine has pip.
    public static let hasPip = (try? Tool.run("python3", ["-m", "pip", "--version"])) != nil

    /// Makes an empty folder.
    public init() throws { folder = try TemporaryDirectory() }

    /// The variables with which pip sees only this folder.
    public var variables: [String: String] {
        ["PIP_NO_INDEX": "1", "PIP_FIND_LINKS": folder.path, "PIP_CONFIG_FILE": "/dev/null", "PIP_NO_CACHE_DIR": "1"]
    }

    /// Makes a wheel with a module of its name that has VERSION, and a command of its name that prints it.
    /// - Returns: its SHA-256 in hex.
    @discardableResult
    public func wheel(
        _ name: String, _ version: String, needs: [String] = [], tag: String = "py3-none-any"
    ) throws -> String {
        try make(
            """
            import sys, zipfile, hashlib
            folder, name, version, tag, *needs = sys.argv[1:]
            info = f"{name}-{version}.dist-info"
            files = {
                f"{name}.py": f"VERSION = '{version}'\\ndef main(): print(VERSION)\\n",
                f"{info}/METADATA": f"Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n"
                    + "".join(f"Requires-Dist: {need}\\n" for need in needs),
                f"{info}/WHEEL": f"Wheel-Version: 1.0\\nGenerator: t\\nRoot-Is-Purelib: true\\nTag: {tag}\\n",
                f"{info}/entry_points.txt": f"[console_scripts]\\n{name} = {name}:main\\n",
            }
            files[f"{info}/RECORD"] = "".join(f"{path},,\\n" for path in files) + f"{info}/RECORD,,\\n"
            path = f"{folder}/{name}-{version}-{tag}.whl"
            with zipfile.ZipFile(path, "w") as wheel:
                for file, text in files.items(): wheel.writestr(file, text)
            print(hashlib.sha256(open(path, "rb").read()).hexdigest())
            """, [name, version, tag] + needs)
    }

    /// Makes a source distribution. Its setup script makes the file `ran` in the folder.
    /// - Returns: its path.
    @discardableResult
    public func sourceDistribution(_ name: String, _ version: String) throws -> String {
        try make(
            """
            import io, sys, tarfile
            folder, name, version = sys.argv[1:]
            setup = f"open('{folder}/ran', 'w')\\nfrom setuptools import setup\\nsetup(name='{name}', version='{version}')\\n"
            path = f"{folder}/{name}-{version}.tar.gz"
            with tarfile.open(path, "w:gz") as archive:
                for file, text in {"setup.py": setup, "PKG-INFO": f"Name: {name}\\nVersion: {version}\\n"}.items():
                    entry = tarfile.TarInfo(f"{name}-{version}/{file}")
                    entry.size = len(text)
                    archive.addfile(entry, io.BytesIO(text.encode()))
            print(path)
            """, [name, version])
    }

    /// Whether a setup script ran.
    public var hasRun: Bool { FileManager.default.fileExists(atPath: folder.file("ran")) }

    private func make(_ program: String, _ arguments: [String]) throws -> String {
        try Tool.run("python3", ["-c", program, folder.path] + arguments)
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
