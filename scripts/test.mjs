/** `npm test`: all set-up, then every check; the last line is `N passed, N failed`. */
import { spawn } from 'node:child_process';
import { exitWith, root, setUp } from './setup.mjs';

/** Runs one part, shows its output as it comes, and returns the output and the status. */
function runPart(args) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
      process.stdout.write(chunk);
    });
    child.on('error', (error) => {
      resolve({ output: `${output}\n${error.message}`, status: 1 });
    });
    child.on('close', (status) => {
      resolve({ output, status: status ?? 1 });
    });
  });
}

const total = { passed: 0, failed: 0, skipped: 0 };

/** A check without tests of its own counts as one. */
async function check(name, args) {
  process.stdout.write(`\n# ${name}\n`);
  const { status } = await runPart(args);
  total[status === 0 ? 'passed' : 'failed']++;
}

/** A test runner's part is counted by what it prints; one that dies without a count is a failure. */
async function suite(name, args, patterns) {
  process.stdout.write(`\n# ${name}\n`);
  const { output, status } = await runPart(args);
  const count = (pattern) => Number(output.match(pattern)?.[1] ?? 0);
  const failed = count(patterns.failed);
  total.passed += count(patterns.passed);
  total.failed += failed;
  total.skipped += count(patterns.skipped);
  if ((status !== 0 && failed === 0) || count(patterns.passed) + failed === 0) {
    process.stdout.write(`${name} ended with status ${status} and no full count.\n`);
    total.failed++;
  }
}

try {
  await setUp();
} catch (error) {
  exitWith(error);
}
await check('Types', ['node_modules/typescript/bin/tsc', '-p', '.']);
await check('Lint and layers', ['node_modules/eslint/bin/eslint.js', '.', '--max-warnings', '0']);
await check('Format', ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.']);
await suite('Unit', ['node_modules/mocha/bin/mocha.js', '--forbid-only'], {
  passed: /(\d+) passing/,
  failed: /(\d+) failing/,
  skipped: /(\d+) pending/,
});
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
process.stdout.write(`\n${total.passed} passed, ${total.failed} failed${skipped}\n`);
process.exitCode = total.failed === 0 ? 0 : 1;
