@_exported public import LaunchPluginKit
