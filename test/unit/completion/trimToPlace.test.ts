import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createTrimmer } from '../../../src/completion/trimToPlace';
import { cursorText } from '../../support/cursorText';
import { processorSeconds } from '../../support/processorSeconds';

const trim = (languageId: string, marked: string, text: string) =>
  createTrimmer({ languageId, ...cursorText(marked) })(text);

describe('a suggestion, trimmed to its place', () => {
  const code: [name: string, marked: string, text: string, shown: string][] = [
    ['stays whole at a line end', 'const x = █', 'foo(bar);', 'foo(bar);'],
    ['does not repeat the closing bracket', 'foo(█)', 'bar, baz)', 'bar, baz'],
    ['keeps brackets of its own', 'foo(█)', 'bar(1), [2])', 'bar(1), [2]'],
    ['does not repeat the closing quote', 'import x from "█";', './x";', './x'],
    ['does not repeat the semicolon', 'foo(a█);', ', b);', ', b'],
    ['may close what is open', 'if (isReady(x█', ')) {', ')) {'],
    ['closes nothing that is not open', 'const x = y█', ')', ''],
    ['closes brackets of an earlier line', 'foo(\n  a,\n  b█', ');', ');'],
    ['ends at a blank line', 'a();█', '\nb();\n\nfunction c', '\nb();'],
    ['does not repeat the next line', 'a();\n█\nreturn total;', 'return total;', ''],
    ['ends before it', 'if (a) {\n  b();█\n}', '\n  c();\n}', '\n  c();'],
    [
      'but not before one that is indented otherwise',
      'if (a) {\n  b();█\n}',
      '\n  if (c) {\n  }',
      '\n  if (c) {\n  }',
    ],
    ['ends before its beginning', 'if (a) {\n  b();█\n  return c;', '\n  c();\n  return c', '\n  c();'],
    ['but not before a short one', 'if (a) {\n  b();█\n  if (c) {', '\n  c();\n  if (', '\n  c();\n  if ('],
    ['nor before one that begins with it', 'f(() => {\n  b();█\n}', '\n});', '\n});'],
    ['does not repeat the line above', 'total += price;\ntotal █', '+= price;', ''],
    ['does not repeat the line above as a whole', 'total += price;\n█', 'total += price;', ''],
    ['may close a block around it by the same words', '    </section>\n  █', '</section>', '</section>'],
    ['may repeat short lines', 'stop();\n█', 'stop();', 'stop();'],
    [
      'may repeat a line further above',
      `a = next();\nb = next();\nc = next();\n█`,
      'a = next();',
      'a = next();',
    ],
    ['may begin with a line break', 'a();\n█', '\n  b();', '\n  b();'],
    ['keeps a separator inside quotes of its own', '  key: █,', "'one, two', x", "'one, two'"],
    ['keeps one also behind another quote in them', '  key: █,', `"it's one, two", x`, `"it's one, two"`],
    ['does not repeat a separator after a quote that it closes', 'f("a█, b);', '", c', '"'],
    ['keeps a separator inside brackets of its own', '  key: █,', 'get(a, b), c', 'get(a, b)'],
    ['closes what is open behind a bracket that closes nothing', 'foo(x] █', ');', ');'],
    ['may close a quote that nothing closes', 'foo("a█', '");', '");'],
    ['ends behind a whole character', 'foo("█")', '😀", x', '😀'],
    ['does not take an escaped quote for one that closes', "foo('█');", "it\\'s');", "it\\'s"],
    ['nor one whose backslash was typed', "foo('it\\█');", "'s');", "'s"],
    ['nor one before the cursor', "foo('it\\'█');", "s');", 's'],
    ['does not repeat a quote after an escaped backslash', 'foo("c:█");', '\\\\");', '\\\\'],
    ['leaves a quote of its own alone', 'const a = █', "'b';", "'b';"],
  ];
  for (const [name, marked, text, shown] of code) {
    it(`code: ${name}`, () => {
      assert.equal(trim('typescript', marked, text), shown);
    });
  }

  it('code: closes a quote once after the backslash of a path', () => {
    assert.equal(trim('powershell', 'cd "C:█"', '\\temp\\"'), '\\temp\\');
    assert.equal(trim('typescript', 'cd("C:█")', '\\temp\\"'), '\\temp\\"');
  });

  const prose: [name: string, marked: string, text: string, shown: string][] = [
    ['stops before the word that follows', 'The fox █ over the dog.', 'jumps over the dog', 'jumps'],
    ['stops before the sign that follows', 'The fox█, they say', ' jumps, runs', ' jumps'],
    ['keeps a sign inside quotes of its own', 'He said█, and left.', ' "yes, sir", then', ' "yes, sir"'],
    ['takes no apostrophe for a quote', 'The fox█, they say', " 'tis said, runs", " 'tis said"],
    ['nor one inside a word', "I don't think it█ and that's all.", " isn't so", " isn't so"],
    ['nor one that a later token may join to a word', "I don't know if█ that's all.", " they'", " they'"],
    ['closes single quotes once', "'You must g█' she said.", "o now,' she", 'o now,'],
    ['closes single quotes of LaTeX once', "``You must g█''", "o now,'' she", 'o now,'],
    ['keeps backticks of its own', 'Call █ `foo` then', '`bar` and', '`bar` and'],
    ['closes backticks once', 'Call ``f█``', 'oo`` and', 'oo'],
    ['closes a quote before others', '“You must g█ She sighed. “Yes.”', 'o,” he', 'o,” he'],
    ['closes a straight one before others', '"You must g█ She sighed. "Yes."', 'o," he', 'o," he'],
    ['closes a quote once', '“You must g█,” she said. “Yes.”', 'o now,” she', 'o now'],
    ['closes a straight one once', '"You must g█?" she said. "Yes."', 'o now," she', 'o now,'],
    ['is empty when it stands there already', 'The fox █ jumps', 'jumps high', ''],
    ['does not repeat a closing bracket', 'as seen (in Figure █)', '3)', '3'],
    ['stops before the word that a wrapped line goes on with', 'The█\nfox jumps.', ' old fox jumps', ' old'],
    [
      'says what a line begins with that goes on with none',
      'The█\nFox jumps.',
      ' old Fox jumps',
      ' old Fox jumps',
    ],
    ['keeps blank lines', 'The end.█', '\n\nNext', '\n\nNext'],
    ['does not repeat the paragraph below', '█\n\nThe same paragraph.', 'The same paragraph.', ''],
    ['Chinese: a space before the title of a chapter stays', '第一章█', ' 风雪', ' 风雪'],
    ['Chinese: two signs may follow each other', '谁知道呢？█', '！', '！'],
    ['Chinese: stops before the word that follows', '我们█中文。', '学习中文', '学习'],
    ['Chinese: closes a bracket once', '（见图█）', '三）', '三'],
  ];
  const items = '\\begin{center}\n\\begin{itemize}\n\\item one\n';
  prose.push(
    ['LaTeX: ends the innermost environment', `${items}█`, '\\end{itemize}', '\\end{itemize}'],
    ['LaTeX: ends no other one', `${items}█`, '\\end{center}', ''],
    ['LaTeX: nor begins to', `${items}█`, '\\end{c', ''],
    ['LaTeX: nor goes on to', `${items}\\end{█`, 'enumerate}', ''],
    ['LaTeX: keeps what comes before', `${items}█`, '\\item two\n\\end{center}', '\\item two\n'],
    ['LaTeX: goes on to end it', `${items}\\end{it█`, 'emize}', 'emize}'],
    ['LaTeX: then ends the one around it', `${items}\\end{itemize}\n█`, '\\end{center}', '\\end{center}'],
    [
      'LaTeX: nor what has ended',
      `${items}\\end{itemize}\n\\end{center}\n\\begin{a}\n█`,
      '\\end{center}',
      '',
    ],
    ['LaTeX: any may end after all have', `${items}\\end{itemize}\n\\end{center}\n█`, '\\end{a}', '\\end{a}'],
    ['LaTeX: ends what it begins itself', `${items}█`, '\\begin{a}x\\end{a}', '\\begin{a}x\\end{a}'],
    ['LaTeX: any may end where none is known', 'Above.\n█', '\\end{center}', '\\end{center}'],
    ['LaTeX: what the user ended wrongly is no reason', `${items}\\end{b} █`, 'of it', 'of it'],
  );
  for (const [name, marked, text, shown] of prose) {
    it(`prose: ${name}`, () => {
      assert.equal(trim('markdown', `${marked.startsWith('█') ? 'x\n' : ''}${marked}`, text), shown);
    });
  }

  it('is soon there before a very long rest of the line', async () => {
    for (const rest of [
      ')'.repeat(60_000),
      '['.repeat(30_000) + '}'.repeat(30_000),
      'สิทธินี้รวมถึง'.repeat(4_000),
    ]) {
      const seconds = await processorSeconds(() => {
        assert.equal(trim('markdown', `(see █${rest}`, 'above'), 'above');
      });
      assert.ok(seconds < 1, `${seconds} s`);
    }
  });

  it('is always a beginning of the text, which is itself not trimmed any more', () => {
    const piece = fc.constantFrom(
      'foo',
      ' bar',
      '(',
      ')',
      '"',
      '{',
      '}',
      ';',
      ',',
      '\n',
      '中文',
      '，',
      ' ',
      'over',
      '\\',
      "'",
      '`',
      '\\begin{foo}',
      '\\end{foo}',
      '\\end{bar}',
    );
    const text = fc.array(piece, { maxLength: 8 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(
        fc.constantFrom('typescript', 'markdown'),
        text,
        text,
        text,
        (languageId, prefix, suffix, full) => {
          const trimmer = createTrimmer({ languageId, prefix, suffix });
          const shown = trimmer(full);
          assert.ok(full.startsWith(shown));
          assert.equal(trimmer(shown), shown);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
