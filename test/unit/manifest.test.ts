import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readTokenizer } from '../../src/trainer/sharedTokenizer';

const root = join(__dirname, '../..');

interface Manifest {
  readonly version: string;
  readonly engines: { readonly node: string; readonly vscode: string };
  readonly contributes: {
    readonly keybindings: readonly { readonly command: string; readonly when: string }[];
  };
}

describe('the oldest VS Code and Node that are promised', () => {
  it('are those whose interfaces the sources are checked with', () => {
    const read = (path: string) => JSON.parse(readFileSync(join(root, path), 'utf8')) as Manifest;
    const { engines } = read('package.json');
    for (const [name, promised] of [
      ['vscode', engines.vscode],
      ['node', engines.node],
    ]) {
      const [oldest] = /\d+\.\d+/.exec(promised)!;
      const { version } = read(`node_modules/@types/${name}/package.json`);
      assert.ok(version.startsWith(`${oldest}.`), `${name} ${promised} is checked with ${version}`);
    }
  });
});

describe('the key that accepts a word of a suggestion', () => {
  it('moves by a word where a screen reader reads along, as that of VS Code does', () => {
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
    const binding = manifest.contributes.keybindings.find(
      ({ command }) => command === 'understudy.acceptWord',
    );
    assert.ok(binding!.when.split(' && ').includes('!accessibilityModeEnabled'), binding!.when);
  });
});

describe('the setting for the length of ghost text', () => {
  it('says how long a token of the shipped tokenizer is, in English and in Chinese', async () => {
    const tokenizer = await readTokenizer(join(root, 'models/base/tokenizer.json'));
    const lengthIn = (file: string, letters: RegExp) => {
      const texts = JSON.parse(readFileSync(join(root, file), 'utf8')) as Readonly<Record<string, string>>;
      const text = Object.values(texts).join('\n').match(letters)!.join('');
      return { said: texts['setting.maxNewTokens'], length: text.length / tokenizer.encode(text).length };
    };
    const english = lengthIn('package.nls.json', /[^]/g);
    assert.match(english.said, /a token is about three English letters or one Chinese character\.$/);
    assert.equal(Math.round(english.length), 3);
    const chinese = lengthIn('package.nls.zh-cn.json', /[\p{Script=Han}，。、：；]/gu);
    assert.match(chinese.said, /一个词元约为三个英文字母或一个汉字。$/);
    assert.equal(Math.round(chinese.length), 1);
  });
});
