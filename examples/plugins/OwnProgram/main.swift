// A launch of one's own: the plugins of the project beside another one. This file is all there is to it.
internal import Builders
internal import LaunchCommands
internal import LaunchHost
internal import LocalDocker
internal import Mock
internal import ProcessRunner

let catalog = PluginCatalog(
    environments: [LocalEnvironment.plugin],
    registries: [LocalRegistry.plugin, MockPlugins.registry],
    builders: [DockerBuilder.plugin],
    runners: [LocalDockerRunner.plugin, ProcessPlugin.runner])
await LaunchProgram.main(catalog: catalog, version: "0.1.0")
