import { strict as assert } from 'node:assert';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import picomatch from 'picomatch';

const root = join(__dirname, '..', '..', '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

interface Step {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly media: { readonly svg: string; readonly altText: string };
  readonly completionEvents: readonly string[];
}
interface Manifest {
  readonly contributes: {
    readonly commands: readonly { readonly command: string }[];
    readonly keybindings: readonly {
      readonly command: string;
      readonly key: string;
      readonly mac?: string;
    }[];
    readonly walkthroughs: readonly {
      readonly title: string;
      readonly description: string;
      readonly steps: readonly Step[];
    }[];
  };
}
type Texts = Record<string, string>;

/** What the walkthrough uses of VS Code itself. A unit test cannot ask VS Code for it, and an integration test would need a window. */
const COMMANDS_OF_VSCODE = [
  'workbench.action.quickOpen',
  'workbench.action.files.newUntitledFile',
  'editor.action.inlineSuggest.commit',
  'editor.action.inlineSuggest.acceptNextWord',
];

const { contributes } = JSON.parse(read('package.json')) as Manifest;
const languages: [string, Texts][] = ['package.nls.json', 'package.nls.zh-cn.json'].map((path) => [
  path,
  JSON.parse(read(path)) as Texts,
]);
const [walkthrough] = contributes.walkthroughs;
const commands = [...contributes.commands.map(({ command }) => command), ...COMMANDS_OF_VSCODE];

/** The context keys that the extension sets. */
const contextKeys = new Set(
  ['extension.ts', ...readdirSync(join(root, 'src/editor')).map((name) => `editor/${name}`)]
    .flatMap((name) => [...read(`src/${name}`).matchAll(/(?:_CONTEXT = |setContext\()'([^']+)'/g)])
    .map(([, key]) => key),
);

/** The text in one language of a `%key%` of the manifest; undefined when there is none. */
const textOf = (texts: Texts, key: string): string | undefined => texts[/^%(.+)%$/.exec(key)?.[1] ?? ''];
const linksOf = (text: string): string[] => [...text.matchAll(/\]\(([^)]*)\)/g)].map(([, link]) => link);

describe('the walkthrough', () => {
  it('has its texts in every language', () => {
    const keys = walkthrough.steps.flatMap(({ title, description, media }) => [
      title,
      description,
      media.altText,
    ]);
    for (const [path, texts] of languages) {
      for (const key of [walkthrough.title, walkthrough.description, ...keys]) {
        assert.ok(textOf(texts, key), `${path} lacks ${key}`);
      }
    }
  });

  for (const { id, description, media, completionEvents } of walkthrough.steps) {
    describe(`in its step ${id}`, () => {
      const [[, english], [, chinese]] = languages.map(([path, texts]): [string, string] => [
        path,
        textOf(texts, description) ?? '',
      ]);

      it('offers an action by commands that are there, the same in every language', () => {
        const links = linksOf(english);
        assert.ok(links.length > 0);
        assert.deepEqual(linksOf(chinese), links);
        for (const link of links) {
          assert.ok(commands.includes(link.replace(/^command:/, '')), link);
        }
      });

      it('is done by a command or a context key that is there', () => {
        assert.ok(completionEvents.length > 0);
        for (const event of completionEvents) {
          const [, kind, argument] = /^(\w+):(.+)$/.exec(event)!;
          if (kind === 'onCommand') {
            assert.ok(commands.includes(argument), event);
          } else {
            assert.equal(kind, 'onContext', event);
            assert.ok(contextKeys.has(argument.split(' ')[0]), event);
          }
        }
      });

      it('draws in colours of the theme, and without styles, which VS Code does not let through', () => {
        const picture = read(media.svg);
        assert.match(picture, /var\(--vscode-/);
        assert.doesNotMatch(picture, /style|(?:fill|stroke)="#|href/);
      });
    });
  }

  it('names the keys that the manifest binds', () => {
    const shown = (key: string): string =>
      key
        .split('+')
        .map((part) => (part === 'right' ? '→' : part[0].toUpperCase() + part.slice(1)))
        .join('+');
    for (const [step, command] of [
      ['ghostText', 'understudy.acceptWord'],
      ['generate', 'understudy.generateFromSelection'],
    ]) {
      const { key, mac } = contributes.keybindings.find((binding) => binding.command === command)!;
      for (const [path, texts] of languages) {
        const text = textOf(texts, `%walkthrough.${step}.description%`) ?? '';
        assert.ok(text.includes(`\`\`${shown(key)}\`\``), `${path}: ${step} lacks ${shown(key)}`);
        assert.ok(text.includes(`\`\`${shown(mac!)}\`\``), `${path}: ${step} lacks ${shown(mac!)}`);
      }
    }
  });

  it('has its pictures in the package, and no other lies beside them', () => {
    const pictures = walkthrough.steps.map(({ media }) => media.svg);
    assert.deepEqual(
      readdirSync(join(root, 'media/walkthrough'))
        .map((name) => `media/walkthrough/${name}`)
        .sort(),
      [...pictures].sort(),
    );
    const allowed = read('.vscodeignore').match(/(?<=^!).+/gm)!;
    for (const picture of pictures) {
      assert.ok(picomatch.isMatch(picture, allowed), `.vscodeignore leaves out ${picture}`);
    }
  });
});
