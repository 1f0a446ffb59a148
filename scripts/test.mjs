/** `npm test`: sets everything up, then runs every check; the last line is `N passed, N failed`. */
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
const failures = [];

/** A check without tests of its own counts as one. */
async function check(name, args) {
  process.stdout.write(`\n# ${name}\n`);
  const { output, status } = await runPart(args);
  total[status === 0 ? 'passed' : 'failed']++;
  if (status !== 0) {
    failures.push(`# ${name}\n${output}`);
  }
}

/** What mocha says of the tests that failed: of each window its own, up to where the next one begins. */
const failedTests = (output) =>
  [...output.matchAll(/^ {2}\d+ failing$[^]*?(?=^Window \w+$|(?![^]))/gm)].map(([text]) => text.trimEnd());

/** Counts a test runner's results by what it prints; a runner that dies without a count is a failure. */
async function suite(name, args) {
  process.stdout.write(`\n# ${name}\n`);
  const { output, status } = await runPart(args);
  // A part may run once per window, and then prints several counts.
  const count = (word) =>
    [...output.matchAll(new RegExp(`^  (\\d+) ${word}`, 'gm'))].reduce((sum, [, n]) => sum + Number(n), 0);
  const failed = count('failing');
  total.passed += count('passing');
  total.failed += failed;
  total.skipped += count('pending');
  if ((status !== 0 && failed === 0) || count('passing') + failed === 0) {
    process.stdout.write(`${name} ended with status ${status} and no full count.\n`);
    total.failed++;
  }
  if (status !== 0) {
    failures.push(`# ${name}\n${failedTests(output).join('\n')}`);
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
// First, because it fetches the browser whose software GPU the unit tests of that engine run on.
await suite('Integration, inside VS Code', ['scripts/integration.mjs']);
await suite('Unit', ['node_modules/mocha/bin/mocha.js', '--forbid-only']);
if (total.skipped > 0) {
  process.stdout.write(`\n${total.skipped} skipped, each named above\n`);
}
// Said again at the end, as a thousand lines of passed tests may stand between.
if (failures.length > 0) {
  process.stdout.write(`\n${failures.join('\n\n')}\n`);
}
process.stdout.write(`\n${total.passed} passed, ${total.failed} failed\n`);
process.exitCode = total.failed === 0 ? 0 : 1;
