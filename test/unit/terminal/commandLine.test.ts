import assert from 'node:assert/strict';
import {
  describeOptions,
  describeRequired,
  parseCommandLine,
  UsageError,
} from '../../../src/terminal/commandLine';

const specs = {
  seconds: { type: 'number', min: 1, max: 100, help: 'time' },
  share: { type: 'number', min: 0, max: 1, help: 'part' },
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
    assert.equal(messageOf(['a', '--share', ' ']), '--share takes a number from 0 to 1, not " ".');
    assert.equal(messageOf(['a', '--line', '1.5']), '--line takes a whole number from 1 to 9, not "1.5".');
    const unbounded = { line: { ...specs.line, max: Number.MAX_SAFE_INTEGER } } as const;
    assert.throws(() => parseCommandLine(['a', '--line', '0'], unbounded, folder), {
      message: '--line takes a whole number from 1 on, not "0".',
    });
    assert.equal(messageOf(['a', '--engine', 'abacus']), '--engine is one of auto, wasm, not "abacus".');
    assert.equal(messageOf(['a', '--colour', 'red']), '"--colour" is not an option here.');
    assert.equal(messageOf(['a', '-o', 'b']), '"-o" is not an option here.');
    assert.equal(messageOf(['a', '--constructor']), '"--constructor" is not an option here.');
    assert.equal(messageOf(['a', '--seconds']), '--seconds needs a value after it.');
    assert.equal(messageOf(['a', '--out', '--json']), '--out needs a value after it.');
    assert.equal(messageOf(['a', '--json=yes']), '--json takes no value.');
    assert.equal(messageOf(['a', '--seconds', '-5']), '--seconds takes a number from 1 to 100, not "-5".');
  });

  it('names the option that is missing, and says beforehand which are needed', () => {
    const place = { line: { ...specs.line, required: true }, out: { ...specs.out, required: true } } as const;
    assert.throws(() => parseCommandLine(['a', '--out', 'b'], place, folder), {
      message: '--line is missing.',
    });
    const { line, out } = parseCommandLine(['a', '--out', 'b', '--line', '2'], place, folder).options;
    assert.deepEqual([line, out], [2, 'b']);
    assert.deepEqual(describeRequired({ ...specs, ...place }), ['--line N', '--out FILE']);
  });

  it('takes no empty path or name, as of an unset variable, for the current folder', () => {
    assert.equal(messageOf(['']), 'FOLDER is empty.');
    assert.equal(messageOf(['a', '--out', '']), '--out is empty.');
    assert.equal(messageOf(['a', '--out=']), '--out is empty.');
    const prompt = { prompt: { type: 'text', value: 'TEXT', mayBeEmpty: true, help: 'text' } } as const;
    assert.equal(parseCommandLine(['a', '--prompt', ''], prompt, folder).options.prompt, '');
  });

  it('takes a value that begins with a dash', () => {
    for (const out of ['-', '- a list', '--- a line', '-5']) {
      assert.equal(parseCommandLine(['a', '--out', out, '--json'], specs, folder).options.out, out);
    }
    assert.equal(parseCommandLine(['a', '--out=--json'], specs, folder).options.out, '--json');
    assert.deepEqual(parseCommandLine(['--', '--json'], specs, folder).positionals, ['--json']);
  });

  it('describes each option on a line', () => {
    assert.deepEqual(describeOptions(specs).split('\n').slice(3, 5), [
      '  --engine auto|wasm  engine',
      '  --out FILE          where to',
    ]);
  });
});
