import assert from 'node:assert/strict';
import { describeOptions, parseCommandLine, UsageError } from '../../../src/terminal/commandLine';

const specs = {
  seconds: { type: 'number', min: 1, max: 100, help: 'time' },
  line: { type: 'number', min: 1, max: 9, integer: true, help: 'line' },
  engine: { type: 'choice', choices: ['auto', 'wasm'], help: 'engine' },
  out: { type: 'text', value: 'FILE', help: 'where to' },
  json: { type: 'flag', help: 'machine-readable' },
} as const;
const folder = { names: ['FOLDER'], required: 1 };

function messageOf(args: string[]): string {
  try {
    parseCommandLine(args, specs, folder);
  } catch (error) {
    assert.ok(error instanceof UsageError);
    return error.message;
  }
  return assert.fail('the arguments were taken');
}

describe('command line', () => {
  it('reads values by their declared kind and leaves out what was not given', () => {
    const { options, positionals } = parseCommandLine(
      ['docs', '--seconds', '2.5', '--engine=wasm', '--json'],
      specs,
      folder,
    );
    assert.deepEqual(positionals, ['docs']);
    assert.deepEqual({ ...options }, { seconds: 2.5, engine: 'wasm', json: true });
  });

  it('names the argument that is wrong and what is allowed', () => {
    assert.equal(messageOf([]), 'FOLDER is missing.');
    assert.equal(messageOf(['a', 'b']), '"b" is one argument too many.');
    assert.equal(messageOf(['a', '--seconds', '0']), '--seconds takes a number from 1 to 100, not "0".');
    assert.equal(messageOf(['a', '--seconds', '']), '--seconds takes a number from 1 to 100, not "".');
    assert.equal(messageOf(['a', '--line', '1.5']), '--line takes a whole number from 1 to 9, not "1.5".');
    assert.equal(messageOf(['a', '--engine', 'abacus']), '--engine is one of auto, wasm, not "abacus".');
    assert.match(messageOf(['a', '--colour']), /--colour/);
  });

  it('describes each option on a line', () => {
    assert.deepEqual(describeOptions(specs).split('\n').slice(2, 4), [
      '  --engine auto|wasm  engine',
      '  --out FILE          where to',
    ]);
  });
});
