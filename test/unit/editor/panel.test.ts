import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expertName, panelInspection, visible } from '../../../src/editor/panelInspection';
import { escapeHtml, panelPage } from '../../../src/editor/panelPage';
import { isSamplingName, panelSettings, SAMPLING_NAMES } from '../../../src/editor/panelSettings';
import { SETTINGS } from '../../../src/editor/settings';
import { languageModelLines } from '../../../src/editor/languageModelLines';
import { parseFromPanel } from '../../../src/protocol/panelProtocol';
import { inEnglish } from '../../../src/editor/translate';

describe('the settings in the panel', () => {
  it('are all sampling settings, with what VS Code holds of each', () => {
    const settings = panelSettings(inEnglish, (name) => SETTINGS[name].default);
    assert.deepEqual(
      settings.map(({ name, value }) => [name, value]),
      SAMPLING_NAMES.map((name) => [name, SETTINGS[name].default]),
    );
    const sampling = Object.keys(SETTINGS).filter((name) => name.startsWith('sampling.'));
    assert.deepEqual([...SAMPLING_NAMES].sort(), sampling.sort());
  });

  it('are the only ones that the page may write', () => {
    assert.ok(isSamplingName('sampling.topK'));
    assert.ok(!isSamplingName('training.seconds'));
  });
});

describe('what comes next in the panel', () => {
  const response = {
    kind: 'inspected',
    id: 1,
    candidates: [{ text: ' lamp\n', probability: 0.6, byExpert: { base: 0.5, copy: 1 } }],
    halfWeight: null,
    expertWeights: { base: 0.3, copy: 0.7 },
    sample: 'lamp burned.',
    isSampleCut: false,
  } as const;
  const prefix = `${'x'.repeat(100)} the 🌙 `;
  const inspection = panelInspection(inEnglish, 'one.md, line 3', prefix, response);

  it('names the experts, the highest weight first, and what each one predicts', () => {
    assert.ok(inspection.state === 'ready');
    assert.deepEqual(inspection.experts, [
      { name: 'Longest match', weight: 0.7 },
      { name: 'Base network', weight: 0.3 },
    ]);
    assert.deepEqual(inspection.candidates[0].byExpert, [
      { name: 'Longest match', probability: 1 },
      { name: 'Base network', probability: 0.5 },
    ]);
    assert.equal(expertName(inEnglish, 'transformer'), 'transformer');
  });

  it('shows that a sample is cut, as it may end within a word', () => {
    const shown = (isSampleCut: boolean) => {
      const given = panelInspection(inEnglish, '', prefix, { ...response, isSampleCut });
      return given.state === 'ready' && given.sample;
    };
    assert.deepEqual([shown(false), shown(true)], ['lamp burned.', 'lamp burned.…']);
  });

  it('shows white space, and the end of the text in whole characters', () => {
    assert.ok(inspection.state === 'ready');
    assert.equal(inspection.candidates[0].text, '·lamp⏎');
    assert.equal(visible('\ta b'), '→a·b');
    assert.match(inspection.before, /^….{60}$/u);
    assert.match(inspection.before, /the 🌙 $/u);
    for (const character of ['👩‍💻', 'e\u0301']) {
      const long = panelInspection(inEnglish, '', character.repeat(90), response);
      assert.equal(long.state === 'ready' && long.before, `…${character.repeat(60)}`);
    }
  });
});

