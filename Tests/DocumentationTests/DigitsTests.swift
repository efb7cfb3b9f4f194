import Foundation
import LaunchHost
import LaunchSubprocess
import TestSupport
import Testing

@testable import launch

/// The example for SageMaker, run without a container. `ML_ROOT` replaces /opt/ml.
@Suite struct DigitsTests {
    /// A folder with the structure of /opt/ml, with the example's data.
    private final class Root: Sendable {
        let path = FileManager.default.temporaryDirectory.appending(path: "launch-digits-\(UUID().uuidString)").path

        init(checkpoints: Bool = true) throws {
            let manager = FileManager.default
            for folder in ["input/config"] + (checkpoints ? ["checkpoints"] : []) {
                try manager.createDirectory(atPath: "\(path)/\(folder)", withIntermediateDirectories: true)
            }
            try manager.copyItem(
                atPath: Repository.root.appending(path: "examples/digits/data").path, toPath: "\(path)/input/data")
        }

        deinit { try? FileManager.default.removeItem(atPath: path) }

        func write(_ name: String, _ text: String) throws {
            try text.write(toFile: "\(path)/\(name)", atomically: true, encoding: .utf8)
        }

        func read(_ name: String) throws -> String { try String(contentsOfFile: "\(path)/\(name)", encoding: .utf8) }

        var checkpoints: [String] {
            get throws { try FileManager.default.contentsOfDirectory(atPath: "\(path)/checkpoints").sorted() }
        }

        var endsInsideAnEpoch: Bool {
            get throws { try checkpoints.last?.hasSuffix("-000000.json") == false }
        }
    }

    /// Trains to the end. If `line` is given, a shell sends SIGTERM soon after a line of the output that begins with it.
    private func train(_ root: Root, until line: String? = nil) async throws -> (code: Int32, output: String) {
        let program = Repository.root.appending(path: "examples/digits/train.py").path
        let script = #"""
            mkfifo "$ML_ROOT/lines"
            python3 "$0" train >"$ML_ROOT/lines" 2>&1 &
            while IFS= read -r line; do
                printf '%s\n' "$line"
                case $line in "$1"*) sleep 0.1 && kill -TERM $! ;; esac
            done <"$ML_ROOT/lines"
            rm "$ML_ROOT/lines"
            wait $!
            """#
        let result = try await Subprocess.run(
            "/bin/sh", ["-c", script, program, line ?? "no line"],
            environment: .inherited(setting: ["ML_ROOT": root.path, "PYTHONDONTWRITEBYTECODE": "1"], removing: []),
            timeout: .seconds(600))
        guard case .code(let code) = result.exit else { return (-1, result.stdoutText) }
        return (code, result.stdoutText)
    }

    @Test
    func `an interrupted training resumes from its checkpoint and gives the identical model`() async throws {
        let (whole, parted) = (try Root(), try Root())
        for root in [whole, parted] { try root.write("input/config/hyperparameters.json", #"{"epochs": "12"}"#) }
        let plain = try await train(whole)
        #expect(plain.code == 0 && plain.output.contains("\nepoch=12 train_loss="), "\(plain)")
        // The signal may arrive before the first row of an epoch. Then it is sent in the next one.
        for epoch in 2...10 {
            let first = try await train(parted, until: "epoch=\(epoch) ")
            #expect(first.code == 143 && first.output.contains("SIGTERM in epoch"), "\(first)")
            if try parted.endsInsideAnEpoch { break }
        }
        #expect(try parted.endsInsideAnEpoch)
        let second = try await train(parted)
        #expect(second.code == 0 && second.output.contains("\nresumed in epoch"), "\(second)")
        #expect(!second.output.contains("\nepoch=1 "))
        #expect(try parted.read("model/model.json") == whole.read("model/model.json"))
        // Old checkpoints are removed, and no partial file remains.
        #expect(try whole.checkpoints == ["at-00012-000000.json", "at-00013-000000.json"])
    }

    @Test
    func `without a folder for checkpoints none is written`() async throws {
        let root = try Root(checkpoints: false)
        try root.write("input/config/hyperparameters.json", #"{"epochs": "1"}"#)
        #expect(try await train(root).code == 0)
        #expect(!FileManager.default.fileExists(atPath: "\(root.path)/checkpoints"))
    }

    @Test(arguments: [
        ("hyperparameters.json", #"{"epochs": "many"}"#, "hyperparameter epochs: expected a whole number"),
        ("hyperparameters.json", #"{"epoch": "3"}"#, "unknown hyperparameter epoch; known are epochs, "),
        ("hyperparameters.json", #"{"learning_rate": "nan"}"#, "hyperparameter learning_rate: expected a number"),
        ("resourceconfig.json", #"{"hosts": ["algo-1", "algo-2"]}"#, "this training runs on one instance"),
        ("hyperparameters.json", "{", "is not JSON"),
    ])
    func `a failure writes its reason to the file that SageMaker reads`(_ file: String, _ text: String, _ words: String)
        async throws
    {
        let root = try Root()
        try root.write("input/config/\(file)", text)
        #expect(try await train(root).code == 1)
        #expect(try root.read("output/failure").contains(words))
    }

    @Test
    func `a training does not resume from the checkpoints of another training`() async throws {
        let root = try Root()
        try root.write("input/config/hyperparameters.json", #"{"epochs": "1"}"#)
        #expect(try await train(root).code == 0)
        try root.write("input/config/hyperparameters.json", #"{"epochs": "1", "seed": "2"}"#)
        #expect(try await train(root).code == 1)
        #expect(try root.read("output/failure").contains("is of a training with seed 1, and this one has 2"))
    }

    @Test
    func `its files are valid without changes, except for the user's own names`() throws {
        func document(_ name: String, _ kind: LaunchError.Kind) throws -> Document {
            try Document(text: try Repository.text("examples/digits/\(name)"), name: name, kind: kind)
        }
        let config = try LaunchConfig(try document("launch-config.yaml", .configuration), catalog: catalog)
        #expect(config.warnings.isEmpty)
        let runner = try #require(catalog.runner("sagemaker"))
        #expect(try QueueFile(try document("queue.yaml", .invalid), runner: runner).warnings.isEmpty)
    }
}
