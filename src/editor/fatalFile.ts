/** The file of a model that ended the generator's thread when it was opened, as it was then. It is not opened again unasked. */
import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Memento } from 'vscode';
import { GeneratorDiedError } from '../completion/generatorLink';

interface FatalFile {
  readonly path: string;
  /** Milliseconds since 1970. */
  readonly modified: number;
  readonly bytes: number;
}

/** Remembers the last one, in every window. */
export class LastFatalFile {
  constructor(
    private readonly memory: Pick<Memento, 'get' | 'update'>,
    private readonly key: string,
  ) {}

  /**
   * @param name of the model that the file belongs to
   * @throws Error with a sentence for the user where it is the last one and has not changed since
   */
  refuse(path: string, name = basename(path)): void {
    const fatal = this.memory.get<FatalFile>(this.key);
    if (path === fatal?.path && isDeepStrictEqual(asItIs(path), fatal)) {
      throw new Error(
        `${name} stopped the part of Understudy that writes suggestions when it was opened, so it is not opened again unasked. Choose it again to try it again.`,
      );
    }
  }

  /** @returns what the opening of the file gives */
  async watch<T>(path: string, opening: Promise<T>): Promise<T> {
    try {
      const opened = await opening;
      if (this.memory.get<FatalFile>(this.key)?.path === path) {
        await this.memory.update(this.key, undefined);
      }
      return opened;
    } catch (error) {
      if (error instanceof GeneratorDiedError) {
        await this.memory.update(this.key, asItIs(path));
      }
      throw error;
    }
  }
}

/** Undefined when there is no such file any more. */
function asItIs(path: string): FatalFile | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found && { path, modified: found.mtimeMs, bytes: found.size };
}
