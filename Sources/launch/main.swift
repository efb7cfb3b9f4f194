internal import LaunchCommands

await LaunchProgram.main(catalog: catalog, version: "0.1.0")
