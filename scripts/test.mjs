/** `npm test`: sets everything up, then runs every check; the last line is `N passed, N failed`. */
import { spawn } from 'node:child_process';
import { exitWith, root, setUp } from './setup.mjs';

/** Runs one part and returns the output and the status; what it prints is shown as it comes, unless it is to be quiet. */
function runPart(args, { quiet = false } = {}) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', quiet ? 'pipe' : 'inherit'],
    });
    let output = '';
    const take = (chunk) => {
      output += chunk;
      if (!quiet) {
        process.stdout.write(chunk);
      }
    };
    child.stdout.on('data', take);
    child.stderr?.on('data', take);
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

/** Runs a check without tests of its own; nothing of it is shown meanwhile, as others may run at the same time. */
const check = async (name, args) => ({ name, ...(await runPart(args, { quiet: true })) });

/** Shows a check, which counts as one test. */
function tell({ name, output, status }) {
  process.stdout.write(`\n# ${name}\n${output}`);
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
tell(await check('Types', ['node_modules/typescript/bin/tsc', '-p', '.']));
// First, because it fetches the browser whose software GPU the unit tests of that engine run on.
await suite('Integration, inside VS Code', ['scripts/integration.mjs']);
// Beside the unit tests, which leave it a core for much of the time: the linter takes a minute and a half.
const checks = Promise.all([
  check('Lint and layers', ['node_modules/eslint/bin/eslint.js', '.', '--max-warnings', '0']),
  check('Format', ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.']),
]);
await suite('Unit', ['node_modules/mocha/bin/mocha.js', '--forbid-only']);
(await checks).forEach(tell);
if (total.skipped > 0) {
  process.stdout.write(`\n${total.skipped} skipped, each named above\n`);
}
// Said again at the end, as a thousand lines of passed tests may stand between.
if (failures.length > 0) {
  process.stdout.write(`\n${failures.join('\n\n')}\n`);
}
process.stdout.write(`\n${total.passed} passed, ${total.failed} failed\n`);
process.exitCode = total.failed === 0 ? 0 : 1;
