import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import promises, { chmod, mkdir, mkdtemp, realpath, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { mock } from 'node:test';
import { encode } from 'iconv-lite';
import { scanFolders, type ScanOptions, type ScanResult } from '../../../../src/trainer/corpus/scanFolders';

const PROSE = 'The kettle had gone cold by the time she came back from the garden.\n';
const CHINESE =
  '山路上的雾还没有散，他背着竹篓慢慢往下走，听见溪水在石头之间流动的声音。今天的集市应该很热闹。\n';
const JAPANESE =
  '吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。何でも薄暗い所で泣いていた。\n';
/** In UTF-16, one byte of the ideographic space, of 一, 开, 最, 退 and 가 is zero. */
const ZEROS =
  '　门一开，最后一个人退了出去。\n'.repeat(5) + '가방을 든 그가 집에 가려고 문을 열었다.\n'.repeat(5);

describe('scanFolders', () => {
  let root: string;
  beforeEach(async () => {
    root = await realpath(await mkdtemp(join(tmpdir(), 'understudy-scan-')));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  const write = async (files: Record<string, string | Uint8Array>) => {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), content);
    }
  };
  const scan = (options?: ScanOptions) => scanFolders([root], options);
  const paths = (result: ScanResult) => result.files.map(({ path }) => path);
  const reasons = (result: ScanResult) =>
    Object.fromEntries(result.leftOut.map(({ path, reason }) => [path, reason]));

  it('finds nothing in an empty folder', async () => {
    assert.deepEqual(await scan(), { files: [], leftOut: [], bytes: 0 });
  });

  it('names a root that is missing or not a folder', async () => {
    await write({ 'a.txt': PROSE });
    await assert.rejects(scanFolders([join(root, 'none')]), /folder .*none cannot be read/);
    await assert.rejects(scanFolders([join(root, 'a.txt')]), /a\.txt is not a folder/);
  });

  it('reads a folder whose real path Windows cannot tell, as on an encrypted container', async () => {
    await write({ 'a.txt': PROSE });
    const fault = Object.assign(new Error('EISDIR'), { code: 'EISDIR' });
    const mocked = mock.method(promises, 'realpath', () => Promise.reject(fault));
    try {
      assert.deepEqual(paths(await scan()), ['a.txt']);
    } finally {
      mocked.mock.restore();
    }
  });

  it('leaves out binaries by name and by content', async () => {
    await write({
      'photo.jpg': 'not even opened',
      plain: Buffer.from([1, 2, 3, 0, 200, 255, 0, 7]),
      noise: Buffer.from(Array.from({ length: 4000 }, (_, i) => (i * 7919 + (i >> 3) * 104729) & 255)),
    });
    const result = await scan();
    assert.deepEqual(paths(result), []);
    assert.deepEqual(reasons(result), { 'photo.jpg': 'binary', plain: 'binary', noise: 'binary' });
  });

  it('leaves out what was thrown away, where a whole drive is opened', async () => {
    await write({ '$RECYCLE.BIN/S-1/a.txt': PROSE, '.Trashes/501/a.txt': PROSE });
    assert.deepEqual(paths(await scan()), []);
  });

  it('returns files in the same order, sorted by name, folder by folder', async () => {
    await write({ 'b.txt': `b ${PROSE}`, 'a/z.txt': `z ${PROSE}`, 'a/c.txt': `c ${PROSE}`, 'B.txt': PROSE });
    assert.deepEqual(paths(await scan()), ['B.txt', 'a/c.txt', 'a/z.txt', 'b.txt']);
  });

  it('reads a folder once that lies in another or is given twice, and calls none of its files a duplicate', async () => {
    await write({
      '.gitignore': 'sub/drafts/\n',
      'a.txt': `${PROSE}a`,
      'sub/b.txt': `${PROSE}b`,
      'sub/drafts/c.txt': `${PROSE}c`,
      'sub/node_modules/x.txt': PROSE,
      'subordinate/d.txt': `${PROSE}d`,
    });
    const sub = join(root, 'sub');
    for (const folders of [
      [root, sub, root],
      [sub, root, sub],
    ]) {
      const result = await scanFolders(folders);
      assert.deepEqual(
        result.files.map((file) => join(file.root, file.path)).toSorted(),
        ['.gitignore', 'a.txt', 'sub/b.txt', 'sub/drafts/c.txt', 'subordinate/d.txt'].map((path) =>
          join(root, path),
        ),
      );
      assert.deepEqual(result.leftOut, [{ root: sub, path: 'node_modules/', reason: 'dependencyOrBuild' }]);
    }
  });

  it('reads a folder in thousands of folders, as a program leaves that copies a folder into itself', async function () {
    // Others allow no path so long.
    if (process.platform !== 'linux') {
      this.skip();
    }
    const path = `${'a/'.repeat(1950)}b.txt`;
    await write({ [path]: PROSE });
    assert.deepEqual(paths(await scan()), [path]);
  });

  it('does not say of a file that it disappeared where its name is in an old encoding', async function () {
    if (process.platform !== 'linux') {
      this.skip();
    }
    await writeFile(
      Buffer.concat([Buffer.from(`${root}/caf`), Buffer.from([0xe9, 0x2e, 0x6d, 0x64])]),
      PROSE,
    );
    assert.deepEqual(reasons(await scan()), { 'caf\ufffd.md': 'unreadable' });
  });

  describe('ignore rules', () => {
    it('follows nested .gitignore files, the deeper one winning', async () => {
      await write({
        '.gitignore': '*.tmp\n/drafts/\n',
        'x.tmp': `x ${PROSE}`,
        'drafts/a.txt': `a ${PROSE}`,
        'sub/drafts/a.txt': `b ${PROSE}`,
        'sub/.gitignore': '!keep.tmp\nlocal.txt\n',
        'sub/keep.tmp': `c ${PROSE}`,
        'sub/local.txt': `d ${PROSE}`,
        'local.txt': `e ${PROSE}`,
      });
      const found = paths(await scan());
      assert.deepEqual(found.filter((path) => !path.endsWith('.gitignore')).sort(), [
        'local.txt',
        'sub/drafts/a.txt',
        'sub/keep.tmp',
      ]);
    });

    it('obeys rules that PowerShell wrote', async () => {
      await write({
        '.understudyignore': encode('diary/\r\n', 'utf16le', { addBOM: true }),
        'diary/a.txt': PROSE,
        'b.txt': PROSE,
      });
      const result = await scan();
      assert.ok(paths(result).includes('b.txt'));
      assert.equal(reasons(result)['diary/'], 'ignored');
    });

    it('passes over a rule and a glob that are too long for any path, and obeys the others', async () => {
      const long = 'a'.repeat(100_000);
      await write({ '.gitignore': `${long}\nb.txt\n`, 'a.txt': PROSE, 'b.txt': PROSE, 'c.txt': CHINESE });
      const found = paths(await scan({ excludeGlobs: [long, 'c.*'] }));
      assert.deepEqual(
        found.filter((path) => path !== '.gitignore'),
        ['a.txt'],
      );
    });

    it('waits for no pipe that has the name of a rule file, and obeys the others', async function () {
      if (process.platform === 'win32') {
        this.skip();
      }
      await write({ 'sub/.gitignore': 'b.txt\n', 'sub/a.txt': PROSE, 'sub/b.txt': CHINESE });
      for (const name of ['.gitignore', '.understudyignore']) {
        execFileSync('mkfifo', [join(root, name)]);
      }
      const result = await scan();
      assert.deepEqual(
        paths(result).filter((path) => path !== 'sub/.gitignore'),
        ['sub/a.txt'],
      );
      assert.equal(reasons(result)['.gitignore'], 'specialFile');
    });

    for (const [system, left] of [
      ['linux', ['Diary/a.md', 'Drafts/b.md', 'c.md']],
      ['darwin', ['c.md']],
      ['win32', ['c.md']],
    ] as const) {
      it(`tells capitals in rules and globs apart as Git and VS Code's search do on ${system}`, async () => {
        await write({
          '.gitignore': 'drafts/\n',
          'Drafts/b.md': PROSE,
          'Diary/a.md': CHINESE,
          'c.md': `c ${PROSE}`,
        });
        const { platform } = process;
        Object.defineProperty(process, 'platform', { value: system });
        try {
          const found = paths(await scan({ excludeGlobs: ['**/diary'] }));
          assert.deepEqual(
            found.filter((path) => path !== '.gitignore'),
            left,
          );
        } finally {
          Object.defineProperty(process, 'platform', { value: platform });
        }
      });
    }

    it('obeys the .gitignore of the repository that the folder lies in', async () => {
      await write({
        'repo/.git/HEAD': 'ref',
        'repo/.gitignore': '/book/notes/\n',
        'repo/book/notes/a.txt': PROSE,
        'repo/book/b.txt': `b ${PROSE}`,
      });
      const result = await scanFolders([join(root, 'repo', 'book')]);
      assert.deepEqual(paths(result), ['b.txt']);
      assert.deepEqual(reasons(result), { 'notes/': 'ignored' });
    });

    it('obeys it on macOS where that gives the name of the folder with decomposed characters', async () => {
      await mkdir(join(root, '.git'));
      await write({
        '.gitignore': '/\u00dcber/drafts/\n',
        'U\u0308ber/drafts/a.md': CHINESE,
        'U\u0308ber/b.md': PROSE,
      });
      const { platform } = process;
      Object.defineProperty(process, 'platform', { value: 'darwin' });
      try {
        assert.deepEqual(paths(await scanFolders([join(root, 'U\u0308ber')])), ['b.md']);
      } finally {
        Object.defineProperty(process, 'platform', { value: platform });
      }
    });

    it('reads a folder that its repository ignores when it is opened itself', async () => {
      await write({ '.git/HEAD': 'ref', '.gitignore': '/private/\n', 'private/a.txt': PROSE });
      assert.deepEqual(paths(await scanFolders([join(root, 'private')])), ['a.txt']);
    });

    it('obeys the .understudyignore of the repository that the folder lies in, as where that is opened beside it', async () => {
      await write({
        '.git/HEAD': 'ref',
        '.gitignore': '/sub/drafts/\n',
        '.understudyignore': '/sub/accounts.txt\n!/sub/drafts/\n',
        'sub/accounts.txt': `s ${PROSE}`,
        'sub/drafts/a.txt': `a ${PROSE}`,
        'sub/b.txt': `b ${PROSE}`,
      });
      const inside = await scanFolders([join(root, 'sub')]);
      assert.deepEqual(paths(inside), ['b.txt', 'drafts/a.txt']);
      assert.deepEqual(reasons(inside), { 'accounts.txt': 'ignored' });
    });

    it('reads a folder that the .understudyignore above it leaves out when it is opened itself', async () => {
      await write({ '.git/HEAD': 'ref', '.understudyignore': '/private/\n', 'private/a.txt': PROSE });
      assert.deepEqual(paths(await scanFolders([join(root, 'private')])), ['a.txt']);
    });

    it('lets .understudyignore leave out more, and take back what other rules leave out', async () => {
      await write({
        '.gitignore': 'private.txt\n',
        '.understudyignore': 'letters/\n!private.txt\n!build/\n',
        'letters/a.txt': `a ${PROSE}`,
        'private.txt': `b ${PROSE}`,
        'build/c.txt': `c ${PROSE}`,
        'build/node_modules/d.txt': `d ${PROSE}`,
        'dist/e.txt': `e ${PROSE}`,
        'elm-stuff/f.txt': `f ${PROSE}`,
      });
      const result = await scan();
      assert.deepEqual(
        paths(result).filter((path) => path.endsWith('.txt')),
        ['build/c.txt', 'private.txt'],
      );
      assert.equal(reasons(result)['letters/'], 'ignored');
      assert.equal(reasons(result)['dist/'], 'dependencyOrBuild');
      assert.equal(reasons(result)['elm-stuff/'], 'dependencyOrBuild');
      assert.equal(reasons(result)['build/node_modules/'], 'dependencyOrBuild');
    });

    it('lets .understudyignore take back what looks like a secret in a file, by the whole path of that alone', async () => {
      const address = (name: string) => `See mysql://${name}:hunter2secret@db.example.org/x. ${PROSE}`;
      await write({
        '.understudyignore': '!docs/keys.md\n!/docs/deep/also.md\n!docs/*.txt\n!docs/other/\n!b.md\n!.env\n',
        'docs/.understudyignore': '!own.md\n',
        'docs/keys.md': address('one'),
        'docs/deep/also.md': address('two'),
        'docs/own.md': address('three'),
        'docs/a.txt': address('four'),
        'docs/other/a.md': address('five'),
        'docs/deep/b.md': address('six'),
        '.env': 'A=1',
      });
      const result = await scan();
      assert.deepEqual(
        paths(result).filter((path) => !path.endsWith('.understudyignore')),
        ['docs/deep/also.md', 'docs/keys.md', 'docs/own.md'],
      );
      assert.deepEqual(reasons(result), {
        '.env': 'secret',
        'docs/a.txt': 'secretText',
        'docs/deep/b.md': 'secretText',
        'docs/other/a.md': 'secretText',
      });
    });

    it('lets it name such a file by a path whose brackets are escaped, and with blanks after it', async () => {
      await write({
        '.understudyignore': '!app/\\[id\\]/keys.md\n!b.md  \n',
        'app/[id]/keys.md': `See mysql://one:hunter2secret@db.example.org/x. ${PROSE}`,
        'b.md': `See mysql://two:hunter2secret@db.example.org/x. ${PROSE}`,
      });
      const result = await scan();
      assert.deepEqual(reasons(result), {});
      assert.ok(paths(result).includes('app/[id]/keys.md'));
    });

    it('takes the exclude globs of the editor', async () => {
      await write({ 'a/gen/x.md': `x ${PROSE}`, 'a/y.md': `y ${PROSE}`, 'top.rst': `r ${PROSE}` });
      const result = await scan({ excludeGlobs: ['**/gen', '*.rst'] });
      assert.deepEqual(paths(result), ['a/y.md']);
      assert.deepEqual(reasons(result), { 'a/gen/': 'excludedBySettings', 'top.rst': 'excludedBySettings' });
    });

    it('takes them as the editor does, where brackets and an exclamation mark stand for themselves', async () => {
      const hidden = ['app/(private)/x.md', 'a (1).md', '@(c|d).md', '!e.md', 'notes-b/z.md', 'f/g.md'];
      const shown = ['app/private/x.md', 'a 1.md', 'c.md', 'e.md', 'notes-a/z.md', 'h.md'];
      await write(Object.fromEntries([...hidden, ...shown].map((path) => [path, `${path} ${PROSE}`])));
      const excludeGlobs = ['**/(private)', '**/* (1).md', '**/@(c|d).md', '!e.md', '**/notes-[!a]', '**/f/'];
      assert.deepEqual(paths(await scan({ excludeGlobs })), shown.toSorted());
    });

    for (const [what, rule, path] of [
      ['a rule of many folders', `x${'/**/a'.repeat(30)}/z`, `x/${'a/'.repeat(60)}b.txt`],
      ['a rule of many classes', `${'*[+-9]'.repeat(30)}z`, '1'.repeat(200)],
      ['a glob', `${'*a'.repeat(30)}b`, 'a'.repeat(200)],
    ]) {
      it(`leaves out what ${what} would take years to be looked up in`, async () => {
        await write({ [path]: PROSE, ...(what === 'a glob' ? {} : { '.gitignore': rule }) });
        const result = await scan(what === 'a glob' ? { excludeGlobs: [rule] } : {});
        assert.ok(!paths(result).includes(path));
        assert.ok(Object.values(reasons(result)).includes('slowRules'));
      });
    }

    it('does not follow links, so that a loop ends', async () => {
      await write({ 'a/b.txt': PROSE });
      await symlink(root, join(root, 'a', 'loop'), 'junction');
      // A link to a file needs a right on Windows that most users lack.
      const toFile = process.platform === 'win32' ? {} : { 'a/same.txt': 'link' };
      for (const path of Object.keys(toFile)) {
        await symlink('b.txt', join(root, path));
      }
      const result = await scan();
      assert.deepEqual(paths(result), ['a/b.txt']);
      assert.deepEqual(reasons(result), { 'a/loop': 'link', ...toFile });
    });
  });

  describe('encodings', () => {
    const textOf = async (bytes: Uint8Array, oldEncoding?: string): Promise<string | undefined> => {
      await write({ 'file.txt': bytes });
      let found: string | undefined;
      const oldEncodings = oldEncoding === undefined ? [] : [oldEncoding];
      await scan({ oldEncodings, onText: (_file, text) => (found = text) });
      return found;
    };
    const texts: Record<string, [string, string]> = {
      'UTF-8': ['utf8', CHINESE + PROSE],
      'UTF-16 LE': ['utf16le', PROSE + CHINESE],
      'UTF-16 BE': ['utf16be', PROSE + CHINESE],
      'UTF-16 LE with zeros in Chinese': ['utf16le', ZEROS],
      'UTF-16 BE with zeros in Chinese': ['utf16be', ZEROS],
      GB18030: ['gb18030', CHINESE.repeat(5)],
      'Shift-JIS': ['shift_jis', JAPANESE.repeat(5)],
      'EUC-JP': ['euc-jp', JAPANESE.repeat(5)],
      Big5: ['big5', '山路上的霧還沒有散，他背著竹簍慢慢往下走，聽見溪水在石頭之間流動的聲音。\n'.repeat(5)],
      'EUC-KR': ['euc-kr', '안개가 아직 걷히지 않은 산길을 그는 천천히 내려가고 있었다.\n'.repeat(5)],
      'Windows-1252': [
        'win1252',
        'Le café était fermé, et la forêt derrière l’église déjà noire.\n'.repeat(5),
      ],
      'Windows-1251': ['win1251', 'Чайник давно остыл, когда она вернулась из сада в дом.\n'.repeat(5)],
    };
    for (const [name, [encoding, text]] of Object.entries(texts)) {
      it(`reads ${name}`, async () => {
        assert.equal(await textOf(encode(text, encoding)), text);
      });
    }
    for (const encoding of ['utf8', 'utf16le', 'utf16be', 'utf32le']) {
      it(`reads ${encoding} with a byte order mark and removes the mark`, async () => {
        assert.equal(await textOf(encode(CHINESE + PROSE, encoding, { addBOM: true })), CHINESE + PROSE);
      });
    }
    it('tells an encoding by text that stands far down in the file', async () => {
      const text = 'int total = count(rows) + 1;\n'.repeat(3000) + CHINESE.repeat(5);
      assert.equal(await textOf(encode(text, 'gb18030')), text);
    });
    it('reads a few letters that are not Unicode in the encoding that is set, as their bytes tell none', async () => {
      for (const [encoding, letters] of [
        ['gbk', '总数'],
        ['shiftjis', '合計'],
        ['windows1251', 'сумма всех строк'],
      ]) {
        const text = `int total = 0; // ${letters}\n${'int rows = count(table) + 1;\n'.repeat(20)}`;
        const bytes = encode(text, encoding);
        assert.notEqual(await textOf(bytes), text);
        assert.equal(await textOf(bytes, encoding), text);
      }
    });
    it('reads Unicode, and what does not fit the encoding that is set, as if none were', async () => {
      assert.equal(await textOf(Buffer.from(CHINESE + PROSE), 'gbk'), CHINESE + PROSE);
      assert.equal(await textOf(encode(PROSE + CHINESE, 'utf16le'), 'gbk'), PROSE + CHINESE);
      assert.equal(await textOf(encode(CHINESE.repeat(5), 'gbk'), 'shiftjis'), CHINESE.repeat(5));
      assert.equal(await textOf(encode(CHINESE.repeat(5), 'gbk'), 'unheardof'), CHINESE.repeat(5));
    });
    it('reads line ends of every kind as line feeds', async () => {
      assert.equal(await textOf(Buffer.from('one\r\ntwo\rthree\n')), 'one\ntwo\nthree\n');
    });
    it('drops invalid sequences from otherwise valid UTF-8', async () => {
      const damaged = Buffer.concat([
        Buffer.from(CHINESE.repeat(5)),
        Buffer.from([0xff, 0xc0, 0x80]),
        Buffer.from(PROSE),
      ]);
      assert.equal(await textOf(damaged), CHINESE.repeat(5) + PROSE);
    });
    it('names a file whose encoding cannot be told', async () => {
      const bytes = Buffer.from(Array.from({ length: 600 }, (_, i) => 128 + ((i * i * 31 + i * 17) % 128)));
      await write({ 'odd.txt': bytes, 'ok.txt': PROSE });
      const result = await scan();
      assert.deepEqual(paths(result), ['ok.txt']);
      assert.deepEqual(reasons(result), { 'odd.txt': 'unknownEncoding' });
    });
  });

  describe('content', () => {
    const cases: Record<string, [string, string]> = {
      'package-lock.json': ['{}', 'lockFile'],
      'Cargo.lock': [PROSE, 'lockFile'],
      'table.csv': ['a,b\n1,2\n', 'data'],
      'lamp.code-search': ['# Query: lamp\n\none.md:\n  1: The lamp burned.\n', 'data'],
      'blank.txt': [' \n\n', 'empty'],
      'api.ts': ['// Code generated by protoc-gen-ts. DO NOT EDIT.\nexport const a = 1;\n', 'generated'],
      'schema.graphql': ['# @generated by relay\ntype A { b: C }\n', 'generated'],
      'jquery.min.js': ['x', 'minified'],
      'bundle.js': [`var a=1;${'function b(c){return c+1};'.repeat(60)}\n`, 'minified'],
      'line.txt': ['word '.repeat(5000), 'longLine'],
      '.env': ['A=1', 'secret'],
      '.env.local': ['A=1', 'secret'],
      '.env-prod': ['A=1', 'secret'],
      '.envrc': ['export A=1', 'secret'],
      '.dev.vars': ['A=1', 'secret'],
      'prod.auto.tfvars.json': ['{}', 'secret'],
      kubeconfig: ['x', 'secret'],
      'secrets.dev.yaml': ['x', 'secret'],
      'db-secret.yaml': ['x', 'secret'],
      'key.properties': ['x', 'secret'],
      'server.pem': ['x', 'secret'],
      id_rsa: ['x', 'secret'],
      '.vscode/sftp.json': ['{ "password": "mallow" }', 'secret'],
      'credentials.json': ['{}', 'secret'],
      '账号密码.txt': ['x', 'secret'],
      '.aws/config': ['x', 'secret'],
      'notes.md': [`${PROSE}-----BEGIN RSA PRIVATE KEY-----\n${'MIIE'.repeat(16)}\n`, 'secretText'],
      'cloud.md': [`${PROSE}key AKIA${'Q2W3'.repeat(4)}\n`, 'secretText'],
      'app.ts': [`const token = "${'a1B2c3D4'.repeat(5)}";\n`, 'secretText'],
      'db.ts': ['connect("postgres://admin:hunter2secret@db.example.org/x");\n', 'secretText'],
    };
    for (const [path, [content, reason]] of Object.entries(cases)) {
      it(`leaves out ${path} as ${reason}`, async () => {
        await write({ [path]: content });
        assert.deepEqual(reasons(await scan()), { [path]: reason });
      });
    }
    const kept: Record<string, string> = {
      'Secrets.md': `# Secrets\n\n${PROSE}`,
      'paragraph.md': `${PROSE.trim()} ${'She poured it out and began again. '.repeat(200)}\n`,
      'tokens.ts': 'export interface Token { readonly kind: string; readonly password: string }\n',
      'environment.ts': PROSE,
      '.environment.md': PROSE,
      'url.md': 'See https://user@example.org/path and http://example.org:8080/a@b.\n',
      '小说.txt': CHINESE,
      '密码学.txt': CHINESE,
    };
    for (const [path, content] of Object.entries(kept)) {
      it(`keeps ${path}`, async () => {
        await write({ [path]: content });
        assert.deepEqual(paths(await scan()), [path]);
      });
    }

    it('keeps near-duplicates once', async () => {
      const chapter = Array.from({ length: 300 }, (_, i) => `Sentence ${i * i} of the long walk home.`).join(
        ' ',
      );
      const other = Array.from({ length: 300 }, (_, i) => `Line ${i * 7} about another thing.`).join(' ');
      await write({
        'a.md': chapter,
        'b.md': `${chapter.replace('Sentence 100 of', 'Sentence one hundred of')}\n`,
        'c.md': chapter.replaceAll(' ', '\n'),
        'd.md': other,
        'zh1.md': CHINESE.repeat(1) + '他想起小时候和祖父一起赶集的日子，那时候的路比现在难走得多。\n',
        'zh2.md': CHINESE.repeat(1) + '他想起小时候和祖父一起赶集的日子，那时候的路比现在难走得多！！\n',
      });
      const result = await scan();
      assert.deepEqual(paths(result), ['a.md', 'd.md', 'zh1.md']);
      assert.deepEqual(reasons(result), { 'b.md': 'duplicate', 'c.md': 'duplicate', 'zh2.md': 'duplicate' });
    });
  });

  describe('limits', () => {
    it('reads a 50 MB text file in its beginning only, up to a line end, and says so', async () => {
      await write({ 'huge.txt': PROSE.repeat(Math.ceil((50 * 2 ** 20) / PROSE.length)) });
      const result = await scan();
      assert.equal(result.bytes, Math.floor((2 * 2 ** 20) / PROSE.length) * PROSE.length);
      assert.deepEqual(reasons(result), { 'huge.txt': 'restOverFileLimit' });
    });

    it('leaves out a file with one 5 MB line', async () => {
      await write({ 'dump.txt': 'a b c d '.repeat(650_000) });
      assert.deepEqual(reasons(await scan()), { 'dump.txt': 'longLine' });
    });

    it('stops reading at the limit for all files and names the rest', async () => {
      await write({ 'a.txt': `a ${PROSE}`, 'b.txt': `b ${PROSE}`, 'c.txt': `c ${PROSE}` });
      const result = await scan({ maxTotalBytes: PROSE.length * 2 });
      assert.deepEqual(paths(result), ['a.txt']);
      assert.deepEqual(reasons(result), { 'b.txt': 'overTotalLimit', 'c.txt': 'overTotalLimit' });
    });

    it('reads 2,000 files, a few at a time', async () => {
      for (let folder = 0; folder < 4; folder++) {
        await mkdir(join(root, `f${folder}`));
        await Promise.all(
          Array.from({ length: 500 }, (_, i) =>
            writeFile(join(root, `f${folder}`, `${i}.txt`), `Note ${folder} number ${i}\n`),
          ),
        );
      }
      const reports = [0];
      const result = await scan({ onProgress: ({ files }) => reports.push(files) });
      assert.equal(result.files.length, 2000);
      assert.equal(reports.at(-1), 2000);
      assert.ok(
        reports.slice(1).every((files, i) => files - reports[i] <= 16),
        'opened together',
      );
    });
  });

  it('carries on when a file vanishes or is unreadable', async () => {
    await write({ 'a.txt': `a ${PROSE}`, 'z.txt': `z ${PROSE}` });
    for (let i = 0; i < 40; i++) {
      await write({ [`m${i}.txt`]: `${i} ${PROSE}` });
    }
    const result = await scan({ onText: () => void unlink(join(root, 'z.txt')).catch(() => undefined) });
    assert.equal(reasons(result)['z.txt'], 'vanished');
    assert.equal(result.files.length, 41);
  });

  it('names a folder and a file that it may not open', async function () {
    if (process.platform === 'win32') {
      this.skip();
    }
    await write({ 'a.txt': PROSE, 'locked.txt': `b ${PROSE}`, 'closed/c.txt': `c ${PROSE}` });
    await chmod(join(root, 'locked.txt'), 0);
    await chmod(join(root, 'closed'), 0);
    await chmod(root, 0o755);
    // The superuser may open everything, so the scan runs as another user.
    const superuser = process.geteuid?.() === 0;
    if (superuser) {
      process.seteuid?.(65534);
    }
    try {
      const result = await scan();
      assert.deepEqual(paths(result), ['a.txt']);
      assert.deepEqual(reasons(result), { 'closed/': 'unreadable', 'locked.txt': 'unreadable' });
    } finally {
      if (superuser) {
        process.seteuid?.(0);
      }
      await chmod(join(root, 'closed'), 0o755);
    }
  });

  it('stops when asked to', async () => {
    await write({ 'a.txt': PROSE, 'b.txt': `b ${PROSE}` });
    const controller = new AbortController();
    const stopped = scanFolders(
      [root],
      {
        onText: () => {
          controller.abort();
        },
      },
      controller.signal,
    );
    await assert.rejects(stopped, { name: 'AbortError' });
  });
});
