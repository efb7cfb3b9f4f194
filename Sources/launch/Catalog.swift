internal import LaunchHost
internal import Mock

/// The plugins of this program. Adding a backend adds its line here, and nothing anywhere else.
let catalog = PluginCatalog(
    environments: [MockPlugins.environment],
    registries: [MockPlugins.registry],
    builders: [MockPlugins.builder],
    runners: [MockPlugins.runner])
