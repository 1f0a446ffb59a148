/**
 * Stands in for the native module `@vscode/native-watchdog`, which ends an extension host whose parent is gone while its
 * own event loop hangs. VS Code's own timer still ends it when the loop runs; here whoever started the server ends
 * the whole process group.
 */
exports.start = () => {
  // See above.
};
exports.exit = (code) => {
  process.exit(code || 0);
};