describe('the language model in the panel', () => {
  const state = {
    choice: { kind: 'gguf', path: '/m/small.gguf' },
    name: 'small.gguf',
    description: 'SmolLM2 (GGUF, 140 MB)',
    away: null,
  } as const;
  const lines = (weight: number | null, away: string | null = null) =>
    languageModelLines(inEnglish, { ...state, away }, weight);

  it('is none, or is named with the weight that it has earned', () => {
    assert.deepEqual(languageModelLines(inEnglish, null, null), [
      'None: the networks and the words of your workspace alone.',
    ]);
    assert.deepEqual(lines(null), ['small.gguf: SmolLM2 (GGUF, 140 MB)']);
    assert.deepEqual(lines(0.314), [
      'small.gguf: SmolLM2 (GGUF, 140 MB)',
      'Its weight among the networks, earned by what you write: 31 %.',
    ]);
  });

  it('is said only to hurt when its weight is near zero', () => {
    assert.equal(
      lines(0.004).at(-1),
      'So far it only hurts, so its weight is near zero; another model may suit your text better.',
    );
    assert.equal(lines(0.1).length, 2);
  });

  it('is said to be away, and why', () => {
    assert.equal(
      lines(0.3, 'It did not answer in 5 s.')[1],
      'It does not answer, so suggestions come without it. It did not answer in 5 s.',
    );
  });
});

