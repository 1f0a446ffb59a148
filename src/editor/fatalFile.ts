/** The last model file that killed the generator's thread when opened. It is not opened again unless it changes or the user asks. */
import { statSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import type { Memento } from 'vscode';
import { GeneratorDiedError } from '../completion/generatorLink';

interface FatalFile {
  readonly path: string;
  /** Milliseconds since 1970. */
  readonly modified: number;
  readonly bytes: number;
}

/** Remembers the last such file, for every window. */
export class LastFatalFile {
  constructor(
    private readonly memory: Pick<Memento, 'get' | 'update'>,
    private readonly key: string,
  ) {}

  /**
   * @param name of the model that the file belongs to
   * @throws Error with a sentence for the user when this is the remembered file and it has not changed since
   */
  refuse(path: string, name: string): void {
    const fatal = this.memory.get<FatalFile>(this.key);
    if (path === fatal?.path && isDeepStrictEqual(asItIs(path), fatal)) {
      throw new Error(
        `Opening ${name} stopped the part of Understudy that writes suggestions, so it is not opened again by itself. Choose it again to retry.`,
      );
    }
  }

  /** Awaits the opening of a file: remembers the file if the generator dies of it, and forgets it once it opens. */
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

/** The file as it is now; undefined when it is gone. */
function asItIs(path: string): FatalFile | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found && { path, modified: found.mtimeMs, bytes: found.size };
}
