/** What an installation tells while it runs. */
interface InstallProgress {
  /** A sentence for the user. */
  readonly message: string;
  /** Of `totalBytes`; absent in steps that cannot be measured. */
  readonly doneBytes?: number;
  readonly totalBytes?: number;
}

export interface InstallContext {
  readonly onProgress: (progress: InstallProgress) => void;
  readonly signal?: AbortSignal | undefined;
}
