/** The extension host's bundle, the generator's worker, the trainer's process and its workers, the terminal tool. */
const path = require('node:path');
const CopyPlugin = require('copy-webpack-plugin');
const { BannerPlugin } = require('webpack');
const ThirdPartyLicenses = require('./scripts/thirdPartyLicenses.cjs');

module.exports = (_env, argv) => ({
  target: 'node',
  mode: argv.mode ?? 'production',
  devtool: 'source-map',
  entry: {
    extension: './src/extension.ts',
    generator: './src/completion/generatorWorker.ts',
    llama: './src/completion/half/gguf/llamaProcess.ts',
    onnx: './src/completion/masked/onnxProcess.ts',
    trainer: './src/trainer/trainerProcess.ts',
    wasmWorker: './src/trainer/engines/wasmWorker.ts',
    cli: './src/cli.ts',
  },
  output: {
    path: path.join(__dirname, 'dist'),
    filename: '[name].js',
    libraryTarget: 'commonjs2',
    clean: { keep: /kernel.*\.wasm/ },
  },
  // The native engine is optional and loaded at run time from wherever it was installed.
  externals: { vscode: 'commonjs vscode', '@tensorflow/tfjs-node': 'commonjs @tensorflow/tfjs-node' },
  resolve: { extensions: ['.ts', '.js'] },
  module: {
    rules: [
      {
        test: /\.ts$/,
        exclude: /node_modules/,
        loader: 'ts-loader',
        options: { transpileOnly: true, compilerOptions: { noEmit: false } },
      },
    ],
  },
  plugins: [
    // npm links the terminal tool as a program, which Unix starts by its first line.
    new BannerPlugin({ banner: '#!/usr/bin/env node', raw: true, include: /^cli\.js$/ }),
    new CopyPlugin({
      patterns: [{ from: 'node_modules/@tensorflow/tfjs-backend-wasm/wasm-out/*.wasm', to: '[name][ext]' }],
    }),
    new ThirdPartyLicenses('third-party-licenses.txt'),
  ],
  optimization: { minimize: false },
  performance: { hints: false },
  stats: 'errors-warnings',
});
