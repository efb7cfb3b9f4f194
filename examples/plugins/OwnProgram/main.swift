// A launch program with the project's plugins and one more. It needs no other file.
internal import Builders
internal import LaunchCommands
internal import LaunchPluginKit
internal import LocalDocker
internal import Mock
internal import ProcessRunner

let catalog = PluginCatalog(
    environments: [LocalEnvironment.plugin],
    registries: [LocalRegistry.plugin, MockPlugins.registry],
    builders: [DockerBuilder.plugin],
    runners: [LocalDockerRunner.plugin, ProcessPlugin.runner])
await LaunchProgram.main(catalog: catalog, version: "0.1.0")
