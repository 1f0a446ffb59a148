import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** The layers, leftmost first. A file imports its own layer and those to its left, but for those that stand beside it. */
const layers = ['model', 'protocol', 'completion', 'trainer', 'editor', 'commands', 'terminal'];
const beside = { trainer: ['completion'], terminal: ['editor', 'commands'] };
const impure = '^(node:)?(fs|fs/promises|path|os|child_process|worker_threads|http|https|net)$';

const layerRules = layers.map((layer, index) => {
  const patterns = [
    { group: ['**/extension', '**/cli'], message: 'Nothing imports an entry point.' },
    ...[...layers.slice(index + 1), ...(beside[layer] ?? [])].map((other) => ({
      group: [`**/${other}/**`],
      message: `${layer} must not import ${other} (see ARCHITECTURE.md).`,
    })),
  ];
  const paths = [];
  if (['model', 'protocol'].includes(layer)) {
    patterns.push({ regex: impure, message: `${layer} is pure.` });
  }
  if (!['editor', 'commands'].includes(layer)) {
    paths.push({ name: 'vscode', message: `${layer} runs without VS Code.` });
  }
  if (layer !== 'trainer') {
    patterns.push({ group: ['@tensorflow/*'], message: 'Only the trainer loads TensorFlow.js.' });
  }
  return {
    files: [`src/${layer}/**/*.ts`],
    rules: { '@typescript-eslint/no-restricted-imports': ['error', { paths, patterns }] },
  };
});

export default tseslint.config(
  {
    ignores: ['node_modules', 'dist', '.cache', '.vscode-test', 'src/**/assembly'],
  },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/prefer-for-of': 'off',
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-floating-promises': ['error', { allowForKnownSafeCalls: ['it', 'describe'] }],
    },
  },
  {
    files: ['**/*.{mjs,cjs,js}'],
    languageOptions: {
      globals: {
        require: 'readonly',
        module: 'writable',
        __dirname: 'readonly',
        console: 'readonly',
        process: 'readonly',
        URL: 'readonly',
        WebAssembly: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        fetch: 'readonly',
        AbortController: 'readonly',
        Buffer: 'readonly',
      },
    },
  },
  {
    files: ['media/**/*.js'],
    languageOptions: {
      globals: {
        document: 'readonly',
        window: 'readonly',
        acquireVsCodeApi: 'readonly',
        requestAnimationFrame: 'readonly',
        getComputedStyle: 'readonly',
      },
    },
  },
  ...layerRules,
);
