import Foundation

// The program that scripts/soak runs. Not part of the product.
//
//     launch-soak PROGRAM soak  [--store sqlite|postgres] [--seed N] [--jobs N] [--agents N] [--slots N]
//     launch-soak PROGRAM crash [--store sqlite|postgres] [--seed N] [--kills N]

do {
    let options = try SoakOptions(Array(CommandLine.arguments.dropFirst()))
    let verdict = try await options.isCrash ? CrashMatrix.run(options) : Soak.run(options)
    print(verdict.report)
    exit(verdict.isGood ? 0 : 1)
} catch let error as SoakOptions.Misuse {
    FileHandle.standardError.write(Data("launch-soak: \(error.what)\n".utf8))
    exit(64)
} catch {
    FileHandle.standardError.write(Data("launch-soak: \(error)\n".utf8))
    exit(69)
}
