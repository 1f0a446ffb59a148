/** The user's settings of a fresh profile: quiet, and the same on every machine. */
export const userSettings = {
  // VS Code starts with a theme that lies below the folder of an extension under development, as its own themes do here, and comes to the
  // user's only when the setting changes: it changes this former name itself. Another theme has to be set in the running window.
  'workbench.colorTheme': 'Default Dark Modern',
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.tips.enabled': false,
  'chat.disableAIFeatures': true,
  'extensions.ignoreRecommendations': true,
  'extensions.autoCheckUpdates': false,
  'git.openRepositoryInParentFolders': 'never',
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
};
