import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { installLlama, installOnnxRuntime } from '../../../../src/commands/installations.js';
import type { Parts } from '../../../../src/editor/parts.js';
import { LLAMA, ONNX_RUNTIME, type Runtime } from '../../../../src/trainer/native/installRuntime.js';

/** As npm leaves it. */
async function writeInstalled({ package: main, version, systems }: Runtime, folder: string): Promise<void> {
  const names = [main, ...(systems[`${process.platform} ${process.arch}`] ?? [])];
  for (const name of names) {
    await mkdir(join(folder, 'node_modules', name), { recursive: true });
    await writeFile(join(folder, 'node_modules', name, 'package.json'), JSON.stringify({ version }));
  }
  const packages = Object.fromEntries(names.map((name) => [`node_modules/${name}`, { version }]));
  await writeFile(join(folder, 'node_modules', '.package-lock.json'), JSON.stringify({ packages }));
}

describe('What runs models', () => {
  for (const [runtime, install] of [
    [LLAMA, installLlama],
    [ONNX_RUNTIME, installOnnxRuntime],
  ] as const) {
    it(`opens the model that the setting names once ${runtime.name} is installed, and not where the user declines`, async function () {
      if (runtime.systems[`${process.platform} ${process.arch}`] === undefined) {
        this.skip();
      }
      const folder = await mkdtemp(join(tmpdir(), 'understudy-runtime-'));
      await writeInstalled(runtime, folder);
      const followed: string[] = [];
      const model = (name: string) => ({ follow: () => Promise.resolve(followed.push(name)) });
      const parts = {
        paths: { llama: folder, onnx: folder },
        languageModel: model(LLAMA.name),
        maskedModel: model(ONNX_RUNTIME.name),
      } as unknown as Parts;
      const { showInformationMessage } = vscode.window;
      try {
        for (const isAccepted of [false, true]) {
          vscode.window.showInformationMessage = (...shown: unknown[]) =>
            Promise.resolve((isAccepted ? shown.at(-1) : undefined) as never);
          await install(parts);
          assert.deepEqual(followed, isAccepted ? [runtime.name] : []);
        }
      } finally {
        vscode.window.showInformationMessage = showInformationMessage;
        await rm(folder, { recursive: true });
      }
    });
  }
});