describe("the panel's page", () => {
  const html = panelPage(inEnglish, {
    language: 'en',
    cspSource: 'https://webview.example',
    nonce: 'abc',
    scriptUri: 'https://webview.example/panel.js',
    styleUri: 'https://webview.example/panel.css',
  });

  it('has a screen reader say that the values have returned to their defaults', () => {
    assert.match(html, /data-text-reset="All values are at their defaults."/);
    assert.match(html, /<p id="reset-done"[^>]* role="status">/);
  });

  it('marks the commands that ask first, as the menu does', () => {
    assert.match(html, /data-command="train"[^>]*>Train on Workspace…</);
    assert.match(html, /data-command="choose"[^>]*>Choose Language Model…</);
  });

  it('runs one script with its nonce and nothing else', () => {
    assert.match(
      html,
      /default-src &#39;none&#39;; style-src https:\/\/webview\.example; script-src &#39;nonce-abc&#39;/,
    );
    assert.equal(html.match(/<script/g)?.length, 1);
    assert.doesNotMatch(html, / on\w+=|<style|style="/);
  });

  it('has every element that its script asks for', () => {
    const script = readFileSync(join(__dirname, '../../../media/panel.js'), 'utf8');
    const ids = [...script.matchAll(/byId\('([\w-]+)'\)/g)].map(([, id]) => id);
    assert.ok(ids.length > 8);
    for (const id of ids) {
      assert.ok(html.includes(`id="${id}"`), id);
    }
    for (const [, name] of script.matchAll(/texts\.text(\w+)/g)) {
      const attribute = `data-text${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}=`;
      assert.ok(html.includes(attribute), attribute);
    }
  });

  it('draws sliders and boxes dark in a dark theme and light in a light one', () => {
    const style = readFileSync(join(__dirname, '../../../media/panel.css'), 'utf8');
    assert.match(style, /\.vscode-dark, \.vscode-high-contrast\) \{\s+color-scheme: dark;/);
    // The light high contrast theme has both classes, so its rule comes later.
    assert.match(
      style,
      /dark;\s+\}\s+:is\(\.vscode-light, \.vscode-high-contrast-light\) \{\s+color-scheme: light;/,
    );
  });

  it('colours sliders and boxes by the border in high contrast, where buttons are as dark as the page', () => {
    const style = readFileSync(join(__dirname, '../../../media/panel.css'), 'utf8');
    assert.match(style, /'checkbox'\] \{\s+accent-color: var\(--vscode-contrastBorder, /);
    assert.match(style, /--mark: var\(--vscode-contrastBorder, /);
    for (const part of ['slider-thumb', 'meter-optimum-value']) {
      assert.match(style, new RegExp(`${part}[^}]*background: var\\(--mark\\);`));
    }
  });

  it('writes the text and its sample in the direction of each line, as an ellipsis before an Arabic one stood at its end', () => {
    const style = readFileSync(join(__dirname, '../../../media/panel.css'), 'utf8');
    assert.match(style, /\.text \{[^}]*unicode-bidi: plaintext;/);
  });

  it('writes each continuation in its own direction, as the mark of the space before an Arabic word stood after it', () => {
    const style = readFileSync(join(__dirname, '../../../media/panel.css'), 'utf8');
    assert.match(style, /tbody th \{[^}]*unicode-bidi: plaintext;/);
    // At the beginning of its own direction it would stand apart from the others.
    assert.match(style, /th:first-child \{\s+text-align: left;/);
  });

  it('draws the tracks of sliders itself, which Chromium draws white where the accent colour is dark', () => {
    const style = readFileSync(join(__dirname, '../../../media/panel.css'), 'utf8');
    assert.match(style, /input\[type='range'\] \{\s+appearance: none;/);
    assert.match(style, /slider-runnable-track \{\s+background: var\(--vscode-input-background\)/);
  });

  it('shows sliders and the progress where the system forces its colours and takes backgrounds away', () => {
    const style = readFileSync(join(__dirname, '../../../media/panel.css'), 'utf8');
    const [, forced] = /@media \(forced-colors: active\) \{([^@]*)/.exec(style)!;
    const rule =
      /::-webkit-slider-thumb,\s+progress::-webkit-progress-value \{\s+background: CanvasText;\s+forced-color-adjust: none;/;
    assert.match(forced, rule);
  });

  it('leaves the slider out where it would be no wider than its thumb', () => {
    const style = readFileSync(join(__dirname, '../../../media/panel.css'), 'utf8');
    assert.match(style, /@media \(max-width: 320px\) \{[^@]*input\[type='range'\] \{\s+display: none;/);
  });

  it('lets the keyboard scroll the table of continuations where it is wider than the column', () => {
    const style = readFileSync(join(__dirname, '../../../media/panel.css'), 'utf8');
    assert.match(style, /\.wide \{[^}]*overflow-x: auto;/);
    assert.match(html, /class="wide" tabindex="0" role="region"[^>]*>\s+<table id="candidates"/);
    // A caption inside it would be as wide as the table, and cut off like it.
    assert.match(html, /<h3 id="candidates-title">/);
  });

  it('lets that table fit a narrow column: names stand upright above the numbers, continuations are broken', () => {
    const style = readFileSync(join(__dirname, '../../../media/panel.css'), 'utf8');
    assert.match(style, /\.wide \{\s+container-type: inline-size;/);
    const [, narrow] = /@container \(max-width: 46em\) \{([^@]*)/.exec(style)!;
    assert.match(narrow, /thead th:not\(:first-child\) \{[^}]*writing-mode: vertical-rl;/);
    assert.match(narrow, /th:first-child \{[^}]*overflow-wrap: anywhere;[^}]*white-space: pre-wrap;/);
  });

  it('keeps a column for the continuations at three times the size, where each letter had a line of its own', () => {
    const style = readFileSync(join(__dirname, '../../../media/panel.css'), 'utf8');
    const [, narrowest] = /@container \(max-width: 23em\) \{([^@]*)/.exec(style)!;
    assert.match(narrowest, /th:first-child \{\s+min-width: 4em;/);
  });

  it('keeps the buttons of a training above its curves, which grow where a notification lies over the page', () => {
    assert.ok(html.indexOf('data-command="pause"') < html.indexOf('id="curves"'));
    const style = readFileSync(join(__dirname, '../../../media/panel.css'), 'utf8');
    assert.match(style, /^body \{[^}]*padding: 0 20px 120px;/m);
  });

  it('keeps markup in texts from becoming markup', () => {
    assert.equal(escapeHtml(`<b a="1">&'`), '&lt;b a=&quot;1&quot;&gt;&amp;&#39;');
  });
});

describe('a message from the page', () => {
  it('is taken when it is one of the protocol', () => {
    const message = { kind: 'setSetting', name: 'sampling.topP', value: 0.5 };
    assert.deepEqual(parseFromPanel(message), message);
  });

  it('is refused when it is not', () => {
    for (const message of [
      null,
      {},
      { kind: 'run', command: 'workbench.action.quit' },
      { kind: 'setSetting', name: 'sampling.topP', value: Number.NaN },
      { kind: 'setSetting', name: 'sampling.topP', value: [] },
    ]) {
      assert.throws(() => parseFromPanel(message), { name: 'ValiError' });
    }
  });
});
