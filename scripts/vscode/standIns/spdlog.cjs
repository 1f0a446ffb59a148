/**
 * Stands in for the native module `@vscode/spdlog`, VS Code's writer of log files: the same interface, in JavaScript,
 * so that no compiler is needed. Lines are appended at once, so that a killed process has written all of them.
 */
const { appendFileSync, mkdirSync } = require('node:fs');
const { dirname } = require('node:path');

const levels = ['trace', 'debug', 'info', 'warning', 'error', 'critical'];

class Logger {
  constructor(path) {
    this.path = path;
    this.level = 2;
    this.bare = false;
  }
  write(level, message) {
    if (level >= this.level) {
      const head = this.bare
        ? ''
        : `${new Date().toISOString().replace('T', ' ').slice(0, 23)} [${levels[level]}] `;
      appendFileSync(this.path, `${head}${message}\n`);
    }
  }
  trace(message) {
    this.write(0, message);
  }
  debug(message) {
    this.write(1, message);
  }
  info(message) {
    this.write(2, message);
  }
  warn(message) {
    this.write(3, message);
  }
  error(message) {
    this.write(4, message);
  }
  critical(message) {
    this.write(5, message);
  }
  getLevel() {
    return this.level;
  }
  setLevel(level) {
    this.level = level;
  }
  clearFormatters() {
    this.bare = true;
  }
  setPattern() {
    this.bare = false;
  }
  flush() {
    // Nothing is held back.
  }
  drop() {
    // Nothing is held open.
  }
}

async function create(_name, path) {
  mkdirSync(dirname(path), { recursive: true });
  return new Logger(path);
}

// Assigned one by one, so that an ES module importing this one sees the names.
exports.version = 0;
exports.setLevel = () => {
  // Each logger is told its level by VS Code.
};
exports.setFlushOn = () => {
  // Every line is flushed.
};
exports.Logger = Logger;
exports.createRotatingLogger = create;
exports.createAsyncRotatingLogger = create;
