// A launch program with the project's plugins and one more. It needs no other file.
internal import LaunchBuilders
internal import LaunchCommands
internal import LaunchLocalDocker
internal import LaunchPluginKit
internal import ProcessRunner

let catalog = PluginCatalog(
    environments: [LocalEnvironment.plugin],
    registries: [LocalRegistry.plugin],
    builders: [DockerBuilder.plugin],
    runners: [LocalDockerRunner.plugin, ProcessPlugin.runner])
await LaunchProgram.main(catalog: catalog, version: "0.1.0", name: "own-launch")
