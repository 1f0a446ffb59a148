/** What every command needs first: a Node that is recent enough, and the packages of the lock file. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Whether a script was started by name and not imported, by its `import.meta.url`. That has no links, but Windows leaves them in the
 * name of the current folder, and so in the name by which npm starts a script.
 */
export function isStarted(url) {
  const [, started] = process.argv;
  return started !== undefined && existsSync(started) && realpathSync(started) === fileURLToPath(url);
}

/** Runs a command in the project's folder; rejects with one sentence when it fails. */
export function run(command, args, { quiet = false, env = process.env, cwd = root } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env,
      stdio: ['ignore', quiet ? 'pipe' : 'inherit', quiet ? 'pipe' : 'inherit'],
    });
    let output = '';
    child.stdout?.on('data', (chunk) => (output += chunk));
    child.stderr?.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => {
      reject(new Error(`${command} could not be started: ${error.message}.`));
    });
    child.on('close', (code, signal) => {
      if (code === 0) {
        resolve(output);
      } else {
        const how = signal ? `was ended by ${signal}` : `ended with status ${code}`;
        reject(new Error(`${output}\n"${command} ${args.join(' ')}" ${how}.`));
      }
    });
  });
}

/** Runs npm by the path that started this script, so that Windows needs no shell. Under pnpm and Yarn that path is theirs. */
export function npm(args, options) {
  const cli = process.env.npm_execpath;
  return cli !== undefined && /^npm.*\.c?js$/.test(basename(cli))
    ? run(process.execPath, [cli, ...args], options)
    : run('npm', args, options);
}

export async function setUp() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  // What 20.19 has came to the next line, which had begun before, in 22.2.
  if (major < 22 ? major !== 20 || minor < 19 : major === 22 && minor < 2) {
    throw new Error(
      `Node ${process.versions.node} is too old: Understudy needs 20.19, or 22.2 or newer. Install it from https://nodejs.org and run the command again.`,
    );
  }
  if (isInstalled()) {
    return;
  }
  process.stderr.write('Installing packages (about 25 s the first time)…\n');
  // Those for development build the rest; npm leaves them out where NODE_ENV is "production".
  await npm(['ci', '--include=dev', '--no-audit', '--no-fund'], { quiet: true });
}

/** Whether what the lock file lists is in npm's own list of what it has installed; what is optional may not be for this system. */
function isInstalled() {
  const listPath = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(listPath)) {
    return false;
  }
  const packagesOf = (path) => JSON.parse(readFileSync(path, 'utf8')).packages;
  const present = packagesOf(listPath);
  return Object.entries(packagesOf(join(root, 'package-lock.json'))).every(
    ([path, { version, optional }]) => path === '' || optional || present[path]?.version === version,
  );
}

/** Runs a Node script in this terminal to its end. Ctrl+C reaches the script too, which then ends by itself; other signals may not. */
export function become(args, cwd = root) {
  process.on('SIGINT', () => {});
  const child = spawn(process.execPath, args, { cwd, stdio: 'inherit' });
  for (const signal of ['SIGTERM', 'SIGHUP']) {
    process.on(signal, () => child.kill(signal));
  }
  child.on('error', exitWith).on('close', (status) => {
    process.exitCode = status ?? 1;
  });
}

/** Prints an error's sentence and ends with status 1. */
export function exitWith(error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
