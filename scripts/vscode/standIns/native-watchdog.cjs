/**
 * Replaces the native module `@vscode/native-watchdog`, which ends an extension host whose parent is gone even if its
 * event loop hangs. VS Code's own timer still ends it if the loop runs; otherwise whoever started the server ends
 * the whole process group.
 */
exports.start = () => {
  // See above.
};
exports.exit = (code) => {
  process.exit(code || 0);
};
